"""Marks: what an entry has beside words, as words that nobody types.

So the full-text index by itself finds those who have the words and the marks that are asked for, and no other rows are
read. A mark may stand for more than is asked for: the statement compares the columns as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import floor
from typing import Final

from adapters.postgres.search.tables import MARK
from booking_domain.search.model import Box, PartKind, SearchEntry, TermKind

_BAND: Final = 2
"""How many points of merit a band has, by which a former release finds tiers of merit."""
SCORES: Final = 20_000
"""How many millionths of a star a band of scores has."""
IN_A_SALON: Final = f"{MARK}m"
"""The mark of the members of salons."""
WITH_WORKS: Final = f"{MARK}w"
"""The mark of those who have works that search knows."""
_CELLS: Final = (128, 32, 8, 2, 0.5)
"""How many cells a degree has at each level."""
_MOST_CELLS: Final = 36
_LEVELS: Final = 4
_WIDER: Final = 4
BANDS: Final = _WIDER**_LEVELS
"""There are fewer bands of scores and of prices."""


def marks_of(entry: SearchEntry) -> Iterator[str]:
    """The marks of an entry."""
    yield from _all_levels("", entry.merit // _BAND)
    yield from _all_levels("r", entry.score // SCORES)
    yield from map(style_mark, entry.styles)
    yield from map(category_mark, entry.categories)
    if any(term.kind is TermKind.SALON for term in entry.terms):
        yield IN_A_SALON
        yield from _all_levels("m", entry.merit // _BAND)
    if any(part.kind is PartKind.WORKS for part in entry.parts):
        yield WITH_WORKS
    if entry.price_from is not None:
        yield from _all_levels(f"p{entry.currency}", band_of_price(entry.price_from))
    if entry.lat is not None and entry.lon is not None:
        for level, size in enumerate(_CELLS):
            yield _cell_mark(level, floor((entry.lon + 180) * size), floor((entry.lat + 90) * size))


def score_marks(lowest: int, highest: int) -> list[str]:
    """The marks of all scores from one to another."""
    return _covering("r", lowest // SCORES, highest // SCORES)


def style_mark(style: str) -> str:
    """The mark of a folded style."""
    return f"{MARK}s{style}"


def category_mark(category: str) -> str:
    """The mark of a folded category."""
    return f"{MARK}c{category}"


def price_marks(currency: str, lowest: int, highest: int) -> list[str]:
    """The marks of all prices from one to another."""
    return _covering(f"p{currency}", band_of_price(lowest), band_of_price(highest))


def band_of_price(price: int) -> int:
    """The band of a positive price: of its number of bits, and the two bits after the first.

    >>> [band_of_price(price) for price in (1, 4, 5, 1_000, 1_023, 1_024)]
    [5, 12, 13, 43, 43, 44]
    """
    bits = price.bit_length()
    return bits * 4 + (price >> max(0, bits - 3) & 3)


def end_of_band(price: int) -> int:
    """The highest price of the band of a positive price.

    >>> [end_of_band(price) for price in (1, 4, 5, 1_000, 1_024)]
    [1, 4, 5, 1023, 1279]
    """
    width = max(0, price.bit_length() - 3)
    return ((price >> width) + 1 << width) - 1


def start_of_band(price: int) -> int:
    """The lowest price of the band of a positive price.

    >>> [start_of_band(price) for price in (1, 4, 5, 1_000, 1_279)]
    [1, 4, 5, 896, 1024]
    """
    width = max(0, price.bit_length() - 3)
    return price >> width << width


def cell_marks(box: Box) -> list[str]:
    """The marks of the cells that cover a box, as small as few of them do; empty: many would be needed."""
    sides = [(box.west, box.east)] if box.west <= box.east else [(box.west, 180.0), (-180.0, box.east)]
    for level, size in enumerate(_CELLS):
        rows = range(floor((box.south + 90) * size), floor((box.north + 90) * size) + 1)
        columns = [
            column
            for west, east in sides
            for column in range(floor((west + 180) * size), floor((east + 180) * size) + 1)
        ]
        if len(rows) * len(columns) <= _MOST_CELLS:
            return [_cell_mark(level, column, row) for column in columns for row in rows]
    return []


def any_of(marks: Iterable[str]) -> str:
    """The `tsquery` of those who have one of the marks."""
    return " | ".join(map(_quoted, marks))


def all_of(queries: Sequence[str]) -> str | None:
    """The `tsquery` of those whom all of these find."""
    return " & ".join(f"({each})" for each in queries if each) or None


def vector_of_marks(marks: Iterable[str]) -> str:
    """The marks as the text of a `tsvector`."""
    return " ".join(map(_quoted, marks))


def _quoted(mark: str) -> str:
    escaped = mark.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _all_levels(name: str, band: int) -> Iterator[str]:
    """The marks of a band at each level: at the next one, `_WIDER` bands are one."""
    for level in range(_LEVELS):
        yield _band_mark(name, level, band)
        band //= _WIDER


def _covering(name: str, lowest: int, highest: int) -> list[str]:
    """The fewest marks of all bands from one to another: the index compares each text with each mark that is asked for.

    >>> _covering("r", 126, 255)
    ['~r126', '~r127', '~r3.2', '~r3.3']
    """
    found: list[str] = []
    for level in range(_LEVELS):
        last = level == _LEVELS - 1
        while lowest <= highest and (last or lowest % _WIDER):
            found.append(_band_mark(name, level, lowest))
            lowest += 1
        while lowest <= highest and (highest + 1) % _WIDER:
            found.append(_band_mark(name, level, highest))
            highest -= 1
        lowest, highest = lowest // _WIDER, highest // _WIDER if lowest <= highest else -1
    return found


def _band_mark(name: str, level: int, band: int) -> str:
    return f"{MARK}{name}{level}.{band}" if level else f"{MARK}{name}{band}"


def _cell_mark(level: int, column: int, row: int) -> str:
    return f"{MARK}g{level},{column},{row}"
