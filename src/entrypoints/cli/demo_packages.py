"""Demo packages: an offer of the provider, and a package that the customer has bought."""

from contextlib import suppress
from typing import Final

from booking_domain.bookings.placing_errors import CustomerNotFound
from booking_domain.packages.model import PackageSaleMethod
from booking_domain.packages.ports import PackageOfferFilter
from booking_domain.shared.money import Money
from booking_domain.use_cases.packages.offers import OfferPackage, offer_package
from booking_domain.use_cases.packages.sales import SellPackage, sell_package
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

_PRICE: Final = Money.of(320_000, "MNT")


async def add_packages(container: Container, people: People) -> None:
    """Offer and sell it, unless anything is offered."""
    if await container.reads().packages.offers(PackageOfferFilter(limit=1)):
        return
    executor, seller = container.executor(), people.provider.actor
    offer = await executor.run(
        offer_package,
        OfferPackage(
            name="Five visits",
            visits=5,
            price_amount=_PRICE.amount,
            currency=_PRICE.currency,
            valid_days=365,
            transferable=True,
        ),
        actor=seller,
    )
    sale = SellPackage(offer_id=offer.id, customer_id=people.customer.id, method=PackageSaleMethod.CASH)
    # A developer may have withdrawn the customer's consent.
    with suppress(CustomerNotFound):
        await executor.run(sell_package, sale, actor=seller)
