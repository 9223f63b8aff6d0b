"""Notify a provider of what an admin did to an item of the portfolio."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.portfolio.events import EVENTS, PortfolioModerated, PortfolioTakenDown
from booking_domain.portfolio.model import PortfolioStatus
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_TAKEN_DOWN: Final = NoticeTemplate(
    subject="An item of your portfolio was taken down",
    text="We took down an item of the portfolio of {provider}: {reason} Contact us if you disagree.",
)
_RESTORED: Final = NoticeTemplate(
    subject="An item of your portfolio is shown again",
    text="An item of the portfolio of {provider} is shown again.",
)


async def _notices(event: PortfolioModerated, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the item stands now; an outdated event sends none."""
    view = await reads.portfolios.get(event.item_id)
    taken_down = isinstance(event, PortfolioTakenDown)
    if view is None or taken_down != (view.item.status is PortfolioStatus.TAKEN_DOWN):
        return
    template = _TAKEN_DOWN if taken_down else _RESTORED
    notice = template.fill(provider=view.provider_name, reason=view.item.reason)
    yield Addressed(view.owner_id, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(EVENTS, Told((Reader.PROVIDER,))), _notices),),
    templates={"portfolio.taken_down": _TAKEN_DOWN, "portfolio.restored": _RESTORED},
)
