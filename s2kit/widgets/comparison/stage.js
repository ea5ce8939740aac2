// The canvas of the comparison: two layers swiped, blended or side by side, and its pointer.

const GRIP = 14; // CSS pixels around the divider in which a drag swipes

class Stage {
  constructor(model, rasters, events) {
    Object.assign(this, { model, rasters, events, hover: null, ratio: 1 });
    const grid = model.get("grid");
    this.grid = grid;
    this.viewport = new Viewport(grid.width, grid.height);
    this.canvas = element("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label":
        "Map. Arrow keys move the pixel that is read, comma and full stop the divider or the " +
        "opacity, plus and minus zoom, question mark lists all keys.",
    });
    this.node = element("div", { class: "s2kit-stage" }, this.canvas);
    this.redraw = onceAFrame(() => this.draw());
    this.observer = fittingCanvas(this.canvas, this.node, (width, height, ratio) => {
      Object.assign(this, { width, height, ratio });
      this.layOut();
    });
    this.listen();
  }

  get mode() {
    return this.model.get("mode");
  }

  layOut() {
    if (!this.width) return;
    const panes = this.mode === "side by side" ? 2 : 1;
    this.viewport.resize(this.width / panes, this.height);
    this.moved();
  }

  moved() {
    this.redraw();
    this.events.moved();
  }

  shown() {
    return [this.rasters.get(this.model.get("left")), this.rasters.get(this.model.get("right"))];
  }

  draw() {
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.paint(context);
    this.node.dataset.drawn = Number(this.node.dataset.drawn || 0) + 1;
  }

  paint(context) {
    const { width, height, viewport } = this;
    const [left, right] = this.shown();
    context.fillStyle = getComputedStyle(this.node).getPropertyValue("--s2kit-ground");
    context.fillRect(0, 0, width, height);
    if (this.mode === "side by side") {
      this.pane(context, left, 0, width / 2);
      context.save();
      context.translate(width / 2, 0);
      this.pane(context, right, 0, width / 2);
      context.restore();
      this.divider(context, width / 2, false);
    } else if (this.mode === "blend") {
      this.pane(context, left, 0, width);
      this.veil(context, right);
    } else {
      const x = this.model.get("position") * width;
      this.pane(context, left, 0, x);
      this.pane(context, right, x, width);
      this.divider(context, x, true);
    }
    this.crosshair(context);
    const names = [this.model.get("left"), this.model.get("right")];
    drawLabel(context, names[0], 10, 10);
    drawLabel(context, names[1], width - 10, 10, "right");
    drawScaleBar(context, viewport, this.grid, 10, height - 10);
    drawCredit(context, this.model.get("attribution"), width, height);
  }

  // One layer between two abscissae, over the faded image where it has no class.
  pane(context, raster, from, to) {
    if (!raster) return;
    const { viewport } = this;
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, this.height);
    context.clip();
    const [x0, y0] = viewport.toPane(0, 0);
    context.beginPath();
    context.rect(x0, y0, viewport.width * viewport.scale, viewport.height * viewport.scale);
    context.clip();
    const beneath = this.model.get("beneath") && raster.layer.kind === "codes" && this.image();
    if (beneath) {
      beneath.draw(context, viewport);
      context.fillStyle = "rgb(255 255 255 / 0.6)";
      context.fillRect(0, 0, this.width, this.height);
    }
    raster.draw(context, viewport);
    context.restore();
  }

  // The right layer with what is beneath it, as one picture that lets the left one through.
  veil(context, raster) {
    this.scratch ??= element("canvas");
    const { width, height } = context.canvas;
    Object.assign(this.scratch, { width, height });
    const own = this.scratch.getContext("2d");
    own.setTransform(context.getTransform());
    this.pane(own, raster, 0, this.width);
    context.globalAlpha = this.model.get("opacity");
    context.drawImage(this.scratch, 0, 0, this.width, this.height);
    context.globalAlpha = 1;
  }

  image() {
    return [...this.rasters.values()].find((raster) => raster.layer.kind === "image");
  }

  divider(context, x, grip) {
    context.save();
    context.fillStyle = "rgb(20 20 20 / 0.55)";
    context.fillRect(x - 2, 0, 4, this.height);
    context.fillStyle = "#ffffff";
    context.fillRect(x - 1, 0, 2, this.height);
    if (grip) {
      const y = this.height / 2;
      context.beginPath();
      context.arc(x, y, 15, 0, 2 * Math.PI);
      context.shadowColor = "rgb(0 0 0 / 0.45)";
      context.shadowBlur = 6;
      context.fill();
      context.shadowBlur = 0;
      context.strokeStyle = "#333333";
      context.lineWidth = 1.8;
      context.lineJoin = context.lineCap = "round";
      for (const side of [-1, 1]) {
        context.beginPath();
        context.moveTo(x + side * 4, y - 4.5);
        context.lineTo(x + side * 8.5, y);
        context.lineTo(x + side * 4, y + 4.5);
        context.stroke();
      }
    }
    context.restore();
  }

  // The pixel that is read, in both panes.
  crosshair(context) {
    if (!this.hover) return;
    const size = Math.max(this.viewport.scale, 5);
    const panes = this.mode === "side by side" ? [0, this.width / 2] : [0];
    const [x, y] = this.viewport.toPane(this.hover.column + 0.5, this.hover.row + 0.5);
    for (const offset of panes) {
      for (const [colour, line] of [["#111111", 3], ["#ffffff", 1.2]]) {
        context.strokeStyle = colour;
        context.lineWidth = line;
        context.strokeRect(x + offset - size / 2, y - size / 2, size, size);
      }
    }
  }

  // Place of a pointer event in its pane, in CSS pixels.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const pane = this.mode === "side by side" && x > this.width / 2 ? this.width / 2 : 0;
    return [x - pane, event.clientY - box.top, x];
  }

  onDivider(x) {
    return this.mode === "swipe" && Math.abs(x - this.model.get("position") * this.width) < GRIP;
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      const [x, y, whole] = this.place(event);
      this.drag = { swipes: this.onDivider(whole), x, y };
    });
    canvas.addEventListener("pointermove", (event) => this.pointerMoved(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        if (this.drag?.swipes) this.model.save_changes();
        this.drag = null;
      });
    }
    canvas.addEventListener("pointerleave", () => {
      if (!this.drag && !this.byKey) this.read(null);
    });
    canvas.addEventListener("wheel", (event) => {
      if (!wheelZooms(event)) return;
      event.preventDefault();
      const [x, y] = this.place(event);
      this.viewport.zoom(Math.exp(-event.deltaY / 400), x, y);
      this.moved();
    });
    canvas.addEventListener("dblclick", (event) => {
      const [x, y, whole] = this.place(event);
      if (this.onDivider(whole)) return;
      this.viewport.zoom(2, x, y);
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
    const [x, y, whole] = this.place(event);
    if (this.drag?.swipes) {
      this.model.set("position", Math.min(1, Math.max(0, whole / this.width)));
      return;
    }
    if (this.drag) {
      this.viewport.pan(x - this.drag.x, y - this.drag.y);
      Object.assign(this.drag, { x, y });
      this.moved();
      return;
    }
    this.canvas.style.cursor = this.onDivider(whole) ? "ew-resize" : "crosshair";
    const [column, row] = this.viewport.toImage(x, y).map(Math.floor);
    const { width, height } = this.grid;
    const inside = column >= 0 && row >= 0 && column < width && row < height;
    this.read(inside ? { row, column } : null);
  }

  read(pixel) {
    const same = pixel?.row === this.hover?.row && pixel?.column === this.hover?.column;
    if (same) return;
    this.hover = pixel;
    this.redraw();
    this.events.read(pixel);
  }

  remove() {
    this.observer.disconnect();
  }
}
