// The keys of the comparison.

const KEYS = [
  ["← → ↑ ↓", "move the pixel that is read"],
  [", .", "move the divider, or the opacity"],
  ["m", "swipe, blend, side by side"],
  ["[ ]", "next layer at the left, at the right"],
  ["x", "swap left and right"],
  ["+ − Home", "zoom in, out, all"],
  ["Shift + arrows", "move the map"],
  ["1 … 9, 0", "show or hide a class by its place in the list (0 is the tenth)"],
  ["p", "save the view as PNG"],
];

function pressed(view, event) {
  const other = event.ctrlKey || event.metaKey || event.altKey;
  if (event.target !== view.stage.canvas || other || !act(view, event)) return;
  event.preventDefault();
  event.stopPropagation();
}

function act(view, event) {
  const { model, stage, legend } = view;
  const { key } = event;
  const following = (all, value) => all[(all.indexOf(value) + 1) % all.length];
  if (moveByKey(event, stage.viewport)) stage.moved();
  else if (key.startsWith("Arrow")) step(view, key);
  else if (key === "," || key === ".") {
    const value = model.get(view.slid()) + (key === "." ? 0.02 : -0.02);
    view.set({ [view.slid()]: Math.min(1, Math.max(0, value)) });
  } else if (key === "m") {
    view.set({ mode: following(MODES.map(([mode]) => mode), model.get("mode")) });
  } else if (key === "[" || key === "]") {
    const trait = key === "[" ? "left" : "right";
    view.set({ [trait]: following([...view.rasters.keys()], model.get(trait)) });
  } else if (key === "x") view.swap();
  else if (key === "p") view.save();
  else if (key === "?") view.toggleHelp();
  else if (/^\d$/.test(key)) {
    const found = classOfKey(model, key);
    if (found) legend.toggle(found.code);
  } else return false;
  return true;
}

// Read the next pixel, from the one under the pointer or the middle of the view.
function step({ model, stage }, key) {
  const { viewport } = stage;
  const { width, height } = model.get("grid");
  const [column, row] = stage.hover
    ? [stage.hover.column, stage.hover.row]
    : viewport.centre.map(Math.floor);
  const dx = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const dy = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  const next = {
    column: Math.min(width - 1, Math.max(0, column + dx)),
    row: Math.min(height - 1, Math.max(0, row + dy)),
  };
  viewport.reveal(next.column + 0.5, next.row + 0.5);
  stage.byKey = true;
  stage.read(next);
}
