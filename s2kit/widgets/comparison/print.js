// The view as a picture to keep, with its legend below, at twice the resolution of the screen.
function printed({ stage, model, table, legend }) {
  const ratio = 2;
  const entries = legend.entries();
  const [column, line] = [150, 20];
  const columns = Math.max(1, Math.floor((stage.width - 20) / column));
  const foot = 34 + Math.ceil(entries.length / columns) * line;
  const canvas = element("canvas", {
    width: stage.width * ratio,
    height: (stage.height + foot) * ratio,
  });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  stage.paint(context);
  context.fillStyle = "#ffffff";
  context.fillRect(0, stage.height, stage.width, foot);
  context.fillStyle = "#222222";
  context.font = "12px system-ui, sans-serif";
  const pair = `${model.get("mapped")} and ${model.get("reference")}: `;
  const said = table.line.textContent;
  context.fillText(said && pair + said, 10, stage.height + 20);
  entries.forEach(({ colour, text }, index) => {
    const x = 10 + (index % columns) * column;
    const y = stage.height + 34 + Math.floor(index / columns) * line;
    context.fillStyle = colour;
    context.fillRect(x, y, 14, 12);
    context.strokeRect(x, y, 14, 12);
    context.fillStyle = "#222222";
    context.fillText(text, x + 20, y + 10);
  });
  return canvas;
}
