"""Audit entries of requests: the origin of each request, and an entry for each read by an admin."""

from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.types import Scope

from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.audit import Origin, Subject
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.audit.record_reads import AdminRead, note_admin_read
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.response_headers import request_id
from entrypoints.settings.origins import set_origin

_READING: Final = frozenset({"GET", "HEAD"})


class Auditing:
    """Runs before every handler. Writes are use cases, which the executor audits."""

    def __init__(self, executor: Executor[Repositories], clients: Clients) -> None:
        self._executor = executor
        self._clients = clients

    def begin(self, request: Request[Any, Any, Any]) -> None:
        """Set the origin of all audit entries of this request."""
        scope = request.scope
        set_origin(lambda: self._origin(scope))

    async def note_read(self, request: Request[Any, Any, Any]) -> None:
        """Write an audit entry if an admin reads."""
        scope = request.scope
        actor: Actor | None = scope.get("user")
        if actor is None or actor.role is not Role.ADMIN or scope["method"] not in _READING:
            return
        params = AdminRead(
            admin=actor,
            what=f"GET {scope['path_template']}",
            subject=_subject(scope["path_params"]),
            parameters=tuple(sorted(request.query_params)),
        )
        await self._executor.run(note_admin_read, params, actor=SYSTEM)

    def _origin(self, scope: Scope) -> Origin:
        said = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
        client = Client.seen(self._clients.address(scope), said.decode("latin-1"))
        return Origin(address=client.address, user_agent=client.user_agent, request_id=request_id(scope))


def _subject(parameters: dict[str, Any]) -> Subject | None:
    """The subject that the path names: `/bookings/{booking_id}` names a `booking`."""
    for name, value in parameters.items():
        try:
            return Subject(name.removesuffix("_id"), UUID(str(value)))
        except ValueError:
            continue
    return None
