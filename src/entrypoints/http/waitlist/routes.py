"""`/waitlist`: join a provider's waiting list, see offers, leave."""

from typing import Final

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import ProviderId, WaitingId
from booking_domain.use_cases.catalogue.queries import get_time_zone
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling.waiting import join_waiting_list, leave_waiting_list
from booking_domain.use_cases.scheduling.waiting_queries import list_own_entries
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.identities import Run
from entrypoints.http.kit.injection import Injected
from entrypoints.http.waitlist.examples import JOIN
from entrypoints.http.waitlist.export import WAITING_LIST
from entrypoints.http.waitlist.schemas import JoinBody, WaitingJson, WaitsJson, waiting_json


@post("/", opt=documented(get_time_zone, join_waiting_list, body=JOIN))
async def join_waitlist(
    data: JSONBody[JoinBody], runner: Injected[IdempotentRunner], reads: Injected[Reads]
) -> Response[WaitingJson]:
    """Join the waiting list of a provider.

    A slot that becomes free is offered to the first customer in line: it is held for half an hour (a setting of the
    platform), and the customer gets a message. Book it with the hold's id as `holdId`. If the customer does not book
    it, the entry lapses and the offer goes to the next customer. `durationMinutes` must be a length that the provider
    offers. `serviceId` or `serviceIds` name services of the provider; name them again when you book the offer.
    """
    zone = await get_time_zone(ProviderId(data.provider_id), reads.providers)
    return await runner.created(join_waiting_list, data.command(zone), answer=waiting_json)


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
