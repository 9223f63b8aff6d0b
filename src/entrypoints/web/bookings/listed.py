"""The bookings of who is signed in: those to come, and those of the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.use_cases.bookings.queries import VisibleAppointment
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.booking import ANSWERED, STATES, waits_for_customer
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.pages import Page, PageModel

BOOKED: Final = "booked"
"""In the address: appointments that repeat were just booked."""
MOST: Final = 20
"""The bookings of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBooking:
    """A booking in a list."""

    href: str
    when: str
    provider: str
    services: str
    state: str


@dataclass(frozen=True, kw_only=True)
class BookingsPage(PageModel):
    """The bookings of who is signed in."""

    template: ClassVar = "bookings/listed.html"
    done: str
    """What has just been done."""
    tabs: Tabs
    bookings: tuple[ListedBooking, ...]
    none: str
    """What stands in place of bookings."""
    more: str
    """Where the next ones are; empty: there are none."""


def bookings_page(found: Sequence[VisibleAppointment], page: Page, *, past: bool) -> BookingsPage:
    """The page, of at most one booking more than it shows."""
    say = page.say
    shown = found[:MOST]
    here = page.link("/bookings", when="past" if past else "")
    return BookingsPage(
        title=say(Phrase("My bookings")),
        robots="noindex",
        done=say(Phrase("All of them are booked.")) if page.asked("done") == BOOKED else "",
        tabs=Tabs(
            label=say(Phrase("My bookings")),
            items=(
                (say(Phrase("To come")), page.link("/bookings")),
                (say(Phrase("Past")), page.link("/bookings", when="past")),
                (say(Phrase("Waiting list")), page.link("/waiting")),
            ),
            current=here,
        ),
        bookings=tuple(_listed(each, page) for each in shown),
        none=say(Phrase("Nothing here yet")) if past else say(Phrase("You have no appointments to come")),
        more=page.link("/bookings", when="past" if past else "", after=shown[-1].appointment.booking.id)
        if len(found) > MOST
        else "",
    )


def _listed(seen: VisibleAppointment, page: Page) -> ListedBooking:
    booking = seen.appointment.booking
    return ListedBooking(
        href=page.link(f"/bookings/{booking.id}"),
        when=page.formats.span(booking.span, booking.time_zone),
        provider=seen.appointment.provider_name,
        services=page.say.values.listed(each.name for each in booking.services),
        state=page.say(ANSWERED[0] if waits_for_customer(seen) else STATES[booking.status][0]),
    )
