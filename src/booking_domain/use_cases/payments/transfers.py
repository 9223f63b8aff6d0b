"""Bank transfers: admins approve a transfer to the payee's bank account, and settle or return it.

The money itself is moved by hand at the bank. A transfer is made only by the bank's reference, which belongs to one
transfer, so that none is made twice and no reference counts twice. An approval names the bank account; once the payee
has another one, the transfer waits for a new approval.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from booking_domain.identity.bank_accounts import BankAccountFrozen, BankAccountTooNew
from booking_domain.payments.transfers import ApprovalOutdated, BankReferenceUsed, BankTransfer
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import Conflict, DomainError, InvalidValue, NotFound, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.lifecycle import InvalidTransition
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import Repositories

Id = TypeVar("Id", bound=UUID)
Transfer = TypeVar("Transfer", bound=BankTransfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveTransfer(Generic[Id]):
    """Approve the transfer to the payee's bank account as it is now."""

    transfer_id: Id
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTransfer(Generic[Id]):
    """Record that an approved transfer failed. The payee is notified of the reason and checks the bank account."""

    transfer_id: Id
    reason: str
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleTransfer(Generic[Id]):
    """Record that the bank made an approved transfer, under the bank's reference."""

    transfer_id: Id
    bank_reference: str
    paid_to: str | None = None
    """The account number that the bank paid; needed if the bank account has changed since the approval."""
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True)
class Locked(ABC, Generic[Transfer]):
    """A transfer that is locked, with what belongs to it."""

    transfer: Transfer

    def require_payable(self) -> None:
        """Raise one of the declared errors if the money has to stay for now; else do nothing."""
        return

    @abstractmethod
    async def payee(self, tx: Repositories) -> UserId:
        """The user who gets the money."""

    @abstractmethod
    async def save(self, after: Transfer, tx: Repositories) -> None:
        """Store the changed transfer."""

    @abstractmethod
    async def record_return(self, tx: Repositories, context: UseCaseContext) -> None:
        """Record what else follows from a failed transfer."""

    @abstractmethod
    async def record_settlement(self, tx: Repositories, context: UseCaseContext) -> None:
        """Record what else follows from a transfer that was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """The errors of one kind of transfers."""

    common: tuple[type[NotFound], type[InvalidTransition]]
    """There is no such transfer; it is not pending."""
    not_approved: type[Conflict]
    no_account: type[Conflict]
    """The payee has no bank account."""
    paying: tuple[type[DomainError], ...] = ()
    """Further errors of approvals and settlements."""
    approving: tuple[type[DomainError], ...] = ()


class TransferUseCases(NamedTuple, Generic[Id, Transfer]):
    """What finance does with the transfers of one kind."""

    approve: UseCase[ApproveTransfer[Id], Repositories, Transfer]
    return_: UseCase[ReturnTransfer[Id], Repositories, Transfer]
    settle: UseCase[SettleTransfer[Id], Repositories, Transfer]


def transfer_use_cases(
    name: str, subject: str, lock: Callable[[Id, Repositories], Awaitable[Locked[Transfer]]], refusals: Refusals
) -> TransferUseCases[Id, Transfer]:
    """Approve, return and settle the transfers of one kind; `name` begins the actions in the audit log."""

    async def approve(command: ApproveTransfer[Id], tx: Repositories, context: UseCaseContext) -> Transfer:
        locked = await lock(command.transfer_id, tx)
        require_expected_version(locked.transfer.version, command.expected_version)
        locked.require_payable()
        account = required(await tx.bank_accounts.get(await locked.payee(tx)), refusals.no_account)
        approver = await tx.users.get(context.actor.id)
        account.require_usable(context.now, "UTC" if approver is None else approver.time_zone)
        after = locked.transfer.approve(account.details, context.now, account_id=account.id)
        if after is not locked.transfer:
            await locked.save(after, tx)
        return after

    async def return_(command: ReturnTransfer[Id], tx: Repositories, context: UseCaseContext) -> Transfer:
        locked = await lock(command.transfer_id, tx)
        require_expected_version(locked.transfer.version, command.expected_version)
        after = locked.transfer.return_transfer(command.reason)
        await locked.save(after, tx)
        await locked.record_return(tx, context)
        return after

    async def settle(command: SettleTransfer[Id], tx: Repositories, context: UseCaseContext) -> Transfer:
        locked = await lock(command.transfer_id, tx)
        require_expected_version(locked.transfer.version, command.expected_version)
        locked.require_payable()
        after = locked.transfer.settle(command.bank_reference, context.now)
        if after is locked.transfer:
            return after
        account = await tx.bank_accounts.get(await locked.payee(tx))
        usable = None if account is None or account.frozen_at is not None else account.id
        locked.transfer.require_current_approval(usable, command.paid_to)
        await tx.bank_references.use(after.bank_reference or "", command.transfer_id)
        await locked.save(after, tx)
        await locked.record_settlement(tx, context)
        return after

    def concerns(
        command: ApproveTransfer[Id] | ReturnTransfer[Id] | SettleTransfer[Id],
        _: Transfer,
    ) -> Subject:
        return Subject(subject, command.transfer_id)

    pays = (*refusals.common, *refusals.paying, StaleVersion)
    return TransferUseCases(
        UseCase(
            Permission.MANAGE_TRANSFERS,
            approve,
            concerns,
            audited_as=f"{name}.approve",
            raises=(*pays, *refusals.approving, refusals.no_account, BankAccountTooNew, BankAccountFrozen),
        ),
        UseCase(
            Permission.MANAGE_TRANSFERS,
            return_,
            concerns,
            audited_as=f"{name}.return",
            raises=(*refusals.common, refusals.not_approved, InvalidValue, StaleVersion),
        ),
        UseCase(
            Permission.MANAGE_TRANSFERS,
            settle,
            concerns,
            audited_as=f"{name}.settle",
            raises=(*pays, refusals.not_approved, ApprovalOutdated, BankReferenceUsed, InvalidValue),
        ),
    )
