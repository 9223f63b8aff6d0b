"""Payouts to providers: admins start a transfer of what a provider is owed, approve it, and close or return it.

The amount leaves the provider's balance when the payout is started, so that nothing is paid out twice; a payout that is
cancelled puts it back. As for refunds, the money itself is moved by hand at the bank.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import Profile
from booking_domain.identity.bank_accounts import BankAccountFrozen, BankAccountTooNew
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
from booking_domain.payments.refunds import ApprovalOutdated, BankReferenceUsed, require_current_approval
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EarningId, EventId, ProviderId, ProviderPayoutId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.payments.earnings import record_earnings
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProviderPayout:
    """Reserve what a provider is owed in one currency, or a part of it, for a transfer."""

    provider_id: ProviderId
    currency: str
    amount: int | None = None
    """In minor units; None: everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProviderPayout:
    """Approve the transfer to the provider's bank account as it is now, or cancel the payout."""

    payout_id: ProviderPayoutId
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnProviderPayout:
    """Record that an approved transfer failed. The provider is notified of the reason and checks the bank account."""

    payout_id: ProviderPayoutId
    reason: str
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleProviderPayout:
    """Record that the bank made an approved transfer, under the bank's reference."""

    payout_id: ProviderPayoutId
    bank_reference: str
    paid_to: str | None = None
    """The account number that the bank paid; needed if the bank account has changed since the approval."""
    expected_version: ExpectedVersion = None


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


async def _approve(command: ChangeProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    payout = await _locked(command.payout_id, command.expected_version, tx)
    profile = await _provider(payout.provider_id, tx)
    account = await tx.bank_accounts.get(profile.owner_id)
    if account is None:
        raise ProviderHasNoBankAccount
    account.require_usable(context.now)
    return await _saved(payout.approve(account.details, context.now, account_id=account.id), payout, tx)


async def _cancel(command: ChangeProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    payout = await _locked(command.payout_id, command.expected_version, tx)
    after = await _saved(payout.cancel(context.now), payout, tx)
    if after is not payout:
        await tx.earnings.add(_entry(payout, payout.amount.amount, context))
    return after


async def _return(command: ReturnProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    payout = await _locked(command.payout_id, command.expected_version, tx)
    after = await _saved(payout.return_transfer(command.reason), payout, tx)
    await tx.outbox.put([_event(ProviderPayoutReturned, after, context)])
    return after


async def _settle(command: SettleProviderPayout, tx: Repositories, context: UseCaseContext) -> ProviderPayout:
    payout = await _locked(command.payout_id, command.expected_version, tx)
    after = payout.settle(command.bank_reference, context.now)
    if after is payout:
        return payout
    account = await tx.bank_accounts.get((await _provider(payout.provider_id, tx)).owner_id)
    current = account is not None and account.frozen_at is None and payout.is_approved_for(account.id)
    require_current_approval(payout.payee, command.paid_to, current=current)
    await tx.bank_references.use(after.bank_reference or "", payout.id)
    await _saved(after, payout, tx)
    await tx.outbox.put([_event(ProviderPaid, after, context)])
    return after


async def _provider(provider_id: ProviderId, tx: Repositories) -> Profile:
    profile = await tx.profiles.get(provider_id)
    if profile is None:
        raise ProviderNotFound
    return profile


async def _locked(payout_id: ProviderPayoutId, expected: ExpectedVersion, tx: Repositories) -> ProviderPayout:
    payout = await tx.provider_payouts.lock(payout_id)
    if payout is None:
        raise ProviderPayoutNotFound
    require_expected_version(payout.version, expected)
    return payout


async def _saved(after: ProviderPayout, before: ProviderPayout, tx: Repositories) -> ProviderPayout:
    if after is not before:
        await tx.provider_payouts.save(after, was=before)
    return after


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


_COMMON: Final = (ProviderPayoutNotFound, InvalidPayoutTransition, StaleVersion)

start_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _start,
    _subject,
    audited_as="provider_payout.start",
    raises=(ProviderNotFound, NothingOwed, InvalidValue),
)
approve_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _approve,
    _subject,
    audited_as="provider_payout.approve",
    raises=(*_COMMON, ProviderNotFound, ProviderHasNoBankAccount, BankAccountTooNew, BankAccountFrozen),
)
cancel_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _cancel,
    _subject,
    audited_as="provider_payout.cancel",
    raises=(*_COMMON, TransferApproved),
)
return_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _return,
    _subject,
    audited_as="provider_payout.return",
    raises=(*_COMMON, TransferNotApproved, InvalidValue),
)
settle_provider_payout: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _settle,
    _subject,
    audited_as="provider_payout.settle",
    raises=(*_COMMON, ProviderNotFound, TransferNotApproved, ApprovalOutdated, BankReferenceUsed, InvalidValue),
)
