"""Documents for people: receipts, credit notes, statements. Their texts are finished; a renderer only lays them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    heading: str
    numeric: bool = False
    """Numbers are aligned at the end, and written from left to right in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A QR code."""

    text: str
    """What it says to a scanner."""
    label: str
    """What it is, for who does not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars side by side, in the order of reading."""

    title: str
    bars: Sequence[float]
    """The heights, from 0 up; the highest fills the chart."""
    most: str
    """The highest of them, as people read it."""
    first: str
    last: str
    """What the first and the last bar stand for."""

    def __post_init__(self) -> None:
        if not self.bars or min(self.bars) < 0:
            raise ValueError("a chart has bars, and none below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a document says, in the language of its reader.

    All texts are plain: a renderer shows markup in them as it is. The direction follows from the language.
    """

    language: str
    """Of `LANGUAGES`."""
    title: str
    number: str
    created_at: datetime
    """When it was issued. The same document renders to the same bytes at any time."""
    facts: Sequence[Fact] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    """Each has one cell per column."""
    totals: Sequence[Fact] = ()
    """Amounts below the table."""
    charts: Sequence[Chart] = ()
    """Below the amounts."""
    picture: Picture | None = None
    """Above the notes."""
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("each row needs one cell per column")


Cell = str | int | float | Decimal | date | None
"""What a cell holds: a text is never a formula, and a number stays one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPicture:
    """The picture that others show beside a link to a page: who it is about, in a language."""

    language: str
    """Of `LANGUAGES`."""
    brand: str
    title: str
    subtitle: str = ""
    stars: str = ""
    """The average of reviews and how many there are; empty: there are none."""
    accent: str
    """The colour, as `#7a2e3a`."""
    photo: bytes = field(default=b"", repr=False)
    """WebP; empty: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table of a spreadsheet."""

    name: str
    """At most 31 characters, without `[]:*?/` and backslashes."""
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Documents(Protocol):
    """Renders documents. It takes milliseconds of a processor: run it outside the event loop. Instances are pickled."""

    def pdf(self, document: Document) -> bytes:
        """Render a tagged PDF (PDF/UA-1) with embedded fonts."""
        ...

    def spreadsheet(self, sheets: Sequence[Sheet]) -> bytes:
        """Write an Office Open XML workbook (.xlsx) without formulas, links and macros."""
        ...

    def link_picture(self, picture: LinkPicture) -> bytes:
        """Draw it as PNG of 1200 by 630 pixels."""
        ...

    def html(self, document: Document) -> str:
        """Render a complete HTML page without scripts or external resources."""
        ...
