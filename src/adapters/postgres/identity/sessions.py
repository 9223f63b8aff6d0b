"""Sessions and attempts to sign in on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert, select, update

from adapters.postgres.identity.tables import login_history, sessions
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from booking_domain.identity.ports import LoginHistory, LoginReads, SessionReads, Sessions
from booking_domain.identity.sessions import LOGINS_KEPT, Client, Login, LoginMethod, LoginOutcome, Session
from booking_domain.shared.ids import LoginId, SessionId, UserId

_s: Final = sessions.c
_l: Final = login_history.c
_ONE: Final = select(sessions).where(_s.id == bindparam("session_id"))
_LIVE: Final = select(sessions).where(
    _s.user_id == bindparam("user_id"), _s.ended_at.is_(None), _s.expires_at > bindparam("now")
)
_ADD: Final = Statement(insert(sessions))
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_LOCK_LIVE: Final = Statement(_LIVE.order_by(_s.id).with_for_update())
_LAST_USED: Final = Statement(_LIVE.order_by(_s.last_used_at.desc(), _s.id.desc()).limit(bindparam("most")))
_OF_USER: Final = Statement(
    select(sessions)
    .where(_s.user_id == bindparam("user_id"), if_given("after", _s.id, _s.id > bindparam("after")))
    .order_by(_s.id)
    .limit(bindparam("most"))
)
_SAVE: Final = Statement(
    update(sessions)
    .where(_s.id == bindparam("session_id"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "token_digest",
                "previous_digest",
                "seed",
                "last_used_at",
                "expires_at",
                "ended_at",
                "address",
                "user_agent",
                "second_factor",
            )
        }
    )
)


def _logins(*, all_of_them: bool) -> Select[Any]:
    found = select(login_history).where(_l.user_id == bindparam("user_id"))
    page = found if all_of_them else found.where(_l.id < bindparam("after"))
    return page.order_by(_l.id.desc()).limit(bindparam("most"))


_ADD_LOGIN: Final = Statement(insert(login_history))
_LATEST: Final = Statement(_logins(all_of_them=True))
_BEFORE: Final = Statement(_logins(all_of_them=False))
_FORGET: Final = Statement(delete(sessions).where(_s.expires_at <= bindparam("now")))
_FORGET_LOGINS: Final = Statement(delete(login_history).where(_l.at <= bindparam("forgotten")))


def session_of(row: Row) -> Session:
    """The session of a row."""
    (
        id_,
        user_id,
        token_digest,
        created_at,
        expires_at,
        ended_at,
        family_digest,
        previous_digest,
        seed,
        last_used_at,
        address,
        user_agent,
        second_factor,
    ) = row
    return Session(
        id=SessionId(id_),
        user_id=UserId(user_id),
        family_digest=bytes(family_digest),
        token_digest=bytes(token_digest),
        previous_digest=None if previous_digest is None else bytes(previous_digest),
        seed=None if seed is None else bytes(seed),
        created_at=created_at,
        last_used_at=last_used_at,
        expires_at=expires_at,
        ended_at=ended_at,
        client=Client(address, user_agent),
        second_factor=second_factor,
    )


def _login_of(row: Row) -> Login:
    id_, user_id, at, address, user_agent, method, outcome = row
    return Login(
        id=LoginId(id_),
        user_id=UserId(user_id),
        at=at,
        client=Client(address, user_agent),
        method=LoginMethod(method),
        outcome=LoginOutcome(outcome),
    )


def _changing(session: Session) -> dict[str, Any]:
    """The columns that change in a session's life."""
    return {
        "token_digest": session.token_digest,
        "previous_digest": session.previous_digest,
        "seed": session.seed,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
        "ended_at": session.ended_at,
        "address": session.client.address,
        "user_agent": session.client.user_agent,
        "second_factor": session.second_factor,
    }


class PostgresSessions(Sessions):
    """`Sessions` in the table `sessions`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, session: Session) -> None:
        await self._work.execute(
            _ADD,
            id=session.id,
            user_id=session.user_id,
            family_digest=session.family_digest,
            created_at=session.created_at,
            **_changing(session),
        )

    async def lock(self, session_id: SessionId) -> Session | None:
        row = await self._work.one(_LOCK, session_id=session_id)
        return None if row is None else session_of(row)

    async def lock_live(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        return [session_of(row) for row in await self._work.all(_LOCK_LIVE, user_id=user_id, now=now)]

    async def save(self, session: Session) -> None:
        await self._work.execute(_SAVE, session_id=session.id, **_changing(session))


class PostgresLoginHistory(LoginHistory):
    """`LoginHistory` in the table `login_history`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, login: Login) -> None:
        await self._work.execute(
            _ADD_LOGIN,
            id=login.id,
            user_id=login.user_id,
            at=login.at,
            address=login.client.address,
            user_agent=login.client.user_agent,
            method=login.method.value,
            outcome=login.outcome.value,
        )


class PostgresSessionReads(SessionReads):
    """`SessionReads` of the table `sessions`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, session_id: SessionId) -> Session | None:
        row = await self._work.one(_GET, session_id=session_id)
        return None if row is None else session_of(row)

    async def live(self, user_id: UserId, now: datetime, limit: int) -> list[Session]:
        return [session_of(row) for row in await self._work.all(_LAST_USED, user_id=user_id, now=now, most=limit)]

    async def of_user(self, user_id: UserId, after: SessionId | None, limit: int) -> list[Session]:
        rows = await self._work.all(_OF_USER, user_id=user_id, after=after, most=limit)
        return [session_of(row) for row in rows]


class PostgresLoginReads(LoginReads):
    """`LoginReads` of the table `login_history`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def of_user(self, user_id: UserId, after: LoginId | None, limit: int) -> list[Login]:
        if after is None:
            rows = await self._work.all(_LATEST, user_id=user_id, most=limit)
        else:
            rows = await self._work.all(_BEFORE, user_id=user_id, after=after, most=limit)
        return [_login_of(row) for row in rows]


async def forget_sessions(work: Work, now: datetime) -> None:
    """Remove sessions whose token can no longer be used by anybody, and what is too old for the login history."""
    await work.execute(_FORGET, now=now)
    await work.execute(_FORGET_LOGINS, forgotten=now - LOGINS_KEPT)
