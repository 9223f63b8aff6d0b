"""Admins may read what is anybody's; that they do is in the audit log before they are answered."""

from dataclasses import dataclass
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Details, Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.permissions import Permission

READ: Final = "read"
"""The action of such entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRead:
    """An admin asks for something, and may yet be refused."""

    admin: Actor
    what: str
    """The kind of address, e.g. `GET /admin/users/{user_id}`."""
    subject: Subject | None
    parameters: tuple[str, ...]
    """The names of what was asked for by; what was searched for may be personal."""


async def _note(command: AdminRead, _: object, context: Context) -> None:
    details: Details = {"what": command.what, "parameters": list(command.parameters)}
    context.note(READ, command.subject, actor=command.admin, details=details)


note_admin_read: Final = UseCase(Permission.RUN_PLATFORM, _note)
