"""Invitation links: invitations of a salon to people who need no account yet, by e-mail, text message or a link.

Rules: a link that is sent to a contact is for one person. So is any other, unless the manager says how many. It expires
and can be withdrawn, and sent again. Whoever has the link can accept it, and who has verified the contact finds the
invitation without it. No answer says whether an account has the contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from string import ascii_letters, digits
from typing import Final, Protocol, Self

from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import Entropy, InvitationLinkId, SalonId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.rate_limits import Limit, RateLimited

MAX_INVITATION_LINKS: Final = 100
KEPT_FOR: Final = timedelta(days=30)
"""How long a link is kept after it has expired."""
SENT_AGAIN_AFTER: Final = timedelta(minutes=5)
INVITATIONS_TO_CONTACT: Final = Limit(5, timedelta(days=1))
"""How many invitations a contact gets, of all salons together."""
TOKEN_LENGTH: Final = 22
"""22 characters of six bits each: 132 bits."""
_ALPHABET: Final = ascii_letters + digits + "-_"


class InvitationNotFound(NotFound, code="salon.invitation_not_found"):
    """There is no such invitation of the salon."""


class InvalidInvitation(NotFound, code="salon.invalid_invitation"):
    """This invitation is not valid, or not any more; ask the salon for another one."""


class InvitationOver(Conflict, code="salon.invitation_over"):
    """This invitation was used, withdrawn or declined; make another one."""


class TooManyInvitations(Conflict, code="salon.too_many_invitations"):
    __doc__ = f"The salon has {MAX_INVITATION_LINKS} invitations already; withdraw one first."


class InvitationState(StrEnum):
    """What has become of an invitation link."""

    OPEN = "open"
    USED = "used"
    """As many people have accepted as could."""
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    """Who has the contact has declined."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLink:
    """An invitation of a salon to whoever has the link."""

    id: InvitationLinkId
    salon_id: SalonId
    link_token: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    """The e-mail address in its normal form to which it is sent."""
    phone: str | None = field(default=None, repr=False)
    """The number in E.164 to which it is sent. Without address and number, the manager passes the link on."""
    language: str
    """Of the message, for who has no account."""
    most_uses: int = 1
    uses: int = 0
    created_at: datetime
    sent_at: datetime | None = None
    expires_at: datetime
    withdrawn_at: datetime | None = None
    declined_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.most_uses <= MAX_MEMBERS:
            raise InvalidValue(field="most_uses", problem=f"from 1 to {MAX_MEMBERS}")
        if self.contact is not None and self.most_uses != 1:
            raise InvalidValue(field="most_uses", problem="an invitation to a contact is for one person")
        if self.language not in LANGUAGES:
            raise InvalidValue(field="language", problem="not a language of the platform")

    @property
    def contact(self) -> str | None:
        """The address or number to which it is sent."""
        return self.email or self.phone

    @classmethod
    def make(
        cls,
        salon_id: SalonId,
        *,
        contact: str | None,
        most_uses: int,
        language: str,
        entropy: Entropy,
        now: datetime,
        life: timedelta,
    ) -> Self:
        """A new invitation, which is about to be sent if it is to a contact."""
        return cls(
            id=InvitationLinkId(entropy.new_id()),
            salon_id=salon_id,
            link_token=entropy.pick(_ALPHABET, TOKEN_LENGTH),
            email=contact if contact is not None and "@" in contact else None,
            phone=contact if contact is not None and "@" not in contact else None,
            language=language,
            most_uses=most_uses,
            created_at=now,
            sent_at=None if contact is None else now,
            expires_at=now + life,
        )

    def state(self, now: datetime) -> InvitationState:
        """What has become of it."""
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        if self.declined_at is not None:
            return InvitationState.DECLINED
        if self.uses >= self.most_uses:
            return InvitationState.USED
        return InvitationState.EXPIRED if self.expires_at <= now else InvitationState.OPEN

    def is_open(self, now: datetime) -> bool:
        """Whether it can be accepted."""
        return self.state(now) is InvitationState.OPEN

    def used(self) -> Self:
        """After somebody has accepted."""
        return replace(self, uses=self.uses + 1, version=self.version + 1)

    def withdrawn(self, now: datetime) -> Self:
        """After the manager has withdrawn it."""
        return replace(self, withdrawn_at=now, version=self.version + 1)

    def declined(self, now: datetime) -> Self:
        """After who has the contact has declined."""
        return replace(self, declined_at=now, version=self.version + 1)

    def sent_again(self, now: datetime, life: timedelta) -> Self:
        """Begin anew, also after it has expired; it is about to be sent if it is to a contact.

        Raises:
            InvitationOver: it was used, withdrawn or declined.
            RateLimited: it was sent just now.
        """
        if self.state(now) not in {InvitationState.OPEN, InvitationState.EXPIRED}:
            raise InvitationOver
        again_at = None if self.sent_at is None else self.sent_at + SENT_AGAIN_AFTER
        if again_at is not None and now < again_at:
            raise RateLimited(retry_after_seconds=int((again_at - now).total_seconds()) + 1)
        sent_at = None if self.contact is None else now
        return replace(self, sent_at=sent_at, expires_at=now + life, version=self.version + 1)


class InvitationLinks(Protocol):
    """Invitation links inside a database transaction; whoever changes those of a salon has its lock."""

    async def add(self, link: InvitationLink) -> None:
        """Add a link."""
        ...

    async def save(self, link: InvitationLink, *, was: InvitationLink) -> None:
        """Replace `was` by `link`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def of_salon(self, salon_id: SalonId) -> Sequence[InvitationLink]:
        """The links of a salon, those that are over included, by id."""
        ...

    async def by_token(self, token: str) -> InvitationLink | None:
        """The link with this token."""
        ...

    async def remove_expired(self, before: datetime) -> None:
        """Delete the links that have expired before."""
        ...


class InvitationLinkReads(Protocol):
    """Reads of invitation links, outside any database transaction."""

    async def get(self, link_id: InvitationLinkId) -> InvitationLink | None:
        """One link."""
        ...

    async def of_salon(self, salon_id: SalonId) -> Sequence[InvitationLink]:
        """The links of a salon, those that are over included, by id."""
        ...

    async def by_token(self, token: str) -> InvitationLink | None:
        """The link with this token."""
        ...
