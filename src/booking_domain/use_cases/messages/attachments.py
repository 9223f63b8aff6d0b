"""What goes with a message besides its text: an invitation, links to act on the booking, and one to unsubscribe."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from booking_domain.bookings.events import (
    BookingCancelled,
    BookingClockChanged,
    BookingConfirmed,
    BookingDepositWaived,
    BookingPlaced,
    BookingRescheduled,
    BookingRevived,
    BookingTimeAccepted,
)
from booking_domain.bookings.reminders import AppointmentNear
from booking_domain.bookings.transitions import Party
from booking_domain.identity.preferences import NewsChannel, Unsubscription
from booking_domain.notifications.model import MessageChannel, Notification
from booking_domain.notifications.notices import Words
from booking_domain.notifications.ports import AttachedFile, OutgoingMessage
from booking_domain.notifications.segments import segments_for_facts, shortened
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.action_links import ActionLinkLines
from booking_domain.use_cases.calendars.files import CalendarFiles, EntryStatus
from booking_domain.use_cases.calendars.links import Say, entry
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.payments.not_me_lines import NotMeLines
from booking_domain.use_cases.platform.ports import Reads

_WITH_CALENDAR: Final = frozenset(
    event.topic
    for event in (
        BookingPlaced,
        BookingConfirmed,
        BookingDepositWaived,
        BookingRevived,
        BookingRescheduled,
        BookingTimeAccepted,
        BookingClockChanged,
        BookingCancelled,
        AppointmentNear,
    )
)
_LEAVE: Final = Words("Do you no longer want these e-mails?")
FileOf: TypeAlias = Callable[[Notification, Reads, datetime], Awaitable[AttachedFile | None]]
"""The file that goes with an e-mail about a notification, as what it is about stands now."""
Attach: TypeAlias = Callable[[OutgoingMessage, Notification, Reads, datetime], Awaitable[OutgoingMessage]]


async def no_attachments(
    message: OutgoingMessage, _notification: Notification, _reads: Reads, _now: datetime
) -> OutgoingMessage:
    """Return the message as it is, a text message with the facts that fit."""
    return _ended(message)


def _ended(message: OutgoingMessage, *endings: str) -> OutgoingMessage:
    """Return the message with these lines at its end."""
    if message.channel == MessageChannel.SMS:
        return replace(
            message, text=shortened(message.text, segments_for_facts(message.text), "\n".join(filter(None, endings)))
        )
    return replace(message, text="\n\n".join(filter(None, (message.text, *endings))))


class Attachments:
    """Adds to e-mails; text messages have room for links alone."""

    def __init__(
        self,
        *,
        files: CalendarFiles,
        say: Say,
        organizer: str,
        unsubscribe_url: Callable[[UserId, Unsubscription], str],
        unsubscribe_page: Callable[[UserId, Unsubscription], str] | None = None,
        action_links: ActionLinkLines,
        not_me: NotMeLines,
        file_of: FileOf,
    ) -> None:
        self._files = files
        self._say = say
        self._organizer = organizer
        self._unsubscribe_url = unsubscribe_url
        self._unsubscribe_page = unsubscribe_page
        self._action_links = action_links
        self._not_me = not_me
        self._file_of = file_of

    async def __call__(
        self, message: OutgoingMessage, notification: Notification, reads: Reads, now: datetime
    ) -> OutgoingMessage:
        """Attach the calendar file of the booking or the report as it is now, and links for what can be done."""
        if message.channel not in {MessageChannel.EMAIL, MessageChannel.SMS}:
            return message
        lines = await self._not_me(notification, reads, now)
        links = await self._action_links(notification, message, reads, now)
        if message.channel == MessageChannel.SMS:
            return _ended(message, lines, links)
        kind, url, leave = kind_of(notification.type), "", ""
        if kind is not None:
            unsubscription = Unsubscription(kind=kind, channel=NewsChannel.EMAIL)
            url = self._unsubscribe_url(notification.user_id, unsubscription)
            leave = self._leave(notification.user_id, unsubscription, message.language)
        message = _ended(message, lines, links, leave)
        calendar = await self._calendar(message, notification, reads, now)
        file = await self._file_of(notification, reads, now)
        return replace(message, calendar=calendar, file=file, unsubscribe_url=url)

    def _leave(self, user_id: UserId, unsubscription: Unsubscription, language: str) -> str:
        """The line with the page to unsubscribe, which a person opens; without pages there is none."""
        if self._unsubscribe_page is None:
            return ""
        return f"{self._say(_LEAVE, language)} {self._unsubscribe_page(user_id, unsubscription)}"

    async def _calendar(self, message: OutgoingMessage, notification: Notification, reads: Reads, now: datetime) -> str:
        if notification.booking_id is None or notification.type not in _WITH_CALENDAR:
            return ""
        appointment = await reads.appointments.get(notification.booking_id)
        if appointment is None:
            return ""
        to_provider = appointment.booking.provider_user_id == notification.user_id
        party = Party.PROVIDER if to_provider else Party.CUSTOMER
        shown = entry(appointment, party, self._say, notification.language)
        if shown.status is EntryStatus.TENTATIVE:
            return ""
        return self._files.invite(shown, organizer=self._organizer, attendee=message.to, now=now).decode()
