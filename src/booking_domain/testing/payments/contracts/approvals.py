"""What the contracts of both kinds of bank transfers have in common."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.shared.ids import BankAccountId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend
from booking_domain.use_cases.platform.views import TransferStep


async def assert_approval_follows_the_account(
    account: BankAccount,
    waiting: Callable[[TransferStep], Awaitable[Sequence[TransferStep]]],
    backend: Backend,
    make: Builder,
) -> None:
    """Check that the one transfer, which was approved for this account, waits for the right step as that changes.

    `waiting` returns the steps of those that the read finds for a step.
    """
    other = replace(account, id=BankAccountId(make.entropy.new_id()))
    for now, step in (
        (account, TransferStep.TRANSFER),
        (other, TransferStep.APPROVAL),
        (account.frozen(NOW), TransferStep.BANK_DETAILS),
        (None, TransferStep.BANK_DETAILS),
    ):
        async with backend.begin() as tx:
            await tx.bank_accounts.remove(account.user_id)
            if now is not None:
                await tx.bank_accounts.save(now)
        for waits_for in TransferStep:
            assert await waiting(waits_for) == [step] * (waits_for is step)
