// The labelling widget: one point in the middle of the image, classes at the right.

const AROUND = 12; // pixels to either side of a point that are shown at first
const SLOW = 4000; // milliseconds after which a silent kernel is mentioned
class LabellerView {
  constructor(model, el) {
    Object.assign(this, { model, grid: model.get("grid"), rasters: new Map(), ratio: 1 });
    this.viewport = new Viewport(this.grid.width, this.grid.height);
    this.redraw = onceAFrame(() => this.draw());
    this.refine = debounced(() => this.raster?.refine(this.viewport, this.ratio), 120);
    this.build(el);
    this.listen();
    this.showImage();
    this.send({ type: "hello" });
  }

  build(el) {
    const { model, viewport } = this;
    this.canvas = element("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label":
        "Image around the point. Digits label it, S skips, U takes back, N shows the next image, " +
        "plus and minus zoom, question mark lists all keys.",
    });
    this.stage = element("div", { class: "s2kit-stage" }, this.canvas);
    this.skips = button("Skip", "Leave the point open (s)", () => this.act({ type: "skip" }));
    this.undo = button("Undo", "Take the last label or skip back (u)", () => this.act({ type: "undo" }));
    const zoom = (factor) => () => { viewport.zoom(factor); this.moved(); };
    const view = element("div", { class: "s2kit-group", role: "group", "aria-label": "View" });
    view.append(
      button("−", "Zoom out (−)", zoom(1 / 1.5)),
      button("+", "Zoom in (+)", zoom(1.5)),
      button("point", "Back to the point (p)", () => this.centre()),
      button("all", "Show all (Home)", () => { viewport.fit(); this.moved(); }),
    );
    this.keysButton = button("?", "Keys (?)", () => this.toggleHelp(), { "aria-expanded": false });
    const tools = element(
      "div",
      { class: "s2kit-tools", role: "toolbar", "aria-label": "Labelling" },
      this.skips, this.undo, view, this.keysButton,
    );
    this.image = new ImageChoice(model, () => this.showImage());
    this.help = helpOf(KEYS);
    this.alert = element("div", { class: "s2kit-alert", role: "alert", hidden: true });
    this.classes = new ClassList(model, (code) => this.act({ type: "label", label: code }));
    this.simplify();
    this.task = element("b");
    this.bar = element("progress", { "aria-label": "Points labelled" });
    this.done = element("span");
    const progress = element(
      "section", { class: "s2kit-progress", role: "status" }, this.task, this.bar, this.done,
    );
    this.saved = element("div", { class: "s2kit-saved", role: "status" });
    const under = element("div", { class: "s2kit-under" }, element("span"), this.saved);
    const main = element("div", { class: "s2kit-main" }, this.stage, under);
    const side = element("div", { class: "s2kit-side" }, progress, this.classes.node);
    this.node = element(
      "div",
      { class: "s2kit s2kit-label" },
      tools, this.image.node, this.help, this.alert,
      element("div", { class: "s2kit-body" }, main, side),
    );
    el.append(this.node);
  }

  // The list of the digitiser, as buttons that act at once; only how often each class was given.
  simplify() {
    const { node, rows } = this.classes;
    node.setAttribute("role", "group");
    node.querySelector(".s2kit-head").replaceChildren("class", element("span", {}, "points"));
    for (const { row, pixels } of rows.values()) {
      row.removeAttribute("role");
      pixels.remove();
    }
    // There arrows choose a class; here they would label: they only move.
    node.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      const all = [...rows.values()].map(({ row }) => row);
      all.at((all.indexOf(event.target) + step) % all.length).focus();
    }, true);
  }

  listen() {
    const { model, canvas } = this;
    this.observer = fittingCanvas(canvas, this.stage, (width, height, ratio) => {
      const first = !this.width;
      Object.assign(this, { width, height, ratio });
      this.viewport.resize(width, height);
      if (first) this.centre(AROUND);
      this.moved();
    });
    this.handlers = [
      ["msg:custom", (message, buffers) => this.receive(message, buffers)],
      ["change:palette", () => this.classes.colour()],
    ];
    for (const [name, handler] of this.handlers) model.on(name, handler);
    this.node.addEventListener("keydown", (event) => this.pressed(event));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.drag = [event.clientX, event.clientY];
    });
    canvas.addEventListener("pointermove", ({ clientX, clientY }) => {
      if (!this.drag) return;
      this.viewport.pan(clientX - this.drag[0], clientY - this.drag[1]);
      this.drag = [clientX, clientY];
      this.moved();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => { this.drag = null; });
    }
    canvas.addEventListener("wheel", (event) => {
      if (!wheelZooms(event)) return;
      event.preventDefault();
      this.viewport.zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
      this.moved();
    });
    this.theme = new MutationObserver(() => this.redraw());
    this.theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  }

  send(message) {
    try {
      this.model.send(message);
    } catch {
      this.status("slow");
    }
  }

  // One label at a time: the next point is not known before the kernel has saved this one.
  act(change) {
    const { point } = this.state ?? {};
    if (this.busy || (!point && change.type !== "undo")) return;
    this.busy = true;
    this.status("busy");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.status("slow"), SLOW);
    this.send({ ...change, id: point?.id ?? 0 });
  }

  receive(message, [data]) {
    if (message.type === "pixels") {
      this.rasters.get(message.key)?.receive(message, data);
      this.node.dataset.ready = true;
      this.redraw();
    } else if (message.type === "state") this.update(message);
    else if (message.type === "problem") {
      this.free();
      this.warn(message.text);
      this.status("saved");
    }
  }

  free() {
    clearTimeout(this.timer);
    this.busy = false;
  }

  update(state) {
    const first = !this.state;
    this.free();
    this.state = state;
    const { point, total, labelled, skipped } = state;
    const again = point?.skipped ? ", skipped before" : "";
    this.task.textContent = point
      ? `Point ${point.id}: what is in the square?${again}`
      : "All points are labelled. Now: assess";
    this.done.textContent = `${labelled} of ${total} labelled, ${skipped} skipped`;
    this.bar.max = total;
    this.bar.value = labelled;
    this.undo.disabled = !state.undo;
    this.skips.disabled = !point;
    for (const [code, { row, polygons }] of this.classes.rows) {
      row.disabled = !point;
      row.tabIndex = 0;
      polygons.textContent = state.counts[code] ?? "·";
    }
    this.warn("");
    this.status("saved");
    if (this.width) this.centre(first ? AROUND : 0);
    this.node.classList.add("s2kit-live");
    this.node.dataset.point = point?.id ?? "";
    this.node.dataset.labelled = labelled;
  }

  status(kind) {
    const saved = this.state?.saved;
    const state = kind === "saved" && saved?.ok === false ? "failed" : kind;
    const text = {
      slow: "the kernel does not answer; this label is not saved: run the cell anew",
      busy: "saving …",
      failed: saved?.text,
      saved: saved?.ok ? `✓ ${saved.text}` : "nothing changed yet",
    }[state];
    const path = this.model.get("path");
    this.saved.dataset.state = state;
    this.saved.textContent = `${text} · ${path.split(/[/\\]/).pop()}`;
    this.saved.title = path;
  }

  warn(text) {
    this.alert.replaceChildren(text);
    this.alert.hidden = !text;
  }

  // Bring the point into the middle; with a number, show as many pixels around it.
  centre(around = 0) {
    const { point } = this.state ?? {};
    if (!point) return this.redraw();
    const [column, row] = [point.column + 0.5, point.row + 0.5];
    if (around) this.viewport.scale = Math.min(this.width, this.height) / (2 * around + 1);
    this.viewport.centre = [column, row];
    this.viewport.settle();
    this.moved();
  }

  moved() {
    this.redraw();
    this.refine();
  }

  showImage() {
    const { image, rasters } = this;
    const { key } = image;
    if (!rasters.has(key)) {
      const asked = { type: "pixels", key, ...image.value };
      rasters.set(key, new Raster({ kind: "image" }, this.grid, (window) => this.send({ ...asked, ...window })));
    }
    this.raster = rasters.get(key);
    this.raster.request();
    this.moved();
  }

  draw() {
    if (!this.width) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = getComputedStyle(this.stage).getPropertyValue("--s2kit-ground");
    context.fillRect(0, 0, this.width, this.height);
    this.raster?.draw(context, this.viewport);
    if (this.state?.point) drawPoint(context, this.viewport, this.state.point);
    drawLabel(context, this.image.value.layer, 10, 10);
    drawScaleBar(context, this.viewport, this.grid, 10, this.height - 10);
    drawCredit(context, this.model.get("attribution"), this.width, this.height);
    this.stage.dataset.drawn = Number(this.stage.dataset.drawn || 0) + 1;
  }

  // On the image every key counts; on the buttons the letters and digits as well.
  pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || ["SELECT", "INPUT"].includes(target.tagName)) return;
    const letters = {
      s: () => this.act({ type: "skip" }),
      u: () => this.act({ type: "undo" }),
      n: () => this.image.next(),
      c: () => this.flipColours(),
      p: () => this.centre(),
      "?": () => this.toggleHelp(),
    };
    const action = letters[key.length === 1 ? key.toLowerCase() : key];
    if (moveByKey(event, this.viewport)) this.moved();
    else if (action) action();
    else if (/^\d$/.test(key)) {
      const found = classOfKey(this.model, key);
      if (found) this.act({ type: "label", label: found.code });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  flipColours() {
    const natural = ["B04", "B03", "B02"];
    const shown = this.image.value.bands.join() === natural.join();
    this.image.set({ bands: shown ? ["B08", "B04", "B03"] : natural });
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.keysButton.setAttribute("aria-expanded", !this.help.hidden);
  }

  remove() {
    clearTimeout(this.timer);
    for (const [name, handler] of this.handlers) this.model.off(name, handler);
    this.theme.disconnect();
    this.observer.disconnect();
  }
}

function render({ model, el }) {
  const view = new LabellerView(model, el);
  return () => view.remove();
}

export default { render };
