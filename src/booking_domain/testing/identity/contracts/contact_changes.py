"""The contract of `ContactChanges` and `ContactChangeReads`, of both channels."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.identity.contact_changes import ContactChange, ContactChangeReads, ContactChanges
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import DAY, ContactChannel
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract
from booking_domain.use_cases.platform.ports import Reads, Repositories

INSTANT = timedelta(microseconds=1)


def _changes(tx: Repositories, channel: ContactChannel) -> ContactChanges:
    return tx.email_changes if channel is ContactChannel.EMAIL else tx.phone_changes


def _reads(reads: Reads, channel: ContactChannel) -> ContactChangeReads:
    return reads.email_changes if channel is ContactChannel.EMAIL else reads.phone_changes


@pytest.mark.parametrize("channel", ContactChannel)
class ContactChangesContract(StorageContract):
    """Pending contacts, at most one of a channel per account."""

    async def _save(self, channel: ContactChannel, *changes: ContactChange) -> None:
        async with self.begin() as tx:
            for change in changes:
                await _changes(tx, channel).save(change)

    def _change(self, user: User, address: str = "+97699887766") -> ContactChange:
        code_id = CodeId(self.make.entropy.new_id())
        return ContactChange.request(None, user_id=user.id, address=address, code_id=code_id, now=NOW)

    async def test_a_new_change_replaces_the_previous_one_of_its_channel(self, channel: ContactChannel) -> None:
        user, other = await self.a_user(), await self.a_user()
        reads = _reads(self.reads, channel)
        assert await reads.get(user.id) is None
        first, theirs = self._change(user), self._change(other)
        await self._save(channel, first, theirs)
        second = replace(self._change(user, "+97680001122"), former="+97699112233", asked_that_day=9, day_began=NOW)
        for change in (second, replace(second, asked_at=NOW + INSTANT, former=None)):
            await self._save(channel, change)
            async with self.begin() as tx:
                assert await _changes(tx, channel).get(user.id) == change
                assert await _changes(tx, channel).get(self.make.user().id) is None
            assert await reads.get(user.id) == change
            assert await reads.get(other.id) == theirs
        (unrelated,) = (each for each in ContactChannel if each is not channel)
        assert await _reads(self.reads, unrelated).get(user.id) is None

    async def test_the_sweep_deletes_changes_that_are_a_day_old_or_in_the_future(self, channel: ContactChannel) -> None:
        ages = (timedelta(0), DAY - INSTANT, DAY, INSTANT - DAY, -DAY)
        changes = [replace(self._change(await self.a_user()), asked_at=NOW - age) for age in ages]
        await self._save(channel, *changes)
        async with self.begin() as tx:
            await _changes(tx, channel).remove_expired(NOW)
        left = [await _reads(self.reads, channel).get(change.user_id) for change in changes]
        assert left == [changes[0], changes[1], None, changes[3], None]

    async def test_a_rolled_back_change_has_no_effect(self, channel: ContactChannel) -> None:
        user = await self.a_user()

        async def ask(tx: Repositories) -> None:
            await _changes(tx, channel).save(self._change(user))

        await self.rolled_back(ask)
        assert await _reads(self.reads, channel).get(user.id) is None
