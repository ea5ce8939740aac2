// Which part of an image a pane shows: columns and rows of the image against CSS pixels.

const CLOSEST = 48; // CSS pixels per image pixel

class Viewport {
  constructor(width, height) {
    Object.assign(this, { width, height, paneWidth: 1, paneHeight: 1 });
    this.fit();
  }

  get smallest() {
    return Math.min(this.paneWidth / this.width, this.paneHeight / this.height);
  }

  fit() {
    this.scale = this.smallest;
    this.centre = [this.width / 2, this.height / 2];
    this.fitted = true;
  }

  resize(paneWidth, paneHeight) {
    Object.assign(this, { paneWidth, paneHeight });
    if (this.fitted) this.fit();
    else this.settle();
  }

  zoom(factor, x = this.paneWidth / 2, y = this.paneHeight / 2) {
    const [column, row] = this.toImage(x, y);
    this.scale *= factor;
    this.settle();
    const [movedColumn, movedRow] = this.toImage(x, y);
    this.centre = [this.centre[0] + column - movedColumn, this.centre[1] + row - movedRow];
    this.settle();
  }

  pan(dx, dy) {
    this.centre = [this.centre[0] - dx / this.scale, this.centre[1] - dy / this.scale];
    this.settle();
  }

  // Move, without zooming, until the place is seen.
  reveal(column, row) {
    const margin = 12 / this.scale;
    const half = [this.paneWidth / 2 / this.scale - margin, this.paneHeight / 2 / this.scale - margin];
    this.centre = [column, row].map((place, axis) =>
      Math.min(place + half[axis], Math.max(place - half[axis], this.centre[axis])),
    );
    this.settle();
  }

  // Zoom and move to a box of columns and rows.
  show(left, top, right, bottom) {
    const room = 1.6;
    const wide = this.paneWidth / Math.max(8, (right - left) * room);
    const high = this.paneHeight / Math.max(8, (bottom - top) * room);
    this.scale = Math.min(wide, high);
    this.centre = [(left + right) / 2, (top + bottom) / 2];
    this.settle();
  }

  // Keep the image in the pane: no smaller than all of it, no nearer than a few pixels.
  settle() {
    this.scale = Math.min(Math.max(this.scale, this.smallest), Math.max(CLOSEST, this.smallest));
    this.fitted = this.scale <= this.smallest * 1.0001;
    const half = [this.paneWidth / 2 / this.scale, this.paneHeight / 2 / this.scale];
    this.centre = [this.width, this.height].map((size, axis) =>
      half[axis] * 2 >= size
        ? size / 2
        : Math.min(size - half[axis], Math.max(half[axis], this.centre[axis])),
    );
  }

  toImage(x, y) {
    return [
      this.centre[0] + (x - this.paneWidth / 2) / this.scale,
      this.centre[1] + (y - this.paneHeight / 2) / this.scale,
    ];
  }

  toPane(column, row) {
    return [
      (column - this.centre[0]) * this.scale + this.paneWidth / 2,
      (row - this.centre[1]) * this.scale + this.paneHeight / 2,
    ];
  }

  // The pixels that are seen, whole ones, as the kernel counts them.
  visible() {
    const [left, top] = this.toImage(0, 0);
    const [right, bottom] = this.toImage(this.paneWidth, this.paneHeight);
    return {
      top: Math.max(0, Math.floor(top)),
      left: Math.max(0, Math.floor(left)),
      bottom: Math.min(this.height, Math.ceil(bottom)),
      right: Math.min(this.width, Math.ceil(right)),
    };
  }
}

// What both widgets do with wheel and keys; returns whether the key was meant for the view.
function moveByKey(event, viewport) {
  const step = 40;
  if (event.key === "+" || event.key === "=") viewport.zoom(1.5);
  else if (event.key === "-") viewport.zoom(1 / 1.5);
  else if (event.key === "Home") viewport.fit();
  else if (event.shiftKey && event.key === "ArrowLeft") viewport.pan(step, 0);
  else if (event.shiftKey && event.key === "ArrowRight") viewport.pan(-step, 0);
  else if (event.shiftKey && event.key === "ArrowUp") viewport.pan(0, step);
  else if (event.shiftKey && event.key === "ArrowDown") viewport.pan(0, -step);
  else return false;
  return true;
}

// A wheel over a map in a page would trap the page: the map must have been clicked first.
function wheelZooms(event) {
  return document.activeElement === event.currentTarget || event.ctrlKey || event.metaKey;
}

// A canvas as sharp as the screen; calls back with its size in CSS pixels.
function fittingCanvas(canvas, holder, onsize) {
  const observer = new ResizeObserver(() => {
    const { clientWidth, clientHeight } = holder;
    if (!clientWidth || !clientHeight) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
    onsize(clientWidth, clientHeight, ratio);
  });
  observer.observe(holder);
  return observer;
}
