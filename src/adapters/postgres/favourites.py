"""Favourites on PostgreSQL. A page is one statement, which joins the providers."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.catalogue.profiles import PROFILE, TERMS
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import ENDED, USER, personal_data
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.favourites.ports import Favourites
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.platform.favourites import FavouriteReads, FavouriteView
from booking_domain.use_cases.platform.views import ProviderView


def _of_either(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete what the account has saved, and its provider from what others have saved."""
    provider = select(providers.c.id).where(providers.c.owner_id == USER)
    return delete(table).where(or_(owned, table.c.provider_id.in_(provider)))


favourites: Final = Table(
    "favourites",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False, index=True),
    instant("created_at"),
    UniqueConstraint("user_id", "provider_id"),
    info=personal_data("user_id", erase=_of_either, handover=ENDED, export="favourites"),
)

FAVOURITE: Final = Mapper(favourites, Favourite)
_f: Final = favourites.c
_p: Final = providers.c
_OF_USER: Final = _f.user_id == bindparam("user_id")
_ONE: Final = _OF_USER, _f.provider_id == bindparam("provider_id")
_GET: Final = Statement(select(*FAVOURITE.columns).where(*_ONE))
_COUNT: Final = Statement(select(func.count()).select_from(favourites).where(_OF_USER))
_REMOVE: Final = Statement(delete(favourites).where(*_ONE))
_NEWEST_FIRST: Final = (
    select(*FAVOURITE.columns)
    .where(_OF_USER, if_given("after", _f.id, _f.id < bindparam("after", type_=_f.id.type)))
    .order_by(_f.id.desc())
    .limit(bindparam("most"))
)
_ALL: Final = Statement(_NEWEST_FIRST)
_PAGE: Final = Statement(
    _NEWEST_FIRST.add_columns(_p.time_zone, *PROFILE.columns, *TERMS.columns)
    .join(providers, _p.id == _f.provider_id)
    .where(_p.status == ProfileStatus.APPROVED.value)
)


def _view_of(row: Row) -> FavouriteView:
    own = len(FAVOURITE.columns)
    profile_ends = own + 1 + len(PROFILE.columns)
    provider = ProviderView(
        time_zone=row[own], profile=PROFILE.read(row[own + 1 : profile_ends]), terms=TERMS.read(row[profile_ends:])
    )
    return FavouriteView(favourite=FAVOURITE.read(row[:own]), provider=provider)


class _Lookup(WithWork):
    async def get(self, key: tuple[UserId, ProviderId]) -> Favourite | None:
        return await self._work.first(FAVOURITE.read, _GET, user_id=key[0], provider_id=key[1])


class PostgresFavourites(AddedRows[Favourite], _Lookup, Favourites):
    """`Favourites` in the table `favourites`."""

    rows = Rows(FAVOURITE)

    async def count(self, user_id: UserId) -> int:
        row = await self._work.one(_COUNT, user_id=user_id)
        return 0 if row is None else int(row[0])

    async def remove(self, key: tuple[UserId, ProviderId]) -> None:
        await self._work.execute(_REMOVE, user_id=key[0], provider_id=key[1])


class PostgresFavouriteReads(_Lookup, FavouriteReads):
    """`FavouriteReads` of the table `favourites`."""

    async def page(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[FavouriteView]:
        return await self._work.each(_view_of, _PAGE, user_id=user_id, after=after, most=limit)

    async def of_user(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[Favourite]:
        return await self._work.each(FAVOURITE.read, _ALL, user_id=user_id, after=after, most=limit)


CONTEXT: Final = PostgresContext(tables=(favourites,))


class FavouriteRepositories(RepositoryGroup):
    """The repositories of this context."""

    favourites = part(PostgresFavourites)


class FavouriteReadGroup(ReadGroup):
    """The reads of this context."""

    favourites = part(PostgresFavouriteReads)
