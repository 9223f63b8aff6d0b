"""Calendars that are shared by a secret link: the secret in the address is the authorisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.transitions import Party
from booking_domain.identity.calendar_links import CalendarLinkNotFound, CalendarLinkReads, digest_of
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import UserReads
from booking_domain.notifications.notices import Words
from booking_domain.shared.errors import required
from booking_domain.shared.queries import Query
from booking_domain.use_cases.calendars.files import CalendarEntry
from booking_domain.use_cases.calendars.links import Say, calendar_of
from booking_domain.use_cases.platform.ports import Reads

_BOOKINGS: Final = Words("Bookings")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCalendar:
    """A calendar under its name, entries by start."""

    name: str
    entries: tuple[CalendarEntry, ...]


async def _get_provider_calendar(token: str, reads: Reads, *, now: datetime, say: Say) -> SharedCalendar:
    """The bookings of a provider, for a holder of their secret."""
    user = await _owner_of_link(token, reads.calendar_links, reads.users)
    provider = required(await reads.providers.by_owner(user.id), CalendarLinkNotFound)
    entries = await calendar_of(user, Party.PROVIDER, reads=reads.appointments, now=now, say=say)
    return SharedCalendar(name=provider.profile.display_name, entries=tuple(entries))


async def _get_customer_calendar(token: str, reads: Reads, *, now: datetime, say: Say) -> SharedCalendar:
    """The bookings of a customer, for a holder of their secret."""
    user = await _owner_of_link(token, reads.calendar_links, reads.users)
    entries = await calendar_of(user, Party.CUSTOMER, reads=reads.appointments, now=now, say=say)
    return SharedCalendar(name=say(_BOOKINGS, user.locale), entries=tuple(entries))


async def _owner_of_link(token: str, links: CalendarLinkReads, users: UserReads) -> User:
    user_id = await links.user_of(digest_of(token))
    user = None if user_id is None else await users.get(user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        raise CalendarLinkNotFound
    return user


get_provider_calendar: Final = Query(_get_provider_calendar, (CalendarLinkNotFound,))
get_customer_calendar: Final = Query(_get_customer_calendar, (CalendarLinkNotFound,))
