"""Calendar export: create, replace and remove the secret link to one's calendar, and the entries it shows.

- A user has one secret. Replacing or removing it invalidates its addresses at once. So does what ends all sessions: a
  new or reset password, signing out everywhere, disabling, deletion, a change of role.
- Each change needs a live session.
- Addresses with a secret of the earlier kind, which had fewer random bits, do not work. The worker removes them and
  their users are notified.
- A calendar shows the user's bookings from 90 days ago on. It shows cancelled and expired bookings for 30 days, as
  cancelled, so that subscribed calendars remove them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from booking_domain.bookings.transitions import Party, Status
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.events import CalendarLinkRevoked, account_event
from booking_domain.identity.model import User
from booking_domain.notifications.notices import Words
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.calendars.files import CalendarEntry, entry_of
from booking_domain.use_cases.identity.sessions import lock_own_account
from booking_domain.use_cases.notices.parties import WALK_IN
from booking_domain.use_cases.platform.ports import AppointmentReads, Repositories
from booking_domain.use_cases.platform.views import Appointment

SHOWN_FOR: Final = timedelta(days=90)
CANCELLED_SHOWN_FOR: Final = timedelta(days=30)
MAX_CALENDAR_ENTRIES: Final = 5_000
_ENDED_AT_ONCE: Final = 500
STATUSES: Final[Mapping[Status, Words]] = {
    Status.REQUESTED: Words("waiting for the provider's answer"),
    Status.PENDING: Words("waiting for the deposit"),
    Status.CONFIRMED: Words("confirmed"),
    Status.COMPLETED: Words("took place"),
    Status.NO_SHOW: Words("missed"),
    Status.DISPUTED: Words("in dispute"),
    Status.CANCELLED: Words("cancelled"),
    Status.EXPIRED: Words("expired"),
}
Say: TypeAlias = Callable[[Words, str], str]
"""The words of the platform in the language of a locale."""


@dataclass(frozen=True, slots=True)
class NewCalendarLink:
    """A new link. Only the digest of its secret is stored."""

    secret: str
    created_at: datetime


async def _change(current: SessionId, tx: Repositories, context: UseCaseContext) -> NewCalendarLink:
    """Make the link under the locks of the account and its sessions: what ends the session also removes the link."""
    await lock_own_account(context.actor.id, current, tx, context)
    link, secret = CalendarLink.make(context.actor.id, entropy=context.entropy, now=context.now)
    await tx.calendar_links.save(link)
    return NewCalendarLink(secret, link.created_at)


async def _change_of_provider(current: SessionId, tx: Repositories, context: UseCaseContext) -> NewCalendarLink:
    if await tx.profiles.of_owner(context.actor.id) is None:
        raise ProfileMissing
    return await _change(current, tx, context)


async def _remove(current: SessionId, tx: Repositories, context: UseCaseContext) -> None:
    await lock_own_account(context.actor.id, current, tx, context)
    await tx.calendar_links.remove(context.actor.id)


async def _end_legacy_links(_: None, tx: Repositories, context: UseCaseContext) -> None:
    users = await tx.calendar_links.remove_legacy(_ENDED_AT_ONCE)
    await tx.outbox.put([account_event(CalendarLinkRevoked, user_id, context) for user_id in users])


async def calendar_of(
    user: User, party: Party, *, reads: AppointmentReads, now: datetime, say: Say
) -> list[CalendarEntry]:
    """The user's appointments as a provider or as a customer, by start, in the user's language."""
    found = await reads.of_user(
        user.id,
        party,
        starts_from=now - SHOWN_FOR,
        ended_from=now - CANCELLED_SHOWN_FOR,
        limit=MAX_CALENDAR_ENTRIES,
    )
    return [entry(each, party, say, user.locale) for each in found]


def entry(appointment: Appointment, party: Party | None, say: Say, locale: str) -> CalendarEntry:
    """The calendar entry of an appointment, as this party sees it: with the name of the other party."""
    booking = appointment.booking
    summary = appointment.provider_name
    if party == Party.PROVIDER:
        summary = appointment.customer_name or say(WALK_IN, locale)
    services = ", ".join(service.name for service in booking.services)
    lines = (f"{booking.reference}: {say(STATUSES[booking.status], locale)}", services)
    return entry_of(booking, summary=summary, location=appointment.address, description="\n".join(filter(None, lines)))


change_calendar_link: Final = UseCase(Permission.SHARE_CALENDAR, _change, raises=(InvalidToken,))
change_provider_calendar_link: Final = UseCase(
    Permission.MANAGE_CALENDAR, _change_of_provider, raises=(InvalidToken, ProfileMissing)
)
remove_calendar_link: Final = UseCase(
    Permission.SHARE_CALENDAR, _remove, audited_as="calendar.unshare", raises=(InvalidToken,)
)
remove_provider_calendar_link: Final = UseCase(Permission.MANAGE_CALENDAR, _remove, raises=(InvalidToken,))
end_calendar_links_of_earlier_kind: Final = UseCase(Permission.RUN_PLATFORM, _end_legacy_links)
"""At most 500 of them; the worker repeats it."""
