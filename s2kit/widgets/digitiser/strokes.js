// What the digitiser draws by hand, readable on dark and on bright pixels.

// One path with several pens, the widest first: [colour, width].
function strokes(context, path, ...pens) {
  for (const [colour, width] of pens) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }
}

// The corners to which vertices snap.
function drawGrid(context, { viewport, width, height }) {
  const { top, bottom, left, right } = viewport.visible();
  context.fillStyle = "rgb(255 255 255 / 0.28)";
  for (let column = left; column <= right; column++) {
    context.fillRect(Math.round(viewport.toPane(column, 0)[0]), 0, 1, height);
  }
  for (let row = top; row <= bottom; row++) {
    context.fillRect(0, Math.round(viewport.toPane(0, row)[1]), width, 1);
  }
}

// The class as a number, where there is room: colours alone do not reach everybody.
function drawCode(context, label, colour, x, y) {
  context.font = "700 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, 8.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = inkOn(colour);
  context.fillText(String(label), x, y + 0.5);
  context.textAlign = "left";
}

function drawHandle(context, [x, y], size, colour, round) {
  const path = new Path2D();
  if (round) path.arc(x, y, size, 0, 2 * Math.PI);
  else path.rect(x - size, y - size, 2 * size, 2 * size);
  context.fillStyle = colour;
  context.fill(path);
  strokes(context, path, ["#111111", 1.2]);
}

function drawCross(context, x, y) {
  const path = new Path2D();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    path.moveTo(x + 4 * dx, y + 4 * dy);
    path.lineTo(x + 11 * dx, y + 11 * dy);
  }
  strokes(context, path, ["#111111", 3], ["#ffffff", 1.3]);
}

function drawMark(context, x, y) {
  const path = new Path2D();
  path.arc(x, y, 18, 0, 2 * Math.PI);
  strokes(context, path, ["#111111", 5], ["#ffcf33", 2.5]);
}

// A place to draw at, from its upper left to its lower right corner.
function drawPlace(context, [left, top], [right, bottom]) {
  const path = new Path2D();
  path.rect(left, top, right - left, bottom - top);
  strokes(context, path, ["#111111", 5], ["#ffffff", 3]);
  context.setLineDash([9, 6]);
  strokes(context, path, ["#0057d9", 3]);
  context.setLineDash([]);
}
