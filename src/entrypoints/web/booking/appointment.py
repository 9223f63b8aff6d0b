"""What is booked, beside the form of a step: who books, and the summary."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Final

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.gift_cards.model import (
    GiftCard,
    GiftCardElsewhere,
    GiftCardNotUsable,
    NotEnoughOnCard,
    OtherCurrency,
    UnknownGiftCardCode,
)
from booking_domain.identity.errors import ContactMissing, InvalidCode
from booking_domain.identity.legal import AcceptanceRequired
from booking_domain.notifications.notices import LocalTime
from booking_domain.scheduling.services import last_day
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.flow import (
    EVERY,
    PACKAGE,
    POINTS,
    PROMOTION,
    SUMMARY,
    TIMES,
    Choice,
    Step,
    StepLink,
    step_links,
    summary,
)
from entrypoints.web.booking.idea import IDEA
from entrypoints.web.booking.prices import GIFT_CARD, card_rows, shown_card, shown_price
from entrypoints.web.booking.series import Series, SeriesDate, series_dates
from entrypoints.web.components.field import Field
from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.forms import Fields, Way, hidden, with_error
from entrypoints.web.kit.legal import ACCEPTED
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.policies import policy_sentences
from entrypoints.web.kit.prices import price_rows
from entrypoints.web.kit.uploads import PICTURES

PHONE: Final = "phone"
CODE: Final = "code"
INSTEAD: Final = "instead"
_BOOK_ALL: Final = Plural("Book {count} appointment", "Book all {count} appointments")
_FIELDS: Final = {
    AcceptanceRequired: ACCEPTED,
    ContactMissing: PHONE,
    InvalidCode: CODE,
    UnknownGiftCardCode: GIFT_CARD,
    GiftCardElsewhere: GIFT_CARD,
    GiftCardNotUsable: GIFT_CARD,
    OtherCurrency: GIFT_CARD,
    NotEnoughOnCard: GIFT_CARD,
}
_SAME: Final = {
    "description": IDEA,
    "file_ids": PICTURES,
    "promotion_codes": PROMOTION,
    "package_id": PACKAGE,
    "account_id": POINTS,
    "reward": POINTS,
}


@dataclass(frozen=True, kw_only=True)
class AppointmentPage(PageModel):
    """What is booked, and a form."""

    template: ClassVar = "booking/appointment.html"
    robots: str = "noindex"
    steps: tuple[StepLink, ...]
    summary: str
    person: str
    """Who does it."""
    when: str
    where: str
    """The venue, with its address; empty at the provider's own place."""
    price: str
    rows: tuple[tuple[str, str], ...] = ()
    """What the price comes about from, if it is not the usual one."""
    deposit: str
    due_later: str = ""
    """What is paid after the deposit."""
    policy: tuple[str, ...]
    action: str
    fields: Fields
    repeat: Fields = ()
    """The fields for an appointment that repeats."""
    dates: tuple[SeriesDate, ...] = ()
    total: str = ""
    """What all of them cost together."""
    prepaid: Fields = ()
    """The fields for a package and for points, of who has some."""
    code: Field | None = None
    """The field for the code of a promotion."""
    card: Field | None = None
    """The field for the code of a gift card."""
    card_rows: tuple[tuple[str, str], ...] = ()
    """What the gift card pays, and what stays on it."""
    files: bool
    """Whether the form has files."""
    button: str
    links: tuple[tuple[str, str], ...]
    """What is to be read: texts and addresses."""
    ways: tuple[Way, ...] = ()
    """Buttons to sign in another way."""
    sign_in: str = ""
    """Where all ways to sign in are."""
    error: str = ""
    """What is wrong, if it is about no field."""
    own: str = ""
    """Their booking, if it is they who have taken the time; empty: it is not."""
    time_lost: bool = False
    """Whether another time has to be chosen."""
    other_times: str
    """Where other times are."""
    kept: str
    """Until when the time is kept for the visitor."""
    others: tuple[tuple[str, str], ...] = ()
    """Other times in place of a lost one: the value of the button, and its text."""

    def failed(self, error: DomainError, page: Page, *, field: str = "") -> "AppointmentPage":
        """The page with an error, beside its field, or the one that is named here."""
        text, about = page.say.error(error), field or field_of(error)
        if self.code is not None and about == self.code.name:
            return replace(self, code=replace(self.code, error=text))
        if self.card is not None and about == self.card.name:
            return replace(self, card=replace(self.card, error=text))
        prepaid = with_error(self.prepaid, about, text)
        if prepaid != tuple(self.prepaid):
            return replace(self, prepaid=prepaid)
        fields = with_error(self.fields, about, text)
        return replace(self, fields=fields, error="" if fields != tuple(self.fields) else text)

    def priced(self, breakdown: PriceBreakdown, page: Page, card: GiftCard | None = None) -> "AppointmentPage":
        """The page with what the appointment costs now, and what a gift card pays of it; of a request none does yet."""
        money, due = page.formats.money, breakdown.due
        now, later = (breakdown.deposit, breakdown.price - breakdown.deposit) if card is None else (due.now, due.later)
        return replace(
            self,
            rows=price_rows(breakdown, page),
            price=money(breakdown.price),
            deposit=money(now) if now else "",
            due_later=money(later) if now and later else "",
            card=None if breakdown.requested else self.card,
            card_rows=() if card is None else card_rows(breakdown, card, page),
            fields=(*self.fields, shown_price(breakdown), *(() if card is None else (shown_card(breakdown),))),
        )

    def repeating(self, series: Series, prices: Sequence[Money], facts: ProviderPage, page: Page) -> "AppointmentPage":
        """The page with the dates of a series, and with other first times if some cannot be booked."""
        shown = replace(
            self,
            dates=series_dates(series, prices, facts.view.time_zone, page),
            total=page.formats.money(sum(prices, Money.zero(prices[0].currency))),
            others=_texts(series.others, facts, page),
        )
        if series.free:
            return replace(shown, button=page.say.count(_BOOK_ALL, len(series.dates)))
        error = page.say(Phrase("Some of these times are not free. Choose another first time."))
        return replace(shown, error=error, time_lost=True)

    def lost(
        self, error: DomainError, own: Booking | None, others: Sequence[datetime], facts: ProviderPage, page: Page
    ) -> "AppointmentPage":
        """The page of a time that somebody has taken, with others in its place; `own`: who looks, by this booking."""
        lost = replace(self.failed(error, page), kept="", time_lost=True, others=_texts(others, facts, page))
        if own is None:
            return lost
        text = page.say(Phrase("You have booked this time already."))
        return replace(lost, error=text, own=page.link(f"/bookings/{own.id}"))


def price_of(choice: Choice, facts: ProviderPage) -> Money:
    """What one appointment costs."""
    return _terms(choice, facts).price


def _terms(choice: Choice, facts: ProviderPage) -> Terms:
    """Price and deposit of what was chosen."""
    offered, terms = choice.offered(facts), facts.view.terms
    return terms.of_services(offered) if offered else terms.of_length(choice.minutes)


def _written(choice: Choice) -> dict[str, None]:
    """What the summary has fields of its own for."""
    return dict.fromkeys((EVERY, TIMES, PACKAGE, POINTS, *(() if choice.repeats else (PROMOTION,))))


def _texts(starts: Sequence[datetime], facts: ProviderPage, page: Page) -> tuple[tuple[str, str], ...]:
    zone = time_zone(facts.view.time_zone)
    return tuple((each.isoformat(), page.formats.moment(each.astimezone(zone), date.min)) for each in starts)


def field_of(error: DomainError) -> str:
    """The field that an error is about; empty: none."""
    named = str(next(iter(error.field_path), ""))
    return _FIELDS.get(type(error), _SAME.get(named, named))


def appointment_page(
    step: Step,
    choice: Choice,
    facts: ProviderPage,
    start: datetime,
    page: Page,
    *,
    title: Phrase,
    fields: Fields,
    button: Phrase,
    links: tuple[tuple[str, str], ...],
) -> AppointmentPage:
    """The page of a step; its form is sent to the address of the step."""
    say, formats, terms = page.say, page.formats, _terms(choice, facts)
    zone = facts.view.time_zone
    local = start.astimezone(time_zone(zone))
    path = f"/book/{facts.view.profile.id}"
    return AppointmentPage(
        title=say(title),
        accent=facts.view.profile.accent,
        steps=step_links(step, choice, facts, page),
        summary=summary(choice, facts, page),
        person=facts.view.profile.display_name,
        when=say.values.time(LocalTime(start, zone, last_day=last_day(choice.offered(facts), local.date()))),
        where=facts.place_of(choice.offered(facts)),
        price=formats.money(terms.price),
        deposit=formats.money(terms.deposit) if terms.deposit.amount else "",
        policy=tuple(policy_sentences(terms.cancellation, say)),
        action=page.link(f"{path}{step.path}", **choice.query(day=None, slot=start.isoformat())),
        fields=(
            *(
                hidden(*each)
                for each in choice.hidden(
                    day=None, slot=start.isoformat(), **(_written(choice) if step is SUMMARY else {})
                )
            ),
            *fields,
        ),
        files=any(isinstance(each, Upload) for each in fields),
        button=say(button),
        links=links,
        other_times=page.link(f"{path}/time", **choice.query(slot=None, until=None, day=local.date().isoformat())),
        kept=say(Phrase("Kept for you until {time}."), time=formats.clock(choice.until.astimezone(local.tzinfo)))
        if choice.until is not None
        else "",
    )
