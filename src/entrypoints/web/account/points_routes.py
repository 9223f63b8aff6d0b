"""`/account/points`: one's loyalty points."""

from typing import Any, Final

from litestar import Response, get

from booking_domain.loyalty.lots import LoyaltyEntryId
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.use_cases.loyalty.accounts import list_loyalty_accounts, list_loyalty_entries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.web.account.points import MOST, PATH, points_page
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import id_of


@get(PATH)
async def show_points(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[Any]:
    """The points with the platform, with providers and salons, and what changed them, newest first."""
    found = id_of(page.asked("after"))
    after = None if found is None else LoyaltyEntryId(found)
    views = await list_loyalty_accounts(actor, reads, now=clock.now())
    entries = await list_loyalty_entries(actor, None, after, MOST + 1, reads.loyalty)
    return page.render(points_page(views, entries, page), public=False)


handlers: Final = (show_points,)
