"""Ports of portfolios."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.portfolio.events import EVENTS
from booking_domain.portfolio.model import PORTFOLIO_LIFECYCLE, PortfolioItem, PortfolioItemId, PortfolioStatus
from booking_domain.portfolio.views import PortfolioViews
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import ProviderId, UserId


class PortfolioItems(Protocol):
    """The portfolio items of a database transaction."""

    async def add(self, item: PortfolioItem) -> None:
        """Add an item; needs the provider's lock."""
        ...

    async def lock(self, item_id: PortfolioItemId) -> PortfolioItem | None:
        """One item, locked until the database transaction ends."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Sequence[PortfolioItem]:
        """All items of a provider, by position, locked until the database transaction ends."""
        ...

    async def save(self, item: PortfolioItem, *, was: PortfolioItem) -> None:
        """Replace an item.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def remove(self, item_id: PortfolioItemId) -> None:
        """Remove an item."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """A portfolio item, and whose it is."""

    item: PortfolioItem
    provider_name: str
    owner_id: UserId
    public: bool
    """Whether the item is shown and its provider's profile is approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PortfolioFilter:
    """A page of items, newest first; None: any."""

    provider_id: ProviderId | None = None
    status: PortfolioStatus | None = None
    tag: str | None = None
    text: str | None = None
    """Part of the description or of the tags, in any case."""
    after: PortfolioItemId | None = None
    """The last item of the previous page."""
    limit: int


class PortfolioReads(Protocol):
    """Reads of portfolios, outside any database transaction."""

    async def get(self, item_id: PortfolioItemId) -> PortfolioView | None:
        """One item, whether public or not."""
        ...

    async def of_provider(
        self, provider_id: ProviderId, after: PortfolioItemId | None, limit: int
    ) -> Sequence[PortfolioView]:
        """The public items of a provider, by position: those after `after`."""
        ...

    async def of_owner(self, user_id: UserId, after: PortfolioItemId | None, limit: int) -> Sequence[PortfolioView]:
        """All items of the profile that this user owns, by position: those after `after`."""
        ...

    async def public(self, item_ids: Sequence[PortfolioItemId]) -> Sequence[PortfolioView]:
        """The public ones of these items, by id."""
        ...

    async def search(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        """The public items of a filter, newest first."""
        ...

    async def page(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        """All items of a filter, whether public or not, newest first."""
        ...


class PortfolioRepositories(Protocol):
    """The repositories of this context."""

    @property
    def portfolio_items(self) -> PortfolioItems: ...
    @property
    def portfolio_views(self) -> PortfolioViews: ...


class PortfolioReadGroup(Protocol):
    """The reads of this context."""

    @property
    def portfolios(self) -> PortfolioReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(PORTFOLIO_LIFECYCLE,), news=frozenset({"portfolio"}))
