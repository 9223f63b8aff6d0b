"""Views: what reads across contexts return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.transitions import PROVIDER_SIDE, Party, Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.catalogue.model import Profile, ProfilePart, ProviderTotals
from booking_domain.catalogue.salons import MemberStatus, Salon
from booking_domain.catalogue.venues import Venue
from booking_domain.files.model import File
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayoutStatus
from booking_domain.payments.refunds import Refund, RefundMethod, RefundStatus
from booking_domain.payments.transfers import BankTransfer
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.shared.actor import Actor
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import CustomerId, ProviderId, ProviderPayoutId, RefundId, SalonId, UserId
from booking_domain.shared.slugs import slug_of
from booking_domain.shared.turns import EQUAL, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProviderView:
    """A provider: profile, time zone and terms."""

    profile: Profile
    time_zone: str
    terms: Terms
    documents: Sequence[File] | None = None
    """The documents for the decision on the profile; None: not read."""
    missing: tuple[ProfilePart, ...] | None = None
    """What the profile needs before it is submitted; None: not read, or it cannot be submitted now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """A provider's calendar and terms, which share a version."""

    calendar: Calendar
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonName:
    """A salon by its name."""

    id: SalonId
    name: str
    manager_id: UserId


CONTACT_SHOWN: Final = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.DISPUTED})
"""Statuses in which the provider's side sees how to reach the customer, and which make the booker its customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booking with the names of both parties, the provider's address and salon, and the customer's contact."""

    booking: Booking
    provider_name: str
    provider_address: str
    provider_time_zone: str
    """The provider's own time zone now; the booking keeps the one it was made in."""
    salon: SalonName | None
    """The salon that the provider is a member of now."""
    customer_id: CustomerId
    """The account of the booking, or the walk-in that has none."""
    customer_name: str
    """Of a walk-in, the name that the provider has entered; empty if there is none, or it was deleted."""
    customer_email: str | None
    customer_phone: str | None
    walk_in: WalkIn | None = None
    """Who comes, if the provider has named a customer without an account."""
    venue: Venue | None = None
    """Where it takes place; None: at the provider's own place."""
    overbooked: bool = False
    """Whether it is over another booking, or another over it: the provider's side has booked the time twice."""

    @property
    def address(self) -> str:
        """Where its customer goes: name and address of its venue, else the address of the provider."""
        return self.provider_address if self.venue is None else self.venue.place

    def party(self, actor: Actor) -> Party | None:
        """The party that the actor is to the booking; None if it is not visible to the actor."""
        return self.booking.party(actor, None if self.salon is None else self.salon.manager_id)

    def contact_shown_to(self, party: Party) -> bool:
        """Whether a party sees the customer's contact.

        Its owner and admins always do, the provider and the salon's manager once the booking is agreed.
        """
        return party not in PROVIDER_SIDE or self.booking.status in CONTACT_SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonView:
    """A salon and its opening hours."""

    salon: Salon
    hours: OpeningHours


class PublicName(NamedTuple):
    """What the address of a public page is made of: a published provider, or a salon that has one."""

    id: UUID
    name: str

    @property
    def slug(self) -> str:
        """The end of the address."""
        return slug_of(self.name, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSalon:
    """A salon with what its published providers add up to."""

    salon: Salon
    totals: ProviderTotals


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MemberView:
    """A member of a salon, or an invited provider, by name."""

    provider_id: ProviderId
    name: str
    status: MemberStatus
    turn: Turn = EQUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedSalon:
    """A salon with its members and invitations, by provider id."""

    salon: Salon
    members: tuple[MemberView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation to join a salon."""

    salon: Salon
    invited_at: datetime


class TransferStep(StrEnum):
    """What a transfer waits for."""

    GATEWAY = "gateway"
    """The payment gateway is paying the money back."""
    DISPUTE = "dispute"
    """The booking is in dispute; nothing is paid out meanwhile."""
    BANK_DETAILS = "bank_details"
    """The payee has not added a bank account, or has not entered the one that there is."""
    APPROVAL = "approval"
    """An admin has to approve the transfer: it was not approved yet, or the bank account has changed since."""
    TRANSFER = "transfer"
    """The transfer is approved, and an admin closes it with the bank's reference."""
    NOTHING = "nothing"
    """The money was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """A bank transfer with what it needs."""

    transfer: BankTransfer
    provider_name: str
    bank_account: BankAccount | None
    """The payee's bank account as it is now."""

    @property
    def payee(self) -> BankDetails | None:
        """Where the money goes: as approved, else the payee's bank account."""
        return self._paid_to()

    def _paid_to(self) -> BankDetails | None:
        return self.transfer.payee or (None if self.bank_account is None else self.bank_account.details)

    def _next_step(self) -> TransferStep:
        """The next step of a transfer that is pending."""
        account = self.bank_account
        if account is None or account.frozen_at is not None:
            return TransferStep.BANK_DETAILS
        return TransferStep.TRANSFER if self.transfer.is_approved_for(account.id) else TransferStep.APPROVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTransfer(TransferView):
    """A refund with the names and the bank account that its transfer needs."""

    transfer: Refund
    booking_reference: str
    provider_id: ProviderId
    customer_name: str
    in_dispute: bool = False
    """Whether the booking is in dispute."""

    @property
    def id(self) -> RefundId:
        """The id of the refund."""
        return self.transfer.id

    @property
    def waits_for(self) -> TransferStep:
        """The next step."""
        if self.transfer.status is RefundStatus.REFUNDED:
            return TransferStep.NOTHING
        if self.in_dispute and self.transfer.payment_id is None:  # what the gateway was asked for goes on
            return TransferStep.DISPUTE
        return TransferStep.GATEWAY if self.transfer.method is RefundMethod.GATEWAY else self._next_step()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPayoutView(TransferView):
    """A payout to a provider with what its transfer needs."""

    transfer: ProviderPayout
    owner_id: UserId

    @property
    def id(self) -> ProviderPayoutId:
        """The id of the payout."""
        return self.transfer.id

    @property
    def payee(self) -> BankDetails | None:
        """Where the money goes, as of a refund; None of a cancelled payout."""
        return None if self.transfer.status is ProviderPayoutStatus.CANCELLED else self._paid_to()

    @property
    def waits_for(self) -> TransferStep:
        """The next step."""
        pending = self.transfer.status is ProviderPayoutStatus.PENDING
        return self._next_step() if pending else TransferStep.NOTHING
