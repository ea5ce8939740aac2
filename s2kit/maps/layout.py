"""How an image is cut into windows: as few pixels twice as the memory allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from s2kit.errors import S2kitError
from s2kit.network.unet import UNet, receptive_field
from s2kit.scenes.bands import BAND_NAMES

Window = tuple[slice, slice]

NATIVE = 20_480
"""PyTorch computes the convolution of a smaller input (numbers of all channels) by another kernel,
which adds up in another order."""


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

    @property
    def largest(self) -> int:
        """Pixels of the largest window."""
        heights, widths = self._sizes()
        return max(heights) * max(widths)

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


def layout_by_memory(network: UNet, height: int, width: int, memory: int, turns: bool) -> Layout:
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

    Raises
    ------
    S2kitError
        If the memory does not hold the smallest window.
    """
    step, margin = _step_and_margin(network)
    pixels = memory // bytes_per_pixel(network, turns)
    best = None
    for across in range(1, -(-width // step) + 1):
        columns = min(_up(-(-width // across), step), _up(width, step))
        widest = min(columns + 2 * margin, width) if across > 1 else width
        tallest = pixels // widest
        rows = height if tallest >= height else (tallest - 2 * margin) // step * step
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
        raise S2kitError(
            f"not enough memory for one window of {need} pixels: it takes "
            f"{need * bytes_per_pixel(network, turns) / 1e6:.0f} MB, and {memory / 1e6:.0f} MB are "
            "free; close other programs, or raise the limit"
        )
    return best


def bytes_per_pixel(network: UNet, turns: bool) -> int:
    """Return how much memory a window takes per pixel.

    The network needs most at its second level on the way up: both upper skip connections, 1.5 ×
    width numbers, what comes from below, a quarter, and what is made, a half. Before it, the ten
    bands are read and scaled. Of eight looks, the input and the probabilities of all are kept, and
    put together at the end.
    """
    channels, width, classes = network.channels, network.width, len(network.nomenclature)
    if turns:
        numbers = max(2 * channels + 2.25 * width + 7 * classes, 18 * classes)
    else:
        numbers = max(2.25 * width, channels + 2 * len(BAND_NAMES))
    return int(4 * numbers)


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
