"""Notify a provider of what an admin did to an item of the portfolio. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.portfolio.events import EVENTS, PortfolioModerated, PortfolioTakenDown
from booking_domain.portfolio.model import PortfolioStatus
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

TAKEN_DOWN: Final = NoticeTemplate(
    subject="An item of your portfolio was taken down",
    text="We took down an item of the portfolio of {provider}: {reason} Contact us if you disagree.",
)
RESTORED: Final = NoticeTemplate(
    subject="An item of your portfolio is shown again",
    text="An item of the portfolio of {provider} is shown again.",
)


async def notify_of_portfolio(
    event: PortfolioModerated, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, as the item stands now; an outdated event sends none.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    view = await reads.portfolios.get(event.item_id)
    taken_down = isinstance(event, PortfolioTakenDown)
    if view is None or taken_down != (view.item.status is PortfolioStatus.TAKEN_DOWN):
        return
    owner = await reads.users.get(view.owner_id)
    if owner is None:
        return
    template = TAKEN_DOWN if taken_down else RESTORED
    notice = template.fill(provider=view.provider_name, reason=view.item.reason)
    await notify_user(owner, event, notice, notifier=notifier, translator=translator)


MESSAGES: Final = Messages(
    events=EVENTS,
    notify=notify_of_portfolio,
    templates={"portfolio.taken_down": TAKEN_DOWN, "portfolio.restored": RESTORED},
)
