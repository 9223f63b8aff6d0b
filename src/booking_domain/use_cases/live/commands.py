"""Remove live events from which no client can resume any more."""

from typing import Final

from booking_domain.live.model import KEPT_FOR
from booking_domain.live.ports import LiveRepositories
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission


async def _remove_old(_: None, tx: LiveRepositories, context: UseCaseContext) -> int:
    return await tx.live_events.remove_before(context.now - KEPT_FOR)


remove_old_live_events: Final = UseCase(Permission.RUN_PLATFORM, _remove_old)
