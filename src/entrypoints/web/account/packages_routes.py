"""`/account/packages`: one's prepaid visits."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.packages.model import Package, PackageId, PackageNotFound, PackageOfferId
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, required
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.orders.queries import list_orders
from booking_domain.use_cases.packages.queries import get_package, list_my_packages
from booking_domain.use_cases.packages.transfers import transfer_package
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.web.account.giving import CONTACT, giving_page, transfer_of
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
    model = packages_page(
        packages, orders, await places_of(packages, page, reads), page, now=clock.now(), done=page.asked("done")
    )
    return page.render(model, public=False)


@get("/account/packages/{package_id:str}/give", opt=IF_VALID)
async def show_giving(
    package_id: FromPath[PackageId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask to whom visits are given, and how many."""
    package = await _own(package_id, actor, reads)
    if not package.transferable or not package.balance:
        return page.see(page.link("/account/packages"))
    return page.render(giving_page(package, {}, page, csrf=csrf), public=False)


@post("/account/packages/{package_id:str}/give", status_code=303, opt=IF_VALID | FORM)
async def give(
    package_id: FromPath[PackageId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Give the visits."""
    form, package = form_of(request), await _own(package_id, actor, reads)
    try:
        await executor.run(transfer_package, transfer_of(package, form), actor=actor, session_id=session_id)
    except DomainError as error:
        shown = giving_page(await _own(package_id, actor, reads), form, page, csrf=csrf)
        return page.refuse(shown.failed(error, page, field=_field(error)), error, at=page.path)
    return page.see(page.link("/account/packages", done="given"))


def _field(error: DomainError) -> str:
    """The field that an error is about; empty: the one that it names."""
    about = str(next(iter(error.field_path), ""))
    return CONTACT if about in {"email", "phone"} else ""


async def _own(package_id: PackageId, actor: Actor, reads: Reads) -> Package:
    """A package of their own.

    Raises:
        PackageNotFound: they have no such package.
    """
    package = await get_package(actor, package_id, reads)
    return required(package if package.customer_id == actor.id else None, PackageNotFound)


handlers: Final = (show_packages, show_giving, give)
