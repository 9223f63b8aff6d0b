"""The page to cancel a booking: what it gives back now, and what it gave back earlier."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.notifications.notices import LocalTime
from booking_domain.use_cases.bookings.queries import CancellationQuote
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.field import Field
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

REASON: Final = "reason"
REFUND: Final = "refund"
_WHOLE: Final = 100


def cancel_page(acting: Acting, quote: CancellationQuote, page: Page, *, reason: str = "") -> FormPage:
    """The page; the amount goes with the form, so that nothing else is given back than was shown."""
    say, booking = page.say, acting.booking
    return FormPage(
        title=say(Phrase("Cancel this booking?")),
        lead=booking_line(acting, page),
        facts=tuple(_quoted(booking, quote, page)),
        action=page.link(f"{acting.path}/cancel"),
        fields=(
            hidden("csrf", acting.csrf),
            hidden(REFUND, str(quote.refund.amount)),
            Field(name=REASON, label=say(Phrase("Why, if you like")), value=reason, multiline=True),
        ),
        button=say(Phrase("Cancel the booking")),
        links=((say(Phrase("Keep it")), page.link(acting.path)),),
    )


def booking_line(acting: Acting, page: Page) -> str:
    """When and with whom."""
    booking = acting.booking
    return isolated(page.formats.span(booking.span, booking.time_zone), acting.seen.appointment.provider_name)


def _quoted(booking: Booking, quote: CancellationQuote, page: Page) -> Iterator[str]:
    say, money = page.say, page.formats.money

    def at(when: datetime) -> str:
        return say.values.time(LocalTime(when, booking.time_zone))

    if quote.objection_deadline is not None:
        until = at(quote.objection_deadline)
        yield say(Phrase("The time was changed for you: until {until} you get everything back."), until=until)
    percent = None if quote.tier is None else quote.tier.percent
    if quote.refund and percent is not None:
        values = {"percent": say.values(percent), "amount": money(quote.refund)}
        yield say(Phrase("You get {percent} % = {amount} back."), **values)
    elif quote.refund:
        yield say(Phrase("You get {amount} back."), amount=money(quote.refund))
    elif booking.secured or booking.desk_paid:
        paid = booking.secured + booking.desk_paid
        yield say(Phrase("You get nothing back of the {amount} that you paid."), amount=money(paid))
    else:
        yield say(Phrase("You have paid nothing, so there is nothing to give back."))
    if quote.desk_refund:
        yield say(Phrase("{amount} of what you paid there is given back there."), amount=money(quote.desk_refund))
    if quote.better_tier is not None and (booking.secured or booking.desk_paid):
        until = at(booking.cancellation.ends(quote.better_tier, quote.policy_start))
        if quote.better_tier.percent == _WHOLE:
            yield say(Phrase("Until {until} it was all of it."), until=until)
        else:
            yield say(
                Phrase("Until {until} it was {percent} %."), until=until, percent=say.values(quote.better_tier.percent)
            )
    elif quote.refund and quote.tier is not None:
        until = at(booking.cancellation.ends(quote.tier, quote.policy_start))
        yield say(Phrase("This holds until {until}."), until=until)
