// The three tools. Each is told where the pointer, or the cursor of the keyboard, presses, moves
// and lets go (map coordinates), and says what it changes by `edit`.

const NEAR = 9; // CSS pixels at which a vertex is meant

// Draw an outline vertex by vertex; also the line of the splitting tool.
class LineTool {
  constructor(desk, splits) {
    Object.assign(this, { desk, splits, points: [] });
  }

  get fewest() {
    return this.splits ? 2 : 3;
  }

  click(place) {
    const { points, desk } = this;
    const last = points.at(-1);
    const closes = points.length >= this.fewest;
    if (last && desk.near(last, place, 5)) {
      if (closes) this.finish();
      return;
    }
    if (closes && !this.splits && desk.near(points[0], place, NEAR)) this.finish();
    else points.push(desk.snapped(place));
    desk.redraw();
  }

  finish() {
    const { desk, points } = this;
    if (points.length < this.fewest) return;
    this.points = [];
    if (this.splits) {
      const number = desk.selected ?? desk.polygons.under(points, desk.context());
      if (number === undefined) desk.warn("The line runs through no polygon.");
      else desk.edit({ action: "split", number, line: points });
    } else {
      desk.edit({ action: "draw", label: desk.label, parts: [[points]], trim: desk.trim });
    }
    desk.redraw();
  }

  // Take the last vertex back; returns whether there was one.
  back() {
    const had = this.points.length > 0;
    this.points.pop();
    this.desk.redraw();
    return had;
  }

  cancel() {
    const had = this.points.length > 0;
    this.points = [];
    this.desk.redraw();
    return had;
  }
}

// Select polygons, move, add and remove their vertices.
class EditTool {
  constructor(desk) {
    Object.assign(this, { desk, held: null, active: null });
  }

  get polygon() {
    return this.desk.polygons.all.get(this.desk.selected);
  }

  // Outline while a vertex is moved: a copy, so that cancelling leaves nothing behind.
  get parts() {
    return this.held?.parts ?? this.polygon?.parts ?? [];
  }

  *handles(between) {
    for (const [p, rings] of this.parts.entries()) {
      for (const [r, ring] of rings.entries()) {
        for (const [i, [x, y]] of ring.entries()) {
          const [nx, ny] = ring[(i + 1) % ring.length];
          if (between) yield { p, r, i: i + 1, place: [(x + nx) / 2, (y + ny) / 2] };
          else yield { p, r, i, place: [x, y] };
        }
      }
    }
  }

  handleAt(place, between) {
    return [...this.handles(between)].find((each) => this.desk.near(each.place, place, NEAR));
  }

  // Take hold of a vertex, or of a new one between two; returns whether there is one.
  press(place) {
    if (!this.polygon || this.desk.selected < 0) return false;
    const vertex = this.handleAt(place, false);
    const handle = vertex ?? this.handleAt(place, true);
    if (!handle) return false;
    const parts = structuredClone(this.polygon.parts);
    if (!vertex) parts[handle.p][handle.r].splice(handle.i, 0, handle.place);
    this.held = { ...handle, parts, moved: !vertex };
    this.active = { p: handle.p, r: handle.r, i: handle.i };
    this.desk.redraw();
    return true;
  }

  move(place) {
    const { p, r, i, parts } = this.held;
    parts[p][r][i] = this.desk.snapped(place);
    this.held.moved = true;
    this.desk.redraw();
  }

  release() {
    const { parts, moved } = this.held;
    this.held = null;
    if (moved) this.reshape(parts);
    this.desk.redraw();
  }

  click(place) {
    const found = this.desk.polygons.at(place, this.desk.context());
    this.active = null;
    this.desk.select(found?.number);
  }

  reshape(parts) {
    this.desk.edit({ action: "reshape", number: this.desk.selected, parts, trim: this.desk.trim });
  }

  // Remove the vertex last touched; returns whether there was one to remove.
  back() {
    const { active } = this;
    const ring = active && this.polygon?.parts[active.p]?.[active.r];
    if (!ring || ring.length <= 3) return false;
    const parts = structuredClone(this.polygon.parts);
    parts[active.p][active.r].splice(active.i, 1);
    this.active = null;
    this.reshape(parts);
    return true;
  }

  cancel() {
    const had = this.held !== null || this.desk.selected !== undefined;
    this.held = this.active = null;
    this.desk.select(undefined);
    return had;
  }
}
