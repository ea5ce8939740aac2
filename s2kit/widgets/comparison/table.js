// Agreement and confusion of what is in view, as the kernel counted it.
class Table {
  constructor(model) {
    this.model = model;
    const maps = model.get("layers").filter((layer) => layer.kind === "classes");
    const options = maps.map(({ name }) => [name, name]);
    const pick = (trait) => (name) => {
      model.set(trait, name);
      model.save_changes();
    };
    this.mapped = choice("Map", options, model.get("mapped"), pick("mapped"));
    this.reference = choice("Reference", options, model.get("reference"), pick("reference"));
    this.line = element("div", { class: "s2kit-agreement", role: "status" });
    this.body = element("div", { class: "s2kit-matrix" });
    const pair = element("div", { class: "s2kit-row" }, this.mapped, this.reference);
    this.node = element("section", { "aria-label": "Agreement in view" }, pair, this.line, this.body);
    this.node.hidden = maps.length < 2;
  }

  chosen() {
    this.mapped.choose(this.model.get("mapped"));
    this.reference.choose(this.model.get("reference"));
  }

  show(table) {
    this.table = table;
    const nth = table.step > 1 ? ` (every ${table.step}th counted)` : "";
    const share = table.agreement === null ? "–" : `${(100 * table.agreement).toFixed(1)} %`;
    this.line.replaceChildren(
      element("b", {}, share),
      ` of ${thousands(table.pixels)} pixels in view agree${nth}`,
    );
    this.body.replaceChildren(table.pixels ? this.matrix(table) : "No pixel in view has both.");
    this.node.dataset.counted = Number(this.node.dataset.counted || 0) + 1;
  }

  matrix({ codes, matrix, pa, ua }) {
    const percent = (value) => (value === null ? "–" : (100 * value).toFixed(0));
    const most = Math.log1p(Math.max(...matrix.flat()));
    const head = element("tr", {}, element("td", { class: "s2kit-corner" }, "map \\ ref"));
    head.append(...codes.map((code) => this.heading(code, "col")), element("th", { title: "User's accuracy in per cent" }, "UA"));
    const rows = codes.map((code, i) => {
      const row = element("tr", {}, this.heading(code, "row"));
      row.append(
        ...matrix[i].map((count, j) => {
          const cell = element("td", { title: thousands(count) }, count ? short(count) : "·");
          const depth = (100 * Math.log1p(count)) / most;
          cell.className = i === j ? "s2kit-same" : count ? "s2kit-other" : "s2kit-zero";
          cell.style.setProperty("--depth", `${depth.toFixed(0)}%`);
          return cell;
        }),
        element("td", { class: "s2kit-share" }, percent(ua[i])),
      );
      return row;
    });
    const foot = element("tr", {}, element("th", { scope: "row", title: "Producer's accuracy in per cent" }, "PA"));
    foot.append(...pa.map((value) => element("td", { class: "s2kit-share" }, percent(value))));
    foot.append(element("td"));
    return element("table", {}, head, ...rows, foot);
  }

  heading(code, scope) {
    const found = this.model.get("classes").find((each) => each.code === code);
    const colour = found[this.model.get("palette")];
    const cell = element("th", { scope, title: found.name }, String(code));
    Object.assign(cell.style, { background: colour, color: inkOn(colour) });
    return cell;
  }
}

function short(count) {
  return count < 10000 ? String(count) : `${Math.round(count / 1000)}k`;
}
