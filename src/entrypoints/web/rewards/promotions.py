"""The form that starts a promotion, and what was typed into it."""

from datetime import datetime, time, timedelta
from typing import Final

from booking_domain.shared.time import MINUTES_A_DAY, time_zone
from booking_domain.use_cases.bookings.promotions import StartPromotion
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.components.group import Group
from entrypoints.web.kit.forms import Fields, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import number_of, typed_day
from entrypoints.web.rewards.fields import (
    NAME,
    amount,
    check,
    checked,
    chosen_services,
    field,
    money,
    number,
    services,
)
from entrypoints.web.rewards.rewards import Place, clock_of

CODE: Final = "promotion_code"
_PERCENT: Final = "percent"
_AMOUNT: Final = "amount"
_MOST_AMOUNT: Final = "most_amount"
_FIRST_VISIT: Final = "first_visit"
_DAYS: Final = "days"
_FROM: Final = "from_minute"
_UNTIL: Final = "until_minute"
_HOURS_BEFORE: Final = "hours_before"
_MOST: Final = "most_redemptions"
_MOST_TOTAL: Final = "most_total_amount"
_MOST_PER_CUSTOMER: Final = "most_per_customer"
_COMBINABLE: Final = "combinable"
_FIRST_DAY: Final = "starts_at"
_LAST_DAY: Final = "ends_at"
_A_DAY: Final = timedelta(days=1)
_HALF_AN_HOUR: Final = 30


def promotion_fields(place: Place, form: Form, page: Page) -> Fields:
    """The fields."""
    say = page.say
    return (
        field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        field(CODE, Phrase("Code (optional)"), form, page, hint=Phrase("Without a code everybody gets it.")),
        field(_PERCENT, Phrase("Percent off"), form, page, hint=Phrase("Either this, or an amount.")),
        money(_AMOUNT, Phrase("Amount off in {currency}"), form, place, page),
        check(_FIRST_VISIT, Phrase("Only for the first visit"), form, page),
        field(_LAST_DAY, Phrase("Last day (optional)"), form, page, type="date"),
        *services(place, form, page, title=Phrase("Only for some services")),
        Group(
            name=say(Phrase("Only on some days, or at some hours")),
            hint=say(Phrase("What counts is when the appointment begins.")),
            fields=(
                *_days(form, page),
                _clock(_FROM, Phrase("From"), form, page),
                _clock(_UNTIL, Phrase("Until"), form, page),
                field(
                    _HOURS_BEFORE,
                    Phrase("Only so many hours before it begins"),
                    form,
                    page,
                    hint=Phrase("For appointments that would stay free."),
                ),
            ),
        ),
        Group(
            name=say(Phrase("Limits")),
            fields=(
                money(_MOST_AMOUNT, Phrase("The most that a percentage takes off, in {currency}"), form, place, page),
                field(_MOST, Phrase("For how many bookings (optional)"), form, page),
                field(_MOST_PER_CUSTOMER, Phrase("For how many bookings of one customer"), form, page),
                money(_MOST_TOTAL, Phrase("What it may cost you altogether, in {currency}"), form, place, page),
                field(_FIRST_DAY, Phrase("First day (optional)"), form, page, type="date"),
                check(_COMBINABLE, Phrase("Together with other promotions that allow it"), form, page),
            ),
        ),
    )


def promotion_of(place: Place, form: Form) -> StartPromotion:
    """What was typed.

    Raises:
        InvalidValue: an amount, a number or a date is none.
    """
    first, last = (typed_day(said(form, name), name) for name in (_FIRST_DAY, _LAST_DAY))
    return StartPromotion(
        salon_id=place.salon_id,
        name=said(form, NAME),
        promotion_code=said(form, CODE) or None,
        currency=place.currency,
        percent=number(form, _PERCENT),
        amount=amount(form, _AMOUNT, place),
        most_amount=amount(form, _MOST_AMOUNT, place),
        first_visit=checked(form, _FIRST_VISIT),
        days=tuple(day for each in form.get(_DAYS, ()) if (day := number_of(each)) is not None),
        from_minute=number_of(said(form, _FROM)) or 0,
        until_minute=number_of(said(form, _UNTIL)) or MINUTES_A_DAY,
        hours_before=number(form, _HOURS_BEFORE),
        service_ids=chosen_services(form),
        most_redemptions=number(form, _MOST),
        most_total_amount=amount(form, _MOST_TOTAL, place),
        most_per_customer=number(form, _MOST_PER_CUSTOMER),
        combinable=checked(form, _COMBINABLE),
        starts_at=None if first is None else datetime.combine(first, time(0), time_zone(place.zone)),
        ends_at=None if last is None else datetime.combine(last + _A_DAY, time(0), time_zone(place.zone)),
    )


def _days(form: Form, page: Page) -> tuple[Check, ...]:
    chosen = form.get(_DAYS, ())
    days = page.formats.weekdays()
    return tuple(
        Check(name=_DAYS, value=str(day), label=name[:1].upper() + name[1:], checked=str(day) in chosen)
        for day, _, name in days
    )


def _clock(name: str, label: Phrase, form: Form, page: Page) -> Field:
    """A time of the day, every half an hour."""
    minutes = range(_HALF_AN_HOUR, MINUTES_A_DAY, _HALF_AN_HOUR)
    times = ((str(each), clock_of(each, page)) for each in minutes)
    anytime = page.say(Phrase("At any time"))
    return Field(name=name, label=page.say(label), value=said(form, name), choices=(("", anytime), *times))
