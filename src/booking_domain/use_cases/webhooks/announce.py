"""Announce domain events live: each becomes the live events of the channels that it concerns.

The relay calls it for the messages of the outbox, in order, in the database transaction that removes them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking_domain.announcements.events import AnnouncementEvent
from booking_domain.bookings import events as bookings
from booking_domain.live.model import Channel, NewLiveEvent
from booking_domain.live.ports import BookingParties, LiveEvents
from booking_domain.notifications.events import NotificationKept
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.webhooks.events import PUBLIC_EVENTS, PayloadData

AVAILABILITY_CHANGED: Final = "availability.changed"
NOTIFICATION_RECEIVED: Final = "notification.received"
_ID_OF: Final[Mapping[PayloadData, str]] = {
    PayloadData.PAYMENT: "paymentId",
    PayloadData.REFUND: "refundId",
    PayloadData.DESK_PAYMENT: "deskPaymentId",
}
_MOVED: Final = (bookings.BookingRescheduled, bookings.BookingClockChanged)


async def announce(events: Sequence[Event], live: LiveEvents, now: datetime) -> None:
    """Announce these events, if a client may follow them."""
    about = {BookingId(PUBLIC_EVENTS[type(each)].booking_of(each)) for each in events if type(each) in PUBLIC_EVENTS}
    involved = await live.parties_of(about) if about else {}
    await live.append([each for event in events for each in _announced(event, involved)], now)


def _announced(event: Event, involved: Mapping[BookingId, BookingParties]) -> list[NewLiveEvent]:
    of_its_own = _of_its_own(event)
    if of_its_own is not None:
        return [of_its_own]
    public = PUBLIC_EVENTS.get(type(event))
    concerned = None if public is None else involved.get(public.booking_of(event))
    if public is None or concerned is None:
        return []
    about: dict[str, Any] = {"bookingId": str(public.booking_of(event))}
    if isinstance(event, bookings.BookingChanged):
        about["status"] = event.to.value
    if public.shows is not None:
        about[_ID_OF[public.shows]] = str(public.id_of(event))
    announced = NewLiveEvent(
        channel=Channel.BOOKINGS if public.shows is None else Channel.PAYMENTS,
        type=public.type.value,
        about=about,
        parties=frozenset({concerned.customer_id, concerned.provider_user_id}),
        manager_id=concerned.manager_id,
    )
    if isinstance(event, _MOVED):
        return [announced, _changed(concerned.provider_id, None)]
    if isinstance(event, (*bookings.TAKES_TIME, *bookings.FREES_TIME)):
        return [announced, _changed(concerned.provider_id, _local_days(concerned.blocked, concerned.time_zone))]
    return [announced]


def _of_its_own(event: Event) -> NewLiveEvent | None:
    """The live event of an event that is about no booking."""
    if isinstance(event, NotificationKept):
        return NewLiveEvent(
            channel=Channel.NOTIFICATIONS,
            type=NOTIFICATION_RECEIVED,
            about={"notificationId": str(event.notification_id)},
            parties=frozenset({event.user_id}),
        )
    if isinstance(event, CalendarChanged):
        return _changed(event.provider_id, None if event.date is None else [event.date])
    if isinstance(event, AnnouncementEvent):
        return NewLiveEvent(
            channel=Channel.SYSTEM,
            type=event.topic,
            about={"announcementId": str(event.announcement_id)},
            role=event.audience.role,
        )
    return None


def _changed(provider_id: ProviderId, days: Sequence[date] | None) -> NewLiveEvent:
    about: dict[str, Any] = {"providerId": str(provider_id)}
    if days is not None:
        about["days"] = [day.isoformat() for day in days]
    return NewLiveEvent(
        channel=Channel.AVAILABILITY,
        type=AVAILABILITY_CHANGED,
        about=about,
        provider_id=provider_id,
    )


def _local_days(span: TimeRange, zone: str) -> list[date]:
    """The local dates that a range touches."""
    first, last = (at.astimezone(ZoneInfo(zone)).date() for at in (span.start, span.end - timedelta(microseconds=1)))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
