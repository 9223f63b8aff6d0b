"""The lists of admins: filters, an order and a cursor, in one statement per page.

A page begins after the row whose id is `after`, in the list's order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, FromClause, Select, Table, Text, bindparam, func, or_, select, tuple_
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


def pages(listed: Select[Any], source: FromClause, orders: Iterable[Order]) -> dict[Order, Statement]:
    """The statement of a page for each order of `listed`, whose rows are those of `source`."""
    return {order: _page(listed, source, _KEYS.get(order, ()), falls=order in DESCENDING) for order in orders}


def _page(listed: Select[Any], source: FromClause, keys: Sequence[str], *, falls: bool) -> Statement:
    last, after = source.alias("last"), bindparam("after", type_=source.c.id.type)
    here = [*(source.c[key] for key in keys), source.c.id]
    there = [*(select(last.c[key]).where(last.c.id == after).scalar_subquery() for key in keys), after]
    follows = tuple_(*here) < tuple_(*there) if falls else tuple_(*here) > tuple_(*there)
    return Statement(
        listed.where(if_given("after", source.c.id, follows))
        .order_by(*(column.desc() if falls else column for column in here))
        .limit(bindparam("most"))
    )


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
