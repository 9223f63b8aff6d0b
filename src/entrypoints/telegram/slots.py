"""Days and slots to choose from, for a new or a rescheduled booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.scheduling.slots import first_slots
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.scheduling import queries as availability
from entrypoints.languages.documents import Phrase
from entrypoints.telegram.codes import joined
from entrypoints.telegram.screens import Parts, Person, home

_DAYS: Final = 14
"""The number of days on a screen."""
_IN_A_ROW: Final = 4
_MOST: Final = 88
"""The maximum number of slots of a day: a keyboard has at most 100 buttons."""
_DAY: Final = "%y%m%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentChoice:
    """The appointment to book: services of a provider, or if there are none, a length (None: the default)."""

    provider_id: ProviderId
    services: tuple[ServiceId, ...] = ()
    minutes: int | None = None


def day_code(day: date) -> str:
    """Write a day.

    >>> day_code(date(2026, 11, 23))
    '261123'
    """
    return day.strftime(_DAY)


def day_of(code: str) -> date:
    """Read a day, or raise `ValueError`."""
    return datetime.strptime(code, _DAY).replace(tzinfo=UTC).date()


def slot_code(start: datetime) -> str:
    """Write an instant as minutes since 1970: independent of time zones and clock changes.

    >>> slot_code(datetime(2026, 11, 23, 2, tzinfo=UTC))
    '1c90b18'
    """
    return f"{int(start.timestamp()) // 60:x}"


def slot_of(code: str) -> datetime:
    """Read an instant, or raise `ValueError`."""
    minutes = int(code, 16)
    if len(code) > 8:  # noqa: PLR2004 - years after 9999 are out of range
        raise ValueError(code)
    return datetime.fromtimestamp(minutes * 60, UTC)


async def days(
    person: Person,
    choice: AppointmentChoice,
    first: date | None,
    parts: Parts,
    *,
    here: Sequence[str | UUID],
    to: Sequence[str | UUID],
) -> ChatMessage:
    """Show the days with slots; `here` and `to` are the button words of this screen and of a day's screen."""
    now = parts.clock.now()
    found, _ = await _slots(person, choice, first or now.date() - timedelta(days=1), _DAYS + 2, parts)
    starts = sorted({start.date() for start in found})
    begin = first or now.date() - timedelta(days=1)
    rows = [(Button(text=person.say.values.day(day), data=joined(*to, day_code(day))),) for day in starts]
    later = Button(
        text=person.say(Phrase("Later days")), data=joined(*here, day_code(begin + timedelta(days=_DAYS + 2)))
    )
    text = person.say(Phrase("Choose a day.")) if starts else person.say(Phrase("No free times in these days."))
    return ChatMessage(text=text, rows=(*rows, (later,), home(person)))


async def times(
    person: Person, choice: AppointmentChoice, day: date, parts: Parts, *, to: Sequence[str | UUID]
) -> ChatMessage:
    """Show the slots of a day."""
    found, zone = await _slots(person, choice, day, 1, parts)
    buttons = [Button(text=f"{start:%H:%M}", data=joined(*to, slot_code(start))) for start in found[:_MOST]]
    rows = (tuple(buttons[place : place + _IN_A_ROW]) for place in range(0, len(buttons), _IN_A_ROW))
    chosen = f"{person.say(Phrase('Choose a time.'))} ({person.say.values.zone(zone)})"
    text = chosen if found else person.say(Phrase("No free times in these days."))
    return ChatMessage(text=text, rows=(*rows, home(person)))


async def _slots(
    person: Person, choice: AppointmentChoice, first: date, count: int, parts: Parts
) -> tuple[list[datetime], str]:
    """The starts of the slots of these days in the provider's time zone, and its name."""
    wide = datetime.combine(first, time(), UTC)
    window = TimeRange(wide - timedelta(days=1), wide + timedelta(days=count + 1))
    schedule = await availability.get_bookable_schedule(
        person.actor,
        choice.provider_id,
        window,
        parts.reads.schedules,
        parts.reads.salons,
        duration_minutes=choice.minutes,
        services=choice.services,
    )
    now = parts.clock.now()
    calendar, _ = schedule.calendar_at(now)
    found = first_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=choice.minutes)
    local = (slot.start.astimezone(calendar.zone) for slot in found.slots)
    inside = [start for start in local if first <= start.date() < first + timedelta(days=count)]
    return inside, calendar.time_zone
