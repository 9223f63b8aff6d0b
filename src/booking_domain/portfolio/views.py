"""Views of portfolio items: how often each was opened on a day. Nobody's name, address or device is kept with them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.shared.ids import ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemViews:
    """How often an item was opened, about this moment."""

    provider_id: ProviderId
    item_id: PortfolioItemId
    at: datetime
    views: int


class PortfolioViews(Protocol):
    """The views of items, inside a database transaction."""

    async def add(self, views: Sequence[ItemViews]) -> None:
        """Add to the counts of the day in the provider's time zone; to none of a profile that is deleted.

        Transactions that add at the same time lose nothing.
        """
        ...


class ViewTally:
    """The views that this process has not stored yet. They are lost with it: those of a minute at most."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[ProviderId, PortfolioItemId]] = Counter()

    def add(self, provider_id: ProviderId, item_id: PortfolioItemId) -> None:
        """Count one."""
        self._counts[provider_id, item_id] += 1

    def take(self, now: datetime) -> list[ItemViews]:
        """What was counted since the last time, in an order in which transactions do not wait for each other."""
        taken, self._counts = self._counts, Counter()
        return [
            ItemViews(provider_id=provider_id, item_id=item_id, at=now, views=views)
            for (provider_id, item_id), views in sorted(taken.items())
        ]

    def put_back(self, views: Iterable[ItemViews]) -> None:
        """Count again what could not be stored."""
        for each in views:
            self._counts[each.provider_id, each.item_id] += each.views
