"""Domain events of portfolios."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioModerated(Event):
    """The common field of all events of a portfolio item."""

    subject_field: ClassVar[str] = "item_id"

    item_id: PortfolioItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioTakenDown(PortfolioModerated):
    """An admin removed the item from public view."""

    topic: ClassVar[str] = "portfolio.taken_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRestored(PortfolioModerated):
    """An admin shows the item again."""

    topic: ClassVar[str] = "portfolio.restored"


EVENTS: Final[tuple[type[PortfolioModerated], ...]] = (PortfolioTakenDown, PortfolioRestored)


def portfolio_event(kind: type[PortfolioModerated], item: PortfolioItem, context: Context) -> PortfolioModerated:
    """Return the event of an item that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, item_id=item.id)
