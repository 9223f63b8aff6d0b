"""Store the views of portfolio items that processes have tallied."""

from collections.abc import Sequence
from typing import Final

from booking_domain.portfolio.views import ItemViews
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


async def _add(views: Sequence[ItemViews], tx: Repositories, _: UseCaseContext) -> None:
    await tx.portfolio_views.add(views)


add_views: Final = UseCase(Permission.RUN_PLATFORM, _add)
