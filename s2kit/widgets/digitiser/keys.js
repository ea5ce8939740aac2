// The keys of the digitiser.

const KEYS = [
  ["1 … 9, 0", "class by its place in the list (0 is the tenth); of the selected polygon when editing"],
  ["d e s", "draw, edit, split"],
  ["click / space", "set a vertex, select, take or drop a vertex"],
  ["double click / Enter", "close the outline, end the line"],
  ["Backspace", "last vertex, or the selected vertex or polygon"],
  ["Esc", "give up"],
  ["Ctrl+Z, Ctrl+Y", "undo, redo"],
  ["g o f", "snap to pixels, avoid overlaps, fill"],
  ["← → ↑ ↓", "move the cursor by a pixel"],
  ["n", "next image"],
  ["+ − Home", "zoom in, out, all"],
  ["drag, Shift + arrows", "move the image"],
];

const NETWORK_KEYS = [
  ["w, Shift + w", "next place to draw, the one before; Esc takes its outline away"],
  ["m c", "the network's map beneath, what has changed in it"],
  ["r", "retrain the network on what is drawn"],
];

// On the board every key counts; elsewhere in the widget only undo and redo.
function pressed(view, event) {
  const command = event.ctrlKey || event.metaKey;
  const undoes = command && /^[zy]$/i.test(event.key);
  if (event.target !== view.desk.canvas && !undoes) return;
  if ((command || event.altKey) && !undoes) return;
  if (undoes) undoByKey(view, event);
  else if (!act(view, event)) return;
  event.preventDefault();
  event.stopPropagation();
}

function undoByKey(view, event) {
  const { desk, state } = view;
  const action = event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo";
  const tool = desk.tools[desk.tool];
  // While an outline is being drawn, undo takes its last vertex back.
  if (action === "undo" && tool.points?.length) tool.back();
  else if (state?.[action]) view.edit({ action });
}

function act(view, event) {
  const { desk } = view;
  const { key } = event;
  const tool = desk.tools[desk.tool];
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const names = { d: "draw", e: "edit", s: "split" };
  const flips = { g: "snap", o: "trim", f: "fill" };
  if (moveByKey(event, desk.viewport)) desk.moved();
  else if (arrows[key]) desk.step(...arrows[key]);
  else if (key === " ") desk.press();
  else if (key === "Enter") tool.finish?.();
  else if (key === "Escape") tool.cancel() || view.network?.dismiss();
  else if (key === "Backspace" || key === "Delete") {
    if (!tool.back() && desk.tool === "edit") view.delete();
  } else if (names[key]) view.use(names[key]);
  else if (flips[key]) view.flip(flips[key]);
  else if (key === "n") view.image.next();
  else if (key === "?") view.toggleHelp();
  else if (view.network?.act(key)) return true;
  else if (/^\d$/.test(key)) {
    const found = classOfKey(desk.model, key);
    if (found) view.choose(found.code);
  } else return false;
  return true;
}
