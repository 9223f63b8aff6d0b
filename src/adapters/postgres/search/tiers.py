"""Tiers of entries by merit: those with most of it are searched first, and the others only if these are too few.

The words of an entry have the band of its merit as a word that nobody types. So the full-text index by itself finds
those of a tier who have the words, and no other rows are read. Whatever the bounds of tiers are, the same is found.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.tables import BAND, MARK, search_entries

_SIZES: Final = (1_000, 4_000, 16_000)
"""How many entries the first tier has, the first two, and so on; the last one has the others."""
_USUAL: Final = (125, 115, 100)
"""The lowest bands of the tiers of a smaller index."""
_HIGHEST: Final = 350 // BAND
_KNOWN_FOR_SECONDS: Final = 600.0
NAMES: Final = tuple(f"query_tier_{number}" for number in range(len(_SIZES)))
_e: Final = search_entries.c
_first: Final[ColumnElement[Any]] = literal_column("1")
_BANDS: Final = Statement(select(_e.merit // BAND, func.count()).group_by(_first).order_by(_first.desc()))


def band_word(merit: ColumnElement[Any]) -> ColumnElement[Any]:
    """The word of the band of a merit, as a `tsvector`."""
    word = literal(MARK).concat(cast(merit // BAND, Text))
    return func.array_to_tsvector(func.array_append(cast(literal([]), ARRAY(Text)), word))


class Tiers:
    """The bounds of tiers, as they were some minutes ago."""

    def __init__(self) -> None:
        self._lowest: Sequence[int] = _USUAL
        self._read_at = float("-inf")

    async def values(self, query: str, work: Work) -> Mapping[str, Any]:
        """The parameters of the statement, for texts that match the `tsquery`."""
        if monotonic() - self._read_at > _KNOWN_FOR_SECONDS:
            self._read_at = monotonic()
            self._lowest = _lowest(await work.all(_BANDS))
        highest = (_HIGHEST, *(each - 1 for each in self._lowest))
        tiers = zip(NAMES, self._lowest, highest, strict=False)
        return {
            "below": self._lowest[-1] * BAND,
            **{name: f"({query}) & ({_one_of(lowest, highest)})" for name, lowest, highest in tiers},
        }


def _one_of(lowest: int, highest: int) -> str:
    return " | ".join(f"'{MARK}{band}'" for band in range(lowest, max(lowest, highest) + 1))


def _lowest(bands: Sequence[Sequence[Any]]) -> Sequence[int]:
    total, found = 0, list[int]()
    for band, count in bands:
        total += count
        while len(found) < len(_SIZES) and total >= _SIZES[len(found)]:
            found.append(band)
    return found if len(found) == len(_SIZES) else _USUAL


TIERS: Final = Tiers()
