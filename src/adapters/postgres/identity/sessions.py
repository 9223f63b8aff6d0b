"""Sessions and login history on PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, literal_column, select

from adapters.postgres.identity.tables import login_history, sessions, users
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork, Work
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import Holder, LoginHistory, LoginReads, SessionReads, Sessions
from booking_domain.identity.sessions import LOGINS_KEPT, Login, Session
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.session_holds import SessionHolds

SESSION: Final = Mapper(
    sessions,
    Session,
    client=Columns("address", "user_agent", "platform"),
    fixed=("user_id", "created_at", "family_digest", "device_id"),
)
LOGIN: Final = Mapper(login_history, Login, client=Columns("address", "user_agent", "platform"))
_s: Final = sessions.c
_l: Final = login_history.c
_ONE: Final = select(*SESSION.columns).where(_s.id == bindparam("session_id"))
_LIVE: Final = select(*SESSION.columns).where(
    _s.user_id == bindparam("user_id"), _s.ended_at.is_(None), _s.expires_at > bindparam("now")
)
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_LOCK_LIVE: Final = Statement(_LIVE.order_by(_s.id).with_for_update())
_HOLDERS: Final = Statement(
    select(_s.id, users.c.id, users.c.role, _s.expires_at, users.c.locale)
    .join(sessions, _s.user_id == users.c.id)
    .where(
        _s.id == func.any(bindparam("session_ids")),
        _s.ended_at.is_(None),
        _s.expires_at > bindparam("now"),
        users.c.status.in_([literal_column(f"'{each.value}'") for each in (UserStatus.ACTIVE, UserStatus.PENDING)]),
    )
)
# FOR NO KEY UPDATE, as `Users.lock`: other transactions can insert rows that refer to the account.
_HOLD_ACCOUNT: Final = Statement(
    select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True)
)
_LAST_USED: Final = Statement(_LIVE.order_by(_s.last_used_at.desc(), _s.id.desc()).limit(bindparam("most")))
_OF_USER: Final = Statement(
    select(*SESSION.columns)
    .where(_s.user_id == bindparam("user_id"), if_given("after", _s.id, _s.id > bindparam("after")))
    .order_by(_s.id)
    .limit(bindparam("most"))
)
_SAVE: Final = SESSION.update()


def _logins(*, all_of_them: bool) -> Select[Any]:
    found = select(*LOGIN.columns).where(_l.user_id == bindparam("user_id"))
    page = found if all_of_them else found.where(_l.id < bindparam("after"))
    return page.order_by(_l.id.desc()).limit(bindparam("most"))


_LATEST: Final = Statement(_logins(all_of_them=True))
_BEFORE: Final = Statement(_logins(all_of_them=False))
_FORGET: Final = Statement(delete(sessions).where(_s.expires_at <= bindparam("now")))
_FORGET_LOGINS: Final = Statement(delete(login_history).where(_l.at <= bindparam("forgotten")))


class PostgresSessions(AddedRows[Session], Sessions):
    """`Sessions` in the table `sessions`."""

    rows = Rows(SESSION)

    async def lock(self, session_id: SessionId) -> Session | None:
        return await self._work.first(SESSION.read, _LOCK, session_id=session_id)

    async def lock_live(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        return await self._work.each(SESSION.read, _LOCK_LIVE, user_id=user_id, now=now)

    async def save(self, session: Session) -> None:
        if session.ended_at is not None:
            self._work.reduced_access.add(session.user_id)
        await self._work.execute(_SAVE, row_key=session.id, **SESSION.changes(session))


class PostgresSessionHolds(PostgresSessions, SessionHolds):
    """`SessionHolds` by the rows of the account and the session."""

    async def hold(self, user_id: UserId, session_id: SessionId, now: datetime) -> None:
        await self._work.execute(_HOLD_ACCOUNT, user_id=user_id)
        session = await self.lock(session_id)
        if session is None or session.user_id != user_id or not session.live(now):
            raise InvalidToken


class PostgresLoginHistory(AddedRows[Login], LoginHistory):
    """`LoginHistory` in the table `login_history`."""

    rows = Rows(LOGIN)


class PostgresSessionReads(WithWork, SessionReads):
    """`SessionReads` of the table `sessions`."""

    async def get(self, session_id: SessionId) -> Session | None:
        return await self._work.first(SESSION.read, _GET, session_id=session_id)

    async def holder(self, session_id: SessionId, now: datetime) -> Holder | None:
        return (await self.holders([session_id], now)).get(session_id)

    async def holders(self, session_ids: Collection[SessionId], now: datetime) -> dict[SessionId, Holder]:
        rows = await self._work.all(_HOLDERS, session_ids=list(session_ids), now=now)
        return {SessionId(row[0]): Holder(Actor(UserId(row[1]), Role(row[2])), row[3], row[4]) for row in rows}

    async def live(self, user_id: UserId, now: datetime, limit: int) -> list[Session]:
        return await self._work.each(SESSION.read, _LAST_USED, user_id=user_id, now=now, most=limit)

    async def of_user(self, user_id: UserId, after: SessionId | None, limit: int) -> list[Session]:
        return await self._work.each(SESSION.read, _OF_USER, user_id=user_id, after=after, most=limit)


class PostgresLoginReads(WithWork, LoginReads):
    """`LoginReads` of the table `login_history`."""

    async def of_user(self, user_id: UserId, after: LoginId | None, limit: int) -> list[Login]:
        if after is None:
            rows = await self._work.all(_LATEST, user_id=user_id, most=limit)
        else:
            rows = await self._work.all(_BEFORE, user_id=user_id, after=after, most=limit)
        return [LOGIN.read(row) for row in rows]


async def forget_sessions(work: Work, now: datetime) -> None:
    """Delete sessions whose refresh token has expired, and login history past its retention."""
    await work.execute(_FORGET, now=now)
    await work.execute(_FORGET_LOGINS, forgotten=now - LOGINS_KEPT)
