"""The tables of calendars, claims and the waiting list in memory."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.services import Service, ServiceOffer
from booking_domain.scheduling.waiting import OPEN, WaitingListEntry
from booking_domain.shared.ids import ClaimId, FeedId, ProviderId, SalonId, ServiceId, UserId, WaitingId
from booking_domain.testing.catalogue.memory.tables import providers_of
from booking_domain.testing.kit.tables import Handed, State, Table, delete_rows, ended


def _clear_calendars(state: State, calendars: dict[ProviderId, Calendar], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        calendars[provider_id] = replace(calendars[provider_id], rules=(), exceptions=(), blocks=())


def _clear_feeds(state: State, feeds: dict[ProviderId, OwnFeeds], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        own = feeds.get(provider_id, OwnFeeds())
        feeds[provider_id] = replace(own, feeds=())
        for feed in own.feeds:
            state[FEEDS_DUE].pop(feed.id, None)


def _delete_services(state: State, services: dict[ServiceId, Service], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    for service in [each for each in services.values() if each.provider_id in owned]:
        del services[service.id]


def _delete_offers(state: State, offers: dict[tuple[ServiceId, ProviderId], ServiceOffer], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    for key in [key for key in offers if key[1] in owned]:
        del offers[key]


def _delete_holds(_: State, claims: dict[ClaimId, Claim], user_id: UserId) -> None:
    for claim in tuple(claims.values()):
        if claim.customer_id == user_id and claim.kind is ClaimKind.HOLD:
            del claims[claim.id]


def _end_feeds(state: State, feeds: dict[ProviderId, OwnFeeds], handed: Handed) -> None:
    _clear_feeds(state, feeds, handed.user_id)
    for provider_id in providers_of(state, handed.user_id):
        feeds[provider_id] = replace(feeds[provider_id], version=feeds[provider_id].version + 1)


def leave(_: State, waiting_list: dict[WaitingId, WaitingListEntry], user_id: UserId) -> None:
    """Give up a customer's places on the waiting list."""
    for waiting in tuple(waiting_list.values()):
        if waiting.customer_id == user_id and waiting.status in OPEN:
            waiting_list[waiting.id] = waiting.left()


CALENDARS: Final = Table[ProviderId, Calendar]("calendars", erase=_clear_calendars)
SALON_HOURS: Final = Table[SalonId, OpeningHours]("salon_hours")
SERVICES: Final = Table[ServiceId, Service]("services", erase=_delete_services)
SERVICE_OFFERS: Final = Table[tuple[ServiceId, ProviderId], ServiceOffer]("service_offers", erase=_delete_offers)
FEEDS: Final = Table[ProviderId, OwnFeeds]("feeds", erase=_clear_feeds, handover=_end_feeds)
FEEDS_DUE: Final = Table[FeedId, datetime]("feeds_due")
"""Erased with the feeds."""
CLAIMS: Final = Table[ClaimId, Claim]("claims", erase=_delete_holds, handover=ended(_delete_holds))
WAITING_LIST: Final = Table[WaitingId, WaitingListEntry](
    "waiting_list", erase=delete_rows(lambda row: row.customer_id), handover=ended(leave)
)

TABLES: Final = (CALENDARS, SALON_HOURS, SERVICES, SERVICE_OFFERS, FEEDS, FEEDS_DUE, CLAIMS, WAITING_LIST)
