"""Compare what is stored of gift cards, packages and points with the entries that changed it."""

from collections.abc import Sequence
from typing import Final

from booking_domain.reconciliation.model import LedgerDifference
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


async def _compare(_: None, tx: Repositories, context: UseCaseContext) -> Sequence[LedgerDifference]:
    """What differs is kept until it agrees again. Nothing is repaired: only a person can say which of both is right."""
    return await tx.reconciliation.compare_ledgers(context.now)


compare_ledgers: Final = UseCase(Permission.RUN_PLATFORM, _compare)
