"""Rows of texts under headings."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Table(Component):
    """Rows of texts under headings."""

    template: ClassVar = "table/table.html"

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
