"""`/waitlist`: join a provider's waiting list, see offers, leave."""

from datetime import timedelta, tzinfo
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, field

from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.scheduling.waiting_list import MAX_LISTED_ENTRIES, WaitingListEntry
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import ProviderId, ServiceId, WaitingId
from booking_domain.use_cases.catalogue.queries import get_time_zone
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, join_waiting_list, leave_waiting_list
from booking_domain.use_cases.scheduling.waiting_queries import list_own_entries
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, Json, LengthMinutes, Moment, ServiceIds, Timestamp, one_of, service_ids
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import filled, projection
from entrypoints.http.kit.queries import moment
from entrypoints.http.kit.running import Run


class JoinBody(Body, frozen=True, kw_only=True):
    """A window `[from, to)` of starts: dates in the provider's time zone or instants, at most 92 days apart."""

    provider_id: ProviderId
    from_: Moment = field(name="from")
    to: Moment
    duration_minutes: LengthMinutes | None = None
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


JOIN: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "from": "2026-11-23",
    "to": "2026-11-30",
    "durationMinutes": 60,
}


WAITING_LIST: Final = items(
    "waiting_list",
    WaitingJson,
    lambda source, after: source.reads.waiting_list.of_customer(source.user.id, after),
    waiting_json,
    about="The places on waiting lists.",
)


@post("/", opt=documented(get_time_zone, join_waiting_list, body=JOIN))
async def join_waitlist(data: JSONBody[JoinBody], run: Injected[Run], reads: Injected[Reads]) -> Response[WaitingJson]:
    """Join the waiting list of a provider.

    A slot that becomes free is offered to the first customer in line: it is held for half an hour (a setting of the
    platform), and the customer gets a message. Book it with the hold's id as `holdId`. If the customer does not book
    it, the entry lapses and the offer goes to the next customer. `durationMinutes` must be a length that the provider
    offers. `serviceId` or `serviceIds` name services of the provider; name them again when you book the offer.
    """
    zone = await get_time_zone(ProviderId(data.provider_id), reads.providers)
    return await run(join_waiting_list, data.command(zone), answer=waiting_json)


@get("/", opt=documented(list_own_entries), operation_id="listWaitingListEntries")
async def list_waits(actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]) -> WaitsJson:
    """List the caller's waiting-list entries, newest first, at most 100.

    `status` is `waiting`, `offered` (see `hold`), `booked`, `lapsed` (the offer was not booked, or the window is
    over) or `left`.
    """
    entries = await list_own_entries(actor, reads.waiting_list, now=clock.now())
    return WaitsJson(items=tuple(map(waiting_json, entries)))


@delete("/{waiting_id:str}", opt=documented(leave_waiting_list))
async def leave_waitlist(waiting_id: FromPath[WaitingId], run: Injected[Run]) -> None:
    """Leave a waiting list. An offered slot is released at once."""
    await run(leave_waiting_list, waiting_id)


routes: Final = Router(
    "/waitlist",
    route_handlers=[join_waitlist, list_waits, leave_waitlist],
    opt=about("waitlist", "Waiting for a slot that others may release.") | exporting(WAITING_LIST),
)
