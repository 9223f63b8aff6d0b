"""Bank transfers: what refunds that go to a bank account and payouts to providers share.

An admin approves a transfer to the payee's bank account, makes it at the bank, and settles it under the bank's
reference; or the bank returns it, and it needs a new approval. Refunds and payouts have their own statuses, and the
moves of a transfer between them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self, TypeVar
from uuid import UUID

from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import Conflict, InvalidValue
from booking_domain.shared.ids import BankAccountId
from booking_domain.shared.lifecycle import Move
from booking_domain.shared.money import Money

MAX_BANK_REFERENCE: Final = 64
MAX_RETURN_REASON: Final = 500
StatusT = TypeVar("StatusT", bound=StrEnum)
_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})


class TransferAction(StrEnum):
    """An action on a refund or on a payout to a provider."""

    APPROVE = "approve"
    """An admin approves the transfer to the payee's bank account."""
    RETURN = "return"
    """The transfer failed: the bank details are wrong, or the bank returned the money."""
    SETTLE = "settle"
    """The bank made the transfer."""

    ASK_GATEWAY = "ask_gateway"
    """The platform asks the payment gateway to pay the money of a refund back."""
    USE_TRANSFER = "use_transfer"
    """The gateway cannot pay the money of a refund back, so it goes by bank transfer."""
    REFUND = "refund"
    """The gateway has paid the money of a refund back."""

    CANCEL = "cancel"
    """An admin calls a payout off."""


class ApprovalOutdated(Conflict, code="payout.approval_outdated"):
    """The bank account has changed; approve the transfer again, or name the account number that the bank paid."""


class BankReferenceUsed(Conflict, code="refund.bank_reference_used", field="bank_reference"):
    """Another transfer has this bank reference."""


def transfer_moves(
    pending: StatusT, settled: StatusT
) -> Mapping[tuple[StatusT, TransferAction], Move[StatusT, PaymentParty]]:
    """The moves of a transfer, in the statuses of its kind."""
    return {
        (pending, TransferAction.APPROVE): Move(pending, _PLATFORM),
        (pending, TransferAction.RETURN): Move(pending, _PLATFORM),
        (pending, TransferAction.SETTLE): Move(settled, _PLATFORM),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class BankTransfer(ABC):
    """Money that goes to the bank account of a payee: a customer or a provider."""

    not_approved: ClassVar[type[Conflict]]
    """The refusal of what needs an approved transfer."""

    amount: Money
    payee: BankDetails | None = None
    """Where the approved transfer goes. After a change of the payee's bank account it waits for a new approval."""
    payee_id: BankAccountId | None = None
    """The bank account that the transfer was approved for."""
    approved_at: datetime | None = None
    return_reason: str | None = None
    """Why the last transfer failed; the payee sees it."""
    bank_reference: str | None = None
    """The bank's reference of the transfer."""
    processed_at: datetime | None = None
    """When nothing was left to do; None while it is pending."""
    version: int = 1
    created_at: datetime

    @abstractmethod
    def _after(self, action: TransferAction) -> Self:
        """This transfer in the status that the platform's action leads to, or the refusal of its lifecycle."""

    def approve(self, payee: BankDetails, now: datetime, *, account_id: BankAccountId) -> Self:
        """Approve the transfer to this bank account. A second approval of the same account keeps the first.

        Raises:
            InvalidTransition: it is not pending.
            RefundInProgress: the gateway may have paid the refund back already.
        """
        after = self._after(TransferAction.APPROVE)
        if self.is_approved_for(account_id):
            return self
        return replace(
            after, payee=payee, payee_id=account_id, approved_at=now, return_reason=None, version=self.version + 1
        )

    def is_approved_for(self, account_id: BankAccountId | None) -> bool:
        """Whether the transfer to this bank account is approved."""
        return self.approved_at is not None and account_id is not None and self.payee_id == account_id

    def require_current_approval(self, account_id: BankAccountId | None, paid_to: str | None) -> None:
        """Raise `ApprovalOutdated` if the payee has another account by now, unless the bank paid the approved one."""
        if not self.is_approved_for(account_id) and (self.payee is None or paid_to != self.payee.account_number):
            raise ApprovalOutdated

    def return_transfer(self, reason: str) -> Self:
        """Record that the approved transfer failed; it needs a new approval.

        Raises:
            InvalidTransition: it is not pending.
            Conflict: no transfer was approved (`not_approved`).
            InvalidValue: the reason is empty or too long.
        """
        after, reason = self._approved_after(TransferAction.RETURN), reason.strip()
        if not 1 <= len(reason) <= MAX_RETURN_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_RETURN_REASON} characters")
        return replace(
            after, payee=None, payee_id=None, approved_at=None, return_reason=reason, version=self.version + 1
        )

    def settle(self, bank_reference: str, now: datetime) -> Self:
        """Record that the bank made the approved transfer. The same reference again changes nothing.

        Raises:
            InvalidTransition: it is not pending, and was not made under this reference.
            Conflict: no transfer was approved (`not_approved`).
            InvalidValue: the reference is empty or too long.
        """
        reference = " ".join(bank_reference.split())
        if not 1 <= len(reference) <= MAX_BANK_REFERENCE or not reference.isprintable():
            raise InvalidValue(field="bank_reference", problem=f"1 to {MAX_BANK_REFERENCE} printable characters")
        if self.bank_reference == reference:
            return self
        after = self._approved_after(TransferAction.SETTLE)
        return replace(after, bank_reference=reference, processed_at=now, version=self.version + 1)

    def _approved_after(self, action: TransferAction) -> Self:
        after = self._after(action)
        if self.approved_at is None:
            raise self.not_approved
        return after


class BankReferences(Protocol):
    """The bank's references of all transfers, to customers and to providers."""

    async def use(self, reference: str, transfer_id: UUID) -> None:
        """Give the reference to this transfer, once; raise `BankReferenceUsed` if another transfer has it."""
        ...
