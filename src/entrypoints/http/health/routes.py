"""`/health`, at the root (for load balancers) and below the API's prefix."""

from typing import Final, Protocol

from litestar import Router, get

from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.transport import UNENCRYPTED


class Pinged(Protocol):
    """A database that can be pinged."""

    async def ping(self) -> None:
        """Raise `StorageUnavailable` if it does not answer."""


class HealthJson(Json, frozen=True, kw_only=True):
    """The process is healthy."""

    status: str = "ok"


_OK: Final = {"status": "ok"}
_ALWAYS: Final = PUBLIC | UNLIMITED | UNENCRYPTED


@get("/live", sync_to_thread=False, opt=_ALWAYS | documented(answer=_OK))
def live() -> HealthJson:
    """Report that the process runs. It checks nothing else."""
    return HealthJson()


@get("/ready", opt=_ALWAYS | documented(answer=_OK))
async def ready(database: Injected[Pinged]) -> HealthJson:
    """Report whether the database answers."""
    await database.ping()
    return HealthJson()


def routes() -> Router:
    """Return a new router, because it is registered twice."""
    return Router("/health", route_handlers=[live, ready])
