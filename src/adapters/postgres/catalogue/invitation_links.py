"""Invitation links of salons on PostgreSQL. Tokens and contacts are encrypted."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from adapters.postgres.catalogue.tables import invitation_links
from adapters.postgres.identity.users import PHONE
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import EncryptedColumn, WithCipher
from adapters.postgres.kit.rows import Rows, SavedRows
from adapters.postgres.kit.statements import Statement
from booking_domain.catalogue.invitation_links import InvitationLink, InvitationLinkReads, InvitationLinks
from booking_domain.shared.ids import InvitationLinkId, SalonId

_l: Final = invitation_links.c
LINK: Final = Mapper(
    invitation_links,
    InvitationLink,
    link_token=Encrypted("token_sealed"),
    phone=Encrypted("phone_sealed"),
    elsewhere=("phone_index",),
    changes=("uses", "sent_at", "expires_at", "withdrawn_at", "declined_at", "version"),
)
_TOKEN: Final = EncryptedColumn.of(_l.token_sealed).field

_ADD: Final = Statement(insert(invitation_links))
_GET: Final = Statement(select(*LINK.columns).where(_l.id == bindparam("link")))
_OF_SALON: Final = Statement(select(*LINK.columns).where(_l.salon_id == bindparam("salon")).order_by(_l.id))
_BY_TOKEN: Final = Statement(select(*LINK.columns).where(_l.token_index == bindparam("token")))
_REMOVE_EXPIRED: Final = Statement(delete(invitation_links).where(_l.expires_at < bindparam("before")))


class PostgresInvitationLinkReads(WithCipher, InvitationLinkReads):
    """`InvitationLinkReads` of the table `invitation_links`."""

    async def get(self, link_id: InvitationLinkId) -> InvitationLink | None:
        return await self._work.first(LINK.reader(self._cipher), _GET, link=link_id)

    async def of_salon(self, salon_id: SalonId) -> list[InvitationLink]:
        return await self._work.each(LINK.reader(self._cipher), _OF_SALON, salon=salon_id)

    async def by_token(self, token: str) -> InvitationLink | None:
        index = self._cipher.index(token, field=_TOKEN)
        return await self._work.first(LINK.reader(self._cipher), _BY_TOKEN, token=index)


class PostgresInvitationLinks(SavedRows[InvitationLink], PostgresInvitationLinkReads, InvitationLinks):
    """`InvitationLinks` in the table `invitation_links`."""

    rows = Rows(LINK, "invitation")

    async def add(self, value: InvitationLink) -> None:
        index = None if value.phone is None else self._cipher.index(value.phone, field=PHONE)
        await self._work.execute(_ADD, **LINK.write(value, self._cipher), phone_index=index)

    async def remove_expired(self, before: datetime) -> None:
        await self._work.execute(_REMOVE_EXPIRED, before=before)
