"""The lists of admins in memory: a filter, an order and a page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.shared.ids import CustomerId
from booking_domain.shared.money import Money
from booking_domain.use_cases.platform.listings import DESCENDING, BookingListOrder, ListFilter, MoneyFilter, MoneyOrder

Item = TypeVar("Item")


class Paged(Protocol):
    """A filter with a page."""

    @property
    def after(self) -> UUID | None: ...
    @property
    def limit(self) -> int: ...


def page_of(
    items: Iterable[Item],
    chosen: Paged,
    order: BookingListOrder | MoneyOrder,
    *,
    matches: Callable[[Item], bool],
    id_of: Callable[[Item], UUID],
    key: Callable[[Item], Any],
) -> list[Item]:
    """The page of the items that match, by `key` and id, or only by id in an order of creation."""
    by_creation = order.value in {"newest", "oldest"}
    found = sorted(
        items,
        key=lambda item: ((), id_of(item)) if by_creation else (key(item), id_of(item)),
        reverse=order in DESCENDING,
    )
    if chosen.after is not None:
        ids = [id_of(item) for item in found]
        found = found[ids.index(chosen.after) + 1 :] if chosen.after in ids else []
    return [item for item in found if matches(item)][: chosen.limit]


def is_chosen(criteria: ListFilter, booking: Booking, at: datetime, customer_id: CustomerId) -> bool:
    """Whether a row of this booking matches; `at` is the time that the list filters by."""
    return (
        (criteria.at_from is None or criteria.at_from <= at)
        and (criteria.at_before is None or at < criteria.at_before)
        and criteria.provider_id in {None, booking.provider_id}
        and criteria.customer_id in {None, customer_id}
        and criteria.reference in {None, booking.reference}
    )


def is_amount_chosen(criteria: MoneyFilter, amount: Money) -> bool:
    """Whether a row with this amount matches."""
    return is_amount_in(criteria.amount_from, criteria.amount_to, amount)


def is_amount_in(least: int | None, most: int | None, amount: Money) -> bool:
    """Whether an amount is in a range of minor units, whose bounds may be missing."""
    return (least is None or least <= amount.amount) and (most is None or amount.amount <= most)


def by_amount(amount: Money) -> tuple[str, int]:
    """The key of the orders by amount."""
    return amount.currency, amount.amount
