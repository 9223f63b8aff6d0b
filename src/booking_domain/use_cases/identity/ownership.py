"""To whom an account and its contacts belong: to the first person who proves by a code that they read the contact.

A person can register with the e-mail address or phone number of another one. So until a contact is verified, nothing
that was set up in the account is trusted:

- A person who verifies the first contact of an account by a code, without a session of it, gets the account alone. All
  ways to sign in that were set up before are removed, and so is whatever else reaches or acts for the account: see
  `handover`. What the account shows and has agreed stays, and its owner is asked to look at it.
- A person who verifies a contact in a session of the account has set it up. They keep it, and only other sessions end.
- A contact that is not verified gives no access to an account that has a verified one.
- A contact that an account has not verified does not belong to it: who verifies it for another account takes it away.
"""

from booking_domain.identity.events import ContactLost, EarlierAccessRemoved, account_event
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.sessions import end_sessions


def keeps_factor(user: User, context: UseCaseContext) -> bool:
    """Whether the second factor stays when the account is taken over: roles that need one keep it."""
    return user.role in context.get(SecurityPorts).second_factor_roles


async def take_over(
    user: User,
    channel: ContactChannel,
    tx: IdentityTx,
    context: UseCaseContext,
    *,
    keep_factor: bool,
    but: SessionId | None = None,
) -> User:
    """Give the account, which is locked, to the person who has just verified this contact of it.

    All sessions but this one end, and the user is notified. They end before the rest is settled: a use case that makes
    what outlasts its session holds it (`UseCase.outlasts_session`), and so commits before, or is refused.

    Lock order: the account, its sessions, then the rows of all contexts. A sign-in by a linked identity, or a step of
    another person about the same row, may deadlock with it; one of the two database transactions is repeated.
    """
    await tx.known_clients.remove_all(user.id, but=but)
    live = await tx.sessions.lock_live(user.id, context.now)
    await end_sessions([session for session in live if session.id != but], tx, context)
    events = await tx.handover.settle(user.id, keep_factor=keep_factor, now=context.now, entropy=context.entropy)
    owned = user.taken_over(channel, context.now)
    await tx.users.save(owned)
    context.note("user.earlier_access_removed", Subject("user", user.id), actor=user.actor)
    await tx.outbox.put([*events, account_event(EarlierAccessRemoved, user.id, context)])
    return owned


async def take_contact(holder: User, channel: ContactChannel, tx: IdentityTx, context: UseCaseContext) -> None:
    """Take a contact away from an account, which is locked and has not verified it; its user is notified."""
    await tx.users.save(holder.without_contact(channel))
    context.note("user.contact_lost", Subject("user", holder.id), actor=holder.actor)
    await tx.outbox.put([account_event(ContactLost, holder.id, context)])
