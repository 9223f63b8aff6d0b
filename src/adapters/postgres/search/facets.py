"""What the providers that match have."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, func, literal, literal_column, select, union_all

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.matching import candidates
from booking_domain.search.model import MOST_CANDIDATES, MOST_MEMBERS, Facets, SearchOrder

VALUES: Final = ("styles", "categories", "languages", "open")

MEMBERS: Final = "members"
"""Of salons that are counted: how many were ranked to find them."""


@lru_cache(maxsize=256)
def facets_statement(shape: frozenset[str], by: SearchOrder) -> Statement:
    """What those that are ranked have."""
    found = candidates(shape, by).subquery("candidates")
    return counted(select(*(found.c[name] for name in VALUES)), VALUES)


def counted(found: Select[Any], names: Sequence[str]) -> Statement:
    """How many are found, and how many of them have each value of the columns with these names."""
    first = found.cte("first")
    values = (
        select(literal(name), func.unnest(first.c[name]), func.count()).group_by(literal_column("2")) for name in names
    )
    return Statement(union_all(select(literal("total"), literal(""), func.count()).select_from(first), *values))


def facets_of(rows: Iterable[Row], most: int) -> Facets:
    """The counts of values, by name, of at most so many."""
    counts: dict[str, dict[str, int]] = {}
    for name, value, count in rows:
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
