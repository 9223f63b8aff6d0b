"""Tiers of entries, by what they are chosen by: the first ones are searched first, the others if these are too few.

Bands of merit, rating and price have indexes of their words: see `tables`. If no words, styles or category are asked,
tiers of rating and price are found by marks, so that the full-text index by itself finds those of a tier who are at the
place, and so are services by price; those of distance are rings around the point. Whatever the bounds of tiers are, the
same is found.
"""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam

from adapters.postgres.search.bounds import SIZES, Bounds
from adapters.postgres.search.marks import BANDS, SCORES, any_of, cell_marks, price_marks, score_marks, start_of_band
from adapters.postgres.search.tables import PRICES
from booking_domain.search.model import MAX_RADIUS_METRES, Box, Near

_HIGHEST_PRICE: Final = 2**63 - 1
_HIGHEST_SCORE: Final = BANDS * SCORES - 1
"""More than there is: few marks cover all from a bound up."""
_RINGS: Final = (1_500, 12_000, MAX_RADIUS_METRES)
"""How many metres from the point each ring ends if marks are asked. They are few: each costs as much as all at once."""
_MOST_RINGS: Final = 5
_SMALLEST_RING: Final = 400
"""How many metres from the point the first ring ends at least, if only points are asked."""
_NARROW: Final = 1.5
"""Times the radius that is asked for: a ring that ends farther out is not worth reading by itself what is within it."""
HALVES: Final = ("box_left", "box_right")
TIERS: Final = range(len(SIZES))
RINGS: Final = range(_MOST_RINGS)


def tiers_of_score(bounds: Bounds) -> dict[str, Any]:
    """The parameters of tiers by rating."""
    found: dict[str, Any] = {"beyond": bounds.scores[-1]}
    above = (_HIGHEST_SCORE, *(each - 1 for each in bounds.scores))
    for number, (lowest, highest) in enumerate(zip(bounds.scores, above, strict=False)):
        found[f"tier_{number}"] = any_of(score_marks(lowest, highest)) or None
    return found


def tiers_of_price(bounds: Bounds, currency: str, *, of_parts: bool) -> dict[str, Any]:
    """The parameters of tiers by price in a currency.

    Those with parts at a price have that price, or a lower one.
    """
    prices = bounds.prices.get(currency)
    if prices is None:
        return {"beyond": 0, **{name: None for n in TIERS for name in (f"tier_{n}", f"from_{n}", f"to_{n}")}}
    found: dict[str, Any] = {"beyond": prices[-1]}
    for number, (dearer, to) in enumerate(pairwise((0, *prices))):
        lowest = dearer + 1 if dearer and not of_parts else 0
        marks = any_of(price_marks(currency, lowest, max(to, dearer + 1)))
        found |= {f"tier_{number}": marks, f"from_{number}": dearer, f"to_{number}": to}
    return found


def bands_of_price(bounds: Bounds, currency: str) -> dict[str, Any]:
    """The parameters of bands by price in a currency, which begin with that of the lowest price.

    They have the prices from `lowest` to `above`. There are marks of those before and after.
    """
    lowest = start_of_band(max(1, bounds.lowest.get(currency, 1)))
    number = bisect(PRICES, int(str(lowest)[:2].ljust(2, "0"))) - 1
    above = PRICES[number] * 10 ** (len(str(lowest)) - 1)
    before, after = price_marks(currency, 0, lowest - 1), price_marks(currency, above, _HIGHEST_PRICE)
    bands = {"cheapest": number, "lowest": lowest, "above": above}
    return bands | {"tier_0": any_of(before), "tier_1": any_of(after)}


def rings_of(near: Near, marked: str | None) -> dict[str, Any]:
    """The parameters of rings: rings beyond the radius find nobody.

    `marked`: a `tsquery` of what is asked, if rings are found by marks; one that has too many cells is found by it.
    """
    found: dict[str, Any] = {}
    ends = [-1, *(_halvings(near.radius_metres) if marked is None else _RINGS)]
    ends = [each for each in ends if each * _NARROW < near.radius_metres]
    rings = pairwise((*ends, *[near.radius_metres] * (_MOST_RINGS + 1 - len(ends))))
    for number, (inner, metres) in enumerate(rings):
        box = replace(near, radius_metres=metres).box if inner < metres else None
        cells = None if box is None else any_of(cell_marks(box)) or marked
        halves = halves_of(box)
        found |= {f"cells_{number}": cells, f"inner_{number}": inner, f"outer_{number}": metres}
        found |= {f"{name}_{number}": each for name, each in halves.items()}
    return found


def _halvings(metres: int) -> Iterator[int]:
    """Where rings end of which only points are asked: those of a small radius are each a half of the next one."""
    ratio = max(2.0, (metres / _SMALLEST_RING) ** (1 / (_MOST_RINGS - 1)))
    for number in reversed(range(1, _MOST_RINGS)):
        if (end := int(metres / ratio**number)) >= _SMALLEST_RING:
            yield end


def halves_of(box: Box | None) -> dict[str, str | None]:
    """The parameters of a box, as PostgreSQL writes boxes: one that crosses the 180th meridian is two."""
    if box is None:
        return dict.fromkeys(HALVES)

    def half(west: float, east: float) -> str:
        return f"({west!r},{box.south!r}),({east!r},{box.north!r})"

    if box.west <= box.east:
        return dict(zip(HALVES, (half(box.west, box.east), None), strict=True))
    return dict(zip(HALVES, (half(box.west, 180.0), half(-180.0, box.east)), strict=True))


def beyond() -> ColumnElement[Any]:
    """The bound of the last tier."""
    return bindparam("beyond", type_=BigInteger())
