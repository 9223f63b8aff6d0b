"""A customer's own waiting-list entries."""

from datetime import datetime
from typing import Final

from booking_domain.scheduling.waiting_list import WaitingListEntry, WaitingReads
from booking_domain.shared.actor import Actor
from booking_domain.shared.queries import Query


async def _list_own_entries(actor: Actor, waiting_list: WaitingReads, *, now: datetime) -> tuple[WaitingListEntry, ...]:
    """The actor's entries as they stand at `now`, newest first, at most `MAX_LISTED_ENTRIES`."""
    return tuple(entry.at(now) for entry in await waiting_list.of_customer(actor.id))


list_own_entries: Final = Query(_list_own_entries)
