"""The pages to move a booking: the same calendar as when it was booked, and the question before it moves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import TO_COME
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.time import TimeRange, time_zone
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.when import Free, PartOfDayTimes, days_of, free_times, month_calendar, parts_of_day
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.calendar import MonthCalendar
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel

DAY: Final = "day"
SLOT: Final = "slot"
_LEFT: Final = Plural("You can move it {count} more time.", "You can move it {count} more times.")


@dataclass(frozen=True, kw_only=True)
class MovePage(PageModel):
    """Another day and time."""

    template: ClassVar = "bookings/move.html"
    lead: str
    calendar: MonthCalendar
    day: str
    parts: tuple[PartOfDayTimes, ...]
    zone: str
    none: str
    """What stands in place of times."""
    taken: str
    """What happened to the time that was chosen before."""
    back: str


def free_for(booking: Booking, schedule: ProviderSchedule, window: TimeRange, now: datetime) -> Free:
    """The free times but the booking's own."""
    free = free_times(schedule, window, now)
    return free._replace(starts=tuple(each for each in free.starts if each != booking.span.start))


def move_page(
    acting: Acting, free: Free, shown: date, page: Page, *, asked: date | None, now: datetime, taken: bool
) -> MovePage:
    """The page of the month of a day."""
    booking, formats, say = acting.booking, page.formats, page.say
    zone = time_zone(booking.time_zone)
    by_day = days_of(free, zone)
    day = asked if asked in by_day else next(iter(by_day), None)

    def address(**query: object) -> str:
        return page.link(f"{acting.path}/move", **query)

    calendar = month_calendar(
        by_day, page, lambda to: address(day=to.isoformat()), day=day, shown=shown, today=now.astimezone(zone).date()
    )
    parts = () if day is None else parts_of_day(by_day[day], free.places, page, lambda at: address(slot=at.isoformat()))
    return MovePage(
        title=say(Phrase("Choose another time")),
        robots="noindex",
        lead=booking_line(acting, page),
        calendar=calendar,
        day="" if day is None else formats.whole_day(day),
        parts=tuple(parts),
        zone=formats.zone(booking.time_zone),
        none="" if day is not None else say(Phrase("No free time in this month.")),
        taken=say(Phrase("Somebody else has just taken this time. These are free:")) if taken else "",
        back=page.link(acting.path),
    )


def moves_left(acting: Acting, page: Page) -> str:
    """How often the customer can still move it, if that is limited."""
    if acting.moves_left and AvailableAction.RESCHEDULE in acting.can:
        return page.say.count(_LEFT, acting.moves_left)
    if acting.moves_left == 0 and acting.booking.status in TO_COME:
        return page.say(Phrase("Only {provider} can move it now."), provider=acting.seen.appointment.provider_name)
    return ""


def move_question(acting: Acting, slot: datetime, page: Page) -> FormPage:
    """The question before the booking moves."""
    say, booking = page.say, acting.booking
    span = booking.span
    old = page.formats.span(span, booking.time_zone)
    new = page.formats.span(TimeRange(slot, slot + (span.end - span.start)), booking.time_zone)
    return FormPage(
        title=say(Phrase("Move to this time?")),
        lead=booking_line(acting, page),
        facts=(
            say(Phrase("From {old}"), old=old),
            say(Phrase("To {new}"), new=new),
            *filter(None, [moves_left(acting, page)]),
        ),
        action=page.link(f"{acting.path}/move"),
        fields=(hidden("csrf", acting.csrf), hidden(SLOT, slot.isoformat())),
        button=say(Phrase("Move the booking")),
        links=((say(Phrase("Choose another time")), page.link(f"{acting.path}/move")),),
    )
