// Beside the board: the classes with their counts, what is wrong, copying, and saving.

class ClassList {
  constructor(model, onchoose) {
    this.model = model;
    this.node = element("div", { class: "s2kit-classes", role: "radiogroup", "aria-label": "Class" });
    this.rows = new Map(
      model.get("classes").map(({ code, name }, index) => {
        const cells = {
          swatch: element("i", { class: "s2kit-swatch" }),
          polygons: element("span", { class: "s2kit-count" }),
          pixels: element("span", { class: "s2kit-count" }),
        };
        const row = element(
          "button",
          {
            type: "button", role: "radio", "data-code": code,
            title: index < 10 ? `Key ${(index + 1) % 10}` : `Class ${code}`,
          },
          cells.swatch, element("b", {}, String(code)), element("span", {}, name),
          cells.polygons, cells.pixels,
        );
        row.addEventListener("click", () => onchoose(code));
        return [code, { row, ...cells }];
      }),
    );
    const head = element("div", { class: "s2kit-head", "aria-hidden": true });
    head.append("class", element("span", {}, "polygons"), element("span", {}, "pixels"));
    this.node.append(head, ...[...this.rows.values()].map(({ row }) => row));
    this.node.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const codes = [...this.rows.keys()];
      onchoose(codes[(codes.indexOf(this.chosen) + step + codes.length) % codes.length]);
      this.rows.get(this.chosen).row.focus();
    });
    this.colour();
  }

  colour() {
    for (const each of this.model.get("classes")) {
      this.rows.get(each.code).swatch.style.background = each[this.model.get("palette")];
    }
  }

  choose(code) {
    this.chosen = code;
    for (const [each, { row }] of this.rows) {
      row.setAttribute("aria-checked", each === code);
      row.tabIndex = each === code ? 0 : -1;
    }
  }

  count(pixels, polygons) {
    for (const [code, cells] of this.rows) {
      const drawn = polygons.filter(({ label }) => label === code).length;
      cells.polygons.textContent = drawn || "·";
      cells.pixels.textContent = pixels[code] ? thousands(pixels[code]) : "·";
    }
  }
}

// What is wrong: a click goes there; overlaps can be cut off, invalid outlines repaired.
class Findings {
  constructor({ go, trim, repair }) {
    Object.assign(this, { go, trim, repair });
    this.title = element("b");
    this.mend = button("Repair", "Make invalid outlines valid", repair);
    this.list = element("ul");
    const head = element("div", { class: "s2kit-title" }, this.title, this.mend);
    this.node = element("section", { class: "s2kit-findings", "aria-label": "Findings" }, head, this.list);
    this.show([]);
  }

  show(findings) {
    const invalid = findings.filter(({ kind }) => kind === "invalid").length;
    const count = findings.length;
    this.title.textContent = count ? `${count} thing${count > 1 ? "s" : ""} to look at` : "Nothing wrong";
    this.mend.hidden = !invalid;
    this.mend.textContent = `Repair ${invalid} invalid`;
    this.list.replaceChildren(...findings.slice(0, 60).map((finding) => this.line(finding)));
    if (count > 60) this.list.append(element("li", {}, `… and ${count - 60} more`));
  }

  line(finding) {
    const [number] = finding.numbers;
    const text = button(`${number}: ${finding.text}`, "Go there", () => this.go(finding), {
      class: "s2kit-go",
    });
    const line = element("li", { "data-kind": finding.kind }, text);
    if (finding.kind === "overlap") {
      // The later polygon lies on top; it is the one to be cut.
      const later = finding.numbers[1];
      line.append(button("cut off", `Cut the overlap off polygon ${later}`, () => this.trim(later)));
    }
    return line;
  }
}

// Polygons of classes that stay from date to date, copied from those of another date.
function copying(sources, oncopy) {
  let source = sources[0];
  const from = choice("from", sources.map((name) => [name, name]), source, (name) => { source = name; });
  const title = "Classes that stay from date to date, such as forest and roads";
  const copy = button("Copy permanent classes", title, () => oncopy(source));
  return element("section", { class: "s2kit-copy", "aria-label": "Permanent classes" }, copy, from);
}

// The image that is drawn over: which scene, which bands, how stretched.
class ImageChoice {
  constructor(model, onchange) {
    this.onchange = onchange;
    const bands = model.get("bands").map((name) => [name, name]);
    this.value = { layer: model.get("images")[0], bands: ["B08", "B04", "B03"], stretch: "fixed" };
    const images = model.get("images").map((name) => [name, name]);
    this.scene = choice("Image", images, this.value.layer, (layer) => this.set({ layer }));
    this.channels = ["Red", "Green", "Blue"].map((name, at) =>
      choice(name, bands, this.value.bands[at], (band) => this.set({ bands: this.value.bands.with(at, band) })),
    );
    this.stretch = choice(
      "Stretch",
      [["fixed", "same on all dates"], ["percentile", "2–98 % of this scene"]],
      "fixed",
      (stretch) => this.set({ stretch }),
    );
    const presets = [
      ["FCC", "False colour: near infrared, red, green", ["B08", "B04", "B03"]],
      ["TCC", "True colour: red, green, blue", ["B04", "B03", "B02"]],
      ["SWIR", "Short-wave infrared, near infrared, red", ["B11", "B08", "B04"]],
    ].map(([text, title, triple]) => button(text, title, () => this.set({ bands: triple })));
    const group = element("div", { class: "s2kit-group", role: "group", "aria-label": "Bands" });
    group.append(...presets);
    this.node = element(
      "div",
      { class: "s2kit-tools", role: "toolbar", "aria-label": "Image and bands" },
      this.scene, group, ...this.channels, this.stretch,
    );
  }

  get key() {
    const { layer, bands, stretch } = this.value;
    return [layer, ...bands, stretch].join(" ");
  }

  set(part) {
    this.value = { ...this.value, ...part };
    this.scene.choose(this.value.layer);
    this.channels.forEach((channel, at) => channel.choose(this.value.bands[at]));
    this.stretch.choose(this.value.stretch);
    this.onchange();
  }

  // The next date, for looking back and forth with one key.
  next() {
    const names = [...this.scene.querySelectorAll("option")].map(({ value }) => value);
    this.set({ layer: names[(names.indexOf(this.value.layer) + 1) % names.length] });
  }
}
