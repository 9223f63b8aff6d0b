"""The JSON of the waiting list."""

from datetime import timedelta, tzinfo
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.scheduling.waiting import MAX_LISTED_ENTRIES, WaitingListEntry, WaitingStatus
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList
from entrypoints.http.kit.fields import Body, Json, Moment, ServiceIds, SomeMinutes, Timestamp, one_of, service_ids
from entrypoints.http.kit.projection import filled, projection
from entrypoints.http.kit.queries import moment


class JoinBody(Body, frozen=True, kw_only=True):
    """A window `[from, to)` of starts: dates in the provider's time zone or instants, at most 92 days apart."""

    provider_id: ProviderId
    from_: Moment = field(name="from")
    to: Moment
    duration_minutes: SomeMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()

    def command(self, zone: tzinfo) -> JoinWaitingList:
        """Return the command, with dates in this time zone."""
        return JoinWaitingList(
            provider_id=self.provider_id,
            starts_from=moment(self.from_, zone, name="from", within=""),
            starts_before=moment(self.to, zone, name="to", within=""),
            duration_minutes=self.duration_minutes,
            service_ids=service_ids(self.service_id, self.service_ids),
        )


class OfferJson(Json, frozen=True, kw_only=True):
    """The hold of an offered slot: book it with this id as `holdId`."""

    id: UUID
    start: Timestamp
    end: Timestamp | None = None
    expires_at: Timestamp


class WaitingJson(Json, frozen=True, kw_only=True):
    """A waiting-list entry; `hold` while a slot is offered."""

    id: UUID
    provider_id: UUID
    from_: Timestamp = field(name="from")
    to: Timestamp
    duration_minutes: int | None = None
    service_ids: ServiceIds | None = None
    status: Annotated[str, one_of(WaitingStatus)]
    hold: OfferJson | None = None
    """The hold that the customer was offered."""
    created_at: Timestamp


class WaitsJson(Json, frozen=True, kw_only=True):
    """Waiting-list entries, newest first."""

    items: Annotated[tuple[WaitingJson, ...], Meta(max_length=MAX_LISTED_ENTRIES)]
    next_cursor: str | None = None


def _offer_json(waiting: WaitingListEntry) -> OfferJson | None:
    start, until, minutes = waiting.offered_start, waiting.offered_until, waiting.duration_minutes
    if waiting.status is not WaitingStatus.OFFERED or start is None or until is None:
        return None
    end = None if minutes is None else start + timedelta(minutes=minutes)
    return OfferJson(id=waiting.hold_id, start=start, end=end, expires_at=until)


waiting_json: Final = projection(
    WaitingListEntry,
    WaitingJson,
    from_="window.start",
    to="window.end",
    service_ids=filled("service_ids"),
    hold=_offer_json,
)
