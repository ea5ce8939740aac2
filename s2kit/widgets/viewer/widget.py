"""The widget that the comparison and the digitiser are made from."""

import base64
from importlib.resources import files
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.display import display

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import Nomenclature

STILL = """\
<p class="s2kit-still"><em>A picture of {what}. To bring it to life, open the notebook in
JupyterLab and run this cell.</em></p>
<style>
.jp-OutputArea-child:has(.s2kit-still):has(+ * + * .s2kit-live),
.jp-OutputArea-child:has(.s2kit-still) + .jp-OutputArea-child:has(+ * .s2kit-live),
.jp-OutputArea-child:has(.s2kit-still) + * + .jp-OutputArea-child:not(:has(.s2kit-live))
{{ display: none; }}
</style>
"""
"""The sentence above the picture, and the rules that leave one of the two: picture or widget.

Once the widget has drawn something (``s2kit-live``) the sentence and the picture vanish. Without a
kernel it never does; then JupyterLab's "model not found" vanishes.
"""


FORGED = (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError)
"""What a message raises that no browser of ours has sent: keys missing, values of other types."""


def javascript(*parts: tuple[str, str]) -> str:
    """Join the plain scripts of an ES module, each named by its package and file.

    Those of the viewer come first. One module, because a browser cannot import relative to a
    module that came as text; several files, because one idea is one file.
    """
    shared = [(__package__ or "", name) for name in ("dom.js", "viewport.js", "raster.js")]
    return "\n".join(_text(package, name) for package, name in [*shared, *parts])


def stylesheet(*parts: tuple[str, str]) -> str:
    """Join style sheets, each named by its package and file; that of the viewer comes first."""
    return "\n".join(_text(*part) for part in [(__package__ or "", "viewer.css"), *parts])


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


class MapWidget(anywidget.AnyWidget):
    """A canvas in JupyterLab whose layers and answers come from the kernel.

    A message ``{"type": "hover", …}`` from the browser is answered by the method ``on_hover``; an
    `S2kitError` it raises is shown to the user. Subclasses give ``_esm``, ``_css`` and
    ``answers``, the types of messages that they answer.
    """

    answers: ClassVar[tuple[str, ...]] = ()

    classes: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    grid = traitlets.Dict().tag(sync=True)
    attribution = traitlets.Unicode().tag(sync=True)
    palette = traitlets.Enum(("standard", "safe"), "standard").tag(sync=True)

    def __init__(self, nomenclature: Nomenclature, **state: Any) -> None:
        self.nomenclature = nomenclature
        try:
            super().__init__(classes=class_messages(nomenclature), **state)
        except traitlets.TraitError as error:
            raise S2kitError(_one_sentence(error, type(self), state)) from error
        self.on_msg(self._receive)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: list[Any]) -> None:
        try:
            kind = message["type"]
            if kind not in self.answers:
                raise ValueError(kind)
            getattr(self, f"on_{kind}")(message)
        except S2kitError as error:
            self.send({"type": "problem", "text": str(error)})
        except FORGED as error:
            text = (
                f"the widget got a message that it cannot read ({error!r:.60}); run its cell anew"
            )
            self.send({"type": "problem", "text": text})

    def describe(self) -> str:
        """Say what the widget is, in words that are the same on every run."""
        raise NotImplementedError

    def picture(self) -> tuple[str, bytes]:
        """Return a picture that says the same without a kernel: its MIME type and its bytes."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Name the widget without a memory address: stored outputs are compared."""
        return f"<{type(self).__name__}: {self.describe()}>"

    def _ipython_display_(self) -> None:
        kind, data = self.picture()
        still = STILL.format(what=self.describe())
        display({"text/html": still, "text/plain": ""}, raw=True)
        still_data = {kind: base64.b64encode(data).decode(), "text/plain": repr(self)}
        display(still_data, metadata={kind: {"alt": self.describe()}}, raw=True)
        bundle = self._repr_mimebundle_()
        if bundle is not None:
            display(bundle[0], metadata=bundle[1], raw=True)


def _one_sentence(error: Exception, widget: type[MapWidget], state: dict[str, Any]) -> str:
    """Say which setting of a widget is none, and which there are."""
    for name, trait in widget.class_traits().items():
        known = list(trait.values or ()) if isinstance(trait, traitlets.Enum) else []
        if known and name in state and state[name] not in known:
            return f"there is no {name} {state[name]!r}; choose one of {', '.join(known)}"
    return str(error)


def class_messages(nomenclature: Nomenclature) -> list[dict[str, Any]]:
    """Return the classes as the browser gets them, in the order of their codes."""
    return [
        {
            "code": c.code,
            "name": c.name,
            "short": c.short,
            "standard": c.colour,
            "safe": c.safe,
        }
        for c in nomenclature.classes
    ]
