"""The lists of admins: filters, an order and a cursor, in one statement per page.

A page begins after the row whose id is `after`, in the list's order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.statements import Statement, if_given
from booking_domain.use_cases.platform.listings import DESCENDING, BookingListOrder, MoneyOrder

Order = TypeVar("Order", BookingListOrder, MoneyOrder)

_KEYS: Final[Mapping[BookingListOrder | MoneyOrder, Sequence[str]]] = {
    BookingListOrder.EARLIEST_START: ("starts_at",),
    BookingListOrder.LATEST_START: ("starts_at",),
    MoneyOrder.HIGHEST: ("currency", "amount"),
    MoneyOrder.LOWEST: ("currency", "amount"),
}
"""The columns by which an order sorts before the id, which follows the creation."""
_FIRST: Final = "'-infinity'::timestamptz", "'00000000-0000-0000-0000-000000000000'::uuid"
_LAST: Final = "'infinity'::timestamptz", "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"
"""The least and the greatest time and id."""


def pages(listed: Select[Any], source: FromClause, orders: Iterable[Order]) -> dict[Order, Statement]:
    """The statement of a page for each order of `listed`, whose rows are those of `source`."""
    return {order: Statement(_page(listed.where(_follows(source, order)), source, order)) for order in orders}


def pages_by_id(
    listed: Select[Any], ids: Select[Any], source: Table, orders: Iterable[Order], *, few: Select[Any] | None = None
) -> dict[Order, Statement]:
    """The same for the rows of `source` whose ids `ids` selects; only the rows of the page are joined.

    `few` selects the same ids, or more of them that `ids` chooses from: all that follow are found, by an index of their
    condition, and then sorted. In the order of the page, it would read all that is between its rows, and the last page
    all that is left of the table.
    """
    statements = {}
    for order in orders:
        if few is None:
            found = _page(ids.where(_follows(source, order)), source, order)
        else:  # PostgreSQL does not move an order and a limit into a subquery with an offset
            first = few.where(_follows(source, order)).offset(literal_column("0")).subquery("few")
            found = _page(select(first.c.id) if ids is few else ids.where(source.c.id == first.c.id), first, order)
        page = found.subquery("page")
        statements[order] = Statement(listed.where(source.c.id == page.c.id).order_by(*_sorted(source, order)))
    return statements


def within(at: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a time is in the period of `ListFilter`: an index has it, also where the plan is for any values."""
    since, until = (bindparam(name, type_=at.type) for name in ("at_from", "at_before"))
    return (
        at >= func.coalesce(since, literal_column(_FIRST[0])),
        at < func.coalesce(until, literal_column(_LAST[0])),
    )


def _page(listed: Select[Any], source: FromClause, order: Order) -> Select[Any]:
    return listed.order_by(*_sorted(source, order)).limit(bindparam("most"))


def _sorted(source: FromClause, order: Order) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = [source.c[key] for key in (*_KEYS.get(order, ()), "id")]
    return [column.desc() for column in columns] if order in DESCENDING else columns


def _follows(source: FromClause, order: Order) -> ColumnElement[bool]:
    """Whether a row follows the one with the id `after`; without it, all do.

    Times and ids have a least and a greatest value, so that this is one comparison: an index has the place, also where
    the plan is for any values, which finds none by a disjunction.
    """
    keys: Sequence[str] = _KEYS.get(order, ())
    falls = order in DESCENDING
    last: FromClause = source.alias("last")
    after: ColumnElement[Any] = bindparam("after", type_=source.c.id.type)
    here = [*(source.c[key] for key in keys), source.c.id]
    there: list[ColumnElement[Any]] = [
        *(select(last.c[key]).where(last.c.id == after).scalar_subquery() for key in keys),
        after,
    ]
    has_ends = set(keys) <= {"starts_at"}
    if has_ends:
        ends = (_LAST if falls else _FIRST)[-len(there) :]
        there = [
            case((after.is_(None), literal_column(end)), else_=each) for end, each in zip(ends, there, strict=True)
        ]
    follows = tuple_(*here) < tuple_(*there) if falls else tuple_(*here) > tuple_(*there)
    return follows if has_ends else if_given("after", source.c.id, follows)


def chosen_by(
    bookings: Table, at: ColumnElement[Any], is_customer: ColumnElement[bool]
) -> tuple[ColumnElement[bool], ...]:
    """The conditions of `ListFilter` on rows that are joined with `bookings`; `at` is the time that it filters by.

    `is_customer` says whether a booking is of the customer `customer_id`.
    """
    b = bookings.c
    return (
        if_given("at_from", b.starts_at, at >= bindparam("at_from")),
        if_given("at_before", b.starts_at, at < bindparam("at_before")),
        if_given("provider_id", b.provider_id, b.provider_id == bindparam("provider_id")),
        if_given("customer_id", b.customer_id, is_customer),
        if_given("reference", b.reference, b.reference == bindparam("reference")),
    )


def amount_chosen_by(amount: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions of `MoneyFilter` on an amount."""
    return (
        if_given("amount_from", amount, amount >= bindparam("amount_from")),
        if_given("amount_to", amount, amount <= bindparam("amount_to")),
    )


def one_of(name: str, column: Any) -> ColumnElement[bool]:
    """Whether the column's value is one of the list that the parameter `name` is; null matches any value."""
    given = bindparam(name, type_=ARRAY(Text))
    return or_(given.is_(None), column == func.any(given))


def parameters(criteria: Any) -> dict[str, Any]:
    """The members of a filter as parameters of their names; `limit` is `most`, and an empty list matches any value."""
    found = {field.name: _parameter(getattr(criteria, field.name)) for field in fields(criteria)}
    return {**found, "most": criteria.limit}


def _parameter(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return [_parameter(each) for each in value] or None if isinstance(value, tuple) else value
