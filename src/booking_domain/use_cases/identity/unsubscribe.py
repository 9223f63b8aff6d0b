"""Unsubscribe from a kind of notifications over a channel by a signed link, and take that back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.preferences import Preferences, Unsubscription
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
    """Unguessable tokens that do nothing but unsubscribe, and take that back."""

    def issue(self, user_id: UserId, unsubscription: Unsubscription) -> str:
        """The token for a user, kind and channel. Deterministic; it does not expire."""
        ...

    def read(self, token: str) -> Unsubscribe | None:
        """What the token allows; None if it was not issued here."""
        ...


async def _unsubscribe(command: Unsubscribe, tx: IdentityTx, _: UseCaseContext) -> None:
    """Does nothing for an account that is deleted, or has unsubscribed before."""
    await _change(command, Preferences.with_unsubscription, tx)


async def _resubscribe(command: Unsubscribe, tx: IdentityTx, _: UseCaseContext) -> None:
    """Take it back; does nothing for an account that is deleted, or has not unsubscribed."""
    await _change(command, Preferences.without_unsubscription, tx)


async def _change(
    command: Unsubscribe, change: Callable[[Preferences, Unsubscription], Preferences], tx: IdentityTx
) -> None:
    user = await tx.users.lock(command.user_id)
    if user is None or user.status is UserStatus.DELETED:
        return
    preferences = change(user.preferences, command.unsubscription)
    if preferences != user.preferences:
        await tx.users.save(user.changed(preferences=preferences))


unsubscribe: Final = UseCase(Permission.RUN_PLATFORM, _unsubscribe)
resubscribe: Final = UseCase(Permission.RUN_PLATFORM, _resubscribe)
