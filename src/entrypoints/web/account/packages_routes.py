"""`/account/packages`: one's prepaid visits."""

from typing import Any, Final

from litestar import Response, get

from booking_domain.packages.model import PackageId, PackageOfferId
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.use_cases.orders.queries import list_orders
from booking_domain.use_cases.packages.queries import list_my_packages
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.web.account.packages import MOST, packages_page
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import id_of
from entrypoints.web.packages.place import places_of


@get("/account/packages")
async def show_packages(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[Any]:
    """The packages, the newest first: what is left of each, and where it can be used; and orders that wait."""
    found = id_of(page.asked("after"))
    after = None if found is None else PackageId(found)
    packages = await list_my_packages(actor, after, MOST + 1, reads.packages)
    orders = [
        (each, await reads.packages.offer(PackageOfferId(each.offer_id)))
        for each in await list_orders(actor, None, MOST, reads.orders)
        if each.offer_id is not None
    ]
    model = packages_page(packages, orders, await places_of(packages, page, reads), page, now=clock.now())
    return page.render(model, public=False)


handlers: Final = (show_packages,)
