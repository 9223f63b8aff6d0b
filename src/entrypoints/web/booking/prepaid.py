"""What a customer has that may pay for an appointment at the last step: visits of packages, and loyalty points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.loyalty.lots import Issuer
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.loyalty.rewards import Reward
from booking_domain.packages.model import Package, PackageNotApplicable, PackageUsedUp
from booking_domain.shared.money import Money
from booking_domain.use_cases.bookings.place_series import series_starts
from booking_domain.use_cases.bookings.points import RedeemedPoints
from booking_domain.use_cases.catalogue.queries import ProviderPage
from booking_domain.use_cases.loyalty.accounts import LoyaltyAccountView
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.appointment import price_of
from entrypoints.web.booking.flow import PACKAGE, POINTS, Choice, points_value
from entrypoints.web.components.field import Field
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import Fields
from entrypoints.web.kit.pages import Page

_VISITS: Final = Plural("{name}: {count} visit left", "{name}: {count} visits left")
POINTS_WORTH: Final = Plural("{name}: {count} point, worth {worth}", "{name}: {count} points, worth {worth}")
REWARD: Final = Plural("{name} for {count} point", "{name} for {count} points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepaid:
    """What of it an appointment can take."""

    packages: tuple[Package, ...] = ()
    points: tuple[tuple[LoyaltyAccountView, LoyaltyProgramme], ...] = ()
    """Accounts, and the programmes by which their points are spent."""
    rewards: tuple[tuple[LoyaltyAccountView, Reward], ...] = ()
    """Rewards, and the accounts that have their points."""

    def redeemed(self, choice: Choice) -> RedeemedPoints | None:
        """The points or the reward that were chosen; appointments that repeat share points evenly."""
        if choice.points is None:
            return None
        if choice.reward:
            return RedeemedPoints(account_id=choice.points, reward=choice.reward)
        spendable = next((view.spendable for view, _ in self.points if view.account.id == choice.points), 0)
        share = spendable // choice.times if choice.repeats else None
        return RedeemedPoints(account_id=choice.points, points=share or None)


NOTHING: Final = Prepaid()


def prepaid_for(
    packages: Sequence[Package],
    accounts: Sequence[LoyaltyAccountView],
    choice: Choice,
    facts: ProviderPage,
    start: datetime,
    *,
    now: datetime,
) -> Prepaid:
    """The packages that cover something of the appointment, and the points and rewards that can be spent on it.

    If it repeats, a package has a visit for each, and so many points that each gets some, or the reward.
    """
    currency, times = price_of(choice, facts).currency, choice.times if choice.repeats else 1
    last = series_starts(start, facts.view.time_zone, every_weeks=choice.every, times=times)[-1]
    usable = ((each, one.programme) for each in accounts if each.spendable >= times for one in each.programmes)
    points = tuple(
        (view, programme)
        for view, programme in usable
        if programme.currency == currency and (programme.of_platform or _is_for(view.account.issuer, facts))
    )
    services = [(each.id, each.price.amount) for each in choice.offered(facts)]
    return Prepaid(
        packages=tuple(
            each
            for each in packages
            if each.balance >= times and _is_for(each, facts) and _covers(each, choice, facts, last, now=now)
        ),
        points=points,
        rewards=tuple(
            (view, reward)
            for view, programme in points
            for reward in programme.rewards
            if reward.points * times <= view.spendable and reward.covered(services)
        ),
    )


def prepaid_fields(prepaid: Prepaid, choice: Choice, page: Page) -> Fields:
    """What of it to use: nothing unless the customer chooses it."""
    say = page.say
    packages = [(str(each.id), _visits(each, page)) for each in prepaid.packages]
    points = [
        (points_value(view.account.id), _worth(view, programme, choice, page)) for view, programme in prepaid.points
    ]
    points += [
        (points_value(view.account.id, each.name), say.count(REWARD, each.points, name=isolated(each.name)))
        for view, each in prepaid.rewards
    ]
    chosen = choice.query()
    fields = (
        _field(PACKAGE, say(Phrase("Package")), chosen[PACKAGE], say(Phrase("Use no package")), packages),
        _field(POINTS, say(Phrase("Points")), chosen[POINTS], say(Phrase("Use no points")), points),
    )
    return tuple(each for each in fields if len(each.choices) > 1)


def _field(name: str, label: str, chosen: object, none: str, options: Sequence[tuple[str, str]]) -> Field:
    return Field(name=name, label=label, value=str(chosen or ""), choices=(("", none), *options))


def _visits(package: Package, page: Page) -> str:
    return page.say.count(_VISITS, package.balance, name=isolated(package.name))


def _worth(view: LoyaltyAccountView, programme: LoyaltyProgramme, choice: Choice, page: Page) -> str:
    points = view.spendable - (view.spendable % choice.times if choice.repeats else 0)
    worth = Money(amount=programme.point_value * points, currency=programme.currency)
    return page.say.count(POINTS_WORTH, points, name=isolated(programme.name), worth=page.formats.money(worth))


def _is_for(issuer: Package | Issuer, facts: ProviderPage) -> bool:
    """Whether it is of the provider, or of their salon."""
    if issuer.salon_id is not None:
        return facts.salon is not None and issuer.salon_id == facts.salon.id
    return issuer.provider_id == facts.view.profile.id


def _covers(package: Package, choice: Choice, facts: ProviderPage, start: datetime, *, now: datetime) -> bool:
    price = price_of(choice, facts)
    services = [(each.id, each.price) for each in choice.offered(facts)]
    try:
        package.require_usable(start, now)
        return bool(package.covered(price.currency, services, price))
    except (PackageNotApplicable, PackageUsedUp):
        return False
