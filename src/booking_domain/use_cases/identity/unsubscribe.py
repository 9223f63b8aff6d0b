"""Unsubscribe from a kind of notifications over a channel, by a signed link."""

from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.preferences import Unsubscription
from booking_domain.shared.errors import NotFound
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission


class InvalidUnsubscribeToken(NotFound, code="notification.invalid_link"):
    """This link is not valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """End a user's messages of a kind over a channel."""

    user_id: UserId
    unsubscription: Unsubscription


class UnsubscribeTokens(Protocol):
    """Unguessable tokens that do nothing but unsubscribe."""

    def issue(self, user_id: UserId, unsubscription: Unsubscription) -> str:
        """The token for a user, kind and channel. Deterministic; it does not expire."""
        ...

    def read(self, token: str) -> Unsubscribe | None:
        """What the token allows; None if it was not issued here."""
        ...


async def _unsubscribe(command: Unsubscribe, tx: IdentityTx, _: UseCaseContext) -> None:
    """Does nothing for an account that is deleted, or has unsubscribed before."""
    user = await tx.users.lock(command.user_id)
    if user is None or user.status is UserStatus.DELETED:
        return
    preferences = user.preferences.with_unsubscription(command.unsubscription)
    if preferences != user.preferences:
        await tx.users.save(user.changed(preferences=preferences))


unsubscribe: Final = UseCase(Permission.RUN_PLATFORM, _unsubscribe)
