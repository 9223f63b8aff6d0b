"""The queries that all lists of admins share: dates, parties, reference, amounts, page."""

from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.shared.ids import CustomerId, ProviderId
from entrypoints.http.kit.fields import Amount, Json, Moment, Query
from entrypoints.http.kit.queries import moment

MOST_STATUSES: Final = 10
BookingReference = Annotated[str, Meta(min_length=1, max_length=32, description="The reference of a booking.")]


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


PERIOD: Final[dict[str, Any]] = {"at_from": PeriodQuery.start, "at_before": PeriodQuery.end}
"""Sources of a filter."""


class ListQuery(PeriodQuery, frozen=True, kw_only=True):
    """A filter by time, parties and reference."""

    provider_id: ProviderId | None = None
    customer_id: CustomerId | None = None
    reference: BookingReference | None = None


ListText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=254,
        description="A part of the booking's reference, of the name of a party, or of the customer's e-mail address or "
        "phone number (the last four digits or more, or six in a row).",
    ),
]


class MoneyListQuery(ListQuery, frozen=True, kw_only=True):
    """The same, and a range of amounts in minor units, whatever the currency."""

    amount_from: Amount | None = None
    amount_to: Amount | None = None


class PersonJson(Json, frozen=True, kw_only=True):
    """A party of a booking."""

    id: UUID
    name: str
