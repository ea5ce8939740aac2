// The digitiser: tools above, drawing board at the left, classes and findings at the right.

const TOOLS = [
  ["draw", "Draw", "Draw a polygon (d)"],
  ["edit", "Edit", "Select polygons, move vertices (e)"],
  ["split", "Split", "Cut a polygon along a line (s)"],
];
const SLOW = 4000; // milliseconds after which a silent kernel is mentioned

class DigitiserView {
  constructor(model, el) {
    this.model = model;
    this.polygons = new Polygons(model.get("grid"));
    this.keepsake = new Keepsake(model.get("path"));
    // Serials of several views of one widget must differ.
    this.serial = Math.floor(Math.random() * 2 ** 40);
    this.rasters = new Map();
    this.refine = debounced(() => this.desk.refine(), 120);
    this.desk = new Desk(model, this.polygons, {
      moved: () => this.refine(),
      edit: (change) => this.edit(change),
      selected: (number) => this.selected(number),
      pointed: (place) => this.pointed(place),
      warn: (text) => this.warn(text),
    });
    this.build(el);
    this.listen();
    this.choose(this.desk.label);
    this.showImage();
    this.send({ type: "hello" });
  }

  build(el) {
    const { desk, model } = this;
    this.tools = buttons("Tool", TOOLS, "draw", (tool) => this.use(tool));
    this.undo = button("↶", "Undo (Ctrl+Z)", () => this.edit({ action: "undo" }));
    this.redo = button("↷", "Redo (Ctrl+Y)", () => this.edit({ action: "redo" }));
    this.deletes = button("Delete", "Delete the selected polygon", () => this.delete());
    this.ticks = {
      snap: tick("snap to pixels", "Vertices go to corners of pixels (g)", false, (on) => this.flip("snap", on)),
      trim: tick("avoid overlaps", "New outlines are cut where others lie (o)", false, (on) => this.flip("trim", on)),
      fill: tick("fill", "Fill the polygons (f)", true, (on) => this.flip("fill", on)),
    };
    const palettes = [["standard", "standard"], ["safe", "colour-blind safe"]];
    this.palettes = choice("Colours", palettes, model.get("palette"), (name) => {
      model.set("palette", name);
      model.save_changes();
    });
    const zoom = (factor) => () => { desk.viewport.zoom(factor); desk.moved(); };
    const all = () => { desk.viewport.fit(); desk.moved(); };
    const view = element("div", { class: "s2kit-group", role: "group", "aria-label": "View" });
    view.append(
      button("−", "Zoom out (−)", zoom(1 / 1.5)),
      button("+", "Zoom in (+)", zoom(1.5)),
      button("all", "Show all (Home)", all),
    );
    this.keysButton = button("?", "Keys (?)", () => this.toggleHelp(), { "aria-expanded": false });
    const tools = element(
      "div",
      { class: "s2kit-tools", role: "toolbar", "aria-label": "Drawing" },
      this.tools, this.undo, this.redo, this.deletes, this.ticks.snap, this.ticks.trim,
      this.ticks.fill, view, this.palettes, this.keysButton,
    );
    this.image = new ImageChoice(model, () => this.showImage());
    this.help = helpOf(model.get("networked") ? [...KEYS, ...NETWORK_KEYS] : KEYS);
    this.alert = element("div", { class: "s2kit-alert", role: "alert", hidden: true });
    this.classes = new ClassList(model, (code) => this.choose(code));
    this.findings = new Findings({
      go: (finding) => this.go(finding),
      trim: (number) => this.edit({ action: "trim", number }),
      repair: () => this.edit({ action: "repair" }),
    });
    this.saved = element("div", { class: "s2kit-saved", role: "status" });
    this.place = element("div", { class: "s2kit-place" });
    const under = element("div", { class: "s2kit-under" }, this.place, this.saved);
    const main = element("div", { class: "s2kit-main" }, desk.node, under);
    const side = element("div", { class: "s2kit-side" }, this.classes.node, this.findings.node);
    const sources = model.get("sources");
    if (sources.length) side.append(copying(sources, (source) => this.edit({ action: "copy", source })));
    if (model.get("networked")) this.network = new NetworkPanel(this);
    this.node = element(
      "div",
      { class: "s2kit s2kit-digitise" },
      tools, this.image.node, this.network?.node ?? "", this.help, this.alert,
      element("div", { class: "s2kit-body" }, main, side),
    );
    el.append(this.node);
    this.selected(undefined);
    this.pointed(null);
  }

  listen() {
    const { model, desk } = this;
    this.handlers = [
      ["msg:custom", (message, buffers) => this.receive(message, buffers)],
      ["change:palette", () => {
        this.palettes.choose(model.get("palette"));
        this.classes.colour();
        this.network?.colour();
        desk.redraw();
      }],
      ...(this.network?.handlers ?? []),
    ];
    for (const [name, handler] of this.handlers) model.on(name, handler);
    this.node.addEventListener("keydown", (event) => pressed(this, event));
    this.theme = new MutationObserver(() => desk.redraw());
    this.theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  }

  send(message) {
    try {
      this.model.send(message);
    } catch {
      // The kernel is gone; the keepsake holds what it did not confirm.
    }
  }

  edit(change) {
    this.serial += 1;
    const edit = { ...change, serial: this.serial };
    this.polygons.expect(edit);
    this.keepsake.keep(this.polygons.snapshot());
    this.status();
    this.desk.redraw();
    this.send({ type: "edit", ...edit });
    setTimeout(() => this.status(), SLOW + 100);
    edit.since = performance.now();
  }

  receive(message, [data]) {
    if (message.type === "pixels") {
      this.rasters.get(message.key)?.receive(message, data);
      this.desk.redraw();
    } else if (message.type === "state") this.update(message);
    else if (message.type === "place") this.network.placed(message);
    else if (message.type === "problem") this.warn(message.text);
  }

  update(state) {
    const first = !this.state;
    const mine = this.polygons.pending.get(state.serial);
    this.state = state;
    this.polygons.receive(state);
    // An impossible change was drawn ahead: show again what is really there.
    if (mine && state.problem) this.send({ type: "hello" });
    if (mine) this.warn(state.problem);
    if (!this.polygons.all.has(this.desk.selected)) this.desk.select(undefined);
    this.classes.count(state.pixels, [...this.polygons.all.values()]);
    this.findings.show(state.findings);
    for (const [name, node] of [["undo", this.undo], ["redo", this.redo]]) {
      node.disabled = !state[name];
      node.title = `${name === "undo" ? "Undo" : "Redo"}: ${state[name] || "nothing"}`;
    }
    if (first) this.offerKeepsake();
    else if (!this.polygons.pending.size && state.saved.ok) this.keepsake.drop();
    this.status();
    this.node.classList.add("s2kit-live");
    this.node.dataset.polygons = this.polygons.all.size;
    this.desk.redraw();
  }

  // Work that a dead kernel never confirmed is offered once the widget is back.
  offerKeepsake() {
    const kept = this.keepsake.found();
    if (!kept) return;
    const time = new Date(kept.time).toLocaleTimeString();
    const close = () => { this.alert.hidden = true; };
    const restore = button("Restore", "Take the kept polygons", () => {
      close();
      this.edit({ action: "restore", polygons: kept.polygons });
    });
    const discard = button("Discard", "Forget them", () => { close(); this.keepsake.drop(); });
    const text = `This browser kept ${kept.polygons.length} polygons of ${time} that the kernel did not save.`;
    this.alert.replaceChildren(text, restore, discard);
    this.alert.hidden = false;
  }

  status() {
    const { pending } = this.polygons;
    const oldest = Math.min(...[...pending.values()].map(({ since }) => since ?? Infinity));
    const slow = performance.now() - oldest > SLOW;
    const saved = this.state?.saved;
    const name = this.model.get("path").split(/[/\\]/).pop();
    const [state, text] = slow
      ? ["slow", "the kernel does not answer; the polygons are kept in this browser until it does"]
      : pending.size
        ? ["busy", "saving …"]
        : saved?.ok === false
          ? ["failed", saved.text]
          : ["saved", saved?.text ?? "nothing changed yet"];
    this.saved.dataset.state = state;
    this.saved.textContent = `${state === "saved" && saved?.ok ? "✓ " : ""}${text} · ${name}`;
    this.saved.title = this.model.get("path");
  }

  warn(text) {
    this.alert.replaceChildren(text || "");
    this.alert.hidden = !text;
  }

  showImage() {
    const { image, rasters, desk } = this;
    const { key } = image;
    if (!rasters.has(key)) {
      const asked = { type: "pixels", key, ...image.value };
      rasters.set(key, new Raster({ kind: "image" }, this.model.get("grid"), (window) => this.send({ ...asked, ...window })));
    }
    desk.raster = rasters.get(key);
    desk.raster.request();
    this.refine();
    desk.redraw();
  }

  use(tool) {
    this.tools.choose(tool);
    this.desk.use(tool);
  }

  flip(name, on = !this.desk[name]) {
    this.desk[name] = on;
    this.ticks[name].set(on);
    this.desk.redraw();
  }

  choose(code) {
    const { desk } = this;
    const polygon = this.polygons.all.get(desk.selected);
    if (desk.tool === "edit" && polygon && polygon.label !== code) {
      this.edit({ action: "relabel", number: polygon.number, label: code });
    }
    desk.label = code;
    this.classes.choose(code);
    desk.redraw();
  }

  selected(number) {
    if (!this.node) return;
    this.deletes.disabled = number === undefined;
    const polygon = this.polygons.all.get(number);
    if (polygon) {
      this.desk.label = polygon.label;
      this.classes.choose(polygon.label);
    }
  }

  delete() {
    const { selected } = this.desk;
    if (selected === undefined) return;
    this.desk.select(undefined);
    this.edit({ action: "delete", number: selected });
  }

  pointed(place) {
    const { crs } = this.model.get("grid");
    this.place.textContent = place ? `E ${metres(place[0])}  N ${metres(place[1])} m  (${crs})` : "";
  }

  go(finding) {
    const [number] = finding.numbers;
    const parts = this.polygons.all.get(number)?.parts ?? [];
    if (!finding.place) return;
    this.use("edit");
    this.desk.select(number);
    const [column, row] = this.polygons.toImage(finding.place);
    const corners = parts.flat(2).map((place) => this.polygons.toImage(place));
    const far = Math.max(...corners.map(([c, r]) => Math.max(Math.abs(c - column), Math.abs(r - row))));
    const reach = Math.min(Math.max(far, 4), 25);
    this.desk.viewport.show(column - reach, row - reach, column + reach, row + reach);
    this.desk.mark = finding.place;
    this.desk.moved();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.keysButton.setAttribute("aria-expanded", !this.help.hidden);
  }

  remove() {
    for (const [name, handler] of this.handlers) this.model.off(name, handler);
    this.theme.disconnect();
    this.desk.remove();
  }
}

function render({ model, el }) {
  const view = new DigitiserView(model, el);
  return () => view.remove();
}

export default { render };
