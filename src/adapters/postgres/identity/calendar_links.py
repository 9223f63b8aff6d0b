"""Secret links to calendars on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from adapters.postgres.identity.tables import calendar_links
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.calendar_links import (
    DIGEST_BYTES,
    CalendarLink,
    CalendarLinkReads,
    CalendarLinks,
)
from booking_domain.shared.ids import UserId

LINK: Final = Mapper(calendar_links, CalendarLink)
_l: Final = calendar_links.c
_SAVE: Final = LINK.upsert()
_REMOVE: Final = Statement(delete(calendar_links).where(_l.user_id == bindparam("user_id")).returning(_l.user_id))
_earlier = (
    select(_l.user_id)
    .where(func.octet_length(_l.secret_digest) < DIGEST_BYTES)
    .order_by(_l.user_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_EARLIER: Final = Statement(
    delete(calendar_links).where(_l.user_id.in_(_earlier.scalar_subquery())).returning(_l.user_id)
)
_OF_USER: Final = Statement(select(*LINK.columns).where(_l.user_id == bindparam("user_id")))
_USER_OF: Final = Statement(select(_l.user_id).where(_l.secret_digest == bindparam("secret_digest")))


class PostgresCalendarLinks(WithWork, CalendarLinks):
    """`CalendarLinks` in the table `calendar_links`."""

    async def save(self, link: CalendarLink) -> None:
        await self._work.execute(_SAVE, **LINK.write(link))

    async def remove(self, user_id: UserId) -> bool:
        return await self._work.one(_REMOVE, user_id=user_id) is not None

    async def remove_legacy(self, limit: int) -> Sequence[UserId]:
        return sorted(UserId(user_id) for (user_id,) in await self._work.all(_REMOVE_EARLIER, most=limit))


class PostgresCalendarLinkReads(WithWork, CalendarLinkReads):
    """`CalendarLinkReads` of the table `calendar_links`."""

    async def of_user(self, user_id: UserId) -> CalendarLink | None:
        return await self._work.first(LINK.read, _OF_USER, user_id=user_id)

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _USER_OF, secret_digest=secret_digest)
