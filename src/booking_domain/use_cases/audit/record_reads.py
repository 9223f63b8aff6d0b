"""Admins may read everyone's data. Each such read is in the audit log before it is answered."""

from dataclasses import dataclass
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Details, Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission

READ: Final = "read"
"""The action of such entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRead:
    """A read request of an admin, which may still be rejected."""

    admin: Actor
    what: str
    """The operation, e.g. `GET /admin/users/{user_id}`."""
    subject: Subject | None
    parameters: tuple[str, ...]
    """The names of the query parameters. Their values may be personal data."""


async def _note(command: AdminRead, _: object, context: UseCaseContext) -> None:
    details: Details = {"what": command.what, "parameters": list(command.parameters)}
    context.note(READ, command.subject, actor=command.admin, details=details)


note_admin_read: Final = UseCase(Permission.RUN_PLATFORM, _note)
