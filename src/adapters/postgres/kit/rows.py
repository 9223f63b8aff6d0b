"""Repositories that keep each value in a row of its own: what adding and saving it has in common."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.shared.ids import BookingId

Value = TypeVar("Value")
Versioned = TypeVar("Versioned", bound=Any)
OfBooking = TypeVar("OfBooking", bound=Any)


class Rows:
    """The statements of a mapper; `what` names its value in `ConcurrentChange`."""

    def __init__(self, mapper: Mapper[Any], what: str = "") -> None:
        self.mapper = mapper
        self.what = what
        self.insert = mapper.insert()

    @cached_property
    def update(self) -> Statement:
        """The UPDATE of a versioned value."""
        return self.mapper.update(versioned=True)


class _WithRows(WithWork):
    rows: ClassVar[Rows]


class AddedRows(_WithRows, Generic[Value]):
    """Base of repositories that add values to `rows`."""

    async def add(self, value: Value) -> None:
        """Insert the value."""
        await self._work.execute(self.rows.insert, **self.rows.mapper.write(value, *self._with))


class SavedRows(_WithRows, Generic[Versioned]):
    """Base of repositories that save values in `rows`."""

    async def save(self, value: Versioned, *, was: Versioned) -> None:
        """Update the value, if it has still the version of `was`."""
        changes = self.rows.mapper.changes(value, *self._with)
        await self._work.update_one(
            self.rows.what, self.rows.update, row_key=was.id, seen_version=was.version, **changes
        )


class VersionedRows(AddedRows[Versioned], SavedRows[Versioned]):
    """Base of repositories that add and save values."""


def by_booking(found: Iterable[OfBooking], booking_ids: Iterable[BookingId]) -> dict[BookingId, list[OfBooking]]:
    """The values of each of these bookings."""
    by_id: dict[BookingId, list[OfBooking]] = {booking_id: [] for booking_id in booking_ids}
    for each in found:
        by_id[each.booking_id].append(each)
    return by_id
