"""`/package-offers` and `/packages`: prepaid visits, sold at the desk or online, and used by bookings."""

from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.packages.model import PackageEntryId, PackageId, PackageOfferId
from booking_domain.packages.ports import PackageFilter, PackageOfferFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.use_cases.orders.buy import OrderPackage, order_package
from booking_domain.use_cases.packages import queries
from booking_domain.use_cases.packages.offers import (
    end_package_offer,
    list_offers_of_provider,
    list_offers_of_salon,
    list_package_offers,
    offer_package,
)
from booking_domain.use_cases.packages.sales import refund_package, sell_package
from booking_domain.use_cases.packages.transfers import transfer_package
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.orders import OrderJson, order_json
from entrypoints.http.packages.schemas import (
    OFFER,
    ORDER,
    REFUND,
    SELL,
    TRANSFER,
    OfferPackageBody,
    OrderPackageBody,
    PackageEntriesJson,
    PackageEntryJson,
    PackageJson,
    PackageLiabilitiesJson,
    PackageOfferJson,
    PackageOffersJson,
    PackagesJson,
    PackagesQuery,
    RefundPackageBody,
    SellPackageBody,
    TransferPackageBody,
    entry_json,
    liability_json,
    offer,
    offer_json,
    package_json,
    refund,
    sale,
    transfer,
)


@post("/package-offers", opt=documented(offer_package, body=OFFER))
async def offer_a_package(data: JSONBody[OfferPackageBody], run: Injected[Run]) -> Response[PackageOfferJson]:
    """Offer a package of prepaid visits: of a provider, or of a salon for its members."""
    return await run(offer_package, offer(data), answer=offer_json)


@get("/package-offers", opt=documented(list_package_offers))
async def list_my_package_offers(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> PackageOffersJson:
    """List the packages that you offer, newest first: your own or your salons'; all for an admin."""
    criteria = PackageOfferFilter(after=params.after(PackageOfferId), limit=params.limit + 1)
    found = await list_package_offers(actor, criteria, reads)
    return PackageOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@post("/package-offers/{package_offer_id:str}/end", status_code=200, opt=documented(end_package_offer))
async def end_a_package_offer(
    package_offer_id: FromPath[PackageOfferId], run: Injected[Run]
) -> Response[PackageOfferJson]:
    """Offer a package no longer. Those that were sold stay as they are."""
    return await run(end_package_offer, package_offer_id, answer=offer_json)


@get("/providers/{provider_id:str}/package-offers", opt=PUBLIC | documented(list_offers_of_provider))
async def list_package_offers_of_provider(
    provider_id: FromPath[ProviderId], params: Injected[PageQuery], reads: Injected[Reads]
) -> PackageOffersJson:
    """List the packages that customers can buy for a provider who can be booked: of the provider and of their salon."""
    found = await list_offers_of_provider(provider_id, params.after(PackageOfferId), params.limit + 1, reads)
    return PackageOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@get("/salons/{salon_id:str}/package-offers", opt=PUBLIC | documented(list_offers_of_salon))
async def list_package_offers_of_salon(
    salon_id: FromPath[SalonId], params: Injected[PageQuery], reads: Injected[Reads]
) -> PackageOffersJson:
    """List the packages of a salon that customers can buy."""
    found = await list_offers_of_salon(salon_id, params.after(PackageOfferId), params.limit + 1, reads)
    return PackageOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@post("/packages/orders", opt=documented(order_package, body=ORDER))
async def order_a_package(data: JSONBody[OrderPackageBody], run: Injected[Run]) -> Response[OrderJson]:
    """Order a package. Pay it with `POST /orders/{id}/pay`; then you have it."""
    return await run(order_package, OrderPackage(offer_id=data.offer_id), answer=order_json)


@post("/packages", opt=documented(sell_package, body=SELL))
async def sell_a_package(data: JSONBody[SellPackageBody], run: Injected[Run]) -> Response[PackageJson]:
    """Record that a customer has paid for a package at the desk; for providers, managers of salons and admins."""
    return await run(sell_package, sale(data), answer=package_json)


@get("/packages", opt=documented(queries.list_packages))
async def list_sold_packages(
    params: Injected[PackagesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> PackagesJson:
    """List the packages that you have sold, newest first: your own, those of your salons; all for an admin."""
    criteria = PackageFilter(customer_id=params.customer_id, after=params.after(PackageId), limit=params.limit + 1)
    found = await queries.list_packages(actor, criteria, reads)
    return PackagesJson.of(found, params.limit, package_json, lambda each: each.id)


@get("/packages/mine", opt=documented(queries.list_my_packages))
async def list_my_packages(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> PackagesJson:
    """List the packages that you have bought or got, newest first."""
    found = await queries.list_my_packages(actor, params.after(PackageId), params.limit + 1, reads.packages)
    return PackagesJson.of(found, params.limit, package_json, lambda each: each.id)


@get("/packages/liability", opt=documented(queries.list_package_liability))
async def get_package_liability(actor: Injected[Actor], reads: Injected[Reads]) -> PackageLiabilitiesJson:
    """Return what is owed on the packages that you have sold, and the revenue of used visits, by currency."""
    found = await queries.list_package_liability(actor, reads)
    return PackageLiabilitiesJson(items=tuple(map(liability_json, found)))


@get("/packages/{package_id:str}", opt=documented(queries.get_package))
async def get_a_package(package_id: FromPath[PackageId], actor: Injected[Actor], reads: Injected[Reads]) -> PackageJson:
    """Return a package that you have bought or sold."""
    return package_json(await queries.get_package(actor, package_id, reads))


@get("/packages/{package_id:str}/entries", opt=documented(queries.list_package_entries))
async def list_package_entries(
    package_id: FromPath[PackageId], params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> PackageEntriesJson:
    """List what changed a package, newest first."""
    after = params.after(PackageEntryId)
    found = await queries.list_package_entries(actor, package_id, after, params.limit + 1, reads)
    return PackageEntriesJson.of(found, params.limit, entry_json, lambda each: each.id)


@post("/packages/{package_id:str}/refund", status_code=200, opt=documented(refund_package, body=REFUND))
async def refund_a_package(
    package_id: FromPath[PackageId], data: JSONBody[RefundPackageBody], run: Injected[Run]
) -> Response[PackageJson]:
    """Record that the money of free visits was returned at the desk: their part of the price."""
    return await run(refund_package, refund(package_id, data), answer=package_json)


@post("/packages/{package_id:str}/transfer", status_code=200, opt=documented(transfer_package, body=TRANSFER))
async def transfer_a_package(
    package_id: FromPath[PackageId], data: JSONBody[TransferPackageBody], run: Injected[Run]
) -> Response[PackageJson]:
    """Give free visits to another customer, if the package allows it. The answer is what you have left."""
    return await run(transfer_package, transfer(package_id, data), answer=package_json)


PACKAGES: Final = items(
    "packages",
    PackageJson,
    lambda source, after: source.reads.packages.page(
        PackageFilter(customer_id=source.user.id, after=after, limit=source.page)
    ),
    package_json,
    about="The packages of visits that the user has bought or got.",
)
ENTRIES: Final = items(
    "package_entries",
    PackageEntryJson,
    lambda source, after: source.reads.packages.entries_of(source.user.id, after, source.page),
    entry_json,
    about="What changed these packages.",
)
"""The sections of the export."""

offers: Final = Router(
    "/",
    route_handlers=[
        offer_a_package,
        list_my_package_offers,
        end_a_package_offer,
        list_package_offers_of_provider,
        list_package_offers_of_salon,
    ],
    opt=about("package-offers", "What providers and salons sell as packages."),
)
routes: Final = Router(
    "/",
    route_handlers=[
        sell_a_package,
        order_a_package,
        list_sold_packages,
        list_my_packages,
        get_package_liability,
        get_a_package,
        list_package_entries,
        refund_a_package,
        transfer_a_package,
    ],
    opt=about("packages", "Prepaid visits, sold at the desk or online.") | exporting(PACKAGES, ENTRIES),
)
