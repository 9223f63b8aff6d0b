"""Supervises the parts of the worker: logs and restarts a part that ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from booking_domain.shared.errors import StorageUnavailable, Unavailable

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 3.0

log: Final = structlog.get_logger()


@contextmanager
def queue_errors() -> Iterator[None]:
    """Raise `StorageUnavailable` if procrastinate has lost the database; pass its other errors on."""
    try:
        yield
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.OperationalError):
            raise StorageUnavailable from error
        raise


async def keep_running(part: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a part until cancelled. If it ends or fails, log that and run it again after a pause, which grows."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
    while True:
        began = loop.time()
        try:
            with queue_errors():
                await run()
            log.warning("worker.part_ended", part=part)
        except Unavailable as error:
            log.warning("worker.part_interrupted", part=part, code=error.code)
        except Exception:
            log.exception("worker.part_failed", part=part)
        # If procrastinate is cancelled while the database is unreachable, it raises an error of its own.
        if _cancelled():
            return
        pause = FIRST_PAUSE_SECONDS if loop.time() - began > LONGEST_PAUSE_SECONDS else pause
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
