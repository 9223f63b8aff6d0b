"""Portfolios on PostgreSQL. A list is one statement: images are in the rows of the items."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.images import images_json, images_of
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import PUBLIC, instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, Kept, LeftToOwner, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.portfolio.model import PortfolioItem, PortfolioItemId, PortfolioStatus
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioItems, PortfolioReads, PortfolioView
from booking_domain.portfolio.views import ItemViews, PortfolioViews
from booking_domain.shared.ids import ProviderId, UserId

portfolio_items: Final = Table(
    "portfolio_items",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("images", JSONB, nullable=False),
    Column("description", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("position", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("status", PortfolioStatus),
    Index("portfolio_items_order_idx", "provider_id", "position", "id"),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("the portfolio"), export="portfolio") | PUBLIC,
)

portfolio_views: Final = Table(
    "portfolio_views",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    # Without a reference: what an item led to is known longer than the item.
    Column("item_id", Uuid, primary_key=True),
    Column("views", Integer, nullable=False),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=Kept("counts of the portfolio's views"),
        export=NotExported("counts, which the statistics show"),
    ),
)

ITEM: Final = Mapper(
    portfolio_items,
    PortfolioItem,
    images=Converted("images", write=images_json, read=images_of),
    changes=("images", "description", "tags", "position", "status", "reason", "version"),
)
_i: Final = portfolio_items.c
_p: Final = providers.c
_last: Final = portfolio_items.alias("last")
_LOCK: Final = Statement(select(*ITEM.columns).where(_i.id == bindparam("item_id")).with_for_update())
_LOCK_ALL: Final = Statement(
    select(*ITEM.columns)
    .where(_i.provider_id == bindparam("provider_id"))
    .order_by(_i.position, _i.id)
    .with_for_update()
)
_REMOVE: Final = Statement(delete(portfolio_items).where(_i.id == bindparam("item_id")))
_PUBLIC: Final = and_(_i.status == PortfolioStatus.SHOWN.value, _p.status == ProfileStatus.APPROVED.value)
_VIEW: Final = select(*ITEM.columns, _p.display_name, _p.owner_id, _PUBLIC).select_from(
    portfolio_items.join(providers, _p.id == _i.provider_id)
)
_GET: Final = Statement(_VIEW.where(_i.id == bindparam("item_id")))
_THESE: Final = Statement(_VIEW.where(_i.id == any_(bindparam("item_ids", type_=ARRAY(Uuid))), _PUBLIC).order_by(_i.id))
_AFTER: Final = bindparam("after", type_=_i.id.type)
_IN_ORDER: Final = (
    _VIEW.where(
        if_given(
            "after",
            _i.id,
            tuple_(_i.position, _i.id)
            > tuple_(select(_last.c.position).where(_last.c.id == _AFTER).scalar_subquery(), _AFTER),
        )
    )
    .order_by(_i.position, _i.id)
    .limit(bindparam("most"))
)
_OF_PROVIDER: Final = Statement(_IN_ORDER.where(_i.provider_id == bindparam("provider_id"), _PUBLIC))
_OF_OWNER: Final = Statement(_IN_ORDER.where(_p.owner_id == bindparam("user_id")))
_TEXT: Final = folded(bindparam("text", type_=Text()))
_MATCHING: Final = (
    _VIEW.where(
        if_given("provider_id", _i.provider_id, _i.provider_id == bindparam("provider_id")),
        if_given("status", _i.status, _i.status == bindparam("status")),
        if_given("tag", _i.description, bindparam("tag", type_=Text()) == any_(_i.tags)),
        if_given(
            "text",
            _i.description,
            or_(
                func.strpos(folded(_i.description), _TEXT) > 0,
                func.strpos(folded(func.array_to_string(_i.tags, " ")), _TEXT) > 0,
            ),
        ),
        if_given("after", _i.id, _i.id < _AFTER),
    )
    .order_by(_i.id.desc())
    .limit(bindparam("most"))
)
_v: Final = portfolio_views.c
_new_views = insert(portfolio_views).from_select(
    ["provider_id", "day", "item_id", "views"],
    select(
        _p.id,
        cast(func.timezone(_p.time_zone, bindparam("at", type_=DateTime(timezone=True))), Date),
        bindparam("item_id", type_=Uuid()),
        bindparam("views", type_=Integer()),
    ).where(_p.id == bindparam("provider_id")),
)
_ADD_VIEWS: Final = Statement(
    _new_views.on_conflict_do_update(
        index_elements=[_v.provider_id, _v.day, _v.item_id], set_={"views": _v.views + _new_views.excluded.views}
    )
)
_SEARCH: Final = Statement(_MATCHING.where(_PUBLIC))
_PAGE: Final = Statement(_MATCHING)


def _view_of(row: Row) -> PortfolioView:
    own = len(ITEM.columns)
    name, owner_id, public = row[own:]
    return PortfolioView(item=ITEM.read(row[:own]), provider_name=name, owner_id=UserId(owner_id), public=public)


class PostgresPortfolioItems(VersionedRows[PortfolioItem], PortfolioItems):
    """`PortfolioItems` in the table `portfolio_items`."""

    rows = Rows(ITEM, "portfolio item")

    async def lock(self, item_id: PortfolioItemId) -> PortfolioItem | None:
        return await self._work.first(ITEM.read, _LOCK, item_id=item_id)

    async def of_provider(self, provider_id: ProviderId) -> Sequence[PortfolioItem]:
        return await self._work.each(ITEM.read, _LOCK_ALL, provider_id=provider_id)

    async def remove(self, item_id: PortfolioItemId) -> None:
        await self._work.execute(_REMOVE, item_id=item_id)


class PostgresPortfolioViews(WithWork, PortfolioViews):
    """`PortfolioViews` in the table `portfolio_views`."""

    async def add(self, views: Sequence[ItemViews]) -> None:
        for each in views:
            await self._work.execute(
                _ADD_VIEWS, provider_id=each.provider_id, item_id=each.item_id, at=each.at, views=each.views
            )


class PostgresPortfolioReads(WithWork, PortfolioReads):
    """`PortfolioReads` of `portfolio_items` and `providers`."""

    async def get(self, item_id: PortfolioItemId) -> PortfolioView | None:
        return await self._work.first(_view_of, _GET, item_id=item_id)

    async def of_provider(
        self, provider_id: ProviderId, after: PortfolioItemId | None, limit: int
    ) -> Sequence[PortfolioView]:
        return await self._work.each(_view_of, _OF_PROVIDER, provider_id=provider_id, after=after, most=limit)

    async def of_owner(self, user_id: UserId, after: PortfolioItemId | None, limit: int) -> Sequence[PortfolioView]:
        return await self._work.each(_view_of, _OF_OWNER, user_id=user_id, after=after, most=limit)

    async def public(self, item_ids: Sequence[PortfolioItemId]) -> Sequence[PortfolioView]:
        return await self._work.each(_view_of, _THESE, item_ids=list(item_ids))

    async def search(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        return await self._matching(_SEARCH, criteria)

    async def page(self, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        return await self._matching(_PAGE, criteria)

    async def _matching(self, statement: Statement, criteria: PortfolioFilter) -> Sequence[PortfolioView]:
        return await self._work.each(_view_of, statement, **parameters(criteria))


CONTEXT: Final = PostgresContext(tables=(portfolio_items, portfolio_views))


class PortfolioRepositories(RepositoryGroup):
    """The repositories of this context."""

    portfolio_items = part(PostgresPortfolioItems)
    portfolio_views = part(PostgresPortfolioViews)


class PortfolioReadGroup(ReadGroup):
    """The reads of this context."""

    portfolios = part(PostgresPortfolioReads)
