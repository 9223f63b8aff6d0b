"""Transfers of what providers are owed: the type, its lifecycle as data, and its ports."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.payments.refunds import bank_reference_of, return_reason_of
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, NotFound
from booking_domain.shared.ids import BankAccountId, ProviderId, ProviderPayoutId, RefundId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money


class ProviderPayoutStatus(StrEnum):
    """The status of a payout to a provider."""

    PENDING = "pending"
    """Its amount is reserved, and the transfer is not made yet."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """Its amount is owed again."""


class ProviderPayoutAction(StrEnum):
    """An action on a payout to a provider."""

    APPROVE = "approve"
    """An admin approves the transfer to the provider's bank account."""
    RETURN = "return"
    """The transfer failed: the bank details are wrong, or the bank returned the money."""
    SETTLE = "settle"
    CANCEL = "cancel"


class ProviderPayoutNotFound(NotFound, code="payout.not_found"):
    """There is no such payout."""


class ProviderHasNoBankAccount(Conflict, code="payout.no_bank_details"):
    """The provider has not added a bank account."""


class TransferApproved(Conflict, code="payout.approved"):
    """The transfer is approved; record first that it failed."""


class TransferNotApproved(Conflict, code="payout.not_approved"):
    """The transfer of this payout is not approved."""


class InvalidPayoutTransition(InvalidTransition, code="payout.invalid_transition"):
    """Cannot {action} a {thing} that is {status}."""


_PLATFORM: Final = frozenset({PaymentParty.PLATFORM})

PROVIDER_PAYOUT_LIFECYCLE: Final[Lifecycle[ProviderPayoutStatus, ProviderPayoutAction, PaymentParty]] = Lifecycle(
    thing="payout",
    about="A transfer of what a provider is owed. Its amount leaves the provider's balance when it is started.",
    refusal=InvalidPayoutTransition,
    moves={
        (ProviderPayoutStatus.PENDING, ProviderPayoutAction.APPROVE): Move(ProviderPayoutStatus.PENDING, _PLATFORM),
        (ProviderPayoutStatus.PENDING, ProviderPayoutAction.RETURN): Move(ProviderPayoutStatus.PENDING, _PLATFORM),
        (ProviderPayoutStatus.PENDING, ProviderPayoutAction.SETTLE): Move(ProviderPayoutStatus.PAID, _PLATFORM),
        (ProviderPayoutStatus.PENDING, ProviderPayoutAction.CANCEL): Move(ProviderPayoutStatus.CANCELLED, _PLATFORM),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProviderPayout:
    """A transfer of what a provider is owed."""

    id: ProviderPayoutId
    provider_id: ProviderId
    status: ProviderPayoutStatus
    amount: Money
    payee: BankDetails | None = None
    """Where the approved transfer goes. After a change of the provider's bank account it waits for a new approval."""
    payee_id: BankAccountId | None = None
    """The bank account that the transfer was approved for."""
    approved_at: datetime | None = None
    return_reason: str | None = None
    """Why the last transfer failed; the provider sees it."""
    bank_reference: str | None = None
    """The bank's reference of the transfer."""
    processed_at: datetime | None = None
    """When it was paid or cancelled."""
    version: int = 1
    created_at: datetime

    @classmethod
    def start(cls, *, id: ProviderPayoutId, provider_id: ProviderId, amount: Money, now: datetime) -> Self:  # noqa: A002
        """A new payout, whose amount is reserved."""
        return cls(id=id, provider_id=provider_id, status=ProviderPayoutStatus.PENDING, amount=amount, created_at=now)

    def approve(self, payee: BankDetails, now: datetime, *, account_id: BankAccountId) -> "ProviderPayout":
        """Approve the transfer to this bank account. A second approval of the same account keeps the first.

        Raises:
            InvalidPayoutTransition: it is paid or cancelled.
        """
        self._advance(ProviderPayoutAction.APPROVE)
        if self.is_approved_for(account_id):
            return self
        return replace(
            self, payee=payee, payee_id=account_id, approved_at=now, return_reason=None, version=self.version + 1
        )

    def is_approved_for(self, account_id: BankAccountId | None) -> bool:
        """Whether the transfer to this bank account is approved."""
        return self.approved_at is not None and account_id is not None and self.payee_id == account_id

    def return_transfer(self, reason: str) -> "ProviderPayout":
        """Record that the approved transfer failed; it needs a new approval.

        Raises:
            InvalidPayoutTransition: it is paid or cancelled.
            TransferNotApproved: no transfer was approved.
            InvalidValue: the reason is empty or too long.
        """
        self._advance(ProviderPayoutAction.RETURN)
        self._require_approval()
        return replace(
            self,
            payee=None,
            payee_id=None,
            approved_at=None,
            return_reason=return_reason_of(reason),
            version=self.version + 1,
        )

    def settle(self, bank_reference: str, now: datetime) -> "ProviderPayout":
        """Record that the bank made the approved transfer. The same reference again changes nothing.

        Raises:
            InvalidPayoutTransition: it is paid with another reference, or cancelled.
            TransferNotApproved: no transfer was approved.
            InvalidValue: the reference is empty or too long.
        """
        reference = bank_reference_of(bank_reference)
        if self.status is ProviderPayoutStatus.PAID and self.bank_reference == reference:
            return self
        status = self._advance(ProviderPayoutAction.SETTLE)
        self._require_approval()
        return replace(self, status=status, bank_reference=reference, processed_at=now, version=self.version + 1)

    def cancel(self, now: datetime) -> "ProviderPayout":
        """Call the payout off, so that its amount is owed again. A second call changes nothing.

        Raises:
            InvalidPayoutTransition: it is paid.
            TransferApproved: a transfer is approved, and may be on its way.
        """
        if self.status is ProviderPayoutStatus.CANCELLED:
            return self
        status = self._advance(ProviderPayoutAction.CANCEL)
        if self.approved_at is not None:
            raise TransferApproved
        return replace(self, status=status, processed_at=now, version=self.version + 1)

    def _advance(self, action: ProviderPayoutAction) -> ProviderPayoutStatus:
        return PROVIDER_PAYOUT_LIFECYCLE.advance(self.status, action, PaymentParty.PLATFORM)

    def _require_approval(self) -> None:
        if self.approved_at is None:
            raise TransferNotApproved


class BankReferences(Protocol):
    """The bank's references of all transfers, to customers and to providers."""

    async def use(self, reference: str, transfer_id: ProviderPayoutId | RefundId) -> None:
        """Give the reference to this transfer, once; raise `BankReferenceUsed` if another transfer has it."""
        ...


class ProviderPayouts(Protocol):
    """Payouts to providers inside a database transaction."""

    async def add(self, payout: ProviderPayout) -> None:
        """Add a payout."""
        ...

    async def lock(self, payout_id: ProviderPayoutId) -> ProviderPayout | None:
        """Lock the payout until the database transaction ends, and return it."""
        ...

    async def save(self, payout: ProviderPayout, *, was: ProviderPayout) -> None:
        """Replace `was` by `payout`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...
