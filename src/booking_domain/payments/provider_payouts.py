"""Transfers of what providers are owed: the type, its lifecycle as data, and its ports."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from booking_domain.payments.transfers import BankTransfer, TransferAction, transfer_moves
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, NotFound
from booking_domain.shared.ids import ProviderId, ProviderPayoutId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money


class ProviderPayoutStatus(StrEnum):
    """The status of a payout to a provider."""

    PENDING = "pending"
    """Its amount is reserved, and the transfer is not made yet."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """Its amount is owed again."""


class ProviderPayoutNotFound(NotFound, code="payout.not_found"):
    """There is no such payout."""


class ProviderHasNoBankAccount(Conflict, code="payout.no_bank_details"):
    """The provider has not added a bank account."""


class TransferApproved(Conflict, code="payout.approved"):
    """The transfer is approved; record first that it failed."""


class TransferNotApproved(Conflict, code="payout.not_approved"):
    """The transfer of this payout is not approved."""


class InvalidPayoutTransition(InvalidTransition, code="payout.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


PROVIDER_PAYOUT_LIFECYCLE: Final[Lifecycle[ProviderPayoutStatus, TransferAction, PaymentParty]] = Lifecycle(
    thing="payout",
    about="A transfer of what a provider is owed. Its amount leaves the provider's balance when it is started.",
    refusal=InvalidPayoutTransition,
    moves={
        **transfer_moves(ProviderPayoutStatus.PENDING, ProviderPayoutStatus.PAID),
        (ProviderPayoutStatus.PENDING, TransferAction.CANCEL): Move(
            ProviderPayoutStatus.CANCELLED, frozenset({PaymentParty.PLATFORM})
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProviderPayout(BankTransfer):
    """A transfer of what a provider is owed."""

    not_approved: ClassVar[type[Conflict]] = TransferNotApproved

    id: ProviderPayoutId
    provider_id: ProviderId
    status: ProviderPayoutStatus

    @classmethod
    def start(cls, *, id: ProviderPayoutId, provider_id: ProviderId, amount: Money, now: datetime) -> Self:  # noqa: A002
        """A new payout, whose amount is reserved."""
        return cls(id=id, provider_id=provider_id, status=ProviderPayoutStatus.PENDING, amount=amount, created_at=now)

    def cancel(self, now: datetime) -> "ProviderPayout":
        """Call the payout off, so that its amount is owed again. A second call changes nothing.

        Raises:
            InvalidPayoutTransition: it is paid.
            TransferApproved: a transfer is approved, and may be on its way.
        """
        if self.status is ProviderPayoutStatus.CANCELLED:
            return self
        after = self._after(TransferAction.CANCEL)
        if self.approved_at is not None:
            raise TransferApproved
        return replace(after, processed_at=now, version=self.version + 1)

    def _after(self, action: TransferAction) -> Self:
        return replace(self, status=PROVIDER_PAYOUT_LIFECYCLE.advance(self.status, action, PaymentParty.PLATFORM))


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
