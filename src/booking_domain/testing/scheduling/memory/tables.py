"""The tables of calendars, claims and the waiting list in memory."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.waiting import WaitingListEntry
from booking_domain.shared.ids import ClaimId, FeedId, ProviderId, SalonId, UserId, WaitingId
from booking_domain.testing.catalogue.memory.tables import providers_of
from booking_domain.testing.kit.tables import State, Table, delete_rows


def _clear_calendars(state: State, calendars: dict[ProviderId, Calendar], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        calendars[provider_id] = replace(calendars[provider_id], rules=(), exceptions=(), blocks=())


def _clear_feeds(state: State, feeds: dict[ProviderId, OwnFeeds], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        own = feeds.get(provider_id, OwnFeeds())
        feeds[provider_id] = replace(own, feeds=())
        for feed in own.feeds:
            state[FEEDS_DUE].pop(feed.id, None)


CALENDARS: Final = Table[ProviderId, Calendar]("calendars", erase=_clear_calendars)
SALON_HOURS: Final = Table[SalonId, OpeningHours]("salon_hours")
FEEDS: Final = Table[ProviderId, OwnFeeds]("feeds", erase=_clear_feeds)
FEEDS_DUE: Final = Table[FeedId, datetime]("feeds_due")
"""Erased with the feeds."""
CLAIMS: Final = Table[ClaimId, Claim](
    "claims", erase=delete_rows(lambda claim: claim.customer_id, lambda claim: claim.kind is ClaimKind.HOLD)
)
WAITING_LIST: Final = Table[WaitingId, WaitingListEntry]("waiting_list", erase=delete_rows(lambda row: row.customer_id))

TABLES: Final = (CALENDARS, SALON_HOURS, FEEDS, FEEDS_DUE, CLAIMS, WAITING_LIST)
