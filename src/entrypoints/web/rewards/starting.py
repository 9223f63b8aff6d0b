"""The forms that start a promotion, a loyalty programme, a package or a plan, and what was typed into them."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from secrets import token_hex
from typing import Any, Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.bookings.promotions import StartPromotion
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme
from booking_domain.use_cases.packages.offers import OfferPackage
from booking_domain.use_cases.plans.offers import OfferPlan
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, FormPage, hidden, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import amount_of, typed_day, whole_of
from entrypoints.web.rewards.rewards import PATH, SALON, Kind, Place

NAME: Final = "name"
CODE: Final = "promotion_code"
ONCE: Final = "once"
"""What a form that is sent twice has twice."""
_PERCENT: Final = "percent"
_AMOUNT: Final = "amount"
_FIRST: Final = "first_visit"
_MOST: Final = "most_redemptions"
_LAST: Final = "ends_at"
_PER: Final = "per_amount"
_WORTH: Final = "point_value"
_EXPIRY: Final = "expires_after_months"
_REVIEW: Final = "review_points"
_REFERRER: Final = "referrer_points"
_REFERRED: Final = "referred_points"
_VISITS: Final = "visits"
_PRICE: Final = "price_amount"
_VALID: Final = "valid_days"
_TRANSFER: Final = "transferable"
_TEXT: Final = "text"
_PERIOD: Final = "period_months"
_PERIODS: Final = (1, 2, 3, 6, 12)
_EVERY: Final = Plural("Every month", "Every {count} months")
_YES: Final = "yes"
_A_DAY: Final = timedelta(days=1)

Start = StartPromotion | StartLoyaltyProgramme | OfferPackage | OfferPlan


def start_page(kind: Kind, place: Place, form: Form, page: Page, *, csrf: str) -> FormPage:
    """The form, with what was typed."""
    title, lead, fields, button = _FORMS[kind]
    return FormPage(
        title=page.say(title),
        lead=page.say(lead),
        action=page.link(f"{PATH}/new/{kind.value}", **place.query),
        fields=(
            hidden("csrf", csrf),
            hidden(SALON, str(place.salon_id or "")),
            hidden(ONCE, said(form, ONCE) or token_hex(16)),
            *fields(place, form, page),
        ),
        button=page.say(button),
        links=((page.say(Phrase("Back")), page.link(place.path)),),
    )


def start_of(kind: Kind, place: Place, form: Form) -> Start:
    """What was typed.

    Raises:
        InvalidValue: an amount or a number is none.
    """
    return _COMMANDS[kind](place, form)


def _field(name: str, label: Phrase, form: Form, page: Page, *, hint: Phrase | None = None, **more: Any) -> Field:
    currency = more.pop("currency", "")
    text = page.say(label, currency=page.say.values.currency(currency)) if currency else page.say(label)
    about = "" if hint is None else page.say(hint)
    return Field(name=name, label=text, value=said(form, name), hint=about, autocomplete="off", **more)


def _promotion(place: Place, form: Form, page: Page) -> Fields:
    return (
        _field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        _field(CODE, Phrase("Code (optional)"), form, page, hint=Phrase("Without a code everybody gets it.")),
        _field(_PERCENT, Phrase("Percent off"), form, page, hint=Phrase("Either this, or an amount.")),
        _field(_AMOUNT, Phrase("Amount off in {currency}"), form, page, currency=place.currency),
        _check(_FIRST, Phrase("Only for the first visit"), form, page),
        _field(_MOST, Phrase("For how many bookings (optional)"), form, page),
        _field(_LAST, Phrase("Last day (optional)"), form, page, type="date"),
    )


def _points(place: Place, form: Form, page: Page) -> Fields:
    nothing = Phrase("Empty: nothing.")
    return (
        _field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        _field(
            _PER,
            Phrase("For which amount a point is earned, in {currency}"),
            form,
            page,
            currency=place.currency,
            required=True,
        ),
        _field(
            _WORTH,
            Phrase("What a point takes off, in {currency}"),
            form,
            page,
            currency=place.currency,
            required=True,
        ),
        _field(_EXPIRY, Phrase("After how many months points expire (optional)"), form, page),
        _field(_REVIEW, Phrase("Points for a review"), form, page, hint=nothing),
        _field(_REFERRER, Phrase("Points for who brings somebody new"), form, page, hint=nothing),
        _field(_REFERRED, Phrase("Points for who is new"), form, page, hint=nothing),
    )


def _package(place: Place, form: Form, page: Page) -> Fields:
    return (
        _field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        _field(_VISITS, Phrase("How many visits"), form, page, required=True),
        _field(_PRICE, Phrase("Price of all visits in {currency}"), form, page, currency=place.currency, required=True),
        _field(_VALID, Phrase("For how many days they can be used (optional)"), form, page),
        _check(_TRANSFER, Phrase("Customers may give visits to others"), form, page),
    )


def _plan(place: Place, form: Form, page: Page) -> Fields:
    return (
        _field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        _field(_TEXT, Phrase("What else customers should know (optional)"), form, page, multiline=True),
        _field(_VISITS, Phrase("How many visits each period has"), form, page, required=True),
        _field(_PRICE, Phrase("Price of a period in {currency}"), form, page, currency=place.currency, required=True),
        Field(
            name=_PERIOD,
            label=page.say(Phrase("How often it is paid")),
            value=said(form, _PERIOD) or "1",
            choices=tuple((str(each), page.say.count(_EVERY, each)) for each in _PERIODS),
        ),
    )


def _check(name: str, label: Phrase, form: Form, page: Page) -> Check:
    return Check(name=name, value=_YES, label=page.say(label), checked=said(form, name) == _YES)


def _start_promotion(place: Place, form: Form) -> Start:
    last = typed_day(said(form, _LAST), _LAST)
    return StartPromotion(
        salon_id=place.salon_id,
        name=said(form, NAME),
        promotion_code=said(form, CODE) or None,
        currency=place.currency,
        percent=_number(form, _PERCENT),
        amount=_amount(form, _AMOUNT, place),
        first_visit=said(form, _FIRST) == _YES,
        most_redemptions=_number(form, _MOST),
        ends_at=None if last is None else datetime.combine(last + _A_DAY, time(0), time_zone(place.zone)),
    )


def _start_points(place: Place, form: Form) -> Start:
    return StartLoyaltyProgramme(
        salon_id=place.salon_id,
        name=said(form, NAME),
        currency=place.currency,
        points=1,
        per_amount=_amount(form, _PER, place) or 0,
        point_value=_amount(form, _WORTH, place) or 0,
        expires_after_months=_number(form, _EXPIRY),
        review_points=_number(form, _REVIEW) or 0,
        referrer_points=_number(form, _REFERRER) or 0,
        referred_points=_number(form, _REFERRED) or 0,
    )


def _offer_package(place: Place, form: Form) -> Start:
    return OfferPackage(
        salon_id=place.salon_id,
        name=said(form, NAME),
        visits=_number(form, _VISITS) or 0,
        price_amount=_amount(form, _PRICE, place) or 0,
        currency=place.currency,
        valid_days=_number(form, _VALID),
        transferable=said(form, _TRANSFER) == _YES,
    )


def _offer_plan(place: Place, form: Form) -> Start:
    return OfferPlan(
        salon_id=place.salon_id,
        name=said(form, NAME),
        text=said(form, _TEXT),
        visits=_number(form, _VISITS) or 0,
        price_amount=_amount(form, _PRICE, place) or 0,
        currency=place.currency,
        period_months=_number(form, _PERIOD) or 1,
    )


def _amount(form: Form, name: str, place: Place) -> int | None:
    text = said(form, name)
    if not text:
        return None
    amount = amount_of(text, place.currency)
    if amount is None:
        raise InvalidValue(field=name, problem="an amount in whole units")
    return amount.amount


def _number(form: Form, name: str) -> int | None:
    return whole_of(said(form, name), name)


_FORMS: Final[Mapping[Kind, tuple[Phrase, Phrase, Callable[[Place, Form, Page], Fields], Phrase]]] = {
    Kind.PROMOTION: (
        Phrase("A new promotion"),
        Phrase("It lowers prices. It cannot be changed later: end it and start another."),
        _promotion,
        Phrase("Start the promotion"),
    ),
    Kind.POINTS: (
        Phrase("A new loyalty programme"),
        Phrase("It takes the place of the one that runs. Points that were earned stay."),
        _points,
        Phrase("Start the programme"),
    ),
    Kind.PACKAGE: (
        Phrase("A new package of visits"),
        Phrase("It covers all that is booked. It cannot be changed later: end it and offer another."),
        _package,
        Phrase("Offer the package"),
    ),
    Kind.PLAN: (
        Phrase("A new plan"),
        Phrase("Customers pay it period by period. It covers all that is booked."),
        _plan,
        Phrase("Offer the plan"),
    ),
}
_COMMANDS: Final[Mapping[Kind, Callable[[Place, Form], Start]]] = {
    Kind.PROMOTION: _start_promotion,
    Kind.POINTS: _start_points,
    Kind.PACKAGE: _offer_package,
    Kind.PLAN: _offer_plan,
}
