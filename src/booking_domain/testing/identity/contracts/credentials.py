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

from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import (
    CODE_DIGITS,
    CODE_LIFE,
    DAY,
    CodePurpose,
    Contact,
    ContactChannel,
    OneTimeCode,
    SecretCodes,
)
from booking_domain.identity.passwords import MOST_WRONG, MOST_WRONG_OF_STRANGERS, WRONG_PASSWORDS_EXPIRE_AFTER
from booking_domain.identity.ports import UserFilter
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, alone, race, rolled_back, waits
from booking_domain.testing.shared.memory.entropy import SeededEntropy

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
    return await alone(backend).one_time_codes.lock(contact)


async def _joined(backend: Backend, make: Builder) -> User:
    user = make.user()
    await alone(backend).users.add(user)
    return user


class OneTimeCodesContract(StorageContract):
    """One-time codes, at most one per contact and purpose."""

    async def test_codes_are_stored_by_purpose(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        kept = [replace(_code(make, user=user), purpose=purpose) for purpose in sorted(CodePurpose)]
        others = _code(make, contact=HIS)
        await _keep(backend, *reversed(kept), others)
        assert list(await _kept(backend)) == kept
        assert list(await _kept(backend, HIS)) == [others]

    async def test_a_contact_without_codes_has_none(self, backend: Backend, make: Builder) -> None:
        await _keep(backend, _code(make, contact=HIS))
        assert list(await _kept(backend)) == []

    async def test_a_new_code_replaces_the_previous_one(self, backend: Backend, make: Builder) -> None:
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

    async def test_a_rolled_back_change_has_no_effect(self, backend: Backend, make: Builder) -> None:
        await rolled_back(backend, lambda tx: tx.one_time_codes.save(_code(make)))
        assert list(await _kept(backend)) == []

    async def test_a_contact_is_locked_until_the_commit(self, backend: Backend, make: Builder) -> None:
        code = _code(make)
        for kept in (code, code.with_wrong_guess()):  # no code exists yet in the first round
            async with backend.begin() as tx:
                await tx.one_time_codes.lock(HERS)
                other = asyncio.create_task(_kept(backend))
                assert await waits(other)
                await tx.one_time_codes.save(kept)
            assert list(await other) == [kept]

    async def test_the_sweep_ends_expired_codes_and_deletes_codes_that_no_longer_count(
        self, backend: Backend, make: Builder
    ) -> None:
        contacts = (sha256(bytes([number])).digest() for number in count())
        good, late, old, ahead = (_code(make, contact=next(contacts)) for _ in range(4))
        now = good.issued_at + timedelta(minutes=1)
        late = replace(late, expires_at=now)
        old = replace(old, issued_at=now - DAY, expires_at=now - DAY + CODE_LIFE)
        ahead = replace(ahead, issued_at=now + DAY, expires_at=now + DAY + CODE_LIFE)
        await _keep(backend, good, late, old, ahead)
        await alone(backend).one_time_codes.remove_expired(now)
        found = [list(await _kept(backend, each.contact)) for each in (good, late, old, ahead)]
        assert found == [[good], [late.used_up()], [], []]


CLIENT: Final = CountedClient(b"a phone", known=False)
KNOWN: Final = CountedClient(b"her phone", known=True)


async def _wrong(backend: Backend, account: UUID, now: datetime = NOW, client: CountedClient = CLIENT) -> bool:
    return await alone(backend).credentials.count_wrong_password(account, client, now)


async def _right(backend: Backend, account: UUID, now: datetime = NOW, client: CountedClient = CLIENT) -> bool:
    return await alone(backend).credentials.reset_wrong_passwords(account, client, now)


class CredentialsContract(StorageContract):
    """Counters of wrong passwords."""

    async def test_after_three_wrong_passwords_the_account_is_locked(self, backend: Backend, make: Builder) -> None:
        account, other = make.entropy.new_id(), make.entropy.new_id()
        assert [await _wrong(backend, account) for _ in range(5)] == [True] * MOST_WRONG + [False] * 2
        assert not await _right(backend, account)
        assert not await _wrong(backend, account)
        assert await _right(backend, other)
        assert await _wrong(backend, other)

    async def test_all_strangers_have_ten_wrong_passwords_together(self, backend: Backend, make: Builder) -> None:
        account, strangers = make.entropy.new_id(), [CountedClient(bytes([at]), known=False) for at in range(12)]
        counted = [await _wrong(backend, account, client=stranger) for stranger in strangers]
        assert counted == [True] * MOST_WRONG_OF_STRANGERS + [False] * 2
        unseen = CountedClient(b"unseen", known=False)
        assert not await _right(backend, account, client=unseen)
        assert await _right(backend, account, NOW + WRONG_PASSWORDS_EXPIRE_AFTER, client=unseen)
        await alone(backend).credentials.unlock(account)
        assert await _right(backend, account, client=unseen)

    async def test_a_right_password_of_a_stranger_leaves_the_count_of_all_strangers(
        self, backend: Backend, make: Builder
    ) -> None:
        account, counted = make.entropy.new_id(), 0
        for _ in range(MOST_WRONG_OF_STRANGERS):
            counted += await _wrong(backend, account)
            await _right(backend, account)
        assert (counted, await _wrong(backend, account)) == (MOST_WRONG_OF_STRANGERS, False)

    async def test_clients_do_not_lock_each_other(self, backend: Backend, make: Builder) -> None:
        account, other = make.entropy.new_id(), CountedClient(b"another phone", known=True)
        for stranger in range(20):
            await _wrong(backend, account, client=CountedClient(bytes([stranger]), known=False))
        assert [await _wrong(backend, account, client=KNOWN) for _ in range(4)] == [True] * MOST_WRONG + [False]
        assert not await _right(backend, account, client=KNOWN)
        assert await _wrong(backend, account, client=other)
        assert await _right(backend, account, client=other)

    async def test_concurrent_strangers_are_counted_up_to_the_limit(self, backend: Backend, make: Builder) -> None:
        account, strangers = make.entropy.new_id(), [CountedClient(bytes([at]), known=False) for at in range(20)]
        counted, refusals = await race([_wrong(backend, account, client=stranger) for stranger in strangers])
        assert not refusals
        assert Counter(counted) == {True: MOST_WRONG_OF_STRANGERS, False: 20 - MOST_WRONG_OF_STRANGERS}

    async def test_locked_accounts_are_found_until_the_lock_ends(self, backend: Backend, make: Builder) -> None:
        locked, counted, other = make.user(), make.user(), make.user()
        async with backend.begin() as tx:
            for user in (locked, counted, other):
                await tx.users.add(user)
        for user, times in ((locked, MOST_WRONG), (counted, MOST_WRONG - 1)):
            assert all([await _wrong(backend, user.id) for _ in range(times)])
        reads, until = backend.reads, NOW + WRONG_PASSWORDS_EXPIRE_AFTER
        ids = [user.id for user in (locked, counted, other)]
        assert await reads.credentials.locked(ids, until - INSTANT) == {locked.id: until}
        assert await reads.credentials.locked(ids, until) == {}
        chosen = UserFilter(limit=9, locked=True, now=until - INSTANT)
        assert list(await reads.users.page(chosen)) == [locked]
        assert list(await reads.users.page(replace(chosen, locked=False))) == [other, counted]
        assert list(await reads.users.page(replace(chosen, now=until))) == []

    async def test_the_right_password_resets_the_counter(self, backend: Backend, make: Builder) -> None:
        account = make.entropy.new_id()
        for _ in range(3):
            assert [await _wrong(backend, account) for _ in range(MOST_WRONG - 1)] == [True] * (MOST_WRONG - 1)
            assert await _right(backend, account)

    async def test_unlocking_an_account_resets_the_counter(self, backend: Backend, make: Builder) -> None:
        account = make.entropy.new_id()
        for _ in range(2):
            assert [await _wrong(backend, account) for _ in range(4)] == [True] * MOST_WRONG + [False]
            await alone(backend).credentials.unlock(account)
        assert await _right(backend, account)

    async def test_wrong_passwords_expire_a_day_after_the_last_one(self, backend: Backend, make: Builder) -> None:
        again = NOW + WRONG_PASSWORDS_EXPIRE_AFTER
        for counted, right in ((3, True), (3, False), (1, False)):
            account = make.entropy.new_id()
            assert all([await _wrong(backend, account) for _ in range(counted)])
            if counted == MOST_WRONG:
                assert not await _wrong(backend, account, again - INSTANT)  # does not extend the lock
                assert not await _right(backend, account, again - INSTANT)
            if right:
                assert await _right(backend, account, again)
            assert [await _wrong(backend, account, again) for _ in range(4)] == [True] * MOST_WRONG + [False]

    async def test_the_sweep_deletes_expired_counters_only(self, backend: Backend, make: Builder) -> None:
        old, new = make.entropy.new_id(), make.entropy.new_id()
        for account, at in ((old, NOW), (new, NOW + INSTANT)):
            assert all([await _wrong(backend, account, at) for _ in range(MOST_WRONG)])
        await alone(backend).credentials.remove_expired(NOW + WRONG_PASSWORDS_EXPIRE_AFTER)
        assert await _right(backend, old, NOW)  # at an earlier time, at which the counter would still apply
        assert not await _right(backend, new, NOW)

    async def test_concurrent_wrong_passwords_are_counted_up_to_the_limit(
        self, backend: Backend, make: Builder
    ) -> None:
        account = make.entropy.new_id()
        counted, refusals = await race([_wrong(backend, account) for _ in range(20)])
        assert not refusals
        assert Counter(counted) == {True: MOST_WRONG, False: 20 - MOST_WRONG}


PHONE: Final = Contact(ContactChannel.PHONE, "+97699112233")


class SecretCodesContract:
    """Codes derived from a secret key.

    Define two fixtures, `secret_codes` and `strangers_secret_codes`. The second uses another key.
    """

    def test_the_digest_of_a_contact_is_stable_and_unique(self, secret_codes: SecretCodes) -> None:
        others = [Contact(ContactChannel.EMAIL, PHONE.address), Contact(ContactChannel.PHONE, "+97699112234"), PHONE]
        digests = {secret_codes.contact(each) for each in (*others, PHONE)}
        assert len(digests) == 3
        assert {len(each) for each in digests} == {32}

    def test_a_code_is_numeric_and_deterministic(self, secret_codes: SecretCodes) -> None:
        entropy = SeededEntropy()
        for code_id in (CodeId(entropy.new_id()) for _ in range(1_000)):
            code = secret_codes.code(code_id, CodePurpose.LOGIN)
            assert len(code) == CODE_DIGITS
            assert code.isascii()
            assert code.isdecimal()
            assert secret_codes.code(code_id, CodePurpose.LOGIN) == code

    def test_digits_are_uniformly_distributed(self, secret_codes: SecretCodes) -> None:
        entropy = SeededEntropy()
        codes = [secret_codes.code(CodeId(entropy.new_id()), CodePurpose.LOGIN) for _ in range(10_000)]
        for digits in zip(*codes, strict=True):
            found = Counter(digits)
            # Expected: 1,000 of 10,000 each. 150 is five standard deviations, for 60 counts.
            assert all(850 < found[digit] < 1_150 for digit in "0123456789")
        assert len(set(codes)) > 9_900

    def test_only_the_exact_code_matches(self, secret_codes: SecretCodes) -> None:
        code_id = CodeId(SeededEntropy().new_id())
        code = secret_codes.code(code_id, CodePurpose.RESET)
        assert secret_codes.matches(code_id, CodePurpose.RESET, code)
        wrong = f"{(int(code) + 1) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
        for guess in (wrong, "", code[:-1], code + "0", " " + code, code[::-1] + "x", "\ud800", "六" * CODE_DIGITS):
            assert not secret_codes.matches(code_id, CodePurpose.RESET, guess)

    @pytest.mark.parametrize("purpose", CodePurpose)
    def test_codes_of_another_purpose_or_key_differ(
        self, secret_codes: SecretCodes, strangers_secret_codes: SecretCodes, purpose: CodePurpose
    ) -> None:
        entropy = SeededEntropy()
        ids = [CodeId(entropy.new_id()) for _ in range(20)]
        mine = [secret_codes.code(each, purpose) for each in ids]
        for other in set(CodePurpose) - {purpose}:
            assert mine != [secret_codes.code(each, other) for each in ids]
        assert mine != [strangers_secret_codes.code(each, purpose) for each in ids]
        assert secret_codes.contact(PHONE) != strangers_secret_codes.contact(PHONE)
