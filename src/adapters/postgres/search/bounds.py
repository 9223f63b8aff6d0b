"""The bounds of tiers, of so many entries each. They are read from some pages of the table: see `tiers`."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Double,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.marks import SCORES, end_of_band
from adapters.postgres.search.tables import search_entries

SIZES: Final = (1_000, 4_000, 16_000)
"""How many entries the first tier has, the first two, and so on; the last one has the others."""
PAGES: Final = 500
"""About how many pages are read, chosen at random with a constant seed. A table that has no more is read as a whole."""
_KNOWN_FOR_SECONDS: Final = 600.0
_SCORE: Final = "score"
_FIRST: Final = 1
"""The place of the lowest price."""


class Bounds(NamedTuple):
    """Where tiers begin or end; by default, those of an index that has fewer entries than the tiers."""

    scores: Sequence[int] = (4_800_000, 4_500_000, 4_100_000)
    """The lowest score of each tier, a whole band."""
    prices: Mapping[str, Sequence[int]] = {}
    """The highest price of each tier in a currency, the end of a band; a currency without them has one tier."""
    lowest: Mapping[str, int] = {}
    """About the lowest price in a currency."""


def _bounds() -> Statement:
    """The value of the last entry of each tier, by `_SCORE` and currency.

    If a part of the table is read, tiers have as many of its entries as is their part of all.
    """
    block, size = cast(func.current_setting("block_size"), Double), func.pg_relation_size(search_entries.name)
    wanted = bindparam("pages", type_=Integer()) * block
    part = select(func.least(1, wanted / func.nullif(size, 0)).cast(Double)).scalar_subquery()
    # A constant seed: while the table does not change, all processes know the same bounds, and plans are the same.
    pages = search_entries.tablesample(func.system(100 * part), name="pages", seed=literal_column("0"))
    names = (_SCORE, "price_from", "currency")
    read = select(*(pages.c[name] for name in names)).cte("read")
    numbered = union_all(
        _numbered(read, literal(_SCORE, Text), read.c.score.desc()),
        _numbered(read, read.c.currency, read.c.price_from.asc()).where(read.c.price_from.is_not(None)),
    ).subquery("numbered")
    sizes = func.unnest(bindparam("sizes", type_=ARRAY(Integer))).column_valued("size")
    last = select(cast(func.ceil(sizes * part), BigInteger).label("number")).subquery("last")
    return Statement(
        select(numbered.c.of, numbered.c.value)
        .select_from(numbered.join(last, last.c.number == numbered.c.number))
        .order_by(numbered.c.of, numbered.c.number)
    )


def _numbered(read: CTE, of: ColumnElement[str], order: Any) -> Select[Any]:
    value: ColumnElement[Any] = order.element
    return select(
        of.label("of"),
        cast(value, BigInteger).label("value"),
        func.row_number().over(partition_by=of, order_by=order).label("number"),
    ).select_from(read)


_BOUNDS: Final = _bounds()


async def bounds_of(work: Work, *, sizes: Sequence[int] = SIZES, pages: int = PAGES) -> Bounds:
    """Read the bounds of tiers of these sizes from about so many pages."""
    found: dict[str, list[int]] = {}
    for of, value in await work.all(_BOUNDS, sizes=[_FIRST, *sizes], pages=pages):
        found.setdefault(of, []).append(value)
    firsts = {of: first for of, (first, *_) in found.items()}
    full = {of: values for of, (_, *values) in found.items() if len(values) == len(sizes)}
    # Whole bands: so each mark is of one tier.
    scores = tuple(each // SCORES * SCORES for each in full.pop(_SCORE, Bounds().scores))
    prices = {currency: tuple(map(end_of_band, values)) for currency, values in full.items()}
    return Bounds(scores, prices, {currency: price for currency, price in firsts.items() if currency != _SCORE})


class KnownBounds:
    """The bounds as they were some minutes ago; at first the usual ones, while others read them."""

    def __init__(self) -> None:
        self._bounds = Bounds()
        self._read_at = float("-inf")

    async def now(self, work: Work) -> Bounds:
        """Return the bounds, and read them if they are old."""
        if monotonic() - self._read_at >= _KNOWN_FOR_SECONDS:
            self._read_at = monotonic()
            self._bounds = await bounds_of(work)
        return self._bounds


KNOWN: Final = KnownBounds()
