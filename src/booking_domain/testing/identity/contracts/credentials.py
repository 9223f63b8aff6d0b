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
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, race, waits
from booking_domain.testing.shared.memory.entropy import SeededEntropy

INSTANT: Final = timedelta(microseconds=1)
HERS: Final = sha256(b"hers").digest()
HIS: Final = sha256(b"his").digest()


class OneTimeCodesContract(StorageContract):
    """One-time codes, at most one per contact and purpose."""

    def _code(self, *, contact: bytes = HERS, user: User | None = None) -> OneTimeCode:
        return OneTimeCode(
            contact=contact,
            purpose=CodePurpose.LOGIN,
            id=CodeId(self.make.entropy.new_id()),
            user_id=None if user is None else user.id,
            issued_at=NOW,
            expires_at=NOW + CODE_LIFE,
            day_began=NOW - timedelta(hours=1),
            issued_that_day=3,
        )

    async def _keep(self, *codes: OneTimeCode) -> None:
        async with self.begin() as tx:
            for code in codes:
                await tx.one_time_codes.save(code)

    async def _kept(self, contact: bytes = HERS) -> Sequence[OneTimeCode]:
        return await self.alone.one_time_codes.lock(contact)

    async def test_codes_are_stored_by_purpose(self) -> None:
        user = await self.a_user()
        kept = [replace(self._code(user=user), purpose=purpose) for purpose in sorted(CodePurpose)]
        others = self._code(contact=HIS)
        await self._keep(*reversed(kept), others)
        assert list(await self._kept()) == kept
        assert list(await self._kept(HIS)) == [others]

    async def test_a_contact_without_codes_has_none(self) -> None:
        await self._keep(self._code(contact=HIS))
        assert list(await self._kept()) == []

    async def test_a_new_code_replaces_the_previous_one(self) -> None:
        user = await self.a_user()
        first = self._code(user=user)
        other = replace(first, purpose=CodePurpose.RESET)
        later = replace(
            first,
            id=CodeId(self.make.entropy.new_id()),
            user_id=None,
            issued_at=NOW + CODE_LIFE,
            expires_at=NOW + 2 * CODE_LIFE,
            guesses_left=2,
            day_began=NOW,
            issued_that_day=4,
        )
        await self._keep(first, other)
        await self._keep(later)
        assert list(await self._kept()) == [later, other]

    async def test_a_rolled_back_change_has_no_effect(self) -> None:
        await self.rolled_back(lambda tx: tx.one_time_codes.save(self._code()))
        assert list(await self._kept()) == []

    async def test_a_contact_is_locked_until_the_commit(self) -> None:
        code = self._code()
        for kept in (code, code.with_wrong_guess()):  # no code exists yet in the first round
            async with self.begin() as tx:
                await tx.one_time_codes.lock(HERS)
                other = asyncio.create_task(self._kept())
                assert await waits(other)
                await tx.one_time_codes.save(kept)
            assert list(await other) == [kept]

    async def test_the_sweep_ends_expired_codes_and_deletes_codes_that_no_longer_count(self) -> None:
        contacts = (sha256(bytes([number])).digest() for number in count())
        good, late, old, ahead = (self._code(contact=next(contacts)) for _ in range(4))
        now = good.issued_at + timedelta(minutes=1)
        late = replace(late, expires_at=now)
        old = replace(old, issued_at=now - DAY, expires_at=now - DAY + CODE_LIFE)
        ahead = replace(ahead, issued_at=now + DAY, expires_at=now + DAY + CODE_LIFE)
        await self._keep(good, late, old, ahead)
        await self.alone.one_time_codes.remove_expired(now)
        found = [list(await self._kept(each.contact)) for each in (good, late, old, ahead)]
        assert found == [[good], [late.used_up()], [], []]


CLIENT: Final = CountedClient(b"a phone", known=False)
KNOWN: Final = CountedClient(b"her phone", known=True)


class CredentialsContract(StorageContract):
    """Counters of wrong passwords."""

    async def _wrong(self, account: UUID, now: datetime = NOW, client: CountedClient = CLIENT) -> bool:
        return await self.alone.credentials.count_wrong_password(account, client, now)

    async def _right(self, account: UUID, now: datetime = NOW, client: CountedClient = CLIENT) -> bool:
        return await self.alone.credentials.reset_wrong_passwords(account, client, now)

    async def test_after_three_wrong_passwords_the_account_is_locked(self) -> None:
        account, other = self.make.entropy.new_id(), self.make.entropy.new_id()
        assert [await self._wrong(account) for _ in range(5)] == [True] * MOST_WRONG + [False] * 2
        assert not await self._right(account)
        assert not await self._wrong(account)
        assert await self._right(other)
        assert await self._wrong(other)

    async def test_all_strangers_have_ten_wrong_passwords_together(self) -> None:
        account, strangers = self.make.entropy.new_id(), [CountedClient(bytes([at]), known=False) for at in range(12)]
        counted = [await self._wrong(account, client=stranger) for stranger in strangers]
        assert counted == [True] * MOST_WRONG_OF_STRANGERS + [False] * 2
        unseen = CountedClient(b"unseen", known=False)
        assert not await self._right(account, client=unseen)
        assert await self._right(account, NOW + WRONG_PASSWORDS_EXPIRE_AFTER, client=unseen)
        await self.alone.credentials.unlock(account)
        assert await self._right(account, client=unseen)

    async def test_a_right_password_of_a_stranger_leaves_the_count_of_all_strangers(self) -> None:
        account, counted = self.make.entropy.new_id(), 0
        for _ in range(MOST_WRONG_OF_STRANGERS):
            counted += await self._wrong(account)
            await self._right(account)
        assert (counted, await self._wrong(account)) == (MOST_WRONG_OF_STRANGERS, False)

    async def test_clients_do_not_lock_each_other(self) -> None:
        account, other = self.make.entropy.new_id(), CountedClient(b"another phone", known=True)
        for stranger in range(20):
            await self._wrong(account, client=CountedClient(bytes([stranger]), known=False))
        assert [await self._wrong(account, client=KNOWN) for _ in range(4)] == [True] * MOST_WRONG + [False]
        assert not await self._right(account, client=KNOWN)
        assert await self._wrong(account, client=other)
        assert await self._right(account, client=other)

    async def test_concurrent_strangers_are_counted_up_to_the_limit(self) -> None:
        account, strangers = self.make.entropy.new_id(), [CountedClient(bytes([at]), known=False) for at in range(20)]
        counted, refusals = await race([self._wrong(account, client=stranger) for stranger in strangers])
        assert not refusals
        assert Counter(counted) == {True: MOST_WRONG_OF_STRANGERS, False: 20 - MOST_WRONG_OF_STRANGERS}

    async def test_locked_accounts_are_found_until_the_lock_ends(self) -> None:
        locked, counted, other = self.make.user(), self.make.user(), self.make.user()
        async with self.begin() as tx:
            for user in (locked, counted, other):
                await tx.users.add(user)
        for user, times in ((locked, MOST_WRONG), (counted, MOST_WRONG - 1)):
            assert all([await self._wrong(user.id) for _ in range(times)])
        reads, until = self.reads, NOW + WRONG_PASSWORDS_EXPIRE_AFTER
        ids = [user.id for user in (locked, counted, other)]
        assert await reads.credentials.locked(ids, until - INSTANT) == {locked.id: until}
        assert await reads.credentials.locked(ids, until) == {}
        chosen = UserFilter(limit=9, locked=True, now=until - INSTANT)
        assert list(await reads.users.page(chosen)) == [locked]
        assert list(await reads.users.page(replace(chosen, locked=False))) == [other, counted]
        assert list(await reads.users.page(replace(chosen, now=until))) == []

    async def test_the_right_password_resets_the_counter(self) -> None:
        account = self.make.entropy.new_id()
        for _ in range(3):
            assert [await self._wrong(account) for _ in range(MOST_WRONG - 1)] == [True] * (MOST_WRONG - 1)
            assert await self._right(account)

    async def test_unlocking_an_account_resets_the_counter(self) -> None:
        account = self.make.entropy.new_id()
        for _ in range(2):
            assert [await self._wrong(account) for _ in range(4)] == [True] * MOST_WRONG + [False]
            await self.alone.credentials.unlock(account)
        assert await self._right(account)

    async def test_wrong_passwords_expire_a_day_after_the_last_one(self) -> None:
        again = NOW + WRONG_PASSWORDS_EXPIRE_AFTER
        for counted, right in ((3, True), (3, False), (1, False)):
            account = self.make.entropy.new_id()
            assert all([await self._wrong(account) for _ in range(counted)])
            if counted == MOST_WRONG:
                assert not await self._wrong(account, again - INSTANT)  # does not extend the lock
                assert not await self._right(account, again - INSTANT)
            if right:
                assert await self._right(account, again)
            assert [await self._wrong(account, again) for _ in range(4)] == [True] * MOST_WRONG + [False]

    async def test_the_sweep_deletes_expired_counters_only(self) -> None:
        old, new = self.make.entropy.new_id(), self.make.entropy.new_id()
        for account, at in ((old, NOW), (new, NOW + INSTANT)):
            assert all([await self._wrong(account, at) for _ in range(MOST_WRONG)])
        await self.alone.credentials.remove_expired(NOW + WRONG_PASSWORDS_EXPIRE_AFTER)
        assert await self._right(old, NOW)  # at an earlier time, at which the counter would still apply
        assert not await self._right(new, NOW)

    async def test_concurrent_wrong_passwords_are_counted_up_to_the_limit(self) -> None:
        account = self.make.entropy.new_id()
        counted, refusals = await race([self._wrong(account) for _ in range(20)])
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
