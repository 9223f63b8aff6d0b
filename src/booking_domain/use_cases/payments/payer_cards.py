"""Cards that accounts have paid with are remembered for a while."""

from typing import Final

from booking_domain.payments.payer_cards import CARDS_KEPT
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


async def _forget(_: None, tx: Repositories, context: UseCaseContext) -> int:
    return await tx.payer_cards.remove(context.now - CARDS_KEPT)


forget_payer_cards: Final = UseCase(Permission.RUN_PLATFORM, _forget)
