"""The contract of `InvitationLinks` and `InvitationLinkReads`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.catalogue.salons import Salon
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import InvitationLinkId, SalonId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, present

_LIFE: Final = timedelta(days=7)
_CONTACT: Final = "nomin@example.com"


class InvitationLinksContract(StorageContract):
    """Invitation links."""

    async def _a_salon(self) -> SalonId:
        manager = self.make.user(Role.MANAGER)
        await self.alone.users.add(manager)
        salon_id = SalonId(self.make.entropy.new_id())
        await self.alone.salons.add(
            Salon(id=salon_id, manager_id=manager.id, name="Nomad", time_zone="UTC", created_at=NOW)
        )
        return salon_id

    async def _a_link(self, salon_id: SalonId, contact: str | None = _CONTACT) -> InvitationLink:
        [link] = await self._links(salon_id, contact)
        return link

    async def _links(self, salon_id: SalonId, *contacts: str | None) -> list[InvitationLink]:
        """Store links, whose ids are in this order."""
        made = [
            InvitationLink.make(
                salon_id,
                contact=contact,
                most_uses=1,
                language="mn",
                entropy=self.make.entropy,
                now=NOW,
                life=_LIFE,
            )
            for contact in contacts
        ]
        for each in jumbled(*made):
            await self.alone.invitation_links.add(each)
        return made

    async def test_links_are_found_by_id_salon_token_and_contact(self) -> None:
        salon_id, other = await self._a_salon(), await self._a_salon()
        first, second = await self._links(salon_id, _CONTACT, None)
        await self._a_link(other, "+97699112233")
        reads = self.reads.invitation_links
        assert await reads.get(first.id) == first
        assert await reads.get(InvitationLinkId(self.make.entropy.new_id())) is None
        assert list(await reads.of_salon(salon_id)) == [first, second]
        assert await reads.by_token(second.link_token) == second
        assert await reads.by_token(_CONTACT) is None
        async with self.begin() as tx:
            assert list(await tx.invitation_links.of_salon(salon_id)) == [first, second]
            assert await tx.invitation_links.by_token(first.link_token) == first

    async def test_who_has_verified_a_contact_has_its_open_invitations(self, cast: Cast) -> None:
        email, phone = cast.owner.email, "+97699112233"
        assert email is not None
        by_email, by_phone, passed_on = await self._a_salon(), await self._a_salon(), await self._a_salon()
        link = await self._a_link(by_email, email)
        await self._a_link(by_phone, phone)
        await self._a_link(passed_on, None)

        async def invited(now: datetime = NOW) -> list[SalonId]:
            found = await self.reads.salons.invitations_of(cast.owner.id, now)
            assert all(each.invited_at == NOW for each in found)
            return [each.salon.id for each in found]

        async def owner(**changes: Any) -> None:
            async with self.begin() as tx:
                user = present(await tx.users.lock(cast.owner.id))
                await tx.users.save(user.changed(**changes))

        await owner(email_verified_at=None, phone=phone, phone_verified_at=None)
        assert await invited() == []
        await owner(email_verified_at=NOW)
        assert await invited() == [by_email]
        await owner(phone_verified_at=NOW)
        assert await invited() == sorted([by_email, by_phone])
        assert await invited(link.expires_at) == []
        async with self.begin() as tx:
            await tx.salons.invite(by_email, cast.profile.id, NOW)
        assert await invited(link.expires_at) == [by_email]
        used = link.used()
        for over in (used, replace(used, uses=0, declined_at=NOW), replace(used, uses=0, withdrawn_at=NOW)):
            async with self.begin() as tx:
                before = present(await tx.invitation_links.by_token(link.link_token))
                await tx.invitation_links.save(replace(over, version=before.version + 1), was=before)
                await tx.salons.remove_member(by_email, cast.profile.id)
            assert await invited() == [by_phone]

    async def test_a_change_needs_the_version_that_was_read(self) -> None:
        link = await self._a_link(await self._a_salon())
        used = link.used()
        await self.alone.invitation_links.save(used, was=link)
        assert await self.reads.invitation_links.get(link.id) == used
        with pytest.raises(ConcurrentChange):
            await self.alone.invitation_links.save(link.withdrawn(NOW), was=link)
        over = replace(used.withdrawn(NOW), declined_at=NOW)
        await self.alone.invitation_links.save(over, was=used)
        assert await self.reads.invitation_links.get(link.id) == over

    async def test_links_go_with_their_salon_and_some_time_after_they_have_expired(self) -> None:
        salon_id, other = await self._a_salon(), await self._a_salon()
        gone, old = await self._a_link(salon_id), await self._a_link(other)
        async with self.begin() as tx:
            await tx.salons.lock(salon_id)
            await tx.salons.remove(salon_id)
        reads = self.reads.invitation_links
        assert [await reads.get(each.id) for each in (gone, old)] == [None, old]
        await self.alone.invitation_links.remove_expired(old.expires_at)
        assert await reads.get(old.id) == old
        await self.alone.invitation_links.remove_expired(old.expires_at + timedelta(microseconds=1))
        assert await reads.get(old.id) is None
