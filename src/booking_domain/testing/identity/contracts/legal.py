"""The contract of `Acceptances` and `AcceptanceReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.identity.legal import Acceptance, LegalDocument
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract

LATER = NOW + timedelta(days=1)


class AcceptancesContract(StorageContract):
    """Versions of legal documents that users have accepted."""

    async def test_the_first_acceptance_of_a_version_is_kept(self) -> None:
        user, other = self.make.user(), self.make.user()
        first = Acceptance(
            user_id=user.id, document=LegalDocument.TERMS_OF_USE, document_version="2026-01", accepted_at=NOW
        )
        second = replace(first, document_version="2026-11", accepted_at=LATER)
        privacy = replace(first, document=LegalDocument.PRIVACY_POLICY, accepted_at=NOW - timedelta(days=1))
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for acceptance in (first, privacy, replace(first, user_id=other.id)):
                await tx.acceptances.add(acceptance)
        async with self.begin() as tx:
            for acceptance in (replace(first, accepted_at=LATER), second):
                await tx.acceptances.add(acceptance)
            assert list(await tx.acceptances.of_user(user.id)) == [second, first, privacy]
        assert list(await self.reads.acceptances.of_user(user.id)) == [second, first, privacy]
