// The network beside the drawing: its map beneath, where to draw next, retraining.

const CHANGED_ALPHA = 205;
// The lines are never empty: if they came and went, the board would move under the hand.
const HINTS = {
  why: "Where next (w) goes to a place where a polygon would help.",
  told: "Retrain (r) adapts the network to what is drawn; a quarter of it is held back to compare.",
};

class NetworkPanel {
  constructor(view) {
    const { model, desk, rasters } = view;
    Object.assign(this, { view, model, desk, version: model.get("learnt").version });
    const layer = (key) => {
      const ask = (window) => view.send({ type: "codes", key, ...window });
      const raster = new Raster({ kind: "codes" }, model.get("grid"), ask);
      rasters.set(key, raster); // where answers look for it; keys of images have spaces
      return raster;
    };
    this.map = layer("map");
    this.changed = layer("changed");
    this.build();
    this.handlers = [
      ["change:show_map change:show_changed change:opacity", () => this.show()],
      ["change:learnt", () => this.learnt()],
    ];
    this.colour();
    this.learnt();
  }

  build() {
    const set = (trait) => (value) => this.set(trait, value);
    this.ticks = {
      show_map: tick("map beneath", "The class map of the network (m)", true, set("show_map")),
      show_changed: tick("changed", "Where retraining changed the map (c)", false, set("show_changed")),
    };
    this.slider = element("input", { type: "range", min: 0, max: 1, step: 0.05 });
    this.slider.addEventListener("input", () => this.model.set("opacity", Number(this.slider.value)));
    this.slider.addEventListener("change", () => this.model.save_changes());
    const slide = element("label", { class: "s2kit-field" }, element("span", {}, "Opacity"), this.slider);
    const places = element("div", { class: "s2kit-group", role: "group", "aria-label": "Places to draw" });
    places.append(
      button("‹", "The place before (Shift + w)", () => this.next(-1)),
      button("Where next", "Go to the next place where a polygon would help (w)", () => this.next(1)),
    );
    const retrain = button("Retrain", "Adapt the network to what is drawn (r)", () => this.retrain());
    const tools = element(
      "div",
      { class: "s2kit-tools", role: "toolbar", "aria-label": "Network" },
      this.ticks.show_map, slide, places, retrain, this.ticks.show_changed,
    );
    this.why = element("div", { class: "s2kit-why", role: "status" }, HINTS.why);
    this.told = element("div", { class: "s2kit-learnt", role: "status" });
    this.node = element("div", { class: "s2kit-network" }, tools, this.why, this.told);
  }

  set(trait, value) {
    this.model.set(trait, value);
    this.model.save_changes();
  }

  colour() {
    const palette = this.model.get("palette");
    const colours = [[0, 0, 0, 0]];
    for (const each of this.model.get("classes")) colours[each.code] = rgba(each[palette]);
    this.map.setColours(colours, palette);
    const changed = this.model.get("changed_colour");
    this.changed.setColours([[0, 0, 0, 0], rgba(changed, CHANGED_ALPHA)], changed);
  }

  // What lies beneath the drawing; a layer is asked for when it is first shown.
  show() {
    const { model, desk, map, changed } = this;
    for (const [trait, node] of Object.entries(this.ticks)) node.set(model.get(trait));
    this.slider.value = model.get("opacity");
    desk.beneath = [];
    if (model.get("show_map")) desk.beneath.push({ raster: map, opacity: model.get("opacity") });
    if (model.get("show_changed")) desk.beneath.push({ raster: changed, opacity: 1 });
    for (const { raster } of desk.beneath) raster.request();
    this.view.refine();
    desk.redraw();
  }

  next(step) {
    this.asked = Math.random();
    this.view.send({ type: "next", step, serial: this.asked });
  }

  // Of several views of one widget, the one that asked goes there.
  placed({ serial, bounds, text }) {
    if (serial !== this.asked) return;
    const { desk } = this;
    const [west, south, east, north] = bounds;
    desk.proposed = [[west, north], [east, south]];
    const [[left, top], [right, bottom]] = desk.proposed.map((corner) => desk.polygons.toImage(corner));
    const around = right - left; // what a place is shows in what lies around it
    desk.viewport.show(left - around, top - around, right + around, bottom + around);
    this.why.textContent = text;
    this.view.warn("");
    desk.moved();
  }

  // Take the outline of the proposed place away; returns whether there was one.
  dismiss() {
    const had = this.desk.proposed !== null;
    this.desk.proposed = null;
    this.why.textContent = HINTS.why;
    this.desk.redraw();
    return had;
  }

  retrain() {
    const { state, text } = this.model.get("learnt");
    if (state === "running") {
      this.told.textContent = `it is running: ${text}`;
      return;
    }
    this.view.warn("");
    this.view.send({ type: "retrain" });
  }

  learnt() {
    const { state, text, version } = this.model.get("learnt");
    this.told.textContent = text || HINTS.told;
    Object.assign(this.node.dataset, { state, version });
    if (version !== this.version) {
      this.version = version;
      for (const raster of [this.map, this.changed]) raster.forget();
      this.dismiss(); // it was proposed for what the old map said
    }
    this.ticks.show_changed.hidden = !version;
    this.show();
  }

  // The keys of a digitiser with a network; returns whether it was one.
  act(key) {
    const flip = (trait) => this.set(trait, !this.model.get(trait));
    const actions = {
      m: () => flip("show_map"),
      c: () => flip("show_changed"),
      w: () => this.next(1),
      W: () => this.next(-1),
      r: () => this.retrain(),
    };
    actions[key]?.();
    return key in actions;
  }
}
