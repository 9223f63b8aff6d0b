"""The site of the library, which `make docs` builds with Sphinx into dist/docs. Nothing is loaded from a network."""

import importlib
from typing import Final

from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring

import booking_domain

project = "booking-domain"
author = "The authors of booking-domain"
version = release = booking_domain.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = f"{project} {version}"
html_show_sphinx = False
html_show_copyright = False
default_role = "py:obj"  # a name in single backquotes is a link where the reference has it
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}

MODULES: Final = {
    "api/core": "booking_domain.core",
    "api/scheduling": "booking_domain.scheduling",
    "api/package": "booking_domain",
}
"""Pages of modules that share names. A name is on the first of these pages only."""


def setup(app: Sphinx) -> None:
    """Read docstrings as Google writes them, and leave out of each page what an earlier one has."""
    app.connect("autodoc-process-docstring", _read)
    app.connect("autodoc-skip-member", _skipped)


def _read(_app: Sphinx, what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    if what not in {"attribute", "data", "property"}:  # in these it takes what precedes a colon for a type
        lines[:] = GoogleDocstring(lines).lines()


def _skipped(app: Sphinx, _what: str, name: str, _member: object, skip: bool, _options: object) -> bool | None:  # noqa: FBT001
    earlier = list(MODULES)[: list(MODULES).index(app.env.docname)] if app.env.docname in MODULES else ()
    if any(name in importlib.import_module(MODULES[page]).__all__ for page in earlier):
        return True
    return skip or None
