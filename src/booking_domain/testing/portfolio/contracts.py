"""The contract of `PortfolioItems` and `PortfolioReads`."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId, PortfolioStatus
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioItems, PortfolioReads, PortfolioView
from booking_domain.portfolio.views import ItemViews, PortfolioViews
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.images import Image
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, race


def an_item(make: Builder, provider_id: ProviderId, position: int = 0, **more: object) -> PortfolioItem:
    """Return a portfolio item with an image."""
    image = Image(file_id=FileId(make.entropy.new_id()), width=1_080, height=810)
    item = PortfolioItem(
        id=PortfolioItemId(make.entropy.new_id()),
        provider_id=provider_id,
        images=(image,),
        position=position,
        created_at=NOW,
    )
    return replace(item, **more)  # type: ignore[arg-type]


def _view(cast: Cast, item: PortfolioItem, *, public: bool = True) -> PortfolioView:
    return PortfolioView(item=item, provider_name=cast.profile.display_name, owner_id=cast.owner.id, public=public)


class PortfolioContract(StorageContract):
    """Portfolio items in a database transaction, and reads of them."""

    async def _stored(self, *items: PortfolioItem) -> None:
        async with self.begin() as tx:
            for item in items:
                await tx.portfolio_items.add(item)

    async def test_an_item_is_stored_with_all_fields_until_it_is_removed(self, cast: Cast) -> None:
        item = an_item(self.make, cast.profile.id)
        await self._stored(item)
        more = Image(file_id=FileId(self.make.entropy.new_id()), width=1, height=2)
        full = replace(
            item, images=(more, *item.images), description="Хээ «🖋»", tags=("fine line", "хээ"), position=7, version=2
        ).taken_down("Not your work.", Role.ADMIN)
        async with self.begin() as tx:
            assert await tx.portfolio_items.lock(item.id) == item
            await tx.portfolio_items.save(full, was=item)
        with pytest.raises(ConcurrentChange):
            await self.alone.portfolio_items.save(full, was=item)
        assert await self.reads.portfolios.get(item.id) == _view(cast, full, public=False)
        await self.excludes(lambda tx: tx.portfolio_items.lock(item.id))
        await self.excludes(lambda tx: tx.portfolio_items.of_provider(cast.profile.id))
        async with self.begin() as tx:
            assert list(await tx.portfolio_items.of_provider(cast.profile.id)) == [full]
            await tx.portfolio_items.remove(item.id)
        assert await self.reads.portfolios.get(item.id) is None
        assert await self.alone.portfolio_items.lock(item.id) is None

    async def test_items_of_a_provider_are_paged_in_their_order(self, cast: Cast, other: Cast) -> None:
        items = [an_item(self.make, cast.profile.id, 9 - place) for place in range(4)]
        down = items[1].taken_down("Why", Role.ADMIN)
        await self._stored(items[0], down, *items[2:], an_item(self.make, other.profile.id))
        reads, views = self.reads.portfolios, [_view(cast, item) for item in items]
        public = [views[3], views[2], views[0]]
        assert list(await reads.of_provider(cast.profile.id, None, 2)) == public[:2]
        assert list(await reads.of_provider(cast.profile.id, items[2].id, 2)) == public[2:]
        every = [views[3], views[2], _view(cast, down, public=False), views[0]]
        assert list(await reads.of_owner(cast.owner.id, None, 9)) == every
        assert list(await reads.of_owner(cast.owner.id, items[2].id, 1)) == every[2:3]
        assert list(await self.alone.portfolio_items.of_provider(cast.profile.id)) == [view.item for view in every]

    async def test_public_items_are_found_by_tag_and_text(self, cast: Cast) -> None:
        hidden = await self.a_cast(ProfileStatus.SUBMITTED)
        mark = self.make.entropy.new_id().hex
        lines = an_item(self.make, cast.profile.id, description="A Swallow", tags=(mark, "fine line"))
        script = an_item(self.make, cast.profile.id, description="100%_ script", tags=(mark,))
        dots = an_item(self.make, cast.profile.id, tags=(mark,))
        down = an_item(self.make, cast.profile.id, tags=(mark,)).taken_down("Why", Role.ADMIN)
        unseen = an_item(self.make, hidden.profile.id, tags=(mark,))
        await self._stored(*jumbled(lines, script, dots, down, unseen))

        async def found(**chosen: object) -> list[PortfolioItem]:
            criteria = replace(PortfolioFilter(tag=mark, limit=9), **chosen)  # type: ignore[arg-type]
            return [view.item for view in await self.reads.portfolios.search(criteria)]

        assert await found() == [dots, script, lines]
        assert await found(limit=1) == [dots]
        assert await found(after=script.id) == [lines]
        assert await found(text="swallow") == await found(text="FINE L") == await found(text="Ｓwállow") == [lines]
        assert await found(text="0%_") == [script]
        assert await found(text="nothing") == await found(tag="fine") == []
        assert list(await self.reads.portfolios.of_provider(hidden.profile.id, None, 9)) == []
        public = await self.reads.portfolios.public([each.id for each in (script, down, unseen, lines)])
        assert [view.item for view in public] == [lines, script]

        async def every(**chosen: object) -> list[PortfolioItem]:
            criteria = replace(PortfolioFilter(tag=mark, limit=9), **chosen)  # type: ignore[arg-type]
            return [view.item for view in await self.reads.portfolios.page(criteria)]

        assert await every() == [unseen, down, dots, script, lines]
        assert await every(status=PortfolioStatus.TAKEN_DOWN) == await every(after=unseen.id, limit=1) == [down]
        assert await every(status=PortfolioStatus.SHOWN, provider_id=hidden.profile.id) == [unseen]
        assert await every(provider_id=cast.profile.id, text="swallow") == await found(text="swallow")
        assert await found(status=PortfolioStatus.TAKEN_DOWN) == []


class PortfolioViewsContract(StorageContract):
    """Views of items in a database transaction, as statistics show them."""

    async def test_views_of_a_day_add_up_also_at_once(self, cast: Cast) -> None:
        item = an_item(self.make, cast.profile.id)
        await self.alone.portfolio_items.add(item)
        provider = await self.reads.providers.get(cast.profile.id)
        assert provider is not None
        day, next_day = NOW.date(), NOW.date() + timedelta(days=1)
        last = datetime.combine(day, time(23, 59), time_zone(provider.time_zone))
        views = ItemViews(provider_id=cast.profile.id, item_id=item.id, at=last, views=3)
        later = replace(views, at=last + timedelta(minutes=1), views=5)
        _, refusals = await race([self.alone.portfolio_views.add([views, later]) for _ in range(4)])
        period = TimeRange(NOW, NOW + HOUR)
        counted = [
            (await self.reads.statistics.conversions(cast.profile.id, period, first, last)).portfolio_views
            for first, last in ((day, day), (next_day, next_day), (day, next_day))
        ]
        assert (refusals, counted) == ([], [12, 20, 32])


CONTRACTS: Final[dict[type, type]] = {
    PortfolioItems: PortfolioContract,
    PortfolioReads: PortfolioContract,
    PortfolioViews: PortfolioViewsContract,
}
