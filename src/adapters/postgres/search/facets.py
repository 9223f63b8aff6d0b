"""What those that match have: counted by the statement that ranks them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from booking_domain.search.model import MOST_CANDIDATES, MOST_MEMBERS, Facets

VALUES: Final = ("styles", "categories", "languages", "open")
COUNTED: Final = frozenset({*VALUES, "tags"})
"""Columns that are counted, and not shown."""

MEMBERS: Final = "members"
"""Of salons that are counted: how many were ranked to find them."""


def counts_of(found: CTE, names: Sequence[str]) -> Subquery:
    """How many are found, and how many of them have each value of the columns with these names."""
    values = (
        select(literal(name), func.unnest(found.c[name]), func.count()).group_by(literal_column("2")) for name in names
    )
    return union_all(total_of("total", found), *values).subquery("counts")


def total_of(name: str, found: CTE) -> Select[*tuple[Any, ...]]:
    """How many are found, as a count with this name."""
    return select(literal(name).label("name"), literal("").label("value"), func.count().label("count")).select_from(
        found
    )


def with_counts(hits: Select[Any], ids: Sequence[ColumnElement[Any]], counts: Subquery) -> Statement:
    """The hits that have these ids, in their order; the first of them has all counts."""
    page = hits.subquery("page")
    position = (page.c.key, page.c.lot, *(page.c[str(each.key)] for each in ids))
    is_first = func.row_number().over(order_by=position) == 1
    array = select(func.jsonb_agg(func.jsonb_build_array(*counts.c))).scalar_subquery()
    return Statement(select(*page.c, case((is_first, array), else_=null())).order_by(*position))


def facets_of(page: Sequence[Row], most: int) -> Facets:
    """The counts of values, by name, of at most so many; `page` is of `with_counts`."""
    if not page:
        return Facets()
    counts: dict[str, dict[str, int]] = {}
    for name, value, count in page[0][-1]:
        counts.setdefault(name, {})[value] = count
    total, opened = counts.pop("total")[""], counts.pop("open", {})
    members = counts.pop(MEMBERS, {}).get("", 0)
    at_least = total >= min(most, MOST_CANDIDATES) or members >= MOST_MEMBERS
    return Facets(
        total=total,
        at_least=at_least,
        open=sum(opened.values()),
        **{name: dict(sorted(each.items(), key=_commonest)) for name, each in counts.items()},
    )


def _commonest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
