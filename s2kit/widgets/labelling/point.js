// How a point is drawn, and the keys of the labelling widget.

const KEYS = [
  ["1 … 9, 0", "label the point: the class by its place in the list (0 is the tenth)"],
  ["s", "skip: leave it open; skipped points come again at the end"],
  ["u", "undo the last label or skip"],
  ["n", "next image"],
  ["c", "natural or false colour"],
  ["+ − Home", "zoom in, out, all"],
  ["p", "back to the point"],
  ["drag, Shift + arrows", "move the image"],
];

// The pixel's outline and four ticks that leave its inside and its neighbours free.
function drawPoint(context, viewport, { row, column }) {
  const [x, y] = viewport.toPane(column, row);
  const size = viewport.scale;
  const [left, top, side] = [x - 1, y - 1, size + 2];
  const gap = Math.max(size, 6);
  const path = new Path2D();
  path.rect(left, top, side, side);
  const [middleX, middleY] = [x + size / 2, y + size / 2];
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    const from = size / 2 + gap;
    path.moveTo(middleX + dx * from, middleY + dy * from);
    path.lineTo(middleX + dx * (from + 14), middleY + dy * (from + 14));
  }
  for (const [colour, wide] of [["#111111", 4], ["#ffffff", 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = wide;
    context.stroke(path);
  }
}
