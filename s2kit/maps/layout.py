"""How an image is cut into windows: as few pixels twice as the memory allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from s2kit.errors import S2kitError
from s2kit.maps.tiled import NATIVE
from s2kit.network.unet import UNet, receptive_field

Window = tuple[slice, slice]

OPENVINO = 3.1
"""How many times the memory of a window OpenVINO takes."""


@dataclass(frozen=True)
class Layout:
    """Cores that tile an image, and the margin that a window adds to each.

    Attributes
    ----------
    height, width
        Of the image, in pixels.
    rows, columns
        Of the cores.
    margin
        Pixels around a core that its window adds, as far as the image reaches.
    """

    height: int
    width: int
    rows: int
    columns: int
    margin: int

    def windows(self) -> Iterator[tuple[Window, Window]]:
        """Yield rows and columns of each core, and rows and columns of its window.

        >>> [core for core, around in Layout(10, 8, 8, 8, margin=2).windows()]
        [(slice(0, 8, None), slice(0, 8, None)), (slice(8, 10, None), slice(0, 8, None))]
        """
        for top in range(0, self.height, self.rows):
            for left in range(0, self.width, self.columns):
                bottom = min(top + self.rows, self.height)
                right = min(left + self.columns, self.width)
                yield (
                    (slice(top, bottom), slice(left, right)),
                    (
                        slice(max(top - self.margin, 0), min(bottom + self.margin, self.height)),
                        slice(max(left - self.margin, 0), min(right + self.margin, self.width)),
                    ),
                )

    @property
    def count(self) -> int:
        """Number of windows."""
        return -(-self.height // self.rows) * -(-self.width // self.columns)

    @property
    def smallest(self) -> int:
        """Pixels of the smallest window."""
        heights, widths = self._sizes()
        return min(heights) * min(widths)

    def memory(self, network: UNet, turns: bool, engine: str) -> int:
        """Return the bytes that its largest window takes; arguments as of `layout_by_memory`."""
        heights, widths = self._sizes()
        core = min(self.rows, self.height) * min(self.columns, self.width)
        return _memory(network, turns, engine, max(heights) * max(widths), core)

    @property
    def computed(self) -> int:
        """Pixels of all windows together."""
        heights, widths = self._sizes()
        return sum(heights) * sum(widths)

    def _sizes(self) -> tuple[list[int], list[int]]:
        return tuple(  # type: ignore[return-value]
            [
                min(start + core + self.margin, size) - max(start - self.margin, 0)
                for start in range(0, size, core)
            ]
            for size, core in ((self.height, self.rows), (self.width, self.columns))
        )


def layout_by_side(network: UNet, height: int, width: int, side: int) -> Layout:
    """Return a layout of square cores, as large as asked for or larger.

    They start on the grid of the deepest pooling. They are larger than ``side`` where a window
    would be so small that PyTorch takes another kernel for it: then the last bits of a map would
    depend on the windows.
    """
    step, margin = _step_and_margin(network)
    core = _up(side, step)
    while True:
        found = Layout(height, width, core, core, margin)
        if found.count == 1 or found.smallest > fewest_pixels(network):
            return found
        core *= 2


def layout_by_memory(
    network: UNet, height: int, width: int, memory: int, turns: bool, engine: str = "torch"
) -> Layout:
    """Return the layout that computes the fewest pixels with windows that fit a memory.

    Parameters
    ----------
    network
        The network that looks at the windows.
    height, width
        Of the image, in pixels.
    memory
        Bytes for one window.
    turns
        Whether eight looks are taken.
    engine
        One of `s2kit.maps.engines.ENGINES`: they take more memory or less.

    Raises
    ------
    S2kitError
        If the memory does not hold the smallest window.
    """
    step, margin = _step_and_margin(network)
    best = None
    for across in range(1, -(-width // step) + 1):
        columns = min(_up(-(-width // across), step), _up(width, step))
        widest = min(columns + 2 * margin, width) if across > 1 else width
        rows = height
        if _memory(network, turns, engine, height * widest, height * min(columns, width)) > memory:
            rows = (
                min(
                    int(memory / 4 - around * 2 * margin * widest)
                    // int(around * widest + core * columns)
                    for around, core in _numbers(network, turns, engine)
                )
                // step
                * step
            )
        if rows < 1:
            continue
        even = min(_up(-(-height // -(-height // rows)), step), _up(height, step))
        found = Layout(height, width, even, columns, margin)
        if found.count > 1 and found.smallest <= fewest_pixels(network):
            continue
        if best is None or found.computed < best.computed:
            best = found
        elif found.computed > 2 * best.computed:
            break
    if best is None:
        least = min((2 * margin + step) ** 2, height * width)
        need = max(least, min(fewest_pixels(network), height * width))
        core = step**2 if need < height * width else need
        raise S2kitError(
            f"not enough memory for one window of {need} pixels: it takes "
            f"{_memory(network, turns, engine, need, core) / 1e6:.0f} MB, and "
            f"{memory / 1e6:.0f} MB are free; close other programs, or raise the limit"
        )
    return best


def bytes_per_pixel(network: UNet, turns: bool, engine: str = "torch") -> int:
    """Return how much memory a window without a margin takes per pixel."""
    return _memory(network, turns, engine, 1, 1)


def _memory(network: UNet, turns: bool, engine: str, window: int, core: int) -> int:
    """Return the bytes that a window of so many pixels takes, of which so many are the core."""
    numbers = _numbers(network, turns, engine)
    return int(4 * max(around * window + inside * core for around, inside in numbers))


def _numbers(network: UNet, turns: bool, engine: str) -> list[tuple[float, float]]:
    """Return how many numbers are kept at a time, per pixel of the window and of its core.

    At the end of the first level there are its input, of the window, what goes down, a quarter of
    its channels, and its skip connection, of the core. The most are needed at the second level on
    the way up: both upper skip connections, 1.5 × width numbers, what comes from below, a quarter,
    and what is made, a half. The softmax copies the logits. Of eight looks, the input and the
    probabilities of all are kept, and put together at the end.

    OpenVINO keeps more, of the whole window: so many times more, as measured.
    """
    channels, width, classes = network.channels, network.width, len(network.nomenclature)
    if turns:
        found = [
            (2 * channels + width / 4, width + 8 * classes),
            (2 * channels, 2.25 * width + 8 * classes),
            (0.0, 18.0 * classes),
        ]
    else:
        found = [(channels + width / 4, width), (0.0, 2.25 * width), (0.0, 3.0 * classes)]
    if engine == "openvino":
        return [(OPENVINO * max(around + core for around, core in found), 0.0)]
    return found


def fewest_pixels(network: UNet) -> int:
    """Return the pixels above which a window's last bits do not depend on its size.

    The smallest input of a convolution is the one of the deepest level.
    """
    return int(NATIVE * 2 ** (network.depth + 1) // network.width)


def margin_of(network: UNet) -> int:
    """Return the pixels around a core that hide its seam: half the receptive field, and more.

    >>> margin_of(UNet(scaling="fixed"))
    160
    """
    return _up(receptive_field(network.depth) // 2 + 1, 2**network.depth)


def _step_and_margin(network: UNet) -> tuple[int, int]:
    return 2**network.depth, margin_of(network)


def _up(number: int, step: int) -> int:
    return -(-number // step) * step
