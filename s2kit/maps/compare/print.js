// The view as a picture to keep, with its legend below, at twice the resolution of the screen.
function printed({ stage, model, table }) {
  const ratio = 2;
  const hidden = model.get("hidden");
  const classes = model.get("classes").filter(({ code }) => !hidden.includes(code));
  const [column, line] = [150, 20];
  const columns = Math.max(1, Math.floor((stage.width - 20) / column));
  const foot = 34 + Math.ceil(classes.length / columns) * line;
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
  context.fillText(table.line.textContent, 10, stage.height + 20);
  classes.forEach(({ code, short, ...colours }, index) => {
    const x = 10 + (index % columns) * column;
    const y = stage.height + 34 + Math.floor(index / columns) * line;
    context.fillStyle = colours[model.get("palette")];
    context.fillRect(x, y, 14, 12);
    context.strokeRect(x, y, 14, 12);
    context.fillStyle = "#222222";
    context.fillText(`${code}  ${short}`, x + 20, y + 10);
  });
  return canvas;
}
