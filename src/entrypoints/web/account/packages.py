"""One's packages of prepaid visits: what is left of each, and where it can be used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from booking_domain.packages.model import Package, PackageOffer
from booking_domain.payments.orders import Order, OrderStatus
from booking_domain.shared.time import time_zone
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.flow import PACKAGE
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.orders.order import ORDER_STATES
from entrypoints.web.packages.place import Link

MOST: Final = 30
_GIVEN: Final = Phrase("The visits are given; we have told who got them.")
_LEFT: Final = Plural("{count} visit left", "{count} visits left")
_RESERVED: Final = Plural(
    "{count} more is kept for a booking that is to come.", "{count} more are kept for bookings that are to come."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPackage:
    """A package."""

    name: str
    where: str
    href: str
    """The page of the place; empty: there is none."""
    left: str
    facts: tuple[str, ...]
    book: str
    """Where a visit is booked; empty: none is left, or the customer has to choose a person first."""
    order: str
    """Where it was bought; empty: at the desk, long ago, or with a plan."""
    give: str
    """Where visits are given to others; empty: they cannot be."""
    plan: str
    """The plan of whose period it is; empty: of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLink:
    """An order of a package that is not paid, or was returned."""

    name: str
    state: str
    href: str


@dataclass(frozen=True, kw_only=True)
class PackagesPage(PageModel):
    """One's packages."""

    template: ClassVar = "account/packages.html"
    robots: str = "noindex"
    done: str
    """What has just happened."""
    orders: tuple[OrderLink, ...]
    packages: tuple[OwnPackage, ...]
    older: str
    """Where older packages are; empty: there are none."""
    account: str


def packages_page(
    packages: Sequence[Package],
    orders: Sequence[tuple[Order, PackageOffer | None]],
    places: Mapping[UUID | None, Link],
    page: Page,
    *,
    now: datetime,
    done: str = "",
) -> PackagesPage:
    """The page; `packages`: the newest, and one more if there are older ones; `orders`: those of packages."""
    shown, links = packages[:MOST], {each.subject_id: page.link(f"/orders/{each.id}") for each, _ in orders}
    return PackagesPage(
        title=page.say(Phrase("My packages")),
        done=page.say(_GIVEN) if done == "given" else "",
        orders=tuple(
            OrderLink(name=offer.name, state=page.say(ORDER_STATES[order.status]), href=links[order.subject_id])
            for order, offer in orders
            if offer is not None and order.status is not OrderStatus.PAID
        ),
        packages=tuple(
            _own(
                each,
                *places.get(each.salon_id or each.provider_id, ("", "")),
                page,
                order=links.get(each.id, ""),
                now=now,
            )
            for each in shown
        ),
        older=page.link("/account/packages", after=shown[-1].id) if len(packages) > MOST else "",
        account=page.link("/account"),
    )


def _own(package: Package, where: str, href: str, page: Page, *, order: str, now: datetime) -> OwnPackage:
    usable = package.provider_id is not None and href and package.balance and not package.expired(now)
    return OwnPackage(
        name=package.name,
        where=where,
        href=href,
        left=page.say.count(_LEFT, package.balance),
        facts=tuple(_facts(package, page, now=now)),
        book=page.link(f"/book/{package.provider_id}", **{PACKAGE: package.id}) if usable else "",
        order=order,
        give=page.link(f"/account/packages/{package.id}/give")
        if package.transferable and package.balance and not package.expired(now)
        else "",
        plan="" if package.plan_id is None else page.link(f"/plans/{package.plan_id}"),
    )


def _facts(package: Package, page: Page, *, now: datetime) -> Iterator[str]:
    say = page.say
    if package.reserved:
        yield say.count(_RESERVED, package.reserved)
    if package.expires_at is not None and package.unused:
        day = say.values.day(package.expires_at.astimezone(time_zone(page.site.zone)).date())
        over = package.expired(now)
        yield say(Phrase("Expired on {day}."), day=day) if over else say(Phrase("For visits before {day}."), day=day)
    if package.service_ids:
        yield say(Phrase("It covers some services: the last step of a booking says what is left to pay."))
