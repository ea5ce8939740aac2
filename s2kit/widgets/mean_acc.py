"""A slider that shows how little mean ACC moves when the map gets worse."""

import ipywidgets as widgets

from s2kit.accuracy.metrics import mean_acc


def mean_acc_slider(oa: float = 0.9, classes: int = 10) -> widgets.VBox:
    """Return sliders for overall accuracy and the number of classes, and what they entail.

    Parameters
    ----------
    oa
        overall accuracy at the start, 0 to 1.
    classes
        number of classes at the start.

    Returns
    -------
    ipywidgets.VBox
        its last child is the text, updated as the sliders move.
    """
    share = widgets.FloatSlider(100 * oa, min=0, max=100, step=0.5, description="OA, %")
    count = widgets.IntSlider(classes, min=2, max=30, description="classes")
    text = widgets.HTML()

    def show(_: object = None) -> None:
        entailed = 100 * mean_acc(share.value / 100, count.value)
        text.value = (
            f"{100 - share.value:.1f} of 100 samples are wrong; mean ACC is <b>{entailed:.1f} %</b>"
        )

    share.observe(show, "value")
    count.observe(show, "value")
    show()
    return widgets.VBox([share, count, text])
