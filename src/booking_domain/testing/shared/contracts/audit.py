"""The contract of `AuditLog` and `AuditReads`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from booking_domain.shared.audit import AuditEntry, AuditFilter, Origin, Subject
from booking_domain.shared.ids import AuditId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, jumbled

_ALL = AuditFilter(limit=100)


class AuditContract(StorageContract):
    """Audit entries, added in the database transaction of the change that they record."""

    async def _kept(self, *entries: AuditEntry) -> None:
        async with self.begin() as tx:
            for entry in entries:
                await tx.audit_log.add(entry)

    async def _found(self, criteria: AuditFilter) -> Sequence[AuditEntry]:
        return list(await self.reads.audit_log.page(criteria))

    async def test_an_entry_is_stored_with_all_fields(self) -> None:
        whole = replace(
            self.make.audit_entry(),
            details={"changes": ["name", "role"], "to": {"role": "admin", "до": None}, "times": 3, "by": True},
            origin=Origin(address="2001:db8::7", user_agent="Ж 'q' \"", request_id="a-b.c"),
        )
        bare = replace(self.make.audit_entry(), subject=None, origin=Origin(), details={})
        await self._kept(whole, bare)
        assert await self._found(_ALL) == [bare, whole]

    async def test_an_entry_can_name_users_that_do_not_exist(self) -> None:
        entry = self.make.audit_entry()
        assert await self.reads.users.get(entry.actor.id) is None
        await self._kept(entry)
        assert await self._found(_ALL) == [entry]

    async def test_a_rolled_back_transaction_leaves_no_entry(self) -> None:
        await self.rolled_back(lambda tx: tx.audit_log.add(self.make.audit_entry()))
        assert await self._found(_ALL) == []

    async def test_pages_are_newest_first(self) -> None:
        entries = [self.make.audit_entry() for _ in range(5)]
        await self._kept(*jumbled(*entries))
        first = await self._found(AuditFilter(limit=2))
        rest = await self._found(AuditFilter(limit=100, after=first[-1].id))
        assert [*first, *rest] == entries[::-1]
        assert await self._found(AuditFilter(limit=2, after=AuditId(UUID(int=0)))) == []

    async def test_each_filter_returns_only_matching_entries(self) -> None:
        entry, other = self.make.audit_entry(), self.make.audit_entry()
        assert entry.subject is not None
        other = replace(other, action="other.done", at=NOW + timedelta(hours=1), subject=Subject("other", UUID(int=7)))
        alone = replace(self.make.audit_entry(), subject=None, action="alone", at=NOW - timedelta(hours=1))
        await self._kept(entry, other, alone)
        unknown = UserId(UUID(int=5))
        for chosen, expected in (
            (replace(_ALL, actor_id=entry.actor.id), [entry]),
            (replace(_ALL, actor_id=unknown), []),
            (replace(_ALL, subject_kind="other"), [other]),
            (replace(_ALL, subject_id=entry.subject.id), [entry]),
            (replace(_ALL, subject_kind="other", subject_id=entry.subject.id), []),
            (replace(_ALL, action="alone"), [alone]),
            (replace(_ALL, action="alon"), []),
            (replace(_ALL, at_from=NOW), [other, entry]),
            (replace(_ALL, at_before=NOW), [alone]),
            (replace(_ALL, at_from=NOW, at_before=NOW + timedelta(hours=1)), [entry]),
        ):
            assert await self._found(chosen) == expected, chosen
