"""The contract of `PhoneChanges` and `PhoneChangeReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import DAY
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, rolled_back
from booking_domain.workflows.ports import Repositories

INSTANT = timedelta(microseconds=1)


async def _joined(backend: Backend, make: Builder) -> User:
    user = make.user()
    async with backend.begin() as tx:
        await tx.users.add(user)
    return user


async def _save(backend: Backend, *changes: PhoneChange) -> None:
    async with backend.begin() as tx:
        for change in changes:
            await tx.phone_changes.save(change)


def _change(make: Builder, user: User, phone: str = "+97699887766") -> PhoneChange:
    code_id = CodeId(make.entropy.new_id())
    return PhoneChange.ask(None, user_id=user.id, phone=phone, code_id=code_id, now=NOW)


class PhoneChangesContract(StorageContract):
    """Pending phone numbers, at most one per account."""

    async def test_a_new_change_replaces_the_previous_one(self, backend: Backend, make: Builder) -> None:
        user, other = await _joined(backend, make), await _joined(backend, make)
        assert await backend.reads.phone_changes.get(user.id) is None
        first, theirs = _change(make, user), _change(make, other)
        await _save(backend, first, theirs)
        second = replace(_change(make, user, "+97680001122"), former="+97699112233", asked_that_day=9, day_began=NOW)
        for change in (second, replace(second, asked_at=NOW + INSTANT, former=None)):
            await _save(backend, change)
            async with backend.begin() as tx:
                assert await tx.phone_changes.get(user.id) == change
                assert await tx.phone_changes.get(make.user().id) is None
            assert await backend.reads.phone_changes.get(user.id) == change
            assert await backend.reads.phone_changes.get(other.id) == theirs

    async def test_the_sweep_deletes_changes_that_are_a_day_old_or_in_the_future(
        self, backend: Backend, make: Builder
    ) -> None:
        ages = (timedelta(0), DAY - INSTANT, DAY, INSTANT - DAY, -DAY)
        changes = [replace(_change(make, await _joined(backend, make)), asked_at=NOW - age) for age in ages]
        await _save(backend, *changes)
        async with backend.begin() as tx:
            await tx.phone_changes.forget(NOW)
        left = [await backend.reads.phone_changes.get(change.user_id) for change in changes]
        assert left == [changes[0], changes[1], None, changes[3], None]

    async def test_a_rolled_back_change_has_no_effect(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)

        async def ask(tx: Repositories) -> None:
            await tx.phone_changes.save(_change(make, user))

        await rolled_back(backend, ask)
        assert await backend.reads.phone_changes.get(user.id) is None
