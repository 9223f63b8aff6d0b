"""`/salons/{salon}`: the page of a salon."""

from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SalonId
from booking_domain.use_cases.catalogue.salon_queries import get_salon_page
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.web.kit.pages import Page
from entrypoints.web.salons.salon import salon_page


@get("/salons/{salon_id:str}", opt=PUBLIC)
async def salon(
    salon_id: FromPath[SalonId],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
) -> Response[bytes]:
    """A salon: pictures, team, services, hours."""
    facts = await get_salon_page(salon_id, reads.salons, reads.providers, reads.services)
    return page.render(salon_page(facts, page, object_storage, clock.now()))


handlers: Final = (salon,)
