"""Invitation links of salons in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.catalogue.invitation_links import InvitationLink, InvitationLinkReads, InvitationLinks
from booking_domain.shared.ids import InvitationLinkId, SalonId
from booking_domain.testing.catalogue.memory.tables import INVITATION_LINKS
from booking_domain.testing.kit.tables import Lookup, VersionedRepository


class MemoryInvitationLinkReads(Lookup[InvitationLinkId, InvitationLink], InvitationLinkReads):
    """Committed links."""

    table = INVITATION_LINKS

    async def of_salon(self, salon_id: SalonId) -> Sequence[InvitationLink]:
        return self._rows.page(lambda link: link.salon_id == salon_id)

    async def by_token(self, token: str) -> InvitationLink | None:
        return next(iter(self._rows.where(lambda link: link.link_token == token)), None)


class MemoryInvitationLinks(
    MemoryInvitationLinkReads, VersionedRepository[InvitationLinkId, InvitationLink], InvitationLinks
):
    """The links of one database transaction."""

    async def remove_expired(self, before: datetime) -> None:
        self._rows.delete(lambda link: link.expires_at < before)
