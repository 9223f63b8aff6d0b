"""Portfolios in memory."""

from collections.abc import Callable, Sequence
from typing import Final

from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId, PortfolioStatus
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioItems, PortfolioReads, PortfolioView
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.catalogue.memory.tables import PROFILES, providers_of, require_provider
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table


def _erase(state: State, rows: dict[PortfolioItemId, PortfolioItem], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    for key in [key for key, item in rows.items() if item.provider_id in owned]:
        del rows[key]


PORTFOLIO_ITEMS: Final = Table[PortfolioItemId, PortfolioItem]("portfolio_items", erase=_erase)
TABLES: Final = (PORTFOLIO_ITEMS,)


def _place(item: PortfolioItem) -> tuple[int, PortfolioItemId]:
    return item.position, item.id


class MemoryPortfolioItems(PortfolioItems):
    """The portfolio items of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, item: PortfolioItem) -> None:
        require_provider(self._state, item.provider_id)
        self._state[PORTFOLIO_ITEMS][item.id] = item

    async def lock(self, item_id: PortfolioItemId) -> PortfolioItem | None:
        return self._state[PORTFOLIO_ITEMS].get(item_id)

    async def of_provider(self, provider_id: ProviderId) -> Sequence[PortfolioItem]:
        items = self._state[PORTFOLIO_ITEMS].values()
        return sorted((item for item in items if item.provider_id == provider_id), key=_place)

    async def save(self, item: PortfolioItem, *, was: PortfolioItem) -> None:
        kept = self._state[PORTFOLIO_ITEMS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="portfolio item")
        self._state[PORTFOLIO_ITEMS][item.id] = item

    async def remove(self, item_id: PortfolioItemId) -> None:
        self._state[PORTFOLIO_ITEMS].pop(item_id, None)


class MemoryPortfolioReads(PortfolioReads):
    """The committed portfolios."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, item_id: PortfolioItemId) -> PortfolioView | None:
        return next((view for view in self._views() if view.item.id == item_id), None)

    async def of_provider(
        self, provider_id: ProviderId, after: PortfolioItemId | None, limit: int
    ) -> Sequence[PortfolioView]:
        found = [view for view in self._views() if view.public and view.item.provider_id == provider_id]
        return self._placed(found, after, limit)

    async def of_owner(self, user_id: UserId, after: PortfolioItemId | None, limit: int) -> Sequence[PortfolioView]:
        return self._placed([view for view in self._views() if view.owner_id == user_id], after, limit)

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
        state = self._committed()
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
        last = None if after is None else self._committed()[PORTFOLIO_ITEMS].get(after)
        if after is not None and last is None:
            return []
        following = [view for view in found if last is None or _place(view.item) > _place(last)]
        return sorted(following, key=lambda view: _place(view.item))[:limit]


def _contains(item: PortfolioItem, text: str) -> bool:
    return any(text in folded(each) for each in (item.description, " ".join(item.tags)))


class PortfolioRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.portfolio_items = MemoryPortfolioItems(state)


class PortfolioReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.portfolios = MemoryPortfolioReads(committed)
