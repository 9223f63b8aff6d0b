"""The contract of `IdempotencyStore`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, KeyInUse, KeyReused
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, race, waits
from booking_domain.use_cases.platform.ports import Repositories

ANSWER = bytes(range(256)) + "Захиалга ✓".encode()


class IdempotencyContract(StorageContract):
    """Stored responses by caller and idempotency key."""

    async def _a_key(self, key: str = "0d9b3f6c-1") -> IdempotencyKey:
        caller = await self.a_user()
        return IdempotencyKey(caller=caller.id, key=key, fingerprint=b"\x00fingerprint\xff")

    async def _answered(self, key: IdempotencyKey, answer: bytes = ANSWER, now: datetime = NOW) -> None:
        async with self.begin() as tx:
            assert await tx.idempotency.begin(key, now) is None
            await tx.idempotency.finish(key, answer)

    async def _begun(self, key: IdempotencyKey, now: datetime = NOW) -> bytes | None:
        """Begin a request under the key and commit without a response."""
        async with self.begin() as tx:
            answer = await tx.idempotency.begin(key, now)
            if answer is None:
                await tx.idempotency.finish(key, b"mine")
            return answer

    async def _reserved(self, key: IdempotencyKey) -> None:
        async with self.begin() as tx:
            await tx.idempotency.reserve(key, NOW)
            await tx.idempotency.confirm()

    async def test_a_repeated_request_gets_the_first_response_unchanged(self) -> None:
        key = await self._a_key()
        await self._answered(key)
        assert await self._begun(key) == ANSWER
        assert await self._begun(key, NOW + timedelta(hours=1)) == ANSWER

    async def test_an_empty_response_is_stored(self) -> None:
        key = await self._a_key()
        await self._answered(key, b"")
        assert await self._begun(key) == b""

    async def test_a_different_request_under_the_same_key_is_rejected(self) -> None:
        key = await self._a_key()
        await self._answered(key)
        with pytest.raises(KeyReused):
            await self._begun(replace(key, fingerprint=b"other"))
        assert await self._begun(key) == ANSWER

    async def test_keys_are_scoped_to_the_caller(self) -> None:
        one, other = await self._a_key(), await self._a_key()
        await self._answered(one, b"one")
        await self._answered(replace(other, fingerprint=b"other"), b"other")
        assert await self._begun(one) == b"one"

    async def test_keys_are_compared_exactly(self) -> None:
        lower = await self._a_key("key")
        await self._answered(lower, b"lower")
        for text in ("KEY", "key ", "ключ"):
            await self._answered(replace(lower, key=text), text.encode())
        assert await self._begun(lower) == b"lower"
        assert await self._begun(replace(lower, key="KEY")) == b"KEY"

    async def test_a_key_expires_after_a_day_and_can_be_reused(self) -> None:
        key = await self._a_key()
        await self._answered(key, b"yesterday")
        assert await self._begun(key, NOW + KEPT_FOR - timedelta(seconds=1)) == b"yesterday"
        later = NOW + KEPT_FOR + timedelta(seconds=1)
        other_request = replace(key, fingerprint=b"today's")
        await self._answered(other_request, b"today", later)
        assert await self._begun(other_request, later + KEPT_FOR - timedelta(seconds=1)) == b"today"

    async def test_a_failed_request_can_be_retried_under_its_key(self) -> None:
        key = await self._a_key()

        async def answer(tx: Repositories) -> None:
            assert await tx.idempotency.begin(key, NOW) is None
            await tx.idempotency.finish(key, ANSWER)

        await self.rolled_back(answer)
        await self._answered(replace(key, fingerprint=b"other"), b"second try")

    async def test_a_released_key_can_be_reused(self) -> None:
        key = await self._a_key()
        await self._answered(key)
        later = NOW + KEPT_FOR + timedelta(seconds=1)
        async with self.begin() as tx:
            assert await tx.idempotency.begin(key, later) is None
            await tx.idempotency.release(key)
        await self._answered(replace(key, fingerprint=b"other"), b"other", later)

    async def test_a_waiting_duplicate_takes_over_a_released_key(self) -> None:
        key = await self._a_key()
        async with self.begin() as tx:
            assert await tx.idempotency.begin(key, NOW) is None
            duplicate = asyncio.create_task(self._begun(key))
            assert await waits(duplicate)
            await tx.idempotency.release(key)
        assert await duplicate is None
        assert await self._begun(key) == b"mine"

    async def test_a_concurrent_duplicate_waits_and_gets_the_first_response(self) -> None:
        key = await self._a_key()
        async with self.begin() as tx:
            assert await tx.idempotency.begin(key, NOW) is None
            duplicate = asyncio.create_task(self._begun(key))
            assert await waits(duplicate)
            await tx.idempotency.finish(key, ANSWER)
        assert await duplicate == ANSWER

    async def test_a_concurrent_duplicate_takes_over_if_the_first_request_fails(self) -> None:
        key = await self._a_key()
        duplicates: list[asyncio.Task[bytes | None]] = []

        async def begin(tx: Repositories) -> None:
            assert await tx.idempotency.begin(key, NOW) is None
            duplicates.append(asyncio.create_task(self._begun(key)))
            assert await waits(duplicates[0])

        await self.rolled_back(begin)
        assert await duplicates[0] is None
        assert await self._begun(key) == b"mine"

    async def test_a_reserved_key_is_answered_like_one_that_was_begun(self) -> None:
        key = await self._a_key()
        async with self.begin() as tx:
            await tx.idempotency.reserve(key, NOW)
            await tx.idempotency.confirm()
            await tx.idempotency.finish(key, ANSWER)
        assert await self._begun(key) == ANSWER

    @pytest.mark.parametrize("fingerprint", [b"\x00fingerprint\xff", b"other"])
    async def test_a_used_key_cannot_be_reserved(self, fingerprint: bytes) -> None:
        key = await self._a_key()
        await self._answered(key)
        with pytest.raises(KeyInUse):
            await self._reserved(replace(key, fingerprint=fingerprint))
        assert await self._begun(key) == ANSWER

    async def test_a_transaction_that_never_confirms_does_not_replace_the_answer(self) -> None:
        key = await self._a_key()
        await self._answered(key)

        async def answer_again() -> None:
            async with self.begin() as tx:
                await tx.idempotency.reserve(key, NOW)
                await tx.outbox.put([self.make.domain_event(BookingId(self.make.entropy.new_id()))])
                await tx.idempotency.finish(key, b"other")

        with pytest.raises(KeyInUse):
            await answer_again()
        assert await self._begun(key) == ANSWER
        assert len(await self.backend.outbox_events()) == 0

    async def test_a_used_key_goes_before_an_error_of_a_later_statement(self) -> None:
        key, user = await self._a_key(), self.make.user()
        await self.alone.users.add(user)
        await self._answered(key)

        async def add_again() -> None:
            async with self.begin() as tx:
                await tx.idempotency.reserve(key, NOW)
                await tx.users.add(user)
                await tx.idempotency.confirm()

        with pytest.raises(KeyInUse):
            await add_again()

    async def test_an_expired_key_can_be_reserved(self) -> None:
        key = await self._a_key()
        await self._answered(key)
        later = NOW + KEPT_FOR + timedelta(seconds=1)
        async with self.begin() as tx:
            await tx.idempotency.reserve(key, later)
            await tx.idempotency.finish(key, b"new")
        assert await self._begun(key, later) == b"new"

    async def test_a_reservation_waits_for_a_concurrent_request(self) -> None:
        key = await self._a_key()
        async with self.begin() as tx:
            await tx.idempotency.reserve(key, NOW)
            await tx.idempotency.confirm()
            duplicate = asyncio.create_task(self._reserved(key))
            assert await waits(duplicate)
            await tx.idempotency.finish(key, ANSWER)
        with pytest.raises(KeyInUse):
            await duplicate

    async def test_twenty_concurrent_duplicates_have_one_effect_and_one_response(self) -> None:
        key = await self._a_key()
        subject = BookingId(self.make.entropy.new_id())

        async def ask(number: int) -> bytes:
            async with self.begin() as tx:
                answer = await tx.idempotency.begin(key, NOW)
                if answer is None:
                    answer = f"answer {number}".encode()
                    await tx.outbox.put([self.make.domain_event(subject)])
                    await tx.idempotency.finish(key, answer)
                return answer

        answers, refusals = await race([ask(number) for number in range(20)])
        assert refusals == []
        assert len(answers) == 20
        assert len(set(answers)) == 1
        assert len(await self.backend.outbox_events()) == 1
