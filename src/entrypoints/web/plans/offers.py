"""What a plan contains, in words, and the plans that a place offers."""

from collections.abc import Iterable, Iterator
from typing import Final

from booking_domain.plans.model import PlanOffer
from booking_domain.shared.money import Money
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.offers import OfferRow, Offers
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import OFFER, Names, visits_of

_PRICE: Final = Plural("{price} a month", "{price} every {count} months")
_RENEWED: Final = Plural(
    "It is renewed every month until you end it.", "It is renewed every {count} months until you end it."
)


def plans_of(offers: Iterable[PlanOffer], names: Names, page: Page) -> Offers | None:
    """The plans that a place offers; None: none."""
    rows = tuple(
        OfferRow(
            name=each.name,
            text=each.text,
            facts=tuple(contents(each, names, page)),
            price=period_price(each, each.price, page),
            href=page.link("/plans/new", **{OFFER: each.id}),
        )
        for each in offers
    )
    title, button = page.say(Phrase("Plans")), page.say(Phrase("Take"))
    return Offers(anchor="plans", title=title, button=button, rows=rows) if rows else None


def contents(offer: PlanOffer, names: Names, page: Page) -> Iterator[str]:
    """What each period has, and for how long the plan runs."""
    yield from visits_of(offer, names, page)
    yield page.say.count(_RENEWED, offer.period_months)


def period_price(offer: PlanOffer, price: Money, page: Page) -> str:
    """A price for each period of a plan."""
    return page.say.count(_PRICE, offer.period_months, price=page.formats.money(price))
