"""What a package contains, in words, and the packages that a place sells."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from booking_domain.packages.model import PackageOffer
from booking_domain.plans.model import PlanOffer
from booking_domain.scheduling.services import ServiceView
from booking_domain.shared.ids import ServiceId
from booking_domain.shared.money import Money
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.offers import OfferRow, Offers
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.pages import Page

OFFER: Final = "offer"
MOST: Final = 20
"""How many packages, and how many plans, a place shows."""
VISITS: Final = Plural("{count} visit", "{count} visits")
_VISITS_EACH: Final = Plural("{count} visit for {price}.", "{count} visits, each for {price}.")
_DAYS: Final = Plural("It can be used for {count} day.", "It can be used for {count} days.")
Names = Mapping[ServiceId, str]


def names_of(services: Iterable[ServiceView]) -> Names:
    """What services are called, by their ids."""
    return {each.service.id: each.offered.name for each in services}


def packages_of(offers: Iterable[PackageOffer], names: Names, page: Page) -> Offers | None:
    """The packages that a place sells; None: none."""
    rows = tuple(
        OfferRow(
            name=each.name,
            facts=tuple(contents(each, names, page)),
            price=page.formats.money(each.price),
            href=page.link("/packages/new", **{OFFER: each.id}),
        )
        for each in offers
    )
    title, button = page.say(Phrase("Packages of visits")), page.say(Phrase("Buy"))
    return Offers(anchor="packages", title=title, button=button, rows=rows) if rows else None


def contents(offer: PackageOffer, names: Names, page: Page) -> Iterator[str]:
    """What is in a package: how many visits, of what, and for how long."""
    say = page.say
    yield from visits_of(offer, names, page)
    if offer.valid_days is not None:
        yield say.count(_DAYS, offer.valid_days)
    if offer.transferable:
        yield say(Phrase("Visits can be given to others."))


def visits_of(offer: PackageOffer | PlanOffer, names: Names, page: Page) -> Iterator[str]:
    """How many visits, what each costs, and of what."""
    say, price = page.say, offer.price
    each = Money(amount=price.amount // offer.visits, currency=price.currency)
    yield say.count(_VISITS_EACH, offer.visits, price=page.formats.money(each))
    yield from covering(offer.service_ids, names, page)


def covering(service_ids: Iterable[ServiceId], names: Names, page: Page) -> Iterator[str]:
    """For which services something is; nothing: for all."""
    if covered := page.say.values.listed(isolated(names[each]) for each in service_ids if each in names):
        yield page.say(Phrase("For: {services}."), services=covered)
