"""What a place gives its customers now, and ending one of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from booking_domain.bookings.promotion_ports import PromotionView
from booking_domain.bookings.promotions import Promotion
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.packages.model import PackageOffer
from booking_domain.plans.model import PlanOffer
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.time import MINUTES_A_DAY, time_zone
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.prepaid import REWARD
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.packages.offers import Names, covering
from entrypoints.web.packages.offers import contents as package_contents
from entrypoints.web.plans.offers import contents as plan_contents
from entrypoints.web.plans.offers import period_price

PATH: Final = "/account/rewards"
SALON: Final = "salon"


class Kind(StrEnum):
    """What is given, as addresses name it."""

    PROMOTION = "promotion"
    POINTS = "points"
    PACKAGE = "package"
    PLAN = "plan"


_TITLES: Final = {
    Kind.PROMOTION: Phrase("Promotions"),
    Kind.POINTS: Phrase("Loyalty points"),
    Kind.PACKAGE: Phrase("Packages of visits"),
    Kind.PLAN: Phrase("Plans"),
}
_STARTS: Final = {
    Kind.PROMOTION: Phrase("Start a promotion"),
    Kind.POINTS: Phrase("Start a programme"),
    Kind.PACKAGE: Phrase("Offer a package"),
    Kind.PLAN: Phrase("Offer a plan"),
}
_ENDINGS: Final = {
    Kind.PROMOTION: Phrase("New bookings no longer get it. Those that have it keep it."),
    Kind.POINTS: Phrase("Appointments earn no more points. Points that were earned can still be spent."),
    Kind.PACKAGE: Phrase("It is sold no longer. Packages that were sold stay as they are."),
    Kind.PLAN: Phrase("Nobody can take it any more. Plans that run end with the period that is paid."),
}
_DONE: Final = {
    "started": Phrase("It is saved. Customers see it now."),
    "ended": Phrase("It has ended."),
    "repriced": Phrase("The new price is saved."),
}
_BEFORE: Final = Plural(
    "Only in the last {count} hour before it begins.", "Only in the last {count} hours before it begins."
)
_TIER: Final = Plural(
    "{tier} from {count} point on: {percent} of the points.", "{tier} from {count} points on: {percent} of the points."
)
_HAVE: Final = Plural("{count} booking has it.", "{count} bookings have it.")
_EXPIRY: Final = Plural("They expire {count} month later.", "They expire {count} months later.")
_REVIEW: Final = Plural("A review earns {count} point.", "A review earns {count} points.")
_REFERRER: Final = Plural(
    "Who brings somebody new earns {count} point.", "Who brings somebody new earns {count} points."
)
_REFERRED: Final = Plural("Who is new earns {count} point.", "Who is new earns {count} points.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose rewards they are: a profile, or a salon."""

    name: str
    currency: str
    zone: str
    services: Names = field(default_factory=dict)
    """What customers book there."""
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None

    @property
    def path(self) -> str:
        """The address of its rewards, without a language."""
        return PATH if self.salon_id is None else f"{PATH}/{self.salon_id}"

    @property
    def query(self) -> dict[str, str]:
        """How other addresses name it."""
        return {} if self.salon_id is None else {SALON: str(self.salon_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What the place gives now."""

    promotions: Sequence[PromotionView]
    programmes: Sequence[LoyaltyProgramme]
    packages: Sequence[PackageOffer]
    plans: Sequence[PlanOffer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """One of it."""

    id: UUID
    name: str
    price: str
    facts: tuple[str, ...]
    end: str
    """Where it is ended."""
    reprice: str = ""
    """Where its price is changed; empty: it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All of a kind."""

    title: str
    rewards: tuple[Reward, ...]
    start: str
    """Where another begins."""
    start_text: str


@dataclass(frozen=True, kw_only=True)
class RewardsPage(PageModel):
    """What a place gives its customers."""

    template: ClassVar = "rewards/rewards.html"
    robots: str = "noindex"
    name: str
    """Of the place; empty: there is none."""
    done: str = ""
    nothing: str = ""
    """Why there is nothing to set up."""
    places: Tabs | None = None
    groups: tuple[Group, ...] = ()
    turns: str = ""
    """Where the turns of a salon's members are; empty: it is no salon."""
    account: str


def rewards_page(
    running: Running, place: Place, places: Sequence[Place], page: Page, *, turns: str = ""
) -> RewardsPage:
    """The page; `places`: all between which a manager changes."""
    done = page.asked("done")
    return RewardsPage(
        title=page.say(Phrase("Rewards and offers")),
        name=place.name,
        done=page.say(_DONE[done]) if done in _DONE else "",
        places=Tabs(
            label=page.say(Phrase("Places")),
            items=tuple((each.name, page.link(each.path)) for each in places),
            current=page.link(place.path),
        )
        if len(places) > 1
        else None,
        groups=tuple(
            Group(
                title=page.say(_TITLES[kind]),
                rewards=rewards,
                start=page.link(f"{PATH}/new/{kind.value}", **place.query),
                start_text=page.say(_STARTS[kind]),
            )
            for kind, rewards in rewards_of(running, place, page).items()
        ),
        turns=turns,
        account=page.link("/account"),
    )


def without_place(page: Page, why: Phrase) -> RewardsPage:
    """The page of who has neither a profile nor a salon."""
    title = page.say(Phrase("Rewards and offers"))
    return RewardsPage(title=title, name="", nothing=page.say(why), account=page.link("/account"))


def rewards_of(running: Running, place: Place, page: Page) -> Mapping[Kind, tuple[Reward, ...]]:
    """What the place gives, by kind."""
    money = page.formats.money

    def made(kind: Kind, thing_id: UUID, name: str, facts: Iterator[str], price: str = "") -> Reward:
        end = page.link(f"{PATH}/{kind.value}/{thing_id}/end", **place.query)
        reprice = page.link(f"{PATH}/{kind.value}/{thing_id}/price", **place.query) if kind is Kind.PLAN else ""
        return Reward(id=thing_id, name=name, price=price, facts=tuple(facts), end=end, reprice=reprice)

    return {
        Kind.PROMOTION: tuple(
            made(Kind.PROMOTION, each.promotion.id, each.promotion.name, _promotion(each, place, page))
            for each in running.promotions
        ),
        Kind.POINTS: tuple(
            made(Kind.POINTS, each.id, each.name, _programme(each, place, page)) for each in running.programmes
        ),
        Kind.PACKAGE: tuple(
            made(Kind.PACKAGE, each.id, each.name, package_contents(each, place.services, page), money(each.price))
            for each in running.packages
        ),
        Kind.PLAN: tuple(
            made(
                Kind.PLAN,
                each.id,
                each.name,
                plan_contents(each, place.services, page),
                period_price(each, each.price, page),
            )
            for each in running.plans
        ),
    }


def end_page(kind: Kind, reward: Reward, place: Place, page: Page, *, csrf: str) -> FormPage:
    """The question before it ends."""
    say = page.say
    return FormPage(
        title=say(Phrase("End “{name}”?"), name=isolated(reward.name)),
        facts=(say(_ENDINGS[kind]), say(Phrase("It cannot be started again; you can start another."))),
        action=reward.end,
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("End it")),
        links=((say(Phrase("Back")), page.link(place.path)),),
    )


def runs(promotion: Promotion, now: datetime) -> bool:
    """Whether bookings get it, now or later."""
    return promotion.ends_at is None or promotion.ends_at > now


def _promotion(view: PromotionView, place: Place, page: Page) -> Iterator[str]:
    say, promotion = page.say, view.promotion
    if promotion.percent is not None:
        yield say(Phrase("{percent} off."), percent=page.formats.percent(promotion.percent / 100))
    if promotion.amount is not None:
        yield say(Phrase("{amount} off."), amount=_money(promotion.amount, promotion.currency, page))
    yield (
        say(Phrase("With the code {code}."), code=isolated(promotion.promotion_code))
        if promotion.promotion_code
        else say(Phrase("Everybody gets it, without a code."))
    )
    if promotion.first_visit:
        yield say(Phrase("Only for the first visit."))
    yield from covering(promotion.service_ids, place.services, page)
    if promotion.days:
        names = (name for day, _, name in page.formats.weekdays() if day in promotion.days)
        yield say(Phrase("On these days: {days}."), days=say.values.listed(names))
    if (promotion.from_minute, promotion.until_minute) != (0, MINUTES_A_DAY):
        first, last = (clock_of(each, page) for each in (promotion.from_minute, promotion.until_minute))
        yield say(Phrase("If it begins between {first} and {last}."), first=first, last=last)
    if promotion.hours_before is not None:
        yield say.count(_BEFORE, promotion.hours_before)
    if promotion.ends_at is not None:
        day = say.values.day(promotion.ends_at.astimezone(time_zone(place.zone)).date())
        yield say(Phrase("Until {day}."), day=day)
    yield say.count(_HAVE, view.redemptions)


def clock_of(minute: int, page: Page) -> str:
    """A minute of the day on the clock."""
    return page.say.values.digits(f"{minute // 60:02}:{minute % 60:02}")


def _programme(programme: LoyaltyProgramme, place: Place, page: Page) -> Iterator[str]:
    say = page.say
    per, worth = (_money(each, programme.currency, page) for each in (programme.per_amount, programme.point_value))
    yield say.count(
        Plural("{count} point for each {amount} that was paid.", "{count} points for each {amount} that was paid."),
        programme.points,
        amount=per,
    )
    yield say(Phrase("A point takes {amount} off."), amount=worth)
    for text, count in (
        (_EXPIRY, programme.expires_after_months or 0),
        (_REVIEW, programme.review_points),
        (_REFERRER, programme.referrer_points),
        (_REFERRED, programme.referred_points),
    ):
        if count:
            yield say.count(text, count)
    for tier in programme.tiers:
        earned = page.formats.percent(tier.percent / 100)
        yield say.count(_TIER, tier.from_points, tier=isolated(tier.name), percent=earned)
    for reward in programme.rewards:
        yield say.count(REWARD, reward.points, name=isolated(reward.name))
        yield from covering(reward.service_ids, place.services, page)


def _money(amount: int, currency: str, page: Page) -> str:
    return page.formats.money(Money(amount=amount, currency=currency))
