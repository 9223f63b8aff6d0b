"""Secret links to calendars on PostgreSQL."""

from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import calendar_links
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.identity.calendar_links import CalendarLink, CalendarLinkReads, CalendarLinks
from booking_domain.shared.ids import UserId

_l: Final = calendar_links.c
_new: Final = insert(calendar_links)
_SAVE: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=[_l.user_id],
        set_={"secret_digest": _new.excluded.secret_digest, "created_at": _new.excluded.created_at},
    )
)
_REMOVE: Final = Statement(delete(calendar_links).where(_l.user_id == bindparam("user_id")))
_USER_OF: Final = Statement(select(_l.user_id).where(_l.secret_digest == bindparam("secret_digest")))


class PostgresCalendarLinks(CalendarLinks):
    """`CalendarLinks` in the table `calendar_links`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def save(self, link: CalendarLink) -> None:
        await self._work.execute(
            _SAVE, user_id=link.user_id, secret_digest=link.secret_digest, created_at=link.created_at
        )

    async def remove(self, user_id: UserId) -> None:
        await self._work.execute(_REMOVE, user_id=user_id)


class PostgresCalendarLinkReads(CalendarLinkReads):
    """`CalendarLinkReads` of the table `calendar_links`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        row = await self._work.one(_USER_OF, secret_digest=secret_digest)
        return None if row is None else UserId(row[0])
