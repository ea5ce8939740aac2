// The canvas of the digitiser: image, polygons, the line being drawn, pointer and cursor.

class Desk {
  constructor(model, polygons, events) {
    Object.assign(this, { model, polygons, events, ratio: 1, snap: false, trim: false, fill: true });
    Object.assign(this, { label: model.get("classes")[0].code, selected: undefined });
    Object.assign(this, { cursor: null, mark: null, beneath: [], proposed: null });
    this.grid = model.get("grid");
    this.viewport = new Viewport(this.grid.width, this.grid.height);
    this.tools = {
      draw: new LineTool(this, false),
      edit: new EditTool(this),
      split: new LineTool(this, true),
    };
    this.tool = "draw";
    this.canvas = element("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label":
        "Drawing board. Arrow keys move the cursor, space sets a vertex, enter closes the " +
        "outline, digits choose the class, question mark lists all keys.",
    });
    this.node = element("div", { class: "s2kit-stage" }, this.canvas);
    this.redraw = onceAFrame(() => this.draw());
    this.observer = fittingCanvas(this.canvas, this.node, (width, height, ratio) => {
      Object.assign(this, { width, height, ratio });
      this.viewport.resize(width, height);
      this.moved();
    });
    this.listen();
  }

  context() {
    return this.canvas.getContext("2d");
  }

  moved() {
    this.redraw();
    this.events.moved();
  }

  refine() {
    const rasters = [this.raster, ...this.beneath.map(({ raster }) => raster)];
    for (const raster of rasters) raster?.refine(this.viewport, this.ratio);
  }

  warn(text) {
    this.events.warn(text);
  }

  edit(change) {
    this.events.edit(change);
  }

  select(number) {
    this.selected = number;
    this.tools.edit.active = null;
    this.events.selected(number);
    this.redraw();
  }

  use(tool) {
    if (tool === this.tool) return;
    this.tools[this.tool].cancel?.();
    this.tool = tool;
    this.redraw();
  }

  toPane(place) {
    return this.viewport.toPane(...this.polygons.toImage(place));
  }

  near(a, b, pixels) {
    const [ax, ay] = this.toPane(a);
    const [bx, by] = this.toPane(b);
    return Math.hypot(ax - bx, ay - by) <= pixels;
  }

  // With snapping on, the nearest corner of the scene's pixels.
  snapped(place) {
    if (!this.snap) return place;
    return this.polygons.toMap(this.polygons.toImage(place).map(Math.round));
  }

  draw() {
    const context = this.context();
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = getComputedStyle(this.node).getPropertyValue("--s2kit-ground");
    context.fillRect(0, 0, this.width, this.height);
    this.raster?.draw(context, this.viewport);
    for (const { raster, opacity } of this.beneath) {
      context.globalAlpha = opacity;
      raster.draw(context, this.viewport);
      context.globalAlpha = 1;
    }
    if (this.snap && this.viewport.scale >= 9) drawGrid(context, this);
    for (const polygon of this.polygons.all.values()) {
      if (polygon.number !== this.selected || !this.tools.edit.held) this.drawPolygon(context, polygon);
    }
    const chosen = this.polygons.all.get(this.selected);
    if (chosen) this.drawSelected(context, chosen);
    if (this.proposed) drawPlace(context, ...this.proposed.map((corner) => this.toPane(corner)));
    if (this.mark) drawMark(context, ...this.toPane(this.mark));
    const tool = this.tools[this.tool];
    if (tool.points?.length) this.drawLine(context, tool);
    if (this.cursor) drawCross(context, ...this.toPane(this.snapped(this.cursor)));
    drawScaleBar(context, this.viewport, this.grid, 10, this.height - 10);
    drawCredit(context, this.model.get("attribution"), this.width, this.height);
    this.node.dataset.drawn = Number(this.node.dataset.drawn || 0) + 1;
  }

  placed(path) {
    const { scale } = this.viewport;
    const [x, y] = this.viewport.toPane(0, 0);
    const seen = new Path2D();
    seen.addPath(path, new DOMMatrix([scale / this.grid.dx, 0, 0, scale / this.grid.dy, x, y]));
    return seen;
  }

  colour(label) {
    const found = this.model.get("classes").find(({ code }) => code === label);
    return found[this.model.get("palette")];
  }

  drawPolygon(context, polygon) {
    const path = this.placed(this.polygons.path(polygon));
    const colour = this.colour(polygon.label);
    context.save();
    if (this.fill) {
      context.globalAlpha = 0.38;
      context.fillStyle = colour;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
    }
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = "rgb(255 255 255 / 0.9)";
    context.stroke(path);
    if (!polygon.valid || polygon.number < 0) context.setLineDash(polygon.valid ? [3, 3] : [7, 4]);
    context.lineWidth = polygon.valid ? 1.7 : 3;
    context.strokeStyle = polygon.valid ? colour : "#d6009a";
    context.stroke(path);
    context.restore();
    polygon.middle ??= middle(polygon.parts);
    const { area, place } = polygon.middle;
    const side = Math.sqrt(area) * (this.viewport.scale / this.grid.dx);
    if (side >= 30) drawCode(context, polygon.label, colour, ...this.toPane(place));
  }

  drawSelected(context, polygon) {
    const { edit } = this.tools;
    const shown = edit.held ? this.polygons.pathOf(edit.held.parts) : this.polygons.path(polygon);
    const path = this.placed(shown);
    strokes(context, path, ["#111111", 4.5], ["#ffffff", 2.5]);
    if (this.tool !== "edit" || polygon.number < 0) return;
    for (const { place } of edit.handles(true)) drawHandle(context, this.toPane(place), 2.6, "#ffffff", true);
    for (const { p, r, i, place } of edit.handles(false)) {
      const { active } = edit;
      const on = active && active.p === p && active.r === r && active.i === i;
      drawHandle(context, this.toPane(place), on ? 5.5 : 4, on ? "#ffcf33" : "#ffffff", false);
    }
  }

  drawLine(context, tool) {
    const points = [...tool.points];
    if (this.cursor) points.push(this.snapped(this.cursor));
    const seen = points.map((place) => this.toPane(place));
    const colour = tool.splits ? "#ffffff" : this.colour(this.label);
    const path = new Path2D();
    seen.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (!tool.splits && this.fill) {
      context.globalAlpha = 0.3;
      context.fillStyle = colour;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
    }
    strokes(context, path, ["#111111", 4], ["#ffffff", 2.6], [colour, 1.4]);
    for (const place of tool.points) drawHandle(context, this.toPane(place), 3.2, "#ffffff", false);
    const closes = !tool.splits && tool.points.length >= 3;
    if (closes) drawHandle(context, this.toPane(tool.points[0]), 5, "#ffcf33", true);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return { x, y, place: this.polygons.toMap(this.viewport.toImage(x, y)) };
  }

  listen() {
    const { canvas } = this;
    canvas.style.cursor = "none";
    canvas.addEventListener("focus", () => {
      if (!this.cursor && canvas.matches(":focus-visible")) this.step(0, 0);
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      const { x, y, place } = this.place(event);
      const holds = this.tool === "edit" && this.tools.edit.press(place);
      this.drag = { x, y, moved: false, holds };
    });
    canvas.addEventListener("pointermove", (event) => this.pointerMoved(event));
    canvas.addEventListener("pointerup", (event) => {
      const { drag } = this;
      this.drag = null;
      if (drag?.holds) this.tools.edit.release();
      else if (drag && !drag.moved) this.tools[this.tool].click(this.place(event).place);
    });
    canvas.addEventListener("pointercancel", () => {
      this.drag = this.tools.edit.held = null;
    });
    canvas.addEventListener("pointerleave", () => {
      if (!this.drag && !this.byKey) this.point(null);
    });
    canvas.addEventListener("wheel", (event) => {
      if (!wheelZooms(event)) return;
      event.preventDefault();
      const { x, y } = this.place(event);
      this.viewport.zoom(Math.exp(-event.deltaY / 400), x, y);
      this.moved();
    });
  }

  pointerMoved(event) {
    // When the page moves under a resting pointer, it must not take over from the keyboard.
    const { clientX, clientY } = event;
    const rests = clientX === this.pointer?.[0] && clientY === this.pointer?.[1];
    this.pointer = [clientX, clientY];
    if (this.byKey && rests) return;
    this.byKey = false;
    const { x, y, place } = this.place(event);
    this.point(place);
    const { drag } = this;
    if (!drag) return;
    if (drag.holds) this.tools.edit.move(place);
    else if (drag.moved || Math.hypot(x - drag.x, y - drag.y) > 4) {
      this.viewport.pan(x - drag.x, y - drag.y);
      Object.assign(drag, { x, y, moved: true });
      this.moved();
    }
  }

  point(place) {
    this.cursor = place;
    this.mark = null;
    this.redraw();
    this.events.pointed(place);
  }

  // Keyboard: the cursor goes from pixel to pixel, and space does what a click does.
  step(dx, dy) {
    const { width, height } = this.grid;
    const [column, row] = this.cursor ? this.polygons.toImage(this.cursor) : this.viewport.centre;
    const moved = [
      Math.min(width, Math.max(0, Math.round(column) + dx)),
      Math.min(height, Math.max(0, Math.round(row) + dy)),
    ];
    this.byKey = true;
    this.viewport.reveal(...moved);
    this.point(this.polygons.toMap(moved));
    if (this.tools.edit.held) this.tools.edit.move(this.cursor);
    this.events.moved();
  }

  press() {
    if (!this.cursor) this.step(0, 0);
    const { edit } = this.tools;
    if (edit.held) edit.release();
    else if (this.tool !== "edit" || !edit.press(this.cursor)) this.tools[this.tool].click(this.cursor);
  }

  remove() {
    this.observer.disconnect();
  }
}
