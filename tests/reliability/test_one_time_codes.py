"""Row 23: of concurrent guesses at a code at most five are checked, and the right code gives one session.

Several processes serve, and each guess forges another client address. Controls remove the defence and must fail.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partialmethod
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from tests.acceptance.bursts import Wish
from tests.acceptance.people import Person
from tests.acceptance.product import Server, eventually
from tests.databases import CIPHER, TestServer
from tests.gates import PATIENCE_SECONDS, Gate
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.servers import serving
from tests.reliability.volleys import Shot, volley

from adapters.postgres.database import Database
from adapters.postgres.identity.credentials import PostgresCredentials
from adapters.postgres.identity.one_time_codes import PostgresOneTimeCodes
from adapters.postgres.identity.tables import one_time_codes, wrong_passwords_of_clients
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from booking_domain.identity.errors import InvalidCode
from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.login_quota import GUESSES as GUESS_QUOTAS
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import MOST_GUESSES, CodePurpose, Contact, ContactChannel, OneTimeCode
from booking_domain.identity.passwords import MOST_WRONG
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.memory import ManualClock, MemorySecretCodes
from booking_domain.use_cases.identity.one_time_codes import (
    CodeGuess,
    RequestCode,
    SignInByCode,
    request_code,
    sign_in_by_code,
)
from booking_domain.use_cases.platform.ports import Repositories

PROCESSES: Final = scale.of(4, less=2)
GUESSES: Final = scale.of(500, less=50)
RIGHT: Final = scale.of(200, less=50)
ROUNDS: Final = scale.of(10, less=1)
POOLS: Final = 4
UNLIMITED: Final = ",".join(f"{name}=1000000/1" for name in ("auth", "login", "login-anywhere", *GUESS_QUOTAS))
"""Rate limits would hide what is tested here."""
STRANGER: Final = CountedClient(b"a phone", known=False)
PASSWORD: Final = "correct-horse-battery"
REFUSED: Final = (401, "auth.invalid_code")
SIGNED_IN: Final = (200, None)

# A trigger records every checked guess: one row per update of a code.
_WRITE_DOWN: Final = """
    CREATE TABLE looked_at (guesses_left int);
    CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO looked_at VALUES (NEW.guesses_left); RETURN NULL; END $$;
    CREATE TRIGGER write_down AFTER UPDATE ON one_time_codes FOR EACH ROW WHEN (OLD.id = NEW.id)
        EXECUTE FUNCTION write_down();
"""


@dataclass(frozen=True)
class Spoofed(Wish):
    """A request with forged forwarding headers and a random client address."""

    def encoded(self, host: str) -> bytes:
        line, rest = super().encoded(host).split(b"\r\n", 1)
        chance = Random(repr(self.body) + uuid4().hex)  # noqa: S311
        address = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
        spoofed = f"X-Forwarded-For: {address}\r\nForwarded: for={address}\r\nX-Real-IP: {address}".encode()
        return b"\r\n".join([line, spoofed, rest])


@pytest.fixture(scope="module")
def busy(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"BOOKING_API_PROCESSES": str(PROCESSES), "BOOKING_RATE_LIMIT_QUOTAS": UNLIMITED}
    with serving(postgres, tmp_path_factory.mktemp("codes"), **settings) as server:
        with psycopg.connect(server.database_url, autocommit=True) as connection:
            connection.execute(_WRITE_DOWN)
        yield server


def joined(server: Server) -> dict[str, Any]:
    who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": "Guessed", "role": "customer"}
    answer = server.http.post("/auth/register", json=who)
    assert answer.status_code == 201, answer.text
    user: dict[str, Any] = answer.json()["user"]
    return user


def code_for(server: Server, email: str) -> str:
    asked = server.http.post("/auth/send-otp", json={"email": email, "purpose": "login"})
    assert asked.status_code == 202, asked.text

    def look() -> str | None:
        for path in server.messages.glob("*.json"):
            message = json.loads(path.read_text(encoding="utf-8"))
            found = re.search(r"\b\d{6}\b", message["text"])
            if message["to"] == email and found is not None:
                return found[0]
        return None

    found = eventually(look, what="a code")
    assert found is not None
    return found


def guessing(server: Server, email: str, codes: Sequence[str]) -> list[Shot]:
    nobody = Person(server, "", "none")
    return volley(
        server,
        [Spoofed(nobody, "/auth/verify-otp", {"email": email, "purpose": "login", "code": code}) for code in codes],
    )


def kinds(shots: Sequence[Shot]) -> Counter[tuple[int, str | None]]:
    return Counter(shot.kind for shot in shots)


def sessions_of(server: Server, user: dict[str, Any]) -> int:
    return server.number("SELECT count(*) FROM sessions WHERE user_id = %s", user["id"])


def looked_at(server: Server) -> int:
    return server.number("WITH gone AS (DELETE FROM looked_at RETURNING 1) SELECT count(*) FROM gone")


def wrong_codes(right: str, number: int) -> list[str]:
    return [f"{(int(right) + by) % 1_000_000:06}" for by in range(1, number + 1)]


@pytest.mark.nightly
def test_of_concurrent_guesses_five_are_checked_from_any_address(busy: Server, report: Report) -> None:
    for _ in range(ROUNDS):
        user = joined(busy)
        code = code_for(busy, user["email"])
        looked_at(busy)
        assert kinds(guessing(busy, user["email"], wrong_codes(code, GUESSES))) == {REFUSED: GUESSES}
        assert looked_at(busy) == MOST_GUESSES
        assert kinds(guessing(busy, user["email"], [code])) == {REFUSED: 1}
        assert looked_at(busy) == 0
        assert sessions_of(busy, user) == 1  # of the registration
    report(23, f"{ROUNDS} × {GUESSES} guesses at once over {PROCESSES} processes: {MOST_GUESSES} looked at each time")


@pytest.mark.nightly
def test_concurrent_uses_of_the_right_code_give_one_session(busy: Server, report: Report) -> None:
    for _ in range(ROUNDS):
        user = joined(busy)
        code = code_for(busy, user["email"])
        assert kinds(guessing(busy, user["email"], [code] * RIGHT)) == {SIGNED_IN: 1, REFUSED: RIGHT - 1}
        assert sessions_of(busy, user) == 2  # of the registration, and of the code
        assert kinds(guessing(busy, user["email"], [code])) == {REFUSED: 1}
    report(23, f"{ROUNDS} × the right code {RIGHT} times at once: 1 session each time")


@pytest.mark.nightly
def test_of_concurrent_wrong_passwords_three_are_counted(busy: Server, report: Report) -> None:
    user = joined(busy)
    nobody = Person(busy, "", "none")
    body = {"email": user["email"], "password": "battery-staple"}
    crowd = scale.of(100, less=24)
    shots = volley(busy, [Spoofed(nobody, "/auth/login", body) for _ in range(crowd)])
    counted = kinds(shots)
    assert counted[401, "auth.invalid_credentials"] == 3
    assert set(counted) <= {
        (401, "auth.invalid_credentials"),
        (403, "auth.account_locked"),
        (429, "auth.too_many_attempts"),
    }
    report(23, f"{crowd} wrong passwords at once: {dict(counted)}")


class Counting(MemorySecretCodes):
    """Counts the guesses that are checked."""

    looked_at = 0

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        self.looked_at += 1
        return super().matches(code_id, purpose, guess)


async def outcome(url: str, guess_of: Any, number: int) -> tuple[int, int]:
    """The number of guesses checked and of sessions created, over several connection pools."""
    secrets, clock, entropy = Counting(), ManualClock(NOW), SystemEntropy()
    security = replace(memory_security_ports(), secret_codes=secrets)
    user: User = replace(Builder().user(), email=f"{uuid4().hex}@example.com", phone=None)
    assert user.email is not None
    contact = Contact(ContactChannel.EMAIL, user.email)
    async with AsyncExitStack() as stack:
        databases = [Database(url, cipher=CIPHER, pool_size=5, pool_timeout=PATIENCE_SECONDS) for _ in range(POOLS)]
        for database in databases:
            await database.open()
            stack.push_async_callback(database.close)
        executors: list[Executor[Repositories]] = [
            Executor(begin=each.begin, clock=clock, entropy=entropy, ports=(security,)) for each in databases
        ]
        async with databases[0].begin() as tx:
            await tx.users.add(user)
        want = RequestCode(contact, CodePurpose.LOGIN, user)
        code = await executors[0].run(request_code, want, actor=SYSTEM)
        right = secrets.code(code.id, code.purpose)
        clock.advance(timedelta(seconds=1))
        results = await asyncio.gather(
            *(
                executors[place % POOLS].run(
                    sign_in_by_code,
                    SignInByCode(CodeGuess(contact, CodePurpose.LOGIN, guess_of(right, place)), Client()),
                    actor=SYSTEM,
                )
                for place in range(number)
            ),
            return_exceptions=True,
        )
    assert not [
        each
        for each in results
        if isinstance(each, BaseException) and not isinstance(each, ConcurrentChange | InvalidCode)
    ]
    return secrets.looked_at, sum(not isinstance(each, InvalidCode) for each in results)


def wrong(right: str, place: int) -> str:
    return wrong_codes(right, place + 1)[-1]


async def test_the_row_is_locked_before_it_is_read(postgres: TestServer) -> None:
    with postgres.database() as url:
        assert await outcome(url, wrong, 100) == (MOST_GUESSES, 0)
    with postgres.database() as url:
        assert await outcome(url, lambda right, _: right, 100) == (1, 1)


_LOOK: Final = Statement(select(one_time_codes).where(one_time_codes.c.contact == bindparam("of_contact")))


async def _without_a_lock(self: PostgresOneTimeCodes, contact: bytes, gate: Gate) -> list[OneTimeCode]:
    found = [
        OneTimeCode(
            contact=bytes(row[0]),
            purpose=CodePurpose(row[1]),
            id=CodeId(row[2]),
            user_id=row[3],
            issued_at=row[4],
            expires_at=row[5],
            guesses_left=row[6],
            day_began=row[7],
            issued_that_day=row[8],
        )
        for row in await self._work.all(_LOOK, of_contact=contact)
    ]
    if found:  # it is issued already
        await gate.through()
    return found


async def test_without_the_lock_more_guesses_are_checked(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresOneTimeCodes, "lock", partialmethod(_without_a_lock, gate=Gate(MOST_GUESSES + 1)))
    with postgres.database() as url:
        looked, _ = await outcome(url, wrong, 100)
        assert looked > MOST_GUESSES
    monkeypatch.setattr(PostgresOneTimeCodes, "lock", partialmethod(_without_a_lock, gate=Gate(2)))
    with postgres.database() as url:
        _, sessions = await outcome(url, lambda right, _: right, 100)
        assert sessions > 1


_c: Final = wrong_passwords_of_clients.c
_TIMES: Final = Statement(select(_c.times).where(_c.account == bindparam("account")))
_new: Final = insert(wrong_passwords_of_clients)
_SET: Final = Statement(
    _new.on_conflict_do_update(index_elements=["account", "client"], set_={"times": _new.excluded.times})
)


async def _read_and_then_write(
    self: PostgresCredentials, account: UUID, client: CountedClient, now: datetime, gate: Gate
) -> bool:
    row = await self._work.one(_TIMES, account=account)
    await gate.through()
    times = 0 if row is None else int(row[0])
    if times < MOST_WRONG:
        await self._work.execute(_SET, account=account, client=client.key, times=times + 1, last_at=now)
    return times < MOST_WRONG


async def counted_at_once(url: str, number: int) -> int:
    """How many wrong passwords of an account were checked."""
    account = uuid4()
    database = Database(url, cipher=CIPHER, pool_size=10, pool_timeout=PATIENCE_SECONDS)
    await database.open()

    async def count() -> bool:
        async with database.begin() as tx:
            return await tx.credentials.count_wrong_password(account, STRANGER, NOW)

    try:
        return sum(await asyncio.gather(*(count() for _ in range(number))))
    finally:
        await database.close()


async def test_wrong_passwords_are_counted_by_one_statement(postgres: TestServer) -> None:
    with postgres.database() as url:
        assert await counted_at_once(url, 50) == MOST_WRONG


async def test_counting_in_two_statements_checks_more_passwords(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = partialmethod(_read_and_then_write, gate=Gate(MOST_WRONG + 1))
    monkeypatch.setattr(PostgresCredentials, "count_wrong_password", planted)
    with postgres.database() as url:
        assert await counted_at_once(url, 50) > MOST_WRONG
