"""Documents as PDF and HTML, and pictures of links as PNG.

The texts of a document are data of the templates (`sys.inputs` of Typst, autoescaped variables of Jinja) and never
part of their markup.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import segno
import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from adapters.documents.spreadsheets import written
from booking_domain.shared.documents import Document, Documents, LinkPicture, Sheet

_HERE: Final = Path(__file__).parent
_RIGHT_TO_LEFT: Final = frozenset({"fa"})
_PDF_STANDARD: Final = "ua-1"
_BAR: Final = 10.0
_CHART_HEIGHT: Final = 60
"""In units of the drawing, of which a bar with its gap has `_BAR`."""
_ISOLATES: Final = re.compile(r"[\u2066-\u2069]")
"""What keeps an amount apart from a text; a document is written in one direction."""
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ufeff\ud800-\udfff]+")
"""Control characters, line separators and overrides of the direction: fonts have no glyphs for them."""


class TemplateDocuments(Documents):
    """Renders documents with the templates and fonts next to this module, and no other fonts."""

    def pdf(self, document: Document) -> bytes:
        try:
            return _compiled(document, _PDF_STANDARD)
        except typst.TypstError:  # characters that the fonts lack, e.g. Chinese ones, are rendered as boxes
            return _compiled(document, None)

    def spreadsheet(self, sheets: Sequence[Sheet]) -> bytes:
        return written(sheets)

    def link_picture(self, picture: LinkPicture) -> bytes:
        try:
            return _drawn(picture)
        except typst.TypstError:  # the photo is damaged
            return _drawn(replace(picture, photo=b""))

    def html(self, document: Document) -> str:
        return _html_template().render(document=_data(document))


def _compiled(document: Document, standard: Literal["ua-1"] | None) -> bytes:
    compiler = _compiler("document", document=_data(document))
    at = document.created_at.replace(microsecond=0)  # Typst refuses microseconds
    compiled = compiler.compile(format="pdf", pdf_standards=standard, timestamp=at)
    if not isinstance(compiled, bytes):
        raise TypeError("a PDF is one file")
    return compiled


def _drawn(picture: LinkPicture) -> bytes:
    direction = "rtl" if picture.language in _RIGHT_TO_LEFT else "ltr"
    data = asdict(picture) | {"photo": [*picture.photo], "direction": direction}
    compiled = _compiler("link_picture", picture=data).compile(format="png", ppi=72)
    if not isinstance(compiled, bytes):
        raise TypeError("a picture is one page")
    return compiled


def _compiler(template: str, **inputs: Mapping[str, Any]) -> typst.Compiler:
    """The compiler of a template with its inputs, in which control characters are replaced."""
    return typst.Compiler(
        input=_typst_template(template),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(_visible(value)) for name, value in inputs.items()},
    )


def _visible(value: Any) -> Any:
    """Replace control characters in all texts."""
    if isinstance(value, str):
        return _INVISIBLE.sub(" ", _ISOLATES.sub("", value))
    if isinstance(value, Mapping):
        return {name: _visible(each) for name, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, (list, tuple)) else value


def _data(document: Document) -> Mapping[str, Any]:
    direction = "rtl" if document.language in _RIGHT_TO_LEFT else "ltr"
    picture, rtl = document.picture, direction == "rtl"
    drawn = None if picture is None else {"svg": _qr_code(picture.text), "label": picture.label}
    charts = [asdict(each) | {"svg": _bars(each.bars, rtl=rtl)} for each in document.charts]
    return asdict(document) | {
        "picture": drawn,
        "charts": charts,
        "created_at": document.created_at.isoformat(),
        "direction": direction,
    }


def _bars(heights: Sequence[float], *, rtl: bool) -> str:
    """An SVG file of bars, the first at the side at which reading begins. It has no text."""
    most = max(heights) or 1
    bars = "".join(
        f'<rect x="{number * _BAR:.1f}" y="{_CHART_HEIGHT - _CHART_HEIGHT * height / most:.2f}"'
        f' width="{_BAR * 0.8:.1f}" height="{_CHART_HEIGHT * height / most:.2f}"/>'
        for number, height in enumerate(reversed(heights) if rtl else heights)
    )
    width = len(heights) * _BAR
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {_CHART_HEIGHT + 1}">'
        f'<g fill="#7a2e3a">{bars}</g>'
        f'<rect y="{_CHART_HEIGHT}" width="{width:.1f}" height="0.5" fill="#888"/></svg>'
    )


def _qr_code(text: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    return drawn.getvalue().decode()


@lru_cache
def _typst_template(name: str) -> bytes:
    return (_HERE / f"{name}.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_HERE / "fonts"])


@lru_cache(maxsize=1)
def _html_template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("document.html")
