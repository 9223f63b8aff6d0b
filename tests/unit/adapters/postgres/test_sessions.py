"""Retention of sessions and login history."""

from dataclasses import replace
from datetime import timedelta

from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from booking_domain.identity.sessions import LOGINS_KEPT
from booking_domain.testing.builders import NOW, Builder

JUST = timedelta(microseconds=1)


async def test_expired_sessions_and_old_logins_are_deleted_and_others_stay(postgres: TestServer) -> None:
    async def story(database: Database) -> None:
        make = Builder()
        user = make.user()
        live, ended, expired = (
            replace(make.session(user), expires_at=NOW + JUST),
            replace(make.session(user), expires_at=NOW + JUST, ended_at=NOW - JUST),
            replace(make.session(user), expires_at=NOW),
        )
        old, new = (replace(make.login(user), at=NOW - LOGINS_KEPT + later) for later in (timedelta(0), JUST))
        async with database.begin() as tx:
            await tx.users.add(user)
            for session in (live, ended, expired):
                await tx.sessions.add(session)
            for login in (old, new):
                await tx.login_history.add(login)
        await database.forget_sessions(NOW)
        left = [await database.reads.sessions.get(each.id) for each in (live, ended, expired)]
        assert left == [live, ended, None]
        assert await database.reads.login_history.of_user(user.id, None, 9) == [new]

    with postgres.database() as url:
        database = Database(url, cipher=CIPHER, pool_size=2)
        await database.open()
        try:
            await story(database)
        finally:
            await database.close()
