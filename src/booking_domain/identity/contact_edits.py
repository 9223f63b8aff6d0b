"""Contacts of accounts that an admin has replaced, because the owner has lost access to the former one or mistyped it.

An admin cannot take an account over unnoticed: the new contact is not verified, and signs in to an account that had a
verified one only after `ENTERED_CONTACT_WAITS`. The former contact and the others are told at once. For a week the
former contact can be restored, by an admin or by the link in that message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden
from booking_domain.shared.ids import ContactEditId, UserId

RESTORABLE_FOR: Final = timedelta(days=7)


class ContactReason(StrEnum):
    """Why an admin replaces a contact. Free text could be personal, and would stay in the audit log for ever."""

    LOST_ACCESS = "lost_access"
    """The owner no longer reads the former one."""
    MISTYPED = "mistyped"
    """The former one is not the owner's."""
    REQUESTED = "requested"
    """The owner asked for it, for another reason."""
    OTHER = "other"


class ContactOfAdmin(Forbidden, code="user.contact_of_admin"):
    """Admins change their contacts themselves: nobody else can."""


class NothingToRestore(Conflict, code="user.nothing_to_restore"):
    """There is no former contact to restore: no admin has replaced one within the last seven days."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ContactEdit:
    """A contact that an admin has replaced."""

    id: ContactEditId
    user_id: UserId
    channel: ContactChannel
    former: str | None
    """The contact before; None: there was none."""
    former_verified_at: datetime | None
    reason: ContactReason
    edited_by: UserId
    edited_at: datetime
    restored_at: datetime | None = None

    @property
    def restorable_until(self) -> datetime:
        """When the former contact is forgotten."""
        return self.edited_at + RESTORABLE_FOR

    def restorable(self, now: datetime) -> bool:
        """Whether the former contact can be restored."""
        return self.former is not None and self.restored_at is None and now < self.restorable_until

    def restored(self, now: datetime) -> Self:
        """The edit, undone."""
        return replace(self, restored_at=now)


class ContactEditReads(Protocol):
    """Reads of replaced contacts."""

    async def of_user(self, user_id: UserId) -> Sequence[ContactEdit]:
        """The edits of the account's contacts that are not forgotten, oldest first."""
        ...


class ContactEdits(ContactEditReads, Protocol):
    """The replaced contacts of a database transaction; the caller has locked the account."""

    async def add(self, edit: ContactEdit) -> None:
        """Add an edit."""
        ...

    async def save(self, edit: ContactEdit) -> None:
        """Store the changed edit."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Forget the edits whose former contact cannot be restored any more, because the time is over."""
        ...
