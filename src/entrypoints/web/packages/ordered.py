"""A package as the page of its order shows it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from booking_domain.packages.model import Package, PackageOffer
from booking_domain.payments.orders import Order, OrderStatus
from booking_domain.shared.time import local_time
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import PACKAGE
from entrypoints.web.kit.pages import Page
from entrypoints.web.orders.order import Ordered, Returning
from entrypoints.web.packages.offers import VISITS, contents
from entrypoints.web.packages.place import Place

_BACK: Final = Phrase("The money is sent back to you.")
_STATES: Final = {
    OrderStatus.PENDING: (Phrase("One step left: the payment"), Phrase("You can book visits once it is paid.")),
    OrderStatus.PAID: (Phrase("The package is paid"), Phrase("You choose it at the last step of a booking.")),
    OrderStatus.EXPIRED: (Phrase("The package was not paid in time"), Phrase("Order it again if you still want it.")),
    OrderStatus.REFUNDED: (Phrase("The package is returned"), _BACK),
}
_NOT_SOLD: Final = {OrderStatus.REFUNDED: (Phrase("The package is no longer sold"), _BACK)}
_RETURNING: Final = Returning(
    link=Phrase("Return it"),
    title=Phrase("Return the package?"),
    text=Phrase("You get {amount} back, and its visits can no longer be used."),
    button=Phrase("Return the package"),
    back=Phrase("Back to the package"),
)


def ordered_package(
    order: Order, offer: PackageOffer, package: Package | None, place: Place, page: Page, *, now: datetime
) -> Ordered:
    """The package of an order; None: it is not paid yet, or could not be sold when it was."""
    say, status = page.say, status_of(order, package)
    usable = status is OrderStatus.PAID and has_visits(package, now)
    return Ordered(
        heading=offer.name,
        accent=place.accent,
        status=status,
        states=_NOT_SOLD if package is None and order.paid_at is not None else _STATES,
        show=say(Phrase("Show the package")),
        usable=usable,
        unused=package is not None and package.balance == package.visits,
        facts=tuple(bought_facts(order, contents(offer, place.services, page), package, place, page)),
        actions=tuple(booking_of(package, place, page)) if usable else (),
        returning=_RETURNING,
        all=(say(Phrase("My packages")), page.link("/account/packages")),
    )


def has_visits(package: Package | None, now: datetime) -> bool:
    """Whether visits of a package can still be booked, or are."""
    return package is not None and bool(package.unused) and not package.expired(now)


def status_of(order: Order, package: Package | None) -> OrderStatus:
    """What has become of an order: its package is taken back before the gateway has sent the money."""
    if order.status is OrderStatus.PAID and order.refund is not None and (package is None or not package.unused):
        return OrderStatus.REFUNDED
    return order.status


def bought_facts(
    order: Order, content: Iterable[str], package: Package | None, place: Place, page: Page
) -> Iterator[tuple[str, str]]:
    """What visits were bought, and what is left of them."""
    say = page.say
    yield say(Phrase("Price")), page.formats.money(order.amount)
    if place.name:
        yield say(Phrase("Used at")), place.name
    yield say(Phrase("Contents")), " ".join(content)
    if package is not None:
        yield from visits_left(package, page)


def visits_left(package: Package, page: Page) -> Iterator[tuple[str, str]]:
    """How many visits are left, and until when."""
    say = page.say
    yield say(Phrase("Left")), say.count(VISITS, package.balance)
    if package.expires_at is not None:
        day = local_time(package.expires_at, page.site.zone).date()
        yield say(Phrase("For visits before")), say.values.day(day)


def booking_of(package: Package | None, place: Place, page: Page) -> Iterator[tuple[str, str]]:
    """Where a visit is booked, if there is one."""
    if package is not None and package.balance and place.book:
        query = {} if package.provider_id is None else {PACKAGE: package.id}
        yield page.say(Phrase("Book a visit")), page.link(place.book, **query)
