// A layer of pixels: an overview of all of it and, when seen closely, the part in view.

class Raster {
  // `layer` is {id, kind: "image" | "codes"}; `ask` sends a request to the kernel.
  constructor(layer, grid, ask) {
    Object.assign(this, { layer, grid, ask, overview: null, detail: null, style: "" });
    this.colours = [];
  }

  request() {
    if (this.asked) return;
    this.asked = true;
    const { width, height, step } = this.grid;
    this.ask({ top: 0, left: 0, bottom: height, right: width, step });
  }

  forget() {
    this.asked = false;
    this.detail = null;
    this.wanted = null;
  }

  // Ask for what is in view at the resolution of the screen, unless it is already there.
  refine(viewport, ratio) {
    const step = Math.max(1, Math.floor(1 / (viewport.scale * ratio)));
    if (step >= this.grid.step) return;
    const seen = viewport.visible();
    const inside = (w) =>
      w &&
      w.step <= step &&
      w.top <= seen.top &&
      w.left <= seen.left &&
      w.bottom >= seen.bottom &&
      w.right >= seen.right;
    if (inside(this.detail) || inside(this.wanted)) return;
    this.wanted = { ...seen, step };
    this.ask(this.wanted);
  }

  receive(window, data) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const part = { ...window, bytes, canvas: null };
    const whole = window.bottom - window.top === this.grid.height &&
      window.right - window.left === this.grid.width;
    if (whole && window.step >= this.grid.step) this.overview = part;
    else this.detail = part;
  }

  // Colours of the codes as [red, green, blue, alpha], by code; `style` names them.
  setColours(colours, style) {
    if (style === this.style) return;
    Object.assign(this, { colours, style });
    for (const part of [this.overview, this.detail]) if (part) part.canvas = null;
  }

  codeAt(column, row) {
    for (const part of [this.detail, this.overview]) {
      if (!part || row < part.top || row >= part.bottom) continue;
      if (column < part.left || column >= part.right) continue;
      const place = [(row - part.top) / part.step, (column - part.left) / part.step];
      return part.bytes[Math.floor(place[0]) * part.columns + Math.floor(place[1])];
    }
    return 0;
  }

  draw(context, viewport) {
    for (const part of [this.overview, this.detail]) {
      if (!part || !part.rows || !part.columns) continue;
      part.canvas ??= this.paint(part);
      const [x, y] = viewport.toPane(part.left, part.top);
      const size = viewport.scale * part.step;
      // Pixels stay pixels when seen closely; classes are never mixed, an image may be.
      context.imageSmoothingEnabled = this.layer.kind === "image" && size < 1;
      context.imageSmoothingQuality = "medium";
      context.drawImage(part.canvas, x, y, part.columns * size, part.rows * size);
    }
  }

  paint({ bytes, rows, columns }) {
    const canvas = element("canvas", { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const picture = context.createImageData(columns, rows);
    if (this.layer.kind === "image") picture.data.set(bytes);
    else {
      const table = new Uint8ClampedArray(1024);
      this.colours.forEach((colour, code) => table.set(colour, 4 * code));
      const words = new Uint32Array(table.buffer);
      const target = new Uint32Array(picture.data.buffer);
      for (let index = 0; index < bytes.length; index++) target[index] = words[bytes[index]];
    }
    context.putImageData(picture, 0, 0);
    return canvas;
  }
}

// #rrggbb or #rrggbbaa as four counts; the second argument is the alpha of those that name none.
function rgba(hex, alpha = 255) {
  const parts = [1, 3, 5, 7].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return hex.length > 7 ? parts : parts.with(3, alpha);
}

// Black or white, whichever is read better on a colour (WCAG relative luminance).
function inkOn(hex) {
  const [red, green, blue] = rgba(hex).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

// A bar of a round length at the lower left of a pane.
function drawScaleBar(context, viewport, grid, x, bottom) {
  const metresPerPixel = grid.dx / viewport.scale;
  const lengths = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
  const length = lengths.findLast((each) => each / metresPerPixel <= 130) ?? lengths[0];
  const wide = length / metresPerPixel;
  const text = length < 1000 ? `${length} m` : `${length / 1000} km`;
  context.save();
  context.fillStyle = "rgb(255 255 255 / 0.82)";
  context.beginPath();
  context.roundRect(x, bottom - 26, wide + 16, 26, 3);
  context.fill();
  context.fillStyle = "#222222";
  context.fillRect(x + 8, bottom - 8, wide, 3);
  context.font = "600 11px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.fillText(text, x + 8, bottom - 12);
  context.restore();
}

// Left of the handle that makes the map higher.
function drawCredit(context, text, width, bottom) {
  if (!text) return;
  const right = width - 14;
  context.save();
  context.font = "10px system-ui, sans-serif";
  const wide = context.measureText(text).width;
  context.fillStyle = "rgb(255 255 255 / 0.82)";
  context.fillRect(right - wide - 8, bottom - 15, wide + 8, 15);
  context.fillStyle = "#444444";
  context.textAlign = "right";
  context.fillText(text, right - 4, bottom - 4);
  context.restore();
}

function drawLabel(context, text, x, y, align = "left") {
  context.save();
  context.font = "600 12px system-ui, sans-serif";
  const wide = context.measureText(text).width + 14;
  const left = align === "left" ? x : x - wide;
  context.fillStyle = "rgb(20 20 20 / 0.72)";
  context.beginPath();
  context.roundRect(left, y, wide, 21, 4);
  context.fill();
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, left + 7, y + 11);
  context.restore();
}
