"""Payouts to providers: admins start or cancel a bank transfer of what a provider is owed; see `transfers`.

The amount leaves the provider's balance when the payout is started, so that nothing is paid out twice; a payout that is
cancelled puts it back.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import Profile
from booking_domain.payments.earnings import Earning, EarningKind, NothingOwed
from booking_domain.payments.events import ProviderPaid, ProviderPayoutChanged, ProviderPayoutReturned
from booking_domain.payments.provider_payouts import (
    InvalidPayoutTransition,
    ProviderHasNoBankAccount,
    ProviderPayout,
    ProviderPayoutNotFound,
    TransferApproved,
    TransferNotApproved,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EarningId, EventId, ProviderId, ProviderPayoutId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.payments.earnings import record_earnings
from booking_domain.use_cases.payments.transfers import Locked, Refusals, transfer_use_cases
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProviderPayout:
    """Reserve what a provider is owed in one currency, or a part of it, for a transfer."""

    provider_id: ProviderId
    currency: str
    amount: int | None = None
    """In minor units; None: everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelProviderPayout:
    """Call a payout off whose transfer is not approved."""

    payout_id: ProviderPayoutId
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True)
class _LockedPayout(Locked[ProviderPayout]):
    """A payout that is locked."""

    async def payee(self, tx: Repositories) -> UserId:
        return (await _provider(self.transfer.provider_id, tx)).owner_id

    async def save(self, after: ProviderPayout, tx: Repositories) -> None:
        await tx.provider_payouts.save(after, was=self.transfer)

    async def record_return(self, tx: Repositories, context: UseCaseContext) -> None:
        await tx.outbox.put([_event(ProviderPayoutReturned, self.transfer, context)])

    async def record_settlement(self, tx: Repositories, context: UseCaseContext) -> None:
        await tx.outbox.put([_event(ProviderPaid, self.transfer, context)])


async def _start(command: StartProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    await _provider(command.provider_id, tx)
    for booking_id in await tx.earnings.outdated(command.provider_id):  # bookings are locked before the balance
        await record_earnings(booking_id, tx, context)
    owed = await tx.earnings.lock_balance(command.provider_id, Money.zero(command.currency).currency)
    amount = owed if command.amount is None else command.amount
    if not 0 < amount <= owed:
        raise NothingOwed
    payout = ProviderPayout.start(
        id=ProviderPayoutId(context.entropy.new_id()),
        provider_id=command.provider_id,
        amount=Money(amount=amount, currency=command.currency),
        now=context.now,
    )
    await tx.provider_payouts.add(payout)
    await tx.earnings.add(_entry(payout, -amount, context))
    return payout


async def _cancel(command: CancelProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    locked = await _lock(command.payout_id, tx)
    payout = locked.transfer
    require_expected_version(payout.version, command.expected_version)
    after = payout.cancel(context.now)
    if after is not payout:
        await locked.save(after, tx)
        await tx.earnings.add(_entry(payout, payout.amount.amount, context))
    return after


async def _provider(provider_id: ProviderId, tx: Repositories) -> Profile:
    return required(await tx.profiles.get(provider_id), ProviderNotFound)


async def _lock(payout_id: ProviderPayoutId, tx: Repositories) -> _LockedPayout:
    payout = required(await tx.provider_payouts.lock(payout_id), ProviderPayoutNotFound)
    return _LockedPayout(payout)


def _entry(payout: ProviderPayout, amount: int, context: UseCaseContext) -> Earning:
    return Earning(
        id=EarningId(context.entropy.new_id()),
        provider_id=payout.provider_id,
        kind=EarningKind.PAYOUT,
        payout_id=payout.id,
        currency=payout.amount.currency,
        amount=amount,
        at=context.now,
    )


def _event(kind: type[ProviderPayoutChanged], payout: ProviderPayout, context: UseCaseContext) -> ProviderPayoutChanged:
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, payout_id=payout.id)


def _subject(_: object, payout: ProviderPayout) -> Subject:
    return Subject("provider_payout", payout.id)


start_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _start,
    _subject,
    audited_as="provider_payout.start",
    raises=(ProviderNotFound, NothingOwed, InvalidValue),
)
cancel_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _cancel,
    _subject,
    audited_as="provider_payout.cancel",
    raises=(ProviderPayoutNotFound, InvalidPayoutTransition, StaleVersion, TransferApproved),
)
_transfers: Final = transfer_use_cases(
    "provider_payout",
    "provider_payout",
    _lock,
    Refusals(
        common=(ProviderPayoutNotFound, InvalidPayoutTransition),
        not_approved=TransferNotApproved,
        no_account=ProviderHasNoBankAccount,
        paying=(ProviderNotFound,),
    ),
)
approve_provider_payout: Final = _transfers.approve
return_provider_payout: Final = _transfers.return_
settle_provider_payout: Final = _transfers.settle
