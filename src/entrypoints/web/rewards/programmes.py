"""The form that starts a loyalty programme, and what was typed into it."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from booking_domain.loyalty.programmes import MAX_EXCLUDED_SERVICES
from booking_domain.loyalty.rewards import MAX_REWARD_SERVICES, MAX_REWARDS
from booking_domain.loyalty.rewards import Reward as LoyaltyReward
from booking_domain.loyalty.tiers import MAX_TIERS, PLAIN, LoyaltyTier
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.group import Group
from entrypoints.web.kit.forms import Fields, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.rewards.fields import (
    NAME,
    SERVICES,
    amount,
    chosen_services,
    field,
    money,
    number,
    service_checks,
    services,
)
from entrypoints.web.rewards.rewards import Place

_POINTS: Final = "points"
_PER: Final = "per_amount"
_WORTH: Final = "point_value"
_EXPIRY: Final = "expires_after_months"
_REVIEW: Final = "review_points"
_REFERRER: Final = "referrer_points"
_REFERRED: Final = "referred_points"
_LEAST: Final = "min_amount"
_MOST: Final = "most_points"
_ACTIVE: Final = "active_after_days"
_MOST_REFERRALS: Final = "most_referrals"
_EXCLUDED: Final = "excluded_service_ids"
_GRACE: Final = "tier_grace_days"
_TIERS: Final = "tiers"
_REWARDS: Final = "rewards"
_FROM: Final = "from_points"
_PERCENT: Final = "percent"
_OTHERS: Final = 20
"""Fields outside of the lists."""
MOST_PROGRAMME_FIELDS: Final = _OTHERS + MAX_EXCLUDED_SERVICES + 3 * MAX_TIERS + (2 + MAX_REWARD_SERVICES) * MAX_REWARDS
"""Of the form of the largest programme."""
_MOST_OF: Final = {_TIERS: MAX_TIERS, _REWARDS: MAX_REWARDS}
_Made = TypeVar("_Made")


def programme_fields(place: Place, form: Form, page: Page) -> Fields:
    """The fields. There is always an empty tier and an empty reward after those that were typed."""
    nothing = Phrase("Empty: nothing.")
    return (
        field(NAME, Phrase("Name, as customers read it"), form, page, required=True),
        money(_PER, Phrase("Amount that earns a point, in {currency}"), form, place, page, required=True),
        money(_WORTH, Phrase("What a point takes off, in {currency}"), form, place, page, required=True),
        field(_EXPIRY, Phrase("After how many months points expire (optional)"), form, page),
        field(_REVIEW, Phrase("Points for a review"), form, page, hint=nothing),
        field(_REFERRER, Phrase("Points for inviting a new customer"), form, page, hint=nothing),
        field(_REFERRED, Phrase("Points for the new customer"), form, page, hint=nothing),
        Group(
            name=page.say(Phrase("Limits")),
            fields=(
                field(_POINTS, Phrase("How many points are earned each time (one, if empty)"), form, page),
                money(_LEAST, Phrase("Least payment that earns points, in {currency}"), form, place, page),
                field(_MOST, Phrase("The most points of one booking"), form, page),
                field(_ACTIVE, Phrase("How many days later points can be spent"), form, page),
                field(_MOST_REFERRALS, Phrase("How many new customers in 30 days earn somebody points"), form, page),
                field(_GRACE, Phrase("How many days a tier stays once the points are too few"), form, page),
            ),
        ),
        *services(
            place,
            form,
            page,
            name=_EXCLUDED,
            title=Phrase("Services that earn nothing"),
            hint=Phrase("What is paid for these services earns no points."),
        ),
        *(_tier(row, form, page) for row in range(1, _shown(form, _TIERS) + 1)),
        *(_reward(row, place, form, page) for row in range(1, _shown(form, _REWARDS) + 1) if place.services),
    )


def programme_of(place: Place, form: Form) -> StartLoyaltyProgramme:
    """What was typed.

    Raises:
        InvalidValue: an amount or a number is none, or a tier or a reward cannot be so; the field is that of the form.
    """
    tiers = [_made(row, _TIERS, form, _tier_of) for row in _typed(form, _TIERS)]
    points = number(form, _POINTS)
    return StartLoyaltyProgramme(
        salon_id=place.salon_id,
        name=said(form, NAME),
        currency=place.currency,
        points=1 if points is None else points,
        per_amount=amount(form, _PER, place) or 0,
        min_amount=amount(form, _LEAST, place) or 0,
        most_points=number(form, _MOST),
        excluded_service_ids=chosen_services(form, _EXCLUDED),
        point_value=amount(form, _WORTH, place) or 0,
        expires_after_months=number(form, _EXPIRY),
        active_after_days=number(form, _ACTIVE) or 0,
        review_points=number(form, _REVIEW) or 0,
        referrer_points=number(form, _REFERRER) or 0,
        referred_points=number(form, _REFERRED) or 0,
        most_referrals=number(form, _MOST_REFERRALS),
        tiers=tuple(sorted(tiers, key=lambda tier: tier.from_points)),
        tier_grace_days=number(form, _GRACE) or 0,
        rewards=tuple(_made(row, _REWARDS, form, _reward_of) for row in _typed(form, _REWARDS)),
    )


def first_field(name: str) -> str:
    """The field of the form beside which an error about all tiers or rewards stands."""
    return _named(name, 1, NAME) if name in _MOST_OF else name


def _tier(row: int, form: Form, page: Page) -> Group:
    return Group(
        name=page.say(Phrase("Tier {number}"), number=page.formats.number(row)),
        hint=page.say(Phrase("Customers have it by the points that they have earned in the last 12 months.")),
        fields=(
            field(_named(_TIERS, row, NAME), Phrase("Name, as customers read it"), form, page),
            field(_named(_TIERS, row, _FROM), Phrase("From how many points"), form, page),
            field(_named(_TIERS, row, _PERCENT), Phrase("What they earn, in percent (100, if empty)"), form, page),
        ),
    )


def _reward(row: int, place: Place, form: Form, page: Page) -> Group:
    return Group(
        name=page.say(Phrase("Reward {number}"), number=page.formats.number(row)),
        hint=page.say(
            Phrase("A service that customers get for points instead of money: one of those that you choose.")
        ),
        fields=(
            field(_named(_REWARDS, row, NAME), Phrase("Name, as customers read it"), form, page),
            field(_named(_REWARDS, row, _POINTS), Phrase("How many points it costs"), form, page),
            *service_checks(place, form, _named(_REWARDS, row, SERVICES)),
        ),
    )


def _tier_of(row: int, form: Form) -> LoyaltyTier:
    percent = number(form, _named(_TIERS, row, _PERCENT))
    return LoyaltyTier(
        name=said(form, _named(_TIERS, row, NAME)),
        from_points=number(form, _named(_TIERS, row, _FROM)) or 0,
        percent=PLAIN if percent is None else percent,
    )


def _reward_of(row: int, form: Form) -> LoyaltyReward:
    return LoyaltyReward(
        name=said(form, _named(_REWARDS, row, NAME)),
        points=number(form, _named(_REWARDS, row, _POINTS)) or 0,
        service_ids=chosen_services(form, _named(_REWARDS, row, SERVICES)),
    )


def _made(row: int, of: str, form: Form, make: Callable[[int, Form], _Made]) -> _Made:
    try:
        return make(row, form)
    except InvalidValue as error:
        if error.field.startswith(of):
            raise
        raise InvalidValue(field=_named(of, row, error.field), problem=error.problem) from None


def _typed(form: Form, of: str) -> Iterator[int]:
    """The rows of which something was typed or chosen."""
    for row in range(1, _MOST_OF[of] + 1):
        if any(any(filter(None, form.get(name, ()))) for name in form if name.startswith(_named(of, row, ""))):
            yield row


def _shown(form: Form, of: str) -> int:
    return min(max(_typed(form, of), default=0) + 1, _MOST_OF[of])


def _named(of: str, row: int, field_name: str) -> str:
    return f"{of}-{row}-{field_name}"
