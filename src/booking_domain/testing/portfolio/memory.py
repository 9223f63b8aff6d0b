"""Portfolios in memory."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId, PortfolioStatus
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioItems, PortfolioReads, PortfolioView
from booking_domain.portfolio.views import ItemViews, PortfolioViews
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.time import time_zone
from booking_domain.testing.catalogue.memory.tables import PROFILES, delete_rows_of_providers
from booking_domain.testing.kit.tables import Group, InMemory, Part, Table, VersionedRepository
from booking_domain.testing.scheduling.memory.tables import CALENDARS

PORTFOLIO_ITEMS: Final = Table[PortfolioItemId, PortfolioItem](
    "portfolio_items",
    refers=lambda row: ((PROFILES, row.provider_id),),
    what="portfolio item",
    erase=delete_rows_of_providers(lambda item: item.provider_id),
)


class ViewsOfDay(NamedTuple):
    """How often an item was opened on a day in the time zone of its provider."""

    provider_id: ProviderId
    day: date
    item_id: PortfolioItemId
    views: int


PORTFOLIO_VIEWS: Final = Table[tuple[ProviderId, date, PortfolioItemId], ViewsOfDay](
    "portfolio_views",
    key=lambda row: (row.provider_id, row.day, row.item_id),
    refers=lambda row: ((PROFILES, row.provider_id),),
    erase=delete_rows_of_providers(lambda views: views.provider_id),
)
TABLES: Final = (PORTFOLIO_ITEMS, PORTFOLIO_VIEWS)


def _place(item: PortfolioItem) -> tuple[int, PortfolioItemId]:
    return item.position, item.id


class MemoryPortfolioItems(VersionedRepository[PortfolioItemId, PortfolioItem], PortfolioItems):
    """The portfolio items of one database transaction."""

    table = PORTFOLIO_ITEMS

    async def of_provider(self, provider_id: ProviderId) -> Sequence[PortfolioItem]:
        self._state.lock()
        return sorted(self._rows.where(lambda item: item.provider_id == provider_id), key=_place)


class MemoryPortfolioViews(InMemory, PortfolioViews):
    """The views of one database transaction."""

    async def add(self, views: Sequence[ItemViews]) -> None:
        rows, calendars = self._state[PORTFOLIO_VIEWS], self._state[CALENDARS]
        for each in views:
            calendar = calendars.get(each.provider_id)
            if calendar is not None:
                day = each.at.astimezone(time_zone(calendar.time_zone)).date()
                known = rows.get((each.provider_id, day, each.item_id))
                before = 0 if known is None else known.views
                rows.put(ViewsOfDay(each.provider_id, day, each.item_id, before + each.views))


class MemoryPortfolioReads(InMemory, PortfolioReads):
    """The committed portfolios."""

    async def get(self, item_id: PortfolioItemId) -> PortfolioView | None:
        return next((view for view in self._views() if view.item.id == item_id), None)

    async def of_provider(
        self, provider_id: ProviderId, after: PortfolioItemId | None, limit: int
    ) -> Sequence[PortfolioView]:
        found = [view for view in self._views() if view.public and view.item.provider_id == provider_id]
        return self._placed(found, after, limit)

    async def of_owner(self, user_id: UserId, after: PortfolioItemId | None, limit: int) -> Sequence[PortfolioView]:
        return self._placed([view for view in self._views() if view.owner_id == user_id], after, limit)

    async def public(self, item_ids: Sequence[PortfolioItemId]) -> Sequence[PortfolioView]:
        found = (view for view in self._views() if view.public and view.item.id in item_ids)
        return sorted(found, key=lambda view: view.item.id)

    async def search(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        return [view for view in self._matching(criteria) if view.public][: criteria.limit]

    async def page(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        return self._matching(criteria)[: criteria.limit]

    def _matching(self, criteria: PortfolioFilter) -> list[PortfolioView]:
        found = [
            view
            for view in self._views()
            if criteria.provider_id in {None, view.item.provider_id}
            and criteria.status in {None, view.item.status}
            and (criteria.tag is None or criteria.tag in view.item.tags)
            and (criteria.text is None or _contains(view.item, folded(criteria.text)))
            and (criteria.after is None or view.item.id < criteria.after)
        ]
        return sorted(found, key=lambda view: view.item.id, reverse=True)

    def _views(self) -> list[PortfolioView]:
        state = self._state
        return [
            PortfolioView(
                item=item,
                provider_name=profile.display_name,
                owner_id=profile.owner_id,
                public=profile.published and item.status is PortfolioStatus.SHOWN,
            )
            for item in state[PORTFOLIO_ITEMS].values()
            for profile in [state[PROFILES][item.provider_id]]
        ]

    def _placed(self, found: list[PortfolioView], after: PortfolioItemId | None, limit: int) -> list[PortfolioView]:
        last = None if after is None else self._state[PORTFOLIO_ITEMS].get(after)
        if after is not None and last is None:
            return []
        following = [view for view in found if last is None or _place(view.item) > _place(last)]
        return sorted(following, key=lambda view: _place(view.item))[:limit]


def _contains(item: PortfolioItem, text: str) -> bool:
    return any(text in folded(each) for each in (item.description, " ".join(item.tags)))


class PortfolioRepositories(Group):
    """The repositories of this context."""

    portfolio_items: Final = Part(MemoryPortfolioItems)
    portfolio_views: Final = Part(MemoryPortfolioViews)


class PortfolioReadGroup(Group):
    """The reads of this context."""

    portfolios: Final = Part(MemoryPortfolioReads)
