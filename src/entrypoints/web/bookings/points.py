"""Using points, or a reward, on a booking that was made before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.loyalty.lots import LoyaltyAccount
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.loyalty.rewards import Reward
from booking_domain.shared.money import Money
from booking_domain.use_cases.bookings.points import points_of
from booking_domain.use_cases.bookings.redeem_points import issuers_of, list_rewards, redeemable_balance
from booking_domain.use_cases.loyalty.accounts import LoyaltyAccountView, list_loyalty_accounts
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import points_value
from entrypoints.web.booking.prepaid import POINTS_WORTH, REWARD
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.choices import Choices
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

POINTS: Final = "points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemable:
    """What a customer can use on a booking now."""

    points: tuple[tuple[LoyaltyAccountView, LoyaltyProgramme], ...] = ()
    rewards: Sequence[tuple[LoyaltyAccount, Reward]] = ()

    def __bool__(self) -> bool:
        return bool(self.points or self.rewards)


async def redeemable_on(acting: Acting, reads: Reads, *, now: datetime) -> Redeemable:
    """The points and rewards for a booking: none if nothing is due, or some are used on it already."""
    booking, issuers = acting.booking, issuers_of(acting.seen.appointment)
    if not (acting.pays_by_card and redeemable_balance(booking)) or points_of(booking.discounts):
        return Redeemable()
    return Redeemable(
        points=tuple(
            (view, programme)
            for view in await list_loyalty_accounts(acting.actor, reads, now=now)
            if view.spendable and view.account.issuer in issuers
            for each in view.programmes
            if (programme := each.programme).currency == booking.price.currency
        ),
        rewards=await list_rewards(acting.actor, booking.id, reads, now=now),
    )


def points_page(acting: Acting, found: Redeemable, page: Page) -> FormPage:
    """The page that asks which points, or which reward, are used."""
    say, money = page.say, page.formats.money
    options = [
        (
            points_value(view.account.id),
            say.count(
                POINTS_WORTH,
                view.spendable,
                name=isolated(programme.name),
                worth=money(Money(amount=programme.point_value * view.spendable, currency=programme.currency)),
            ),
            "",
        )
        for view, programme in found.points
    ]
    options += [
        (points_value(account.id, each.name), say.count(REWARD, each.points, name=isolated(each.name)), "")
        for account, each in found.rewards
    ]
    return FormPage(
        title=say(Phrase("Use points")),
        lead=booking_line(acting, page),
        facts=(
            say(Phrase("{amount} is to be paid."), amount=money(redeemable_balance(acting.booking))),
            say(Phrase("Points take off as much of what is left to pay as they are worth, once for a booking.")),
        ),
        action=page.link(f"{acting.path}/points"),
        fields=(
            hidden("csrf", acting.csrf),
            Choices(
                name=POINTS,
                legend=say(Phrase("What do you use?")),
                options=tuple(options),
                value=options[0][0] if len(options) == 1 else "",
            ),
        ),
        button=say(Phrase("Use them")),
        links=((say(Phrase("Back to the booking")), page.link(acting.path)),),
    )
