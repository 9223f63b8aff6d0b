"""The contracts of `SecondFactors` and `TimeCodes`."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from booking_domain.identity.model import User
from booking_domain.identity.second_factor import STEP, SecondFactor, TimeCodes
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, present, waits

INSTANT: Final = timedelta(microseconds=1)
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER_SECRET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _digests(*texts: str) -> frozenset[bytes]:
    return frozenset(sha256(text.encode()).digest() for text in texts)


def _factor(user: User) -> SecondFactor:
    return SecondFactor(
        user_id=user.id,
        secret=SECRET,
        new_secret=OTHER_SECRET,
        confirmed_at=NOW - INSTANT,
        last_step=58_000_000,
        wrong_in_a_row=7,
        last_wrong_at=NOW,
        recovery_codes=_digests("a", "b", "c"),
    )


class SecondFactorsContract(StorageContract):
    """Second factors, at most one per user."""

    async def _keep(self, *factors: SecondFactor) -> None:
        async with self.begin() as tx:
            for factor in factors:
                await tx.second_factors.save(factor)

    async def _kept(self, user: User) -> SecondFactor | None:
        return await self.alone.second_factors.lock(user.id)

    async def test_a_factor_is_stored_with_all_fields(self) -> None:
        users = [await self.a_user() for _ in range(3)]
        whole, bare = _factor(users[0]), SecondFactor(user_id=users[1].id)
        await self._keep(whole, bare)
        assert [await self._kept(user) for user in users] == [whole, bare, None]

    async def test_a_new_factor_replaces_the_previous_one(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        first, others = _factor(user), _factor(other)
        await self._keep(first, others)
        for later in (
            replace(first, new_secret=None, last_step=None, recovery_codes=_digests("b")),
            replace(first, secret=None, confirmed_at=None, wrong_in_a_row=0, last_wrong_at=None),
            replace(first, secret=OTHER_SECRET, recovery_codes=_digests("c", "d", "e")),
        ):
            await self._keep(later)
            assert await self._kept(user) == later
        assert await self._kept(other) == others

    async def test_removing_a_factor_removes_its_recovery_codes(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        await self._keep(_factor(user), _factor(other))
        for _ in range(2):
            await self.alone.second_factors.remove(user.id)
            assert await self._kept(user) is None
        assert await self._kept(other) == _factor(other)
        again = replace(_factor(user), recovery_codes=frozenset())
        await self._keep(again)
        assert await self._kept(user) == again

    async def test_a_rolled_back_change_has_no_effect(self) -> None:
        user = await self.a_user()
        await self.rolled_back(lambda tx: tx.second_factors.save(_factor(user)))
        assert await self._kept(user) is None
        await self._keep(_factor(user))
        await self.rolled_back(lambda tx: tx.second_factors.remove(user.id))
        assert await self._kept(user) == _factor(user)

    async def test_a_factor_is_locked_until_the_commit(self) -> None:
        user = await self.a_user()
        factor = _factor(user)
        await self._keep(factor)
        used = replace(factor, recovery_codes=_digests("a"), last_step=58_000_001)
        async with self.begin() as tx:
            assert await tx.second_factors.lock(user.id) == factor
            other = asyncio.create_task(self._kept(user))
            assert await waits(other)
            await tx.second_factors.save(used)
        assert await other == used


Authenticator = Callable[[str, datetime], str]
"""Returns the code that an authenticator app shows at an instant."""
AT: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""The start of a time step."""
TWICE: Final = datetime(2027, 10, 12, 23, 28, 30, tzinfo=UTC)
"""The start of a time step whose code equals that of the next step."""


class TimeCodesContract:
    """Codes of authenticator apps. Define two fixtures, `time_codes` and `authenticator`."""

    def test_a_code_is_valid_in_its_step_and_the_adjacent_steps(
        self, time_codes: TimeCodes, authenticator: Authenticator
    ) -> None:
        step = present(time_codes.step_of(SECRET, authenticator(SECRET, AT), AT))
        shown = authenticator(SECRET, AT + STEP - INSTANT)
        for now in (AT - STEP, AT - INSTANT, AT, AT + STEP - INSTANT, AT + STEP, AT + 2 * STEP - INSTANT):
            assert time_codes.step_of(SECRET, shown, now) == step
        for now in (AT - STEP - INSTANT, AT + 2 * STEP, AT - timedelta(days=1), AT + timedelta(days=1)):
            assert time_codes.step_of(SECRET, shown, now) is None
        following = time_codes.step_of(SECRET, authenticator(SECRET, AT + STEP), AT)
        assert following == step + 1

    def test_any_other_text_is_rejected(self, time_codes: TimeCodes, authenticator: Authenticator) -> None:
        right = authenticator(SECRET, AT)
        wrong = f"{(int(right) + 1) % 1_000_000:06}"
        near = {authenticator(SECRET, AT + by * STEP) for by in (-1, 0, 1)}
        assert wrong not in near
        for guess in (wrong, "", right[:-1], right + "0", " " + right, f"{right} ", "\ud800", "六" * 6, "-12345"):
            assert time_codes.step_of(SECRET, guess, AT) is None
        assert time_codes.step_of(OTHER_SECRET, right, AT) is None

    def test_a_code_shared_by_two_steps_counts_as_the_later_step(
        self, time_codes: TimeCodes, authenticator: Authenticator
    ) -> None:
        at = TWICE
        assert authenticator(SECRET, at) == authenticator(SECRET, at + STEP)
        before = present(time_codes.step_of(SECRET, authenticator(SECRET, at - STEP), at))
        assert time_codes.step_of(SECRET, authenticator(SECRET, at), at) == before + 2

    @pytest.mark.parametrize("account", ["dorj@example.com", "+97699112233", "Дорж & co?"])
    def test_the_uri_carries_the_secret_and_the_account(self, time_codes: TimeCodes, account: str) -> None:
        uri = urlsplit(time_codes.uri(SECRET, account))
        assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
        issuer, _, label = uri.path.removeprefix("/").partition(":")
        said = parse_qs(uri.query)
        assert unquote(label) == account
        assert said["secret"] == [SECRET]
        assert said["issuer"] == [unquote(issuer)]
        assert said.get("algorithm", ["SHA1"]) == ["SHA1"]
        assert said.get("digits", ["6"]) == ["6"]
        assert said.get("period", ["30"]) == ["30"]
