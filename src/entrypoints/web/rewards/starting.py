"""The forms that start a promotion, a loyalty programme, a package or a plan, and change the price of a plan."""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Final

from booking_domain.use_cases.bookings.promotions import StartPromotion
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme
from booking_domain.use_cases.packages.offers import OfferPackage
from booking_domain.use_cases.plans.offers import OfferPlan
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.field import Field
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import Fields, FormPage, hidden, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.rewards.fields import (
    NAME,
    PRICE,
    VISITS,
    amount,
    check,
    checked,
    chosen_services,
    field,
    money,
    number,
    services,
)
from entrypoints.web.rewards.programmes import programme_fields, programme_of
from entrypoints.web.rewards.promotions import promotion_fields, promotion_of
from entrypoints.web.rewards.rewards import PATH, SALON, Kind, Place, Reward

ONCE: Final = "once"
"""What a form that is sent twice has twice."""
_VALID: Final = "valid_days"
_TRANSFER: Final = "transferable"
_TEXT: Final = "text"
_PERIOD: Final = "period_months"
_PERIODS: Final = (1, 2, 3, 6, 12)
_EVERY: Final = Plural("Every month", "Every {count} months")
_COVERED: Final = Phrase("Only for some services")

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
        add=page.say(Phrase("Another tier or reward")) if kind is Kind.POINTS else "",
        links=((page.say(Phrase("Back")), page.link(place.path)),),
    )


def start_of(kind: Kind, place: Place, form: Form) -> Start:
    """What was typed.

    Raises:
        InvalidValue: an amount, a number or a date is none.
    """
    return _COMMANDS[kind](place, form)


def price_page(reward: Reward, place: Place, form: Form, page: Page, *, csrf: str) -> FormPage:
    """The form with another price of a plan."""
    say = page.say
    return FormPage(
        title=say(Phrase("Another price of “{name}”"), name=isolated(reward.name)),
        facts=(
            say(Phrase("Now: {price}."), price=isolated(reward.price)),
            say(Phrase("Periods that are ordered from now on cost the new price. Customers are told a week before.")),
        ),
        action=reward.reprice,
        fields=(
            hidden("csrf", csrf),
            money(PRICE, Phrase("Price of a period in {currency}"), form, place, page, required=True),
        ),
        button=say(Phrase("Save the price")),
        links=((say(Phrase("Back")), page.link(place.path)),),
    )


def _package(place: Place, form: Form, page: Page) -> Fields:
    return (
        field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        field(VISITS, Phrase("How many visits"), form, page, required=True),
        money(PRICE, Phrase("Price of all visits in {currency}"), form, place, page, required=True),
        field(_VALID, Phrase("For how many days they can be used (optional)"), form, page),
        check(_TRANSFER, Phrase("Customers may give visits to others"), form, page),
        *services(place, form, page, title=_COVERED),
    )


def _plan(place: Place, form: Form, page: Page) -> Fields:
    return (
        field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        field(_TEXT, Phrase("What else customers should know (optional)"), form, page, multiline=True),
        field(VISITS, Phrase("How many visits each period has"), form, page, required=True),
        money(PRICE, Phrase("Price of a period in {currency}"), form, place, page, required=True),
        Field(
            name=_PERIOD,
            label=page.say(Phrase("How often it is paid")),
            value=said(form, _PERIOD) or "1",
            choices=tuple((str(each), page.say.count(_EVERY, each)) for each in _PERIODS),
        ),
        *services(place, form, page, title=_COVERED),
    )


def _offer_package(place: Place, form: Form) -> Start:
    return OfferPackage(
        salon_id=place.salon_id,
        name=said(form, NAME),
        service_ids=chosen_services(form),
        visits=number(form, VISITS) or 0,
        price_amount=amount(form, PRICE, place) or 0,
        currency=place.currency,
        valid_days=number(form, _VALID),
        transferable=checked(form, _TRANSFER),
    )


def _offer_plan(place: Place, form: Form) -> Start:
    return OfferPlan(
        salon_id=place.salon_id,
        name=said(form, NAME),
        text=said(form, _TEXT),
        service_ids=chosen_services(form),
        visits=number(form, VISITS) or 0,
        price_amount=amount(form, PRICE, place) or 0,
        currency=place.currency,
        period_months=number(form, _PERIOD) or 1,
    )


_FORMS: Final[Mapping[Kind, tuple[Phrase, Phrase, Callable[[Place, Form, Page], Fields], Phrase]]] = {
    Kind.PROMOTION: (
        Phrase("A new promotion"),
        Phrase("It lowers prices. It cannot be changed later: end it and start another."),
        promotion_fields,
        Phrase("Start the promotion"),
    ),
    Kind.POINTS: (
        Phrase("A new loyalty programme"),
        Phrase("It takes the place of the one that runs. Points that were earned stay."),
        programme_fields,
        Phrase("Start the programme"),
    ),
    Kind.PACKAGE: (
        Phrase("A new package of visits"),
        Phrase("It cannot be changed later: end it and offer another."),
        _package,
        Phrase("Offer the package"),
    ),
    Kind.PLAN: (
        Phrase("A new plan"),
        Phrase("Customers pay it period by period. Only its price can be changed later."),
        _plan,
        Phrase("Offer the plan"),
    ),
}
_COMMANDS: Final[Mapping[Kind, Callable[[Place, Form], Start]]] = {
    Kind.PROMOTION: promotion_of,
    Kind.POINTS: programme_of,
    Kind.PACKAGE: _offer_package,
    Kind.PLAN: _offer_plan,
}
