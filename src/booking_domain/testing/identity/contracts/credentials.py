"""The contracts of `Credentials`, `OneTimeCodes` and `SecretCodes`."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final
from uuid import UUID

import pytest

from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import (
    CODE_DIGITS,
    CODE_LIFE,
    DAY,
    Channel,
    CodePurpose,
    Contact,
    OneTimeCode,
    SecretCodes,
)
from booking_domain.identity.passwords import FORGOTTEN_AFTER, MOST_WRONG
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, race, regretted, waits
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.workflows.ports import Repositories

INSTANT: Final = timedelta(microseconds=1)
HERS: Final = sha256(b"hers").digest()
HIS: Final = sha256(b"his").digest()


def _code(make: Builder, *, contact: bytes = HERS, user: User | None = None) -> OneTimeCode:
    return OneTimeCode(
        contact=contact,
        purpose=CodePurpose.LOGIN,
        id=CodeId(make.entropy.new_id()),
        user_id=None if user is None else user.id,
        issued_at=NOW,
        expires_at=NOW + CODE_LIFE,
        day_began=NOW - timedelta(hours=1),
        issued_that_day=3,
    )


async def _keep(backend: Backend, *codes: OneTimeCode) -> None:
    async with backend.begin() as tx:
        for code in codes:
            await tx.one_time_codes.save(code)


async def _kept(backend: Backend, contact: bytes = HERS) -> Sequence[OneTimeCode]:
    async with backend.begin() as tx:
        return await tx.one_time_codes.lock(contact)


async def _joined(backend: Backend, make: Builder) -> User:
    user = make.user()
    async with backend.begin() as tx:
        await tx.users.add(user)
    return user


class OneTimeCodesContract(StorageContract):
    """Codes, at most one a contact and purpose."""

    async def test_codes_come_back_by_purpose_as_they_were_kept(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        kept = [replace(_code(make, user=user), purpose=purpose) for purpose in sorted(CodePurpose)]
        others = _code(make, contact=HIS)
        await _keep(backend, *reversed(kept), others)
        assert list(await _kept(backend)) == kept
        assert list(await _kept(backend, HIS)) == [others]

    async def test_a_contact_without_codes_has_none(self, backend: Backend, make: Builder) -> None:
        await _keep(backend, _code(make, contact=HIS))
        assert list(await _kept(backend)) == []

    async def test_a_code_takes_the_place_of_the_one_before(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        first = _code(make, user=user)
        other = replace(first, purpose=CodePurpose.RESET)
        later = replace(
            first,
            id=CodeId(make.entropy.new_id()),
            user_id=None,
            issued_at=NOW + CODE_LIFE,
            expires_at=NOW + 2 * CODE_LIFE,
            guesses_left=2,
            day_began=NOW,
            issued_that_day=4,
        )
        await _keep(backend, first, other)
        await _keep(backend, later)
        assert list(await _kept(backend)) == [later, other]

    async def test_what_is_rolled_back_never_was(self, backend: Backend, make: Builder) -> None:
        async def keep(tx: Repositories) -> None:
            await tx.one_time_codes.save(_code(make))

        await regretted(backend, keep)
        assert list(await _kept(backend)) == []

    async def test_a_contact_is_kept_from_others_until_the_commit(self, backend: Backend, make: Builder) -> None:
        code = _code(make)
        for kept in (code, code.guessed()):  # the first time there is none yet
            async with backend.begin() as tx:
                await tx.one_time_codes.lock(HERS)
                other = asyncio.create_task(_kept(backend))
                assert await waits(other)
                await tx.one_time_codes.save(kept)
            assert list(await other) == [kept]

    async def test_sweeping_ends_what_is_too_old_and_forgets_what_does_not_count(
        self, backend: Backend, make: Builder
    ) -> None:
        contacts = (sha256(bytes([number])).digest() for number in count())
        good, late, old, ahead = (_code(make, contact=next(contacts)) for _ in range(4))
        now = good.issued_at + timedelta(minutes=1)
        late = replace(late, expires_at=now)
        old = replace(old, issued_at=now - DAY, expires_at=now - DAY + CODE_LIFE)
        ahead = replace(ahead, issued_at=now + DAY, expires_at=now + DAY + CODE_LIFE)
        await _keep(backend, good, late, old, ahead)
        async with backend.begin() as tx:
            await tx.one_time_codes.sweep(now)
        found = [list(await _kept(backend, each.contact)) for each in (good, late, old, ahead)]
        assert found == [[good], [late.dead()], [], []]


async def _wrong(backend: Backend, account: UUID, now: datetime = NOW) -> bool:
    async with backend.begin() as tx:
        return await tx.credentials.count_wrong(account, now)


async def _right(backend: Backend, account: UUID, now: datetime = NOW) -> bool:
    async with backend.begin() as tx:
        return await tx.credentials.count_right(account, now)


class CredentialsContract(StorageContract):
    """By what accounts are proved to be one's own."""

    async def test_three_wrong_passwords_in_a_row_are_counted_and_then_nothing_is(
        self, backend: Backend, make: Builder
    ) -> None:
        account, other = make.entropy.new_id(), make.entropy.new_id()
        assert [await _wrong(backend, account) for _ in range(5)] == [True] * MOST_WRONG + [False] * 2
        assert not await _right(backend, account)
        assert not await _wrong(backend, account)
        assert await _right(backend, other)
        assert await _wrong(backend, other)

    async def test_the_right_password_begins_a_new_row(self, backend: Backend, make: Builder) -> None:
        account = make.entropy.new_id()
        for _ in range(3):
            assert [await _wrong(backend, account) for _ in range(MOST_WRONG - 1)] == [True] * (MOST_WRONG - 1)
            assert await _right(backend, account)

    async def test_an_unlocked_account_begins_a_new_row(self, backend: Backend, make: Builder) -> None:
        account = make.entropy.new_id()
        for _ in range(2):
            assert [await _wrong(backend, account) for _ in range(4)] == [True] * MOST_WRONG + [False]
            async with backend.begin() as tx:
                await tx.credentials.unlock(account)
        assert await _right(backend, account)

    async def test_a_day_after_the_last_wrong_one_they_do_not_count(self, backend: Backend, make: Builder) -> None:
        again = NOW + FORGOTTEN_AFTER
        for counted, right in ((3, True), (3, False), (1, False)):
            account = make.entropy.new_id()
            assert all([await _wrong(backend, account) for _ in range(counted)])
            if counted == MOST_WRONG:
                assert not await _wrong(backend, account, again - INSTANT)  # and does not make it last longer
                assert not await _right(backend, account, again - INSTANT)
            if right:
                assert await _right(backend, account, again)
            assert [await _wrong(backend, account, again) for _ in range(4)] == [True] * MOST_WRONG + [False]

    async def test_what_no_longer_counts_is_removed_and_nothing_else(self, backend: Backend, make: Builder) -> None:
        old, new = make.entropy.new_id(), make.entropy.new_id()
        for account, at in ((old, NOW), (new, NOW + INSTANT)):
            assert all([await _wrong(backend, account, at) for _ in range(MOST_WRONG)])
        async with backend.begin() as tx:
            await tx.credentials.forget(NOW + FORGOTTEN_AFTER)
        assert await _right(backend, old, NOW)  # told by a clock that was set back, which sees that it is gone
        assert not await _right(backend, new, NOW)

    async def test_of_wrong_ones_at_once_no_more_are_counted(self, backend: Backend, make: Builder) -> None:
        account = make.entropy.new_id()
        counted, refusals = await race([_wrong(backend, account) for _ in range(20)])
        assert not refusals
        assert Counter(counted) == {True: MOST_WRONG, False: 20 - MOST_WRONG}


PHONE: Final = Contact(Channel.PHONE, "+97699112233")


class SecretCodesContract:
    """What only those know who have the key.

    Define two fixtures, `secret_codes` and `strangers_secret_codes`, the latter with another key.
    """

    def test_a_contact_always_has_the_same_stand_in_and_no_other_contact_has(self, secret_codes: SecretCodes) -> None:
        others = [Contact(Channel.EMAIL, PHONE.address), Contact(Channel.PHONE, "+97699112234"), PHONE]
        stand_ins = {secret_codes.contact(each) for each in (*others, PHONE)}
        assert len(stand_ins) == 3
        assert {len(each) for each in stand_ins} == {32}

    def test_a_code_has_its_digits_and_is_always_the_same(self, secret_codes: SecretCodes) -> None:
        entropy = SeededEntropy()
        for code_id in (CodeId(entropy.new_id()) for _ in range(1_000)):
            code = secret_codes.code(code_id, CodePurpose.LOGIN)
            assert len(code) == CODE_DIGITS
            assert code.isascii()
            assert code.isdecimal()
            assert secret_codes.code(code_id, CodePurpose.LOGIN) == code

    def test_any_digit_can_be_anywhere(self, secret_codes: SecretCodes) -> None:
        entropy = SeededEntropy()
        codes = [secret_codes.code(CodeId(entropy.new_id()), CodePurpose.LOGIN) for _ in range(10_000)]
        for digits in zip(*codes, strict=True):
            found = Counter(digits)
            # Of 10,000, 1,000 each; 60 places and digits are looked at, and 150 are five standard deviations.
            assert all(850 < found[digit] < 1_150 for digit in "0123456789")
        assert len(set(codes)) > 9_900

    def test_a_code_is_recognised_and_nothing_else_is(self, secret_codes: SecretCodes) -> None:
        code_id = CodeId(SeededEntropy().new_id())
        code = secret_codes.code(code_id, CodePurpose.RESET)
        assert secret_codes.matches(code_id, CodePurpose.RESET, code)
        wrong = f"{(int(code) + 1) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
        for guess in (wrong, "", code[:-1], code + "0", " " + code, code[::-1] + "x", "\ud800", "六" * CODE_DIGITS):
            assert not secret_codes.matches(code_id, CodePurpose.RESET, guess)

    @pytest.mark.parametrize("purpose", CodePurpose)
    def test_the_codes_of_another_purpose_or_key_have_nothing_to_do_with_it(
        self, secret_codes: SecretCodes, strangers_secret_codes: SecretCodes, purpose: CodePurpose
    ) -> None:
        entropy = SeededEntropy()
        ids = [CodeId(entropy.new_id()) for _ in range(20)]
        mine = [secret_codes.code(each, purpose) for each in ids]
        for other in set(CodePurpose) - {purpose}:
            assert mine != [secret_codes.code(each, other) for each in ids]
        assert mine != [strangers_secret_codes.code(each, purpose) for each in ids]
        assert secret_codes.contact(PHONE) != strangers_secret_codes.contact(PHONE)
