// The polygons as the browser knows them: those of the kernel, and changes it has yet to confirm.

class Polygons {
  constructor(grid) {
    this.grid = grid;
    this.all = new Map(); // number → {number, label, parts, valid}; made here: number < 0
    this.pending = new Map(); // serial → what was asked
  }

  // Map coordinates to columns and rows, and back.
  toImage([x, y]) {
    return [(x - this.grid.left) / this.grid.dx, (this.grid.top - y) / this.grid.dy];
  }

  toMap([column, row]) {
    return [this.grid.left + column * this.grid.dx, this.grid.top - row * this.grid.dy];
  }

  // Rings come closed; here they are kept open.
  receive({ whole, changed, removed, serial }) {
    if (whole) for (const number of [...this.all.keys()]) if (number > 0) this.all.delete(number);
    if (serial) {
      this.pending.delete(serial);
      this.all.delete(-serial);
    }
    for (const number of removed) this.all.delete(number);
    for (const polygon of changed) {
      const parts = polygon.parts.map((rings) => rings.map((ring) => ring.slice(0, -1)));
      this.all.set(polygon.number, { ...polygon, parts });
    }
    this.all = new Map([...this.all].sort(([a], [b]) => (a < 0) - (b < 0) || a - b));
  }

  // Show a change before the kernel has made it, so that the hand never waits.
  expect(edit) {
    this.pending.set(edit.serial, edit);
    const known = this.all.get(edit.number);
    if (edit.action === "draw") {
      const { serial, label, parts } = edit;
      this.all.set(-serial, { number: -serial, label, parts, valid: true });
    } else if (known && edit.action === "delete") this.all.delete(edit.number);
    else if (known && edit.action === "relabel") {
      this.all.set(edit.number, { ...known, label: edit.label });
    } else if (known && edit.action === "reshape") {
      this.all.set(edit.number, { ...known, parts: edit.parts });
    }
  }

  snapshot() {
    return [...this.all.values()].map(({ number, label, parts }) => ({ number, label, parts }));
  }

  // Outlines in metres from the upper left corner: small numbers stay exact in a Path2D.
  path(polygon) {
    polygon.path ??= this.pathOf(polygon.parts);
    return polygon.path;
  }

  pathOf(parts) {
    const path = new Path2D();
    const { left, top } = this.grid;
    for (const ring of parts.flat()) {
      ring.forEach(([x, y], i) => (i ? path.lineTo(x - left, top - y) : path.moveTo(x - left, top - y)));
      path.closePath();
    }
    return path;
  }

  // The topmost polygon that the kernel knows at a place of the map, or undefined.
  at(place, context) {
    const { left, top } = this.grid;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const found = [...this.all.values()].findLast(
      (each) =>
        each.number > 0 &&
        context.isPointInPath(this.path(each), place[0] - left, top - place[1], "evenodd"),
    );
    context.restore();
    return found;
  }

  // The polygon that most of a line runs through.
  under(line, context) {
    const votes = new Map();
    for (let i = 1; i < line.length; i++) {
      for (let t = 0; t <= 1; t += 0.05) {
        const place = [0, 1].map((axis) => line[i - 1][axis] * (1 - t) + line[i][axis] * t);
        const found = this.at(place, context);
        if (found) votes.set(found.number, (votes.get(found.number) ?? 0) + 1);
      }
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
  }
}

// Where to write a polygon's code: the centre of its largest ring, in map coordinates.
function middle(parts) {
  let best = { area: 0, place: parts[0]?.[0]?.[0] };
  for (const [ring] of parts) {
    let [area, x, y] = [0, 0, 0];
    const [x0, y0] = ring[0];
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length];
      const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
      area += cross / 2;
      x += ((ax + bx - 2 * x0) * cross) / 6;
      y += ((ay + by - 2 * y0) * cross) / 6;
    });
    if (Math.abs(area) > best.area) {
      best = { area: Math.abs(area), place: [x0 + x / area, y0 + y / area] };
    }
  }
  return best;
}

// What was not saved survives the kernel, and the page, in the browser's own storage.
class Keepsake {
  constructor(path) {
    this.key = `s2kit-digitise:${path}`;
  }

  keep(polygons) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ time: Date.now(), polygons }));
    } catch {
      // Storage is full or forbidden: the kernel still has all that it confirmed.
    }
  }

  found() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}
