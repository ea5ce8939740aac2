// The comparison: tools above, map and legend at the left, pixel and table at the right.

const MODES = [
  ["swipe", "Swipe", "Left and right of a divider"],
  ["blend", "Blend", "One over the other"],
  ["side by side", "Side by side", "Two maps that move together"],
];

class ComparisonView {
  constructor(model, el) {
    this.model = model;
    this.rasters = new Map(
      model.get("layers").map((layer) => {
        const kind = layer.kind === "scene" ? "image" : "codes";
        const ask = (window) => model.send({ type: "pixels", layer: layer.name, ...window });
        return [layer.name, new Raster({ ...layer, type: layer.kind, kind }, model.get("grid"), ask)];
      }),
    );
    this.count = debounced(() => model.send({ type: "view", ...this.stage.viewport.visible() }), 150);
    this.refine = debounced(() => this.refineShown(), 120);
    this.stage = new Stage(model, this.rasters, {
      moved: () => {
        this.count();
        this.refine();
      },
      read: (pixel) => this.read(pixel),
    });
    this.legend = new Legend(model);
    this.readout = new Readout(model);
    this.table = new Table(model);
    this.build(el);
    this.listen();
    this.colour();
    this.readout.show(null);
    this.request();
  }

  build(el) {
    const set = (trait) => (value) => this.set({ [trait]: value });
    const { model } = this;
    const names = model.get("layers").map(({ name }) => [name, name]);
    this.modes = buttons("How to compare", MODES, model.get("mode"), set("mode"));
    this.left = choice("Left", names, model.get("left"), set("left"));
    this.right = choice("Right", names, model.get("right"), set("right"));
    this.slider = element("input", { type: "range", min: 0, max: 1, step: 0.01 });
    this.slider.addEventListener("input", () =>
      this.model.set(this.slid(), Number(this.slider.value)),
    );
    this.slider.addEventListener("change", () => this.model.save_changes());
    this.slideName = element("span");
    this.slide = element("label", { class: "s2kit-field" }, this.slideName, this.slider);
    const dates = model.get("dates");
    this.dates = element("input", { type: "range", min: 0, max: dates.length - 1, step: 1 });
    this.dates.addEventListener("input", () => this.goTo(dates[Number(this.dates.value)]));
    this.dateName = element("span", { class: "s2kit-date" });
    this.date = element("label", { class: "s2kit-field" }, this.dateName, this.dates);
    this.date.hidden = !dates.length;
    const image = "Show the image, faded, where a layer has no class";
    this.beneath = tick("image beneath", image, model.get("beneath"), set("beneath"));
    this.palettes = choice(
      "Colours",
      [["standard", "standard"], ["safe", "colour-blind safe"]],
      model.get("palette"),
      set("palette"),
    );
    this.help = helpOf(KEYS);
    this.alert = element("div", { class: "s2kit-alert", role: "alert", hidden: true });
    const zoom = (factor) => () => {
      this.stage.viewport.zoom(factor);
      this.stage.moved();
    };
    const all = () => {
      this.stage.viewport.fit();
      this.stage.moved();
    };
    const views = element(
      "div",
      { class: "s2kit-group", role: "group", "aria-label": "View" },
      button("−", "Zoom out (−)", zoom(1 / 1.5)),
      button("+", "Zoom in (+)", zoom(1.5)),
      button("all", "Show all (Home)", all),
    );
    const swap = button("⇄", "Swap left and right (x)", () => this.swap());
    const save = button("PNG", "Save the view as PNG (p)", () => this.save());
    const keys = button("?", "Keys (?)", () => this.toggleHelp(), { "aria-expanded": false });
    this.keysButton = keys;
    const tools = element(
      "div",
      { class: "s2kit-tools", role: "toolbar", "aria-label": "Comparison" },
      this.modes, this.left, swap, this.right, this.slide, this.date, this.beneath, this.palettes, views,
      save, keys,
    );
    const map = element("div", { class: "s2kit-main" }, this.stage.node, this.legend.node);
    const side = element("div", { class: "s2kit-side" }, this.readout.node, this.table.node);
    this.node = element(
      "div",
      { class: "s2kit s2kit-compare" },
      tools, this.help, this.alert, element("div", { class: "s2kit-body" }, map, side),
    );
    el.append(this.node);
    this.slideChanged();
    this.dateChanged();
  }

  set(traits) {
    for (const [trait, value] of Object.entries(traits)) this.model.set(trait, value);
    this.model.save_changes();
  }

  goTo({ left, right }) {
    this.set({ left, right });
  }

  // The slider stands at the date whose layers are shown; other layers are of no date.
  dateChanged() {
    const dates = this.model.get("dates");
    const [left, right] = [this.model.get("left"), this.model.get("right")];
    const place = dates.findIndex((date) => date.left === left && date.right === right);
    const told = place < 0 ? "no date" : dates[place].label;
    this.dateName.textContent = told;
    this.dates.setAttribute("aria-valuetext", told);
    if (place >= 0) this.dates.value = place;
  }

  swap() {
    const { model } = this;
    this.set({ left: model.get("right"), right: model.get("left") });
  }

  slid() {
    return this.model.get("mode") === "blend" ? "opacity" : "position";
  }

  slideChanged() {
    const blend = this.slid() === "opacity";
    this.slideName.textContent = blend ? "Opacity" : "Divider";
    this.slider.value = this.model.get(this.slid());
    this.slide.hidden = this.model.get("mode") === "side by side";
  }

  listen() {
    const { model, stage } = this;
    this.handlers = [
      ["msg:custom", (message, buffers) => this.receive(message, buffers)],
      ["change:position change:opacity", () => { this.slideChanged(); stage.redraw(); }],
      ["change:mode", () => this.modeChanged()],
      ["change:left change:right", () => this.layersChanged()],
      ["change:beneath", () => { this.beneath.set(model.get("beneath")); stage.redraw(); }],
      ["change:palette change:hidden", () => this.coloursChanged()],
      ["change:mapped change:reference", () => { this.table.chosen(); this.count(); }],
    ];
    for (const [name, handler] of this.handlers) model.on(name, handler);
    this.node.addEventListener("keydown", (event) => pressed(this, event));
    this.theme = new MutationObserver(() => { stage.redraw(); this.readout.plot(); });
    this.theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  }

  modeChanged() {
    this.modes.choose(this.model.get("mode"));
    this.slideChanged();
    this.stage.layOut();
  }

  layersChanged() {
    this.left.choose(this.model.get("left"));
    this.right.choose(this.model.get("right"));
    this.dateChanged();
    this.legend.draw();
    this.refine();
    this.stage.redraw();
  }

  coloursChanged() {
    this.palettes.choose(this.model.get("palette"));
    this.colour();
    this.legend.draw();
    if (this.table.table) this.table.show(this.table.table);
    this.readout.plot();
    this.stage.redraw();
  }

  colour() {
    const { model } = this;
    const hidden = model.get("hidden");
    const palette = model.get("palette");
    for (const raster of this.rasters.values()) {
      const { layer } = raster;
      const colours = [[0, 0, 0, 0], ...layer.colours.map((hex) => rgba(hex))];
      if (layer.type === "classes") {
        for (const each of model.get("classes")) {
          colours[each.code] = rgba(each[palette], hidden.includes(each.code) ? 0 : 255);
        }
      }
      raster.setColours(colours, `${palette} ${hidden}`);
    }
  }

  request() {
    const first = [this.model.get("left"), this.model.get("right")];
    for (const name of new Set([...first, ...this.rasters.keys()])) this.rasters.get(name).request();
  }

  refineShown() {
    const shown = this.stage.shown();
    if (this.model.get("beneath")) shown.push(this.stage.image());
    for (const raster of new Set(shown)) raster?.refine(this.stage.viewport, this.stage.ratio);
  }

  receive(message, [data]) {
    if (message.type === "pixels") {
      const raster = this.rasters.get(message.layer);
      raster.receive(message, data);
      this.node.classList.add("s2kit-live");
      const ready = [...this.rasters.values()].every(({ overview }) => overview);
      this.node.dataset.ready = ready;
      this.stage.redraw();
    } else if (message.type === "table") this.table.show(message);
    else if (message.type === "pixel") this.answered(message);
    else if (message.type === "stale") {
      const raster = this.rasters.get(message.layer);
      raster.forget();
      raster.request();
      this.refine();
    } else if (message.type === "problem") {
      this.alert.textContent = message.text;
      this.alert.hidden = false;
    }
  }

  // One question at a time; of those that come meanwhile, the last.
  read(pixel) {
    const [codes, values] = [{}, {}];
    for (const [name, raster] of pixel ? this.rasters : []) {
      const { type } = raster.layer;
      const code = raster.codeAt(pixel.column, pixel.row);
      if (type === "classes") codes[name] = code;
      else if (MEANING[type]) values[name] = code ? MEANING[type].value(code) : null;
    }
    this.readout.show(pixel, codes, values);
    this.next = pixel;
    const late = performance.now() - (this.askedAt ?? -Infinity) > 2000;
    if (pixel && (!this.asking || late)) this.ask(pixel);
  }

  ask(pixel) {
    this.asking = pixel;
    this.askedAt = performance.now();
    this.model.send({ type: "hover", ...pixel });
  }

  answered(message) {
    const current = this.next?.row === message.row && this.next?.column === message.column;
    if (current) this.readout.answer(message);
    this.asking = null;
    if (this.next && !current) this.ask(this.next);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.keysButton.setAttribute("aria-expanded", !this.help.hidden);
  }

  save() {
    const name = [this.model.get("left"), this.model.get("right")].join(" - ");
    download(printed(this), `${name.replace(/[^\p{L}\p{N} _-]+/gu, "")}.png`);
  }

  remove() {
    for (const [name, handler] of this.handlers) this.model.off(name, handler);
    this.theme.disconnect();
    this.stage.remove();
    this.readout.remove();
  }
}

function render({ model, el }) {
  const view = new ComparisonView(model, el);
  return () => view.remove();
}

export default { render };
