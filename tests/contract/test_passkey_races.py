"""The response of a passkey used concurrently, with and without the defence."""

import asyncio
from dataclasses import replace
from functools import partialmethod
from typing import Final

import pytest
from sqlalchemy import bindparam, delete, select
from tests.contract.backends import PostgresBackend
from tests.gates import Gate

from adapters.postgres.identity.passkeys import CHALLENGE, PostgresPasskeys
from adapters.postgres.identity.tables import passkey_challenges
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from booking_domain.identity.passkeys import InvalidPasskey, Passkey, PasskeyChallenge, PasskeyId
from booking_domain.identity.sessions import Client
from booking_domain.identity.use_cases.passkeys import SignInByPasskey, sign_in_by_passkey, start_passkey_sign_in
from booking_domain.identity.use_cases.sign_in import SignedIn
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.passkeys import MemoryDevice, MemoryPasskeyCeremonies
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import TIME_LIMIT
from booking_domain.testing.memory import ManualClock
from booking_domain.workflows.ports import Repositories

ATTEMPTS: Final = 20


async def sessions_opened(backend: PostgresBackend) -> int:
    """Send one response many times at once; return how many sessions it opens.

    The passkey counts no uses, as those of Apple and Google: only the challenge tells a replay.
    """
    executor: Executor[Repositories] = Executor(
        begin=backend.begin, clock=ManualClock(NOW), entropy=SystemEntropy(), ports=(memory_security_ports(),)
    )
    user = replace(Builder().user(), password_hash="hash")
    device, ceremonies = MemoryDevice(), MemoryPasskeyCeremonies()
    asked = ceremonies.creation_options(b"c" * 32, user.id, "dorj@example.com", [])
    made = ceremonies.verify_new(ceremonies.read(device.create(asked)))
    passkey = Passkey(
        id=PasskeyId(SystemEntropy().new_id()),
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        counter=0,
        name="phone",
        second_factor=False,
        created_at=NOW,
    )
    async with backend.begin() as tx:
        await tx.users.add(user)
        await tx.passkeys.add(passkey)
    options = await executor.run(start_passkey_sign_in, None, actor=SYSTEM)
    command = SignInByPasskey(response=device.get(options, counter=0), client=Client())
    async with asyncio.timeout(TIME_LIMIT):
        attempts = (executor.run(sign_in_by_passkey, command, actor=SYSTEM) for _ in range(ATTEMPTS))
        results = await asyncio.gather(*attempts, return_exceptions=True)
    assert all(isinstance(each, SignedIn | InvalidPasskey) for each in results), results
    return sum(isinstance(each, SignedIn) for each in results)


async def test_a_response_used_concurrently_opens_one_session(postgres_backend: PostgresBackend) -> None:
    assert await sessions_opened(postgres_backend) == 1


_SEEN: Final = Statement(select(*CHALLENGE.columns).where(passkey_challenges.c.digest == bindparam("seen")))
_USED: Final = Statement(delete(passkey_challenges).where(passkey_challenges.c.digest == bindparam("seen")))


async def _read_then_delete(self: PostgresPasskeys, digest: bytes, gate: Gate) -> PasskeyChallenge | None:
    row = await self._work.one(_SEEN, seen=digest)
    await gate.through()
    await self._work.execute(_USED, seen=digest)
    return None if row is None else CHALLENGE.read(row)


async def test_a_challenge_read_before_it_is_deleted_opens_several_sessions(
    postgres_backend: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresPasskeys, "use_challenge", partialmethod(_read_then_delete, gate=Gate(2)))
    assert await sessions_opened(postgres_backend) > 1
