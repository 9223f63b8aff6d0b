"""Tiers of entries, by what they are chosen by: the first ones are searched first, the others if these are too few.

Tiers of merit and of price are found by the marks of its bands, so that the full-text index by itself finds those of a
tier who have the words; those of distance are rings around the point. Whatever the bounds of tiers are, the same is
found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from time import monotonic
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, or_, select

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.marks import (
    BAND,
    BANDS,
    SCORES,
    all_of,
    any_of,
    cell_marks,
    member_marks,
    merit_marks,
    price_marks,
    score_marks,
)
from adapters.postgres.search.tables import search_entries
from booking_domain.search.model import MAX_RADIUS_METRES, Box, Near

_SIZES: Final = (1_000, 4_000, 16_000)
"""How many entries the first tier has, the first two, and so on; the last one has the others."""
_USUAL_MERITS: Final = (250, 230, 200)
"""The lowest merit of the tiers of a smaller index."""
_HIGHEST_MERIT: Final = BANDS * BAND - 1
_USUAL_SCORES: Final = (4_800_000, 4_500_000, 4_100_000)
_HIGHEST_SCORE: Final = BANDS * SCORES - 1
"""More than there is: few marks cover all from a bound up."""
_RINGS: Final = (400, 1_000, 2_500, 7_000, 25_000, MAX_RADIUS_METRES)
"""How many metres from the point each ring ends."""
_KNOWN_FOR_SECONDS: Final = 600.0
TIERS: Final = range(len(_SIZES))
RINGS: Final = range(len(_RINGS))
_e: Final = search_entries.c
_first: Final[ColumnElement[Any]] = literal_column("1")
_MERITS: Final = Statement(select(_e.merit, func.count()).group_by(_first).order_by(_first.desc()))
_SCORES: Final = Statement(select(_e.score, func.count()).group_by(_first).order_by(_first.desc()))
_priced: Final = (
    select(
        _e.currency,
        _e.price_from,
        func.row_number().over(partition_by=_e.currency, order_by=_e.price_from).label("number"),
    )
    .where(_e.price_from.is_not(None))
    .subquery("priced")
)
_PRICES: Final = Statement(
    select(_priced.c.currency, _priced.c.price_from)
    .where(or_(*(_priced.c.number == each for each in _SIZES)))
    .order_by(_priced.c.currency, _priced.c.number)
)


class KnownTiers:
    """The bounds of tiers, as they were some minutes ago."""

    def __init__(self) -> None:
        self._merits: Sequence[int] = _USUAL_MERITS
        self._scores: Sequence[int] = _USUAL_SCORES
        self._prices: Mapping[str, Sequence[int]] = {}
        self._read_at = float("-inf")

    async def read(self, work: Work) -> None:
        """Read the bounds, unless they are known."""
        if monotonic() - self._read_at < _KNOWN_FOR_SECONDS:
            return
        self._read_at = monotonic()
        self._merits = _lowest(await work.all(_MERITS), BAND) or _USUAL_MERITS
        self._scores = _lowest(await work.all(_SCORES), SCORES) or _USUAL_SCORES
        prices: dict[str, list[int]] = {}
        for currency, price in await work.all(_PRICES):
            prices.setdefault(currency, []).append(price)
        self._prices = {currency: each for currency, each in prices.items() if len(each) == len(_SIZES)}

    def of_merit(self, query: str | None, *, of_members: bool) -> dict[str, Any]:
        """The parameters of tiers by merit, of those whom the `tsquery` finds; of the members of salons among them."""
        return _downwards(query, self._merits, _HIGHEST_MERIT, member_marks if of_members else merit_marks)

    def of_score(self, query: str | None) -> dict[str, Any]:
        """The parameters of tiers by rating, of those whom the `tsquery` finds."""
        return _downwards(query, self._scores, _HIGHEST_SCORE, score_marks)

    def of_price(self, query: str | None, currency: str, *, of_parts: bool) -> dict[str, Any]:
        """The parameters of tiers by price in a currency, of those whom the `tsquery` finds.

        Those with parts at a price have that price, or a lower one.
        """
        prices = self._prices.get(currency)
        if prices is None:
            return {"beyond": 0, **{name: None for n in TIERS for name in (f"tier_{n}", f"from_{n}", f"to_{n}")}}
        found: dict[str, Any] = {"beyond": prices[-1]}
        for number, (dearer, to) in enumerate(pairwise((0, *prices))):
            lowest = dearer + 1 if dearer and not of_parts else 0
            marks = any_of(price_marks(currency, lowest, max(to, dearer + 1)))
            found |= {f"tier_{number}": all_of([query or "", marks]), f"from_{number}": dearer, f"to_{number}": to}
        return found


def rings_of(query: str | None, near: Near) -> dict[str, Any]:
    """The parameters of rings, of those whom the `tsquery` finds: rings beyond the radius find nobody."""
    found: dict[str, Any] = {}
    for number, (inner, outer) in enumerate(pairwise((-1, *_RINGS))):
        metres = min(outer, near.radius_metres)
        box = replace(near, radius_metres=metres).box if inner < metres else None
        cells = None if box is None or query is None else all_of([query, any_of(cell_marks(box))])
        halves = halves_of(box)
        found |= {f"cells_{number}": cells, f"inner_{number}": inner, f"outer_{number}": metres}
        found |= {f"{name}_{number}": each for name, each in halves.items()}
    return found


def halves_of(box: Box | None) -> dict[str, float | None]:
    """The parameters of a box: one that crosses the 180th meridian is two, else the right one is empty."""
    if box is None:
        return dict.fromkeys(("south", "north", "west_left", "east_left", "west_right", "east_right"))
    crosses = box.west > box.east
    return {
        "south": box.south,
        "north": box.north,
        "west_left": box.west,
        "east_left": 180.0 if crosses else box.east,
        "west_right": -180.0 if crosses else None,
        "east_right": box.east if crosses else None,
    }


def beyond() -> ColumnElement[Any]:
    """The bound of the last tier."""
    return bindparam("beyond", type_=BigInteger())


def _downwards(
    query: str | None, bounds: Sequence[int], highest: int, marks_of: Callable[[int, int], list[str]]
) -> dict[str, Any]:
    """The parameters of tiers from the highest value down to the lowest one of each tier."""
    found: dict[str, Any] = {"beyond": bounds[-1]}
    for number, (lowest, above) in enumerate(zip(bounds, (highest, *(each - 1 for each in bounds)), strict=False)):
        marks = any_of(marks_of(lowest, above))
        found[f"tier_{number}"] = all_of([query or "", marks]) if marks else None
    return found


def _lowest(counts: Sequence[Sequence[int]], band: int) -> Sequence[int] | None:
    """The lowest value of each tier, of whole bands, so that each mark is of one tier; None: they are too few."""
    total, found = 0, list[int]()
    for value, count in counts:
        total += count
        while len(found) < len(_SIZES) and total >= _SIZES[len(found)]:
            found.append(value // band * band)
    return found if len(found) == len(_SIZES) else None


KNOWN: Final = KnownTiers()
