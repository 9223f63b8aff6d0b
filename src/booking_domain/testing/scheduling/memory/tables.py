"""The tables of calendars, claims and the waiting list in memory."""

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.owned_resources import Resource
from booking_domain.scheduling.services import Service, ServiceOffer
from booking_domain.scheduling.waiting import OPEN
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.ids import ClaimId, FeedId, ProviderId, ResourceId, SalonId, ServiceId, UserId, WaitingId
from booking_domain.testing.catalogue.memory.tables import (
    PROFILES,
    SALONS,
    VENUES,
    delete_rows_of_providers,
    providers_of,
)
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import AccountHandover, Rows, State, Table, delete_rows


def _clear_calendars(state: State, calendars: dict[ProviderId, Calendar], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        calendars[provider_id] = replace(calendars[provider_id], rules=(), exceptions=(), blocks=())


def _clear_feeds(state: State, feeds: dict[ProviderId, OwnFeeds], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        own = feeds.get(provider_id, OwnFeeds())
        feeds[provider_id] = replace(own, feeds=())
        for feed in own.feeds:
            state[FEEDS_DUE].pop(feed.id, None)


def _end_feeds(state: State, feeds: dict[ProviderId, OwnFeeds], account: AccountHandover) -> None:
    _clear_feeds(state, feeds, account.user_id)
    for provider_id in providers_of(state, account.user_id):
        feeds[provider_id] = replace(feeds[provider_id], version=feeds[provider_id].version + 1)


def leave(waiting_list: Rows[WaitingId, WaitingListEntry], user_id: UserId) -> None:
    """Give up a customer's places on the waiting list."""
    waiting_list.change(lambda each: each.customer_id == user_id and each.status in OPEN, WaitingListEntry.left)


class UnitsOfClaim(NamedTuple):
    """The units that a claim has taken, each with its resource. The places of an occurrence have the same."""

    claim_id: ClaimId
    taken: tuple[tuple[ResourceId, int], ...]
    owners: frozenset[ProviderId | SalonId]
    """Who has the resources."""


CALENDARS: Final = Table[ProviderId, Calendar]("calendars", erase=_clear_calendars)
SALON_HOURS: Final = Table[SalonId, OpeningHours]("salon_hours")
SERVICES: Final = Table[ServiceId, Service](
    "services",
    refers=lambda row: ((PROFILES, row.provider_id), (SALONS, row.salon_id), (VENUES, row.venue_id)),
    what="service",
    erase=delete_rows_of_providers(lambda row: row.provider_id),
)
SERVICE_OFFERS: Final = Table[tuple[ServiceId, ProviderId], ServiceOffer](
    "service_offers",
    key=lambda row: (row.service_id, row.provider_id),
    refers=lambda row: ((SERVICES, row.service_id), (PROFILES, row.provider_id)),
    erase=delete_rows_of_providers(lambda row: row.provider_id),
)
RESOURCES: Final = Table[ResourceId, Resource](
    "resources",
    refers=lambda row: ((PROFILES, row.provider_id), (SALONS, row.salon_id)),
    what="resource",
    erase=delete_rows_of_providers(lambda row: row.provider_id),
)
FEEDS: Final = Table[ProviderId, OwnFeeds]("feeds", erase=_clear_feeds, handover=_end_feeds)
FEEDS_DUE: Final = Table[FeedId, datetime]("feeds_due")
"""Erased with the feeds."""
CLAIMS: Final = Table[ClaimId, Claim](
    "claims",
    refers=lambda row: ((PROFILES, row.provider_id), (USERS, row.customer_id)),
    erase=delete_rows(lambda row: row.customer_id, lambda row: row.kind is ClaimKind.HOLD),
    ends=True,
)


def free_units(state: State, units: dict[ClaimId, UnitsOfClaim], _: UserId | None = None) -> None:
    """Free the units of claims that are deleted."""
    for claim_id in units.keys() - state[CLAIMS].keys():
        del units[claim_id]


UNITS: Final = Table[ClaimId, UnitsOfClaim](
    "resource_units",
    key=lambda row: row.claim_id,
    refers=lambda row: ((CLAIMS, row.claim_id),),
    erase=free_units,
    ends=True,
)
WAITING_LIST: Final = Table[WaitingId, WaitingListEntry](
    "waiting_list",
    refers=lambda row: ((PROFILES, row.provider_id), (USERS, row.customer_id)),
    erase=delete_rows(lambda row: row.customer_id),
    handover=lambda _, rows, account: leave(rows, account.user_id),
)

TABLES: Final = (
    CALENDARS,
    SALON_HOURS,
    SERVICES,
    SERVICE_OFFERS,
    RESOURCES,
    FEEDS,
    FEEDS_DUE,
    CLAIMS,
    UNITS,
    WAITING_LIST,
)
