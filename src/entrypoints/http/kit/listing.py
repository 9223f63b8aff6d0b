"""The queries that all lists of admins share: dates, parties, reference, amounts, page."""

from datetime import UTC, datetime, tzinfo
from typing import Annotated, Final, TypedDict
from uuid import UUID

from msgspec import Meta, field

from booking_domain.shared.ids import CustomerId, ProviderId
from entrypoints.http.kit.cursors import read_cursor
from entrypoints.http.kit.fields import Amount, Json, Moment, Query
from entrypoints.http.kit.queries import moment

MOST_STATUSES: Final = 10
BookingReference = Annotated[str, Meta(min_length=1, max_length=32, description="The reference of a booking.")]


class _Chosen(TypedDict):
    at_from: datetime | None
    at_before: datetime | None
    provider_id: ProviderId | None
    customer_id: CustomerId | None
    reference: str | None
    after: UUID | None
    limit: int


class _ChosenMoney(_Chosen):
    amount_from: int | None
    amount_to: int | None


class PeriodQuery(Query, frozen=True, kw_only=True):
    """A filter by time: `[from, to)`. A date means midnight UTC."""

    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None

    def start(self) -> datetime | None:
        """The beginning of the period."""
        return self._at(self.from_, "from")

    def end(self) -> datetime | None:
        """The end of the period, which is not part of it."""
        return self._at(self.to, "to")

    def zone(self) -> tzinfo:
        """The time zone of dates."""
        return UTC

    def _at(self, text: str | None, name: str) -> datetime | None:
        zone = self.zone()  # an unknown one is refused, also without dates
        return None if text is None else moment(text, zone, name=name)


class ListQuery(PeriodQuery, frozen=True, kw_only=True):
    """A filter by time, parties and reference."""

    provider_id: ProviderId | None = None
    customer_id: CustomerId | None = None
    reference: BookingReference | None = None

    def common(self, cursor: str | None, limit: int) -> _Chosen:
        """The members of `ListFilter`."""
        return _Chosen(
            at_from=self.start(),
            at_before=self.end(),
            provider_id=self.provider_id,
            customer_id=self.customer_id,
            reference=self.reference,
            after=read_cursor(cursor, lambda last: last),
            limit=limit,
        )


class MoneyListQuery(ListQuery, frozen=True, kw_only=True):
    """The same, and a range of amounts in minor units, whatever the currency."""

    amount_from: Amount | None = None
    amount_to: Amount | None = None

    def common_money(self, cursor: str | None, limit: int) -> _ChosenMoney:
        """The members of `MoneyFilter`."""
        return _ChosenMoney(**self.common(cursor, limit), amount_from=self.amount_from, amount_to=self.amount_to)


class PersonJson(Json, frozen=True, kw_only=True):
    """A party of a booking."""

    id: UUID
    name: str
