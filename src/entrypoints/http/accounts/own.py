"""Whose a request is: the account, and the session in which it is."""

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import User
from booking_domain.identity.ports import SessionReads, UserReads
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId


async def own_account(actor: Actor, reads: UserReads) -> User:
    """The caller's account; a token without one is none."""
    user = await reads.get(actor.id)
    if user is None:
        raise InvalidToken
    return user


async def require_live(session_id: SessionId, reads: SessionReads, clock: Clock) -> None:
    """Refuse the access token of a session that has ended, or expired."""
    session = await reads.get(session_id)
    if session is None or not session.live(clock.now()):
        raise InvalidToken
