"""One's loyalty points: how many there are, which expire next, what changed them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.loyalty.lots import LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryKind
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.loyalty.accounts import LoyaltyAccountView
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.prepaid import REWARD
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.pages import Page, PageModel

PATH: Final = "/account/points"
MOST: Final = 30
_POINTS: Final = Plural("{count} point", "{count} points")
_EXPIRE: Final = Plural("{count} of them expires on {day}.", "{count} of them expire on {day}.")
_SPENDABLE: Final = Phrase("You can spend {count} of them now.")
_RESERVED: Final = Plural(
    "{count} more is kept for a booking that is to come.", "{count} more are kept for bookings that are to come."
)
_NEXT_TIER: Final = Plural(
    "The tier {tier} needs {count} more point of appointments in 12 months.",
    "The tier {tier} needs {count} more points of appointments in 12 months.",
)
_REFERRED: Final = Phrase("Thank you. Both of you get points after your first visit that is paid.")
_KINDS: Final = {
    LoyaltyEntryKind.EARNED: Phrase("Earned"),
    LoyaltyEntryKind.ADJUSTED: Phrase("Corrected"),
    LoyaltyEntryKind.RESERVED: Phrase("Taken for a booking"),
    LoyaltyEntryKind.CAPTURED: Phrase("Spent on a booking"),
    LoyaltyEntryKind.RELEASED: Phrase("Given back by a booking"),
    LoyaltyEntryKind.RETURNED: Phrase("Given back with a refund"),
    LoyaltyEntryKind.RECLAIMED: Phrase("Taken back with a refund"),
    LoyaltyEntryKind.EXPIRED: Phrase("Expired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsAccount:
    """The points of one place, or of the platform."""

    name: str
    href: str
    """Its page; empty: there is none."""
    balance: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsEntry:
    """What changed points."""

    what: str
    where: str
    when: str
    points: str


@dataclass(frozen=True, kw_only=True)
class PointsPage(PageModel):
    """One's loyalty points."""

    template: ClassVar = "account/points.html"
    robots: str = "noindex"
    done: str
    accounts: tuple[PointsAccount, ...]
    entries: tuple[PointsEntry, ...]
    older: str
    """Where older entries are; empty: there are none."""
    account: str


def points_page(views: Sequence[LoyaltyAccountView], entries: Sequence[LoyaltyEntry], page: Page) -> PointsPage:
    """The page; `entries`: the newest, and one more if there are older ones."""
    names = {each.account.id: _issuer(each, page)[0] for each in views}
    shown = entries[:MOST]
    return PointsPage(
        title=page.say(Phrase("My points")),
        done=page.say(_REFERRED) if page.asked("done") == "referred" else "",
        accounts=tuple(_account(each, page) for each in views),
        entries=tuple(_entry(each, names, page) for each in shown),
        older=page.link(PATH, after=shown[-1].id) if len(entries) > MOST else "",
        account=page.link("/account"),
    )


def _issuer(view: LoyaltyAccountView, page: Page) -> tuple[str, str]:
    if view.provider is not None:
        profile = view.provider.profile
        return profile.display_name, page.link(f"/providers/{profile.slug}")
    if view.salon is not None:
        return view.salon.name, page.link(f"/salons/{view.salon.slug}")
    return page.site.name, ""


def _account(view: LoyaltyAccountView, page: Page) -> PointsAccount:
    name, href = _issuer(view, page)
    return PointsAccount(
        name=name,
        href=href,
        balance=_counted(_POINTS, view.account.balance, page),
        facts=tuple(_facts(view, page)),
    )


def _facts(view: LoyaltyAccountView, page: Page) -> Iterator[str]:
    account, say = view.account, page.say
    if view.spendable != account.balance:
        yield say(_SPENDABLE, count=page.formats.number(view.spendable))
    if account.reserved:
        yield say.count(_RESERVED, account.reserved)
    if account.next_expiry is not None:
        day = say.values.day(account.next_expiry.astimezone(time_zone(page.site.zone)).date())
        yield say.count(_EXPIRE, account.next_points, day=day)
    for each in view.programmes:
        programme, tier, after = each.programme, each.tier, each.next_tier
        worth = page.formats.money(Money(amount=programme.point_value, currency=programme.currency))
        yield say(Phrase("{name}: a point takes {amount} off a price."), name=isolated(programme.name), amount=worth)
        for reward in programme.rewards:
            yield say.count(REWARD, reward.points, name=isolated(reward.name))
        if tier is not None:
            yield say(Phrase("Your tier: {tier}."), tier=isolated(tier.name))
        if after is not None:
            need = after.from_points - view.qualifying_points
            yield say.count(_NEXT_TIER, need, tier=isolated(after.name))


def _entry(entry: LoyaltyEntry, names: dict[LoyaltyAccountId, str], page: Page) -> PointsEntry:
    return PointsEntry(
        what=page.say(_KINDS[entry.kind]) + (f": {isolated(entry.reason)}" if entry.reason else ""),
        where=names.get(entry.account_id, ""),
        when=page.say.values.day(entry.at.astimezone(time_zone(page.site.zone)).date()),
        points=_signed(entry.points, page),
    )


def _counted(text: Plural, points: int, page: Page) -> str:
    return f"−{page.say.count(text, -points)}" if points < 0 else page.say.count(text, points)


def _signed(points: int, page: Page) -> str:
    sign = "+" if points > 0 else "−" if points else ""
    return f"{sign}{page.formats.number(abs(points))}"
