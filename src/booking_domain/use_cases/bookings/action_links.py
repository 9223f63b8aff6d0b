"""Action links: put into the messages about a booking, and opened by who follows them. See `bookings.action_links`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings import reminders
from booking_domain.bookings.action_links import (
    PHONE_BYTES,
    ActionLink,
    ActionLinkTokens,
    InvalidActionLink,
    LinkAction,
    ShortLink,
    action_of,
    address_digest,
    expiry,
    managed_until,
)
from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.events import EVENTS
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Party
from booking_domain.identity.model import User
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageChannel, Notification
from booking_domain.notifications.notices import Link, NoticeTemplate, NoticeValue, TimeOfDay, Translator
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.notifications.segments import fitting
from booking_domain.payments.events import PaymentFailed, PaymentLapsed
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.money import Money
from booking_domain.shared.time import local_time
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.fields import sample_time, sample_until
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import Appointment

_LINKS: Final = NoticeTemplate(
    subject="Booking {reference}",
    text="You can do this without signing in:",
    details=(
        "Accept until {accept_until}: {accept}",
        "Decline until {decline_until}: {decline}",
        "Pay until {pay_until}: {pay}",
        "Move until {move_until}: {move}",
        "Cancel until {cancel_until}: {cancel}",
    ),
)
_SHORT_LINK: Final = NoticeTemplate(subject="Booking {reference}", text="Your booking: {manage}")
_DATED_LINK: Final = NoticeTemplate(
    subject="Booking {reference}", text="Your booking (link until {manage_until}): {manage}"
)
MESSAGES: Final = Messages(
    templates={"links.booking": _LINKS, "links.booking_in_sms": _SHORT_LINK, "links.booking_in_sms_until": _DATED_LINK},
    fields={
        "accept": NoticeField(
            "A link with which the customer accepts what is offered.", Link("https://example.com/links/accept#sample")
        ),
        "cancel": NoticeField(
            "A link with which the customer cancels.", Link("https://example.com/links/cancel#sample")
        ),
        "decline": NoticeField(
            "A link with which the customer declines what is offered.", Link("https://example.com/links/decline#sample")
        ),
        "manage": NoticeField(
            "A short link with which the customer answers, pays, moves or cancels.",
            Link("https://example.com/b#sample"),
        ),
        "move": NoticeField(
            "A link with which the customer moves the booking.", Link("https://example.com/links/move#sample")
        ),
        "pay": NoticeField("A link with which the customer pays.", Link("https://example.com/links/pay#sample")),
        "accept_until": NoticeField("Until when the link accepts.", sample_until(-12)),
        "cancel_until": NoticeField("Until when the link cancels.", sample_until(0)),
        "decline_until": NoticeField("Until when the link declines.", sample_until(-12)),
        "manage_until": NoticeField("The day until which the short link works.", sample_time(14 * 24).instant.date()),
        "move_until": NoticeField("Until when the link moves the booking.", sample_until(0)),
        "pay_until": NoticeField("Until when the link pays.", sample_until(-12)),
    },
    secret=True,
)
_WITH_LINKS: Final = frozenset(
    {*(event.topic for event in (*EVENTS, *reminders.EVENTS)), PaymentFailed.topic, PaymentLapsed.topic}
)


class ActionLinkLines:
    """Writes the links of a message: to whatever its recipient can do with the booking at that moment."""

    def __init__(
        self,
        *,
        web_url: str,
        tokens: ActionLinkTokens,
        translator: Translator,
        charges: Callable[[Money], bool] = bool,
    ) -> None:
        """`web_url` is the base URL of the web app; without one there are no links.

        `charges` says which amounts a gateway charges.
        """
        self._web_url = web_url
        self._charges = charges
        self._tokens = tokens
        self._translator = translator

    async def __call__(self, notification: Notification, message: OutgoingMessage, reads: Reads, now: datetime) -> str:
        """Return the lines to add to an e-mail or text message; empty if there are none."""
        if not self._web_url or notification.booking_id is None or notification.type not in _WITH_LINKS:
            return ""
        user = await reads.users.get(notification.user_id)
        appointment = await reads.appointments.get(notification.booking_id)
        if user is None or appointment is None or not _may_follow(user, appointment):
            return ""
        booking, available = appointment.booking, _available(user, appointment, now, self._charges)
        if message.channel == MessageChannel.SMS:
            values = self._short(booking, user, message.to, available)
        else:
            values = self._links(booking, user, message.to, available, now)
        if not values:
            return ""

        def written(notice: NoticeTemplate) -> str:
            filled = notice.fill(reference=booking.reference, **values)
            return self._translator.translate(filled, notification.language).text

        if message.channel == MessageChannel.SMS:
            return fitting(message.text, written(_DATED_LINK), written(_SHORT_LINK))
        return written(_LINKS)

    def _links(
        self, booking: Booking, user: User, to: str, available: Sequence[AvailableAction], now: datetime
    ) -> dict[str, NoticeValue]:
        values: dict[str, NoticeValue] = {}
        for each in available:
            if (action := action_of(each)) is not None and now < (ends := expiry(each, booking)):
                link = ActionLink(
                    action=action,
                    booking_id=booking.id,
                    user_id=user.id,
                    expires_at=ends,
                    address=address_digest(to),
                )
                values[action.value] = Link(self._url(link))
                values[f"{action.value}_until"] = TimeOfDay(ends, user.time_zone, now=now)
        return values

    def _short(
        self, booking: Booking, user: User, to: str, available: Sequence[AvailableAction]
    ) -> dict[str, NoticeValue]:
        if not any(map(action_of, available)):
            return {}
        link = ShortLink(booking_id=booking.id, phone=address_digest(to)[:PHONE_BYTES])
        until = local_time(managed_until(booking), user.time_zone).date()
        return {"manage": Link(f"{self._web_url}/b#{self._tokens.issue_short(link)}"), "manage_until": until}

    def _url(self, link: ActionLink) -> str:
        # In the fragment, which browsers send to no server: it is in no log and in no `Referer`.
        return f"{self._web_url}/links/{link.action.value}#{self._tokens.issue(link)}"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class OpenedLink:
    """A link that is valid, whom it lets act, and the booking."""

    link: ActionLink
    actor: Actor
    appointment: Appointment
    available: tuple[AvailableAction, ...]


async def open_action_link(
    token: str,
    action: LinkAction | None,
    *,
    tokens: ActionLinkTokens,
    reads: Reads,
    now: datetime,
    charges: Callable[[Money], bool] = bool,
) -> OpenedLink:
    """Return what the link allows; `charges` says which amounts a gateway charges.

    The booking's own rules are not applied here: the use case that follows applies them.

    Raises:
        InvalidActionLink: it was not issued here, is for another action, has expired, or its recipient has another
            e-mail address (of a text message: phone number) or no active account by now.
    """
    signed = tokens.read(token) or tokens.read_short(token)
    appointment = None if signed is None else await reads.appointments.get(signed.booking_id)
    user = None if appointment is None else await reads.users.get(appointment.booking.customer_id)
    if signed is None or appointment is None or user is None or not _may_follow(user, appointment):
        raise InvalidActionLink
    link = signed if isinstance(signed, ActionLink) else _managing(signed, appointment.booking)
    if link.user_id != user.id or now >= link.expires_at or not (action is None or link.allows(action)):
        raise InvalidActionLink
    address = user.phone if link.action is LinkAction.MANAGE else user.email
    if address is None or not address_digest(address).startswith(link.address):
        raise InvalidActionLink
    return OpenedLink(
        link=link, actor=_actor(user), appointment=appointment, available=_available(user, appointment, now, charges)
    )


def _managing(short: ShortLink, booking: Booking) -> ActionLink:
    """The link of a text message, which names booking and phone; the rest follows from the booking."""
    return ActionLink(
        action=LinkAction.MANAGE,
        booking_id=booking.id,
        user_id=booking.customer_id,
        expires_at=managed_until(booking),
        address=short.phone,
    )


def _may_follow(user: User, appointment: Appointment) -> bool:
    """Customers follow links to their bookings. Admins sign in for everything, with their second factor."""
    return user.usable and user.role is not Role.ADMIN and appointment.party(_actor(user)) is Party.CUSTOMER


def _available(
    user: User, appointment: Appointment, now: datetime, charges: Callable[[Money], bool]
) -> tuple[AvailableAction, ...]:
    return available_actions(appointment.booking, Party.CUSTOMER, _actor(user), now, charges=charges)


def _actor(user: User) -> Actor:
    return Actor(user.id, user.role)
