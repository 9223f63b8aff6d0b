"""Links with which users report that it was not they who changed their bank account, or had a contact changed.

A link is sent to all contacts of the account when it changes. It works for a time (`Lifetimes.not_me_link`) and once,
without signing in: a thief who is signed in gains nothing from it, and an owner who is locked out needs nothing else.
It freezes the bank account, so that no transfer to it is approved until it is entered again; ends all sessions; and
removes the password, which the thief may know, so that a new one has to be set by a code. A link about a contact that
an admin replaced restores the former contact too, for a week at most, even if the account has changed hands since by
the new one. Any other link of the time before the
account changed hands was sent to contacts of another person: it does not work.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from booking_domain.identity.contact_edits import RESTORABLE_FOR
from booking_domain.identity.errors import EmailTaken, PhoneTaken
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotFound, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.contact_edits import restore_contacts
from booking_domain.use_cases.identity.sessions import announce_ended_sessions, end_all_sessions


class InvalidNotMeLink(NotFound, code="auth.invalid_link"):
    """This link is not valid, or not any more; reset your password and contact us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeLink:
    """What a link is about: a change of the bank account or of a contact of a user."""

    user_id: UserId
    changed_at: datetime
    """In whole seconds."""
    restores_contacts: bool = False
    """Whether it is about a contact that an admin replaced: then the former one is restored."""

    def expires_at(self, life: timedelta) -> datetime:
        """When the link expires."""
        return self.changed_at + (min(life, RESTORABLE_FOR) if self.restores_contacts else life)

    @property
    def digest(self) -> bytes:
        """What is stored of a link that was used."""
        about = " contact" if self.restores_contacts else ""
        return sha256(f"not-me {self.user_id} {self.changed_at.timestamp()}{about}".encode()).digest()


class NotMeTokens(Protocol):
    """Unguessable tokens that carry these links."""

    def issue(self, link: NotMeLink) -> str:
        """The token of a link. Deterministic."""
        ...

    def read(self, token: str) -> NotMeLink | None:
        """What the token is about; None if it was not issued here."""
        ...


async def _disown(link: NotMeLink, tx: IdentityTx, context: UseCaseContext) -> None:
    """Freeze the bank account as it is now, end all sessions and remove the password. A second time changes nothing.

    The thief may have changed the account again since, so it need not be the one that the link was sent for.
    """
    expires_at = link.expires_at(context.get(SecurityPorts).lifetimes.not_me_link)
    if context.now >= expires_at:
        raise InvalidNotMeLink
    user = await tx.users.lock(link.user_id)
    if user is None or not user.usable:
        raise InvalidNotMeLink
    before_handover = user.taken_over_at is not None and link.changed_at < user.taken_over_at
    if before_handover and not link.restores_contacts:
        raise InvalidNotMeLink
    if not await tx.used_assertions.use(link.digest, expires_at):
        return
    account = await tx.bank_accounts.get(user.id)
    if account is not None:
        await tx.bank_accounts.save(account.frozen(context.now))
    if link.restores_contacts:
        required(await restore_contacts(user, tx, context), InvalidNotMeLink)
    else:
        await tx.users.save(user.changed(password_hash=None))
        await end_all_sessions(user.id, tx, context)
        await announce_ended_sessions(user.id, tx, context)
    context.note("bank_account.disowned", Subject("user", user.id), actor=user.actor)


disown_bank_account: Final = UseCase(
    Permission.RUN_PLATFORM, _disown, raises=(InvalidNotMeLink, EmailTaken, PhoneTaken)
)
