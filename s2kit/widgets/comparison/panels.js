// Beside the map: the legend that toggles classes, and the pixel under the pointer.

class Legend {
  constructor(model) {
    this.model = model;
    this.chips = new Map(
      model.get("classes").map(({ code, name, short }) => {
        const title = `Show or hide ${name}`;
        const chip = button("", title, () => this.toggle(code), { class: "s2kit-chip" });
        const swatch = element("i", { class: "s2kit-swatch" });
        chip.append(swatch, element("b", {}, String(code)), ` ${short}`);
        return [code, chip];
      }),
    );
    const rest = { class: "s2kit-all" };
    const all = button("all", "Show all classes", () => this.hide([]), rest);
    const none = button("none", "Hide all classes", () => this.hide([...this.chips.keys()]), rest);
    this.node = element(
      "div",
      { class: "s2kit-legend", role: "group", "aria-label": "Classes" },
      ...this.chips.values(), all, none,
    );
    this.keys = element("div", { class: "s2kit-legend" });
    this.node.append(this.keys);
    this.draw();
  }

  draw() {
    const hidden = this.model.get("hidden");
    for (const each of this.model.get("classes")) {
      const chip = this.chips.get(each.code);
      chip.setAttribute("aria-pressed", !hidden.includes(each.code));
      chip.querySelector("i").style.background = each[this.model.get("palette")];
    }
    this.keys.replaceChildren(
      ...this.others().map(({ colour, text }) => {
        const swatch = element("i", { class: "s2kit-swatch" });
        swatch.style.background = colour;
        return element("span", { class: "s2kit-key" }, swatch, text);
      }),
    );
  }

  // What the colours mean of those layers shown that are no class maps.
  others() {
    const { model } = this;
    const shown = [model.get("left"), model.get("right")];
    const meanings = {
      agreement: [[0, "same class"], [1, "other class"]],
      confidence: [50, 75, 100].map((percent) => [percent, `confidence ${percent} %`]),
      applicability: [[25, "like the training"], [50, "unlike it: above 1"], [99, "2 and more"]],
    };
    return model.get("layers")
      .filter(({ name, kind }) => shown.includes(name) && meanings[kind])
      .flatMap(({ kind, colours }) =>
        meanings[kind].map(([at, text]) => ({ colour: colours[at], text })));
  }

  // All that is seen: classes that are not hidden, and the others.
  entries() {
    const { model } = this;
    const hidden = model.get("hidden");
    const classes = model.get("classes").filter(({ code }) => !hidden.includes(code));
    const colour = (each) => each[model.get("palette")];
    return [
      ...classes.map((each) => ({ colour: colour(each), text: `${each.code}  ${each.short}` })),
      ...this.others(),
    ];
  }

  toggle(code) {
    const hidden = this.model.get("hidden");
    this.hide(hidden.includes(code) ? hidden.filter((c) => c !== code) : [...hidden, code]);
  }

  hide(codes) {
    this.model.set("hidden", codes);
    this.model.save_changes();
  }
}

// What the codes of a layer of numbers stand for (layers.py), and how a number is read out.
const MEANING = {
  confidence: {
    value: (code) => (code - 1) / 100,
    told: (value) => `${(100 * value).toFixed(0)} % sure`,
  },
  applicability: {
    value: (code) => code / 50,
    told: (value) => `${value.toFixed(2)}, ${value > 1 ? "unlike all of the training" : "like the training"}`,
  },
};

// Coordinates, classes, and the spectrum of the pixel over the mean of its class.
class Readout {
  constructor(model) {
    this.model = model;
    this.coordinates = element("div", { class: "s2kit-coordinates" });
    this.names = element("div", { class: "s2kit-names" });
    this.chart = element("canvas", { class: "s2kit-chart", role: "img" });
    this.caption = element("div", { class: "s2kit-caption" });
    this.node = element(
      "section",
      { class: "s2kit-readout", "aria-label": "Pixel under the pointer" },
      this.coordinates,
      this.names,
      this.chart,
      this.caption,
    );
    this.pixel = null;
    this.observer = fittingCanvas(this.chart, this.chart, (width, height, ratio) => {
      Object.assign(this, { width, height, ratio });
      this.plot();
    });
  }

  show(pixel, codes, values) {
    if (!pixel) {
      this.coordinates.textContent = "Point at a pixel, or move there with the arrow keys.";
      this.names.replaceChildren();
      this.pixel = null;
      this.plot();
      return;
    }
    const { left, top, dx, dy, crs } = this.model.get("grid");
    const east = left + (pixel.column + 0.5) * dx;
    const north = top - (pixel.row + 0.5) * dy;
    this.coordinates.textContent = `E ${metres(east)}  N ${metres(north)} m  (${crs})`;
    this.layers(codes, values);
  }

  // Each class map with its class, and each layer of numbers with its number.
  layers(codes, values) {
    const classes = this.model.get("classes");
    const rows = Object.entries(codes).flatMap(([name, code]) => {
      const found = classes.find((each) => each.code === code);
      const swatch = element("i", { class: "s2kit-swatch" });
      swatch.style.background = found ? found[this.model.get("palette")] : "transparent";
      const text = found ? `${code} ${found.name}` : "no class";
      return [element("span", {}, name), element("div", {}, swatch, text)];
    });
    const kinds = new Map(this.model.get("layers").map(({ name, kind }) => [name, kind]));
    const numbers = Object.entries(values).flatMap(([name, value]) => [
      element("span", {}, name),
      element("div", {}, value === null ? "no data" : MEANING[kinds.get(name)].told(value)),
    ]);
    this.names.replaceChildren(...rows, ...numbers);
  }

  answer(pixel) {
    this.pixel = pixel;
    this.layers(pixel.codes, pixel.values);
    this.plot();
  }

  plot() {
    if (!this.width) return;
    const { chart, pixel, model } = this;
    const context = chart.getContext("2d");
    const ink = getComputedStyle(this.node).color;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const found = model.get("classes").find((each) => each.code === pixel?.class);
    const colour = found?.[model.get("palette")];
    const values = pixel?.spectrum?.every((v) => v !== null) ? pixel.spectrum : null;
    const highest = (pixel?.mean ?? []).map((mean, i) => (mean ?? 0) + (pixel.spread[i] ?? 0));
    const top = Math.max(0.4, ...(values ?? []), ...highest) * 1.05;
    const frame = this.axes(context, ink, top);
    const waves = model.get("wavelengths");
    if (pixel?.mean && pixel.mean[0] !== null) {
      const up = pixel.mean.map((mean, i) => frame(waves[i], mean + pixel.spread[i]));
      const down = pixel.mean.map((mean, i) => frame(waves[i], Math.max(0, mean - pixel.spread[i])));
      trace(context, [...up, ...down.reverse()]);
      context.globalAlpha = 0.3;
      context.fillStyle = colour;
      context.fill();
      context.globalAlpha = 1;
      line(context, pixel.mean.map((mean, i) => frame(waves[i], mean)), ink, 4.5);
      line(context, pixel.mean.map((mean, i) => frame(waves[i], mean)), colour, 3);
    }
    if (values) {
      const points = values.map((value, i) => frame(waves[i], value));
      line(context, points, ink, 1.6);
      context.fillStyle = ink;
      for (const [x, y] of points) {
        context.beginPath();
        context.arc(x, y, 2.6, 0, 2 * Math.PI);
        context.fill();
      }
    }
    this.caption.textContent = !pixel?.scene
      ? ""
      : `${pixel.scene}: the pixel${found ? ` (dots) over the mean of ${found.short} in ${pixel.of} ± s.d.` : ""}`;
    chart.setAttribute("aria-label", `Reflectance by wavelength. ${this.caption.textContent}`);
  }

  axes(context, ink, top) {
    const [x0, y0, x1, y1] = [34, this.height - 20, this.width - 8, 8];
    const [first, last] = [440, 2250];
    const frame = (wave, value) => [
      x0 + ((wave - first) / (last - first)) * (x1 - x0),
      y0 - (value / top) * (y0 - y1),
    ];
    context.font = "10px system-ui, sans-serif";
    context.fillStyle = context.strokeStyle = ink;
    context.lineWidth = 1;
    const step = top > 0.9 ? 0.5 : 0.2;
    for (let value = 0; value <= top; value += step) {
      const [, y] = frame(first, value);
      context.globalAlpha = value ? 0.18 : 0.6;
      context.fillRect(x0, Math.round(y), x1 - x0, 1);
      context.globalAlpha = 1;
      context.textAlign = "right";
      context.fillText(value.toFixed(1), x0 - 5, y + 3.5);
    }
    context.textAlign = "center";
    for (const wave of [500, 1000, 1500, 2000]) {
      context.fillText(wave === 2000 ? "2000 nm" : String(wave), frame(wave, 0)[0], this.height - 5);
    }
    return frame;
  }

  remove() {
    this.observer.disconnect();
  }
}

function trace(context, points) {
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
}

function line(context, points, colour, width) {
  trace(context, points);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.stroke();
}
