"""One challenge answered concurrently on PostgreSQL: one passkey is added, one session begins."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partialmethod
from typing import Any, Final

import pytest
from sqlalchemy import bindparam, select
from tests.contract.backends import PostgresBackend
from tests.gates import Gate

from adapters.postgres.identity.passkeys import CHALLENGE, PostgresPasskeys
from adapters.postgres.identity.tables import passkey_challenges
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from booking_domain.identity.model import User
from booking_domain.identity.passkeys import InvalidPasskey, Passkey, PasskeyChallenge, PasskeyRefused
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.passkeys import MemoryDevice
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import TIME_LIMIT
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.identity.authenticate import OpenSession, SignedIn, open_session
from booking_domain.use_cases.identity.passkeys import (
    AddPasskey,
    SignInByPasskey,
    add_passkey,
    sign_in_by_passkey,
    start_adding_passkey,
    start_passkey_sign_in,
)
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.platform.ports import Repositories

ATTEMPTS: Final = 8


class Scene:
    """An account that is signed in, and its devices. Their counters stay 0, as those of passkeys in the cloud do."""

    def __init__(self, backend: PostgresBackend) -> None:
        self.user: User = replace(Builder().user(), password_hash="hash")
        self.current = SessionId(self.user.id)
        self._backend = backend
        self._executor: Executor[Repositories] = Executor(
            begin=backend.begin, clock=ManualClock(NOW), entropy=SystemEntropy(), ports=(memory_security_ports(),)
        )

    async def signed_up(self) -> None:
        async with self._backend.begin() as tx:
            await tx.users.add(self.user)
        opening = OpenSession(user_id=self.user.id, method=LoginMethod.PASSWORD, client=Client())
        opened = await self._executor.run(open_session, opening, actor=SYSTEM)
        assert isinstance(opened, SignedIn)
        self.current = opened.session_id

    async def added_together(self, devices: Sequence[MemoryDevice]) -> list[object]:
        """Add a passkey of each device, all of them for one challenge."""
        proof = PasswordCheck(user=self.user, right=True, current=self.current)
        options = await self._executor.run(start_adding_passkey, proof, actor=self.user.actor)
        return await _together(*(self._add(each.create(options, counter=0)) for each in devices))

    async def _add(self, response: str) -> Passkey:
        command = AddPasskey(response=response, name="phone", second_factor=False, current=self.current)
        return await self._executor.run(add_passkey, command, actor=self.user.actor)

    async def signed_in_together(self, device: MemoryDevice) -> list[object]:
        """Send one response of the device several times."""
        response = device.get(await self._executor.run(start_passkey_sign_in, None, actor=SYSTEM), counter=0)
        command = SignInByPasskey(response=response, client=Client())
        return await _together(
            *(self._executor.run(sign_in_by_passkey, command, actor=SYSTEM) for _ in range(ATTEMPTS))
        )

    async def passkeys(self) -> Sequence[Passkey]:
        return await self._backend.reads.passkeys.of_user(self.user.id)


async def _together(*attempts: Any) -> list[object]:
    """The types of what the attempts return or raise."""
    async with asyncio.timeout(TIME_LIMIT):
        return [type(each) for each in await asyncio.gather(*attempts, return_exceptions=True)]


@pytest.fixture
async def scene(postgres_backend: PostgresBackend) -> Scene:
    scene = Scene(postgres_backend)
    await scene.signed_up()
    return scene


async def _outcomes(scene: Scene) -> tuple[list[object], list[object]]:
    """Of devices that answer one challenge for a new passkey, and of a response with which one of them signs in."""
    devices = [MemoryDevice(credential_id=f"passkey {number}".encode()) for number in range(ATTEMPTS)]
    adding = await scene.added_together(devices)
    added = {each.credential_id for each in await scene.passkeys()}
    return adding, await scene.signed_in_together(next(each for each in devices if each.credential_id in added))


async def test_a_challenge_answered_concurrently_is_good_once(scene: Scene) -> None:
    adding, signing_in = await _outcomes(scene)
    assert Counter(adding) == {Passkey: 1, PasskeyRefused: ATTEMPTS - 1}
    assert Counter(signing_in) == {SignedIn: 1, InvalidPasskey: ATTEMPTS - 1}
    assert len(await scene.passkeys()) == 1


_LOOK: Final = Statement(select(*CHALLENGE.columns).where(passkey_challenges.c.digest == bindparam("of_challenge")))


async def _look_then_delete(self: PostgresPasskeys, digest: bytes, gates: dict[bytes, Gate]) -> PasskeyChallenge | None:
    row = await self._work.one(_LOOK, of_challenge=digest)
    await gates.setdefault(digest, Gate(2)).through()
    await _USE(self, digest)
    return None if row is None else CHALLENGE.read(row)


_USE: Final = PostgresPasskeys.use_challenge


async def test_a_look_before_the_deletion_lets_a_challenge_be_used_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresPasskeys, "use_challenge", partialmethod(_look_then_delete, gates={}))
    adding, signing_in = await _outcomes(scene)
    assert adding.count(Passkey) > 1
    assert signing_in.count(SignedIn) > 1
