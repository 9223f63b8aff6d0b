"""The tables of calendars, claims and the waiting list in memory."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.services import Service, ServiceOffer
from booking_domain.scheduling.waiting import WaitingListEntry
from booking_domain.shared.ids import ClaimId, FeedId, ProviderId, SalonId, ServiceId, UserId, WaitingId
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


def _delete_services(state: State, services: dict[ServiceId, Service], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    for service in [each for each in services.values() if each.provider_id in owned]:
        del services[service.id]


def _delete_offers(state: State, offers: dict[tuple[ServiceId, ProviderId], ServiceOffer], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    for key in [key for key in offers if key[1] in owned]:
        del offers[key]


CALENDARS: Final = Table[ProviderId, Calendar]("calendars", erase=_clear_calendars)
SALON_HOURS: Final = Table[SalonId, OpeningHours]("salon_hours")
SERVICES: Final = Table[ServiceId, Service]("services", erase=_delete_services)
SERVICE_OFFERS: Final = Table[tuple[ServiceId, ProviderId], ServiceOffer]("service_offers", erase=_delete_offers)
FEEDS: Final = Table[ProviderId, OwnFeeds]("feeds", erase=_clear_feeds)
FEEDS_DUE: Final = Table[FeedId, datetime]("feeds_due")
"""Erased with the feeds."""
CLAIMS: Final = Table[ClaimId, Claim](
    "claims", erase=delete_rows(lambda claim: claim.customer_id, lambda claim: claim.kind is ClaimKind.HOLD)
)
WAITING_LIST: Final = Table[WaitingId, WaitingListEntry]("waiting_list", erase=delete_rows(lambda row: row.customer_id))

TABLES: Final = (CALENDARS, SALON_HOURS, SERVICES, SERVICE_OFFERS, FEEDS, FEEDS_DUE, CLAIMS, WAITING_LIST)
