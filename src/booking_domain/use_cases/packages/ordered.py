"""Packages that are bought online: sold when their order is paid, and taken back when it is refunded."""

from booking_domain.catalogue.salons import SalonNotFound
from booking_domain.packages.model import (
    Package,
    PackageId,
    PackageNotFound,
    PackageOfferId,
    PackageOfferNotFound,
    PackageSaleMethod,
)
from booking_domain.payments.orders import Order, OrderUsed
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.money import Money
from booking_domain.use_cases.packages.steps import add, cause, post, sold
from booking_domain.use_cases.platform.issuers import require_selling
from booking_domain.use_cases.platform.ports import Repositories


async def sell_ordered(order: Order, tx: Repositories, context: UseCaseContext) -> bool:
    """Sell the package of an order that is paid, also of an offer that has ended meanwhile.

    Return whether it is sold: it is not if its salon was deleted meanwhile, or its provider can no longer be booked.
    """
    offer_id = required(order.offer_id, PackageOfferNotFound)
    offer = required(await tx.package_offers.lock(PackageOfferId(offer_id)), PackageOfferNotFound)
    try:
        await require_selling(offer.provider_id, offer.salon_id, tx)
    except (SalonNotFound, ProviderNotFound):
        return False
    posted = Package.sell(
        offer,
        id=PackageId(order.subject_id),
        customer_id=order.customer_id,
        method=PackageSaleMethod.ONLINE,
        by=context.actor,
        cause=cause("sale", context),
    )
    await tx.outbox.put([sold(await add(posted, tx), context)])
    return True


async def take_back_ordered(order: Order, tx: Repositories, context: UseCaseContext) -> Money:
    """Take the free visits back of an order that is refunded, and return their price.

    Raises:
        PackageNotFound: there is no package.
        OrderUsed: not all visits are free, and the actor is no admin.
        NotEnoughVisits: none is.
    """
    package = required(await tx.packages.lock(PackageId(order.subject_id)), PackageNotFound)
    if context.actor.role is not Role.ADMIN and package.balance != package.visits:
        raise OrderUsed
    posted = package.refund(None, cause(f"refund:{package.version}", context))
    await post(posted, package, tx)
    return Money(amount=-posted[1].amount, currency=package.price.currency)
