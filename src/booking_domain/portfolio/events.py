"""Domain events of portfolios."""

from typing import Final

from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId


class PortfolioModerated(Event, subject="item_id"):
    """The common field of all events of a portfolio item."""

    item_id: PortfolioItemId


class PortfolioTakenDown(PortfolioModerated, topic="portfolio.taken_down"):
    """An admin removed the item from public view."""


class PortfolioRestored(PortfolioModerated, topic="portfolio.restored"):
    """An admin shows the item again."""


EVENTS: Final[tuple[type[PortfolioModerated], ...]] = (PortfolioTakenDown, PortfolioRestored)


def portfolio_event(kind: type[PortfolioModerated], item: PortfolioItem, context: UseCaseContext) -> PortfolioModerated:
    """Return the event of an item that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, item_id=item.id)
