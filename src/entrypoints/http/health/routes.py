"""`/health`, at the root for load balancers and under the API's prefix."""

from typing import Final, Protocol

from litestar import Router, get

from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.transport import UNENCRYPTED


class Pinged(Protocol):
    """A database that says whether it is there."""

    async def ping(self) -> None:
        """Raise `StorageUnavailable` if it does not answer."""


class HealthJson(Json, frozen=True, kw_only=True):
    """All is well."""

    status: str = "ok"


_OK: Final = {"status": "ok"}
_ALWAYS: Final = PUBLIC | UNLIMITED | UNENCRYPTED


@get("/live", sync_to_thread=False, opt=_ALWAYS | documented(answer=_OK))
def live() -> HealthJson:
    """Whether the process lives; it asks nobody."""
    return HealthJson()


@get("/ready", opt=_ALWAYS | documented(answer=_OK))
async def ready(database: Injected[Pinged]) -> HealthJson:
    """Whether the process can serve: the database answers."""
    await database.ping()
    return HealthJson()


def routes() -> Router:
    """A router of its own for each place it is put."""
    return Router("/health", route_handlers=[live, ready])
