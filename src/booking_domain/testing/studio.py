"""A provider who is open on Tuesdays, with customers and a payment gateway.

The methods run use cases, on the given storage or in memory.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar

from booking_domain.bookings.consents import BookingConsent, ConsentId
from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import Dispute, FinalBookingStatus, Resolution
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.disputes.transitions import DisputeStatus
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.payments.events import PaymentReceived
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Block
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.ids import BankAccountId, ClaimId, ProviderId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, hours
from booking_domain.testing.builders import terms as default_terms
from booking_domain.testing.invariants import violations
from booking_domain.testing.memory import ManualClock, MemoryDatabase, MemoryGateway, SeededEntropy
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.accept_time import AcceptTime, accept_time
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.change_terms import ChangeTerms, change_terms
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.offer_times import OfferTimes, offer_times
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.profiles import (
    CancellationChange,
    DecideOnProfile,
    ProfileChange,
    TermsChange,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.disputes.commands import (
    OpenDispute,
    OpenDisputeFor,
    ResolveDispute,
    WithdrawDispute,
    open_dispute,
    open_dispute_for,
    resolve_dispute,
    withdraw_dispute,
)
from booking_domain.use_cases.identity.authenticate import Register, register
from booking_domain.use_cases.payments.capture_payments import capture_payments
from booking_domain.use_cases.payments.expire_unpaid import expire_unpaid
from booking_domain.use_cases.payments.refund_transfers import approve_refund_transfer, settle_refund_transfer
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.payments.transfers import ApproveTransfer, SettleTransfer
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.calendars import AddBlock, AddRule, add_block, add_rule
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, OfferFreedTime, join_waiting_list, offer_freed

PAYMENT_WINDOW: Final = timedelta(minutes=15)
OPENING_HOURS: Final = "10:00-19:00"

Command = TypeVar("Command")
Result = TypeVar("Result")


def _scope(price: Money | None, deposit: Money | None, minutes: int | None) -> dict[str, int | None]:
    """What an offer of the provider's side names, as members of a command."""
    return {
        "price_amount": None if price is None else price.amount,
        "deposit_amount": None if deposit is None else deposit.amount,
        "duration_minutes": minutes,
    }


class Studio:
    """A provider with customers and an admin. Create it with `opened`."""

    owner: Actor
    customer: Actor
    admin: Actor
    provider_id: ProviderId
    service_ids: tuple[ServiceId, ...] = ()
    """What is booked and held unless a method is told otherwise; empty: appointments by length."""

    def __init__(
        self,
        backend: Backend,
        *,
        seed: int = 0,
        gateway: MemoryGateway | None = None,
        further: Sequence[MemoryGateway] = (),
        authorised: Collection[Purpose] = (),
        ports: Sequence[object] = (),
    ) -> None:
        self.backend: Final = backend
        self.clock: Final = ManualClock(NOW)
        self.gateway: Final = gateway or MemoryGateway()
        self.gateways: Final = Gateways(self.gateway, *further, authorised=authorised)
        self.entropy: Final = SeededEntropy(seed)
        self.executor: Final = Executor[Repositories](
            begin=backend.begin, clock=self.clock, entropy=self.entropy, ports=(self.gateways.chargeable, *ports)
        )
        self._people = 0

    @classmethod
    async def opened(
        cls,
        backend: Backend | None = None,
        *,
        terms: Terms | None = None,
        seed: int = 0,
        gateway: MemoryGateway | None = None,
        further: Sequence[MemoryGateway] = (),
        authorised: Collection[Purpose] = (),
        ports: Sequence[object] = (),
    ) -> Self:
        """Create an approved provider with these terms, open on Tuesdays from 10:00 to 19:00.

        Its customer lets the provider place bookings for them.
        """
        studio = cls(
            backend or MemoryDatabase(),
            seed=seed,
            gateway=gateway,
            further=further,
            authorised=authorised,
            ports=ports,
        )
        studio.admin = await studio.joined(Role.ADMIN)
        studio.owner = await studio.joined(Role.PROVIDER)
        studio.customer = await studio.joined()
        studio.provider_id = await studio.new_provider(studio.owner, terms or default_terms())
        await studio.consent(studio.customer)
        return studio

    @property
    def reads(self) -> Reads:
        """Reads of committed data."""
        return self.backend.reads

    async def joined(self, role: Role = Role.CUSTOMER, *, verified: bool = True) -> Actor:
        """Register a user with this role, whose e-mail address is verified unless said otherwise."""
        self._people += 1
        command = Register(
            email=f"user{self._people}@example.com",
            phone=None,
            name=f"User {self._people}",
            role=role,
            time_zone="Asia/Ulaanbaatar",
            password_hash="",
            by_platform=True,
            verified=ContactChannel.EMAIL if verified else None,
        )
        return (await self.run(register, command, by=SYSTEM)).actor

    async def new_provider(self, owner: Actor, terms: Terms) -> ProviderId:
        """Create a profile with opening hours, submit it and approve it."""
        profile = ProfileChange(
            display_name="Ink",
            terms=TermsChange(
                mode=terms.mode,
                deposit_amount=terms.deposit.amount,
                price_amount=terms.price.amount,
                currency=terms.price.currency,
                cancellation=CancellationChange.to(terms.cancellation),
                requests_claim_time=terms.requests_claim_time,
            ),
        )
        provider_id = (await self.run(open_profile, profile, by=owner)).profile.id
        await self.open_weekly(owner)
        await self.run(submit_profile, None, by=owner)
        await self.run(decide_on_profile, DecideOnProfile(provider_id=provider_id, approved=True), by=self.admin)
        return provider_id

    async def open_weekly(self, owner: Actor) -> None:
        """Open a provider on Tuesdays from 10:00 to 19:00."""
        await self.run(add_rule, AddRule(day=2, hours=hours(OPENING_HOURS)), by=owner)

    async def run(self, use_case: UseCase[Command, Repositories, Result], command: Command, *, by: Actor) -> Result:
        """Run a use case."""
        return await self.executor.run(use_case, command, actor=by)

    async def consent(self, customer: Actor) -> BookingConsent:
        """Store that a customer lets the provider place bookings for them. No user is notified."""
        consent = BookingConsent(
            id=ConsentId(self.entropy.new_id()),
            provider_id=self.provider_id,
            customer_id=customer.id,
            changed_at=self.clock.now(),
            created_at=self.clock.now(),
        )
        async with self.backend.begin() as tx:
            await tx.booking_consents.save(consent)
        return consent

    async def hold(self, slot: datetime = TOMORROW, *, by: Actor | None = None) -> Claim:
        """Hold a slot for five minutes."""
        command = PlaceHold(provider_id=self.provider_id, slot=slot, service_ids=self.service_ids)
        return await self.run(place_hold, command, by=by or self.customer)

    async def book(
        self,
        slot: datetime = TOMORROW,
        *,
        by: Actor | None = None,
        customer: Actor | None = None,
        hold: ClaimId | None = None,
        deposit: Money | None = None,
        minutes: int | None = None,
        services: tuple[ServiceId, ...] | None = None,
        override_time_off: bool = False,
    ) -> Booking:
        """Book a one-hour slot, as the customer or for a customer."""
        command = PlaceBooking(
            provider_id=self.provider_id,
            slot=slot,
            duration_minutes=minutes,
            service_ids=self.service_ids if services is None else services,
            hold_id=hold,
            deposit_amount=None if deposit is None else deposit.amount,
            customer_id=None if customer is None else customer.id,
            override_time_off=override_time_off,
        )
        return await self.run(place_booking, command, by=by or self.customer)

    async def book_series(
        self,
        slot: datetime = TOMORROW,
        *,
        times: int,
        every_weeks: int = 1,
        by: Actor | None = None,
        customer: Actor | None = None,
        minutes: int | None = None,
        override_time_off: bool = False,
    ) -> tuple[Booking, ...]:
        """Book a slot and repeat it every `every_weeks` weeks."""
        first = PlaceBooking(
            provider_id=self.provider_id,
            slot=slot,
            duration_minutes=minutes,
            service_ids=self.service_ids,
            customer_id=None if customer is None else customer.id,
            override_time_off=override_time_off,
        )
        command = PlaceSeries(first=first, every_weeks=every_weeks, times=times)
        return await self.run(place_series, command, by=by or self.customer)

    async def reschedule(
        self,
        booking: Booking,
        to: datetime,
        *,
        by: Actor | None = None,
        saw: int | None = None,
        minutes: int | None = None,
        override_time_off: bool = False,
    ) -> Booking:
        """Reschedule a booking."""
        command = RescheduleBooking(
            booking_id=booking.id,
            slot=to,
            duration_minutes=minutes,
            override_time_off=override_time_off,
            expected_version=saw,
        )
        return await self.run(reschedule_booking, command, by=by or self.customer)

    async def accept(
        self,
        booking: Booking,
        *,
        slot: datetime | None = None,
        by: Actor | None = None,
        saw: int | None = None,
        price: Money | None = None,
        deposit: Money | None = None,
        minutes: int | None = None,
        message: str | None = None,
    ) -> Booking:
        """Accept a request as the provider, or one of the offered times as the customer."""
        command = AcceptRequest(
            booking_id=booking.id,
            slot=slot,
            **_scope(price, deposit, minutes),
            message=message,
            expected_version=saw,
        )
        return await self.run(accept_request, command, by=by or (self.owner if slot is None else self.customer))

    async def accept_time(self, booking: Booking, *, by: Actor | None = None, saw: int | None = None) -> Booking:
        """Accept the booking's time, as its customer has seen it in `booking`."""
        command = AcceptTime(
            booking_id=booking.id, start=booking.span.start, end=booking.span.end, expected_version=saw
        )
        return await self.run(accept_time, command, by=by or self.customer)

    async def decline(
        self, booking: Booking, *, by: Actor | None = None, why: str | None = None, saw: int | None = None
    ) -> Booking:
        """Decline a request."""
        command = DeclineRequest(booking_id=booking.id, reason=why, expected_version=saw)
        return await self.run(decline_request, command, by=by or self.owner)

    async def offer_times(
        self,
        booking: Booking,
        *slots: datetime,
        by: Actor | None = None,
        saw: int | None = None,
        price: Money | None = None,
        deposit: Money | None = None,
        minutes: int | None = None,
        message: str | None = None,
    ) -> Booking:
        """Offer other times for a request."""
        command = OfferTimes(
            booking_id=booking.id,
            slots=slots,
            **_scope(price, deposit, minutes),
            message=message,
            expected_version=saw,
        )
        return await self.run(offer_times, command, by=by or self.owner)

    async def change_terms(
        self,
        booking: Booking,
        *,
        price: Money | None = None,
        deposit: Money | None = None,
        minutes: int | None = None,
        message: str | None = None,
        by: Actor | None = None,
        saw: int | None = None,
    ) -> Booking:
        """Change the price, deposit or length of a booking, or ask its customer."""
        command = ChangeTerms(
            booking_id=booking.id,
            **_scope(price, deposit, minutes),
            message=message,
            expected_version=saw,
        )
        return await self.run(change_terms, command, by=by or self.owner)

    async def take_off(self, start: datetime, end: datetime) -> Block:
        """Block this time, as the provider."""
        return await self.run(add_block, AddBlock(range=TimeRange(start, end)), by=self.owner)

    async def wait(
        self,
        slot: datetime = TOMORROW,
        *,
        by: Actor | None = None,
        until: datetime | None = None,
        minutes: int | None = None,
    ) -> WaitingListEntry:
        """Join the waiting list for this slot, or for any slot up to `until`."""
        command = JoinWaitingList(
            provider_id=self.provider_id,
            starts_from=slot,
            starts_before=until or slot + timedelta(minutes=1),
            duration_minutes=minutes,
        )
        return await self.run(join_waiting_list, command, by=by or self.customer)

    async def offer(self) -> Sequence[WaitingListEntry]:
        """Offer free slots to the waiting list, as the platform does."""
        return await self.run(offer_freed, OfferFreedTime(provider_id=self.provider_id), by=SYSTEM)

    async def place_of(self, waiting: WaitingListEntry) -> WaitingListEntry:
        """Return the current waiting-list entry."""
        places = await self.reads.waiting_list.of_customer(waiting.customer_id)
        return next(each for each in places if each.id == waiting.id)

    async def bill(self, booking: Booking, purpose: Purpose = Purpose.DEPOSIT, *, by: Actor | None = None) -> Payment:
        """Start a payment for a booking."""
        command = StartPayment(booking_id=booking.id, purpose=purpose)
        return await start_payment(command, actor=by or self.customer, executor=self.executor, gateways=self.gateways)

    def pay(self, payment: Payment, amount: Money | None = None) -> bool:
        """Pay at the gateway, by default the whole amount. The platform does not know of it yet."""
        if payment.invoice is None:
            return False
        return self.gateway.pay(payment.invoice.reference, amount or payment.amount, self.clock.now())

    async def settle(self, payment: Payment) -> Payment:
        """Handle the callback of the gateway."""
        kept = await self.reads.payments.get(payment.id)
        return await settle_payment(kept or payment, executor=self.executor, gateways=self.gateways)

    async def paid(self, booking: Booking, amount: Money | None = None, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
        """Start a payment, pay it and handle the callback."""
        payment = await self.bill(booking, purpose)
        self.pay(payment, amount)
        return await self.settle(payment)

    async def capture(self, booking: Booking) -> None:
        """Have the gateway capture or release what is due, as the worker does."""
        await capture_payments(booking.id, reads=self.reads, executor=self.executor, gateways=self.gateways)

    async def move(
        self, booking: Booking, to: Status, *, by: Actor | None = None, saw: int | None = None, why: str | None = None
    ) -> Booking:
        """Change the status of a booking."""
        command = ChangeBookingStatus(booking_id=booking.id, to=to, reason=why, expected_version=saw)
        return await self.run(change_booking_status, command, by=by or self.customer)

    async def expire(self, booking: Booking) -> Booking | None:
        """Expire the booking if its deadline has passed."""
        return await expire_unpaid(
            booking.id, now=self.clock.now(), reads=self.reads, executor=self.executor, gateways=self.gateways
        )

    async def dispute(self, booking: Booking, *, by: Actor | None = None, reason: str = "Why") -> Dispute:
        """Dispute a booking, as a party; as an admin for the customer."""
        by, command = by or self.customer, OpenDispute(booking_id=booking.id, reason=reason)
        if by.role is not Role.ADMIN:
            return (await self.run(open_dispute, command, by=by)).view.dispute
        for_customer = OpenDisputeFor(initiator_id=booking.customer_id, dispute=command)
        return (await self.run(open_dispute_for, for_customer, by=by)).view.dispute

    async def withdraw(self, dispute: Dispute, *, by: Actor | None = None, saw: int | None = None) -> Dispute:
        """Withdraw a dispute."""
        command = WithdrawDispute(dispute_id=dispute.id, expected_version=saw)
        return await self.run(withdraw_dispute, command, by=by or self.customer)

    async def resolve(
        self,
        dispute: Dispute,
        resolution: Resolution = Resolution.NO_REFUND,
        to: FinalBookingStatus | None = None,
        *,
        amount: int | None = None,
        by: Actor | None = None,
        saw: int | None = None,
    ) -> Dispute:
        """Decide a dispute, as an admin; by default nothing is refunded and the booking keeps its status."""
        command = ResolveDispute(
            dispute_id=dispute.id,
            resolution=resolution,
            refund_amount=amount,
            booking_status=to or dispute.booking_was,
            expected_version=saw,
        )
        return await self.run(resolve_dispute, command, by=by or self.admin)

    async def open_dispute_of(self, booking: Booking) -> Dispute | None:
        """Return the open dispute about a booking."""
        chosen = DisputeFilter(booking_id=booking.id, status=DisputeStatus.OPEN)
        return next((view.dispute for view in await self.reads.disputes.page(chosen)), None)

    async def seen(self, booking: Booking) -> Booking:
        """Return the current booking."""
        seen = await self.reads.bookings.get(booking.id)
        if seen is None:
            raise LookupError(booking.id)
        return seen

    async def payments(self, booking: Booking) -> Sequence[Payment]:
        """Return the payments of a booking, oldest first."""
        return await self.reads.payments.of_booking(booking.id)

    async def refunds(self, booking: Booking) -> Sequence[Refund]:
        """Return the refunds of a booking, oldest first."""
        return await self.reads.refunds.of_booking(booking.id)

    async def pay_out(self, refund: Refund) -> Refund:
        """Transfer a refund to the customer's bank account, which is added first."""
        details = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
        customer = await self.reads.users.get(refund.customer_id)
        if customer is None:
            raise LookupError(f"there is no customer {refund.customer_id}")
        await self.enter_bank_account(customer.actor, details)
        await self.run(approve_refund_transfer, ApproveTransfer(transfer_id=refund.id), by=self.admin)
        settle = SettleTransfer(transfer_id=refund.id, bank_reference=f"FT{refund.id.hex}")
        return await self.run(settle_refund_transfer, settle, by=self.admin)

    async def enter_bank_account(self, owner: Actor, details: BankDetails) -> None:
        """Store a user's bank account that an admin has confirmed."""
        async with self.backend.begin() as tx:
            now, account_id = self.clock.now(), BankAccountId(self.entropy.new_id())
            former = await tx.bank_accounts.get(owner.id)
            if former is None or former.details != details:
                await tx.bank_accounts.save(
                    BankAccount(id=account_id, user_id=owner.id, details=details, updated_at=now, confirmed_at=now)
                )

    async def owed(self, booking: Booking) -> list[Money]:
        """Return the amounts of pending refunds, oldest first."""
        return [
            each.amount
            for each in await self.reads.refunds.of_booking(booking.id)
            if each.status is RefundStatus.PENDING
        ]

    async def topics(self, booking: Booking) -> list[str]:
        """Return the topics of the events of a booking, oldest first, without those of received money."""
        return [
            event.topic
            for event in await self.backend.outbox_events()
            if event.subject == booking.id and not isinstance(event, PaymentReceived)
        ]

    async def violations(self) -> list[str]:
        """Return the violated invariants; see `invariants`."""
        return await violations(self.reads, await self.backend.outbox_events(), self.clock.now())

    async def is_free(self, slot: datetime = TOMORROW) -> bool:
        """Return whether no live claim blocks the hour from this start."""
        schedule = await self.reads.schedules.get(self.provider_id, _hour(slot))
        return schedule is not None and not any(
            claim.live(self.clock.now()) and claim.blocked.overlaps(_hour(slot)) for claim in schedule.claims
        )


def _hour(start: datetime) -> TimeRange:
    return TimeRange(start, start + HOUR)
