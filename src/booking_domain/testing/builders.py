"""Builders of valid values. Use `dataclasses.replace` for variants."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final

from booking_domain.bookings.events import BookingPlaced
from booking_domain.bookings.model import Booking, BookingEvent, BookingMode, Terms
from booking_domain.bookings.policy import DEFAULT_POLICY, CancellationPolicy
from booking_domain.bookings.references import new_reference
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Location, Profile, ProfileStatus
from booking_domain.identity.model import User
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE, Client, Login, LoginMethod, LoginOutcome, Session
from booking_domain.notifications.sms import SmsMessage
from booking_domain.payments.model import DeepLink, Invoice, Payment, Purpose
from booking_domain.scheduling.claims import DEFAULT_HOLD, Claim, ClaimKind
from booking_domain.scheduling.model import Block, DateException, Hours, WeeklyRule
from booking_domain.scheduling.waiting import Waiting
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, Origin, Subject
from booking_domain.shared.ids import (
    AuditId,
    BlockId,
    BookingId,
    ClaimId,
    EventId,
    ExceptionId,
    LoginId,
    PaymentId,
    ProviderId,
    RuleId,
    SessionId,
    SmsId,
    UserId,
    WaitingId,
)
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, WallTime, local_time
from booking_domain.testing.shared.memory.entropy import SeededEntropy

NOW: Final = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
"""A Monday morning in Ulaanbaatar, to the microsecond."""
TOMORROW: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Tuesday 10:00 in Ulaanbaatar."""
HOUR: Final = timedelta(hours=1)
PRICE: Final = Money.of(80_000, "MNT")
DEPOSIT: Final = Money.of(20_000, "MNT")


def hours(text: str) -> Hours:
    """Read opening hours.

    >>> hours("10:00-24:00").end.minutes
    1440
    """
    start, _, end = text.partition("-")
    return Hours(WallTime.parse(start), WallTime.parse(end))


def terms(
    *,
    mode: BookingMode = BookingMode.INSTANT,
    price: Money = PRICE,
    deposit: Money = DEPOSIT,
    cancellation: CancellationPolicy = DEFAULT_POLICY,
) -> Terms:
    """Return terms with a deposit."""
    return Terms(mode=mode, price=price, deposit=deposit, cancellation=cancellation)


class Builder:
    """Builds values whose ids sort in the order of creation."""

    def __init__(self, seed: int = 0) -> None:
        self.entropy = SeededEntropy(seed)
        self._numbers = count(1)

    def user(self, role: Role = Role.CUSTOMER) -> User:
        """An account with an e-mail address and a phone number."""
        number = next(self._numbers)
        return User(
            id=UserId(self.entropy.new_id()),
            email=f"someone{number}@example.com",
            phone=f"+976{88_000_000 + number}",
            name=f"Болд {number}",
            role=role,
            password_hash=f"hash of {number}",
            created_at=NOW,
        )

    def session(self, user: User) -> Session:
        """A live session."""
        session_id = SessionId(self.entropy.new_id())
        return Session(
            id=session_id,
            user_id=user.id,
            family_digest=sha256(session_id.bytes + b"family").digest(),
            token_digest=sha256(session_id.bytes).digest(),
            created_at=NOW,
            last_used_at=NOW,
            expires_at=NOW + REFRESH_TOKEN_LIFE,
            client=Client("2001:db8::7", "Mozilla/5.0 (X11; Linux x86_64)"),
        )

    def login(self, user: User | None) -> Login:
        """A successful sign-in attempt."""
        return Login(
            id=LoginId(self.entropy.new_id()),
            user_id=None if user is None else user.id,
            at=NOW,
            client=Client("192.0.2.7", "curl/8.5.0"),
            method=LoginMethod.PASSWORD,
            outcome=LoginOutcome.SUCCEEDED,
        )

    def audit_entry(self) -> AuditEntry:
        """An entry about an account that an admin has disabled."""
        admin = Actor(UserId(self.entropy.new_id()), Role.ADMIN)
        return AuditEntry(
            id=AuditId(self.entropy.new_id()),
            at=NOW,
            actor=admin,
            action="user.disabled",
            subject=Subject("user", self.entropy.new_id()),
            origin=Origin(address="192.0.2.7", user_agent="curl/8.5.0", request_id="r1"),
            details={"reason": "spam"},
        )

    def profile(self, owner: User, status: ProfileStatus = ProfileStatus.APPROVED) -> Profile:
        """A complete profile."""
        return Profile(
            id=ProviderId(self.entropy.new_id()),
            owner_id=owner.id,
            display_name=f"Ink of {owner.name}",
            bio="Шугам, цэг ✒️",
            styles=("fine line", "монгол хээ"),
            address="Энхтайваны өргөн чөлөө 1",
            location=Location(47.918873, 106.917701),
            status=status,
            created_at=NOW,
        )

    def rule(self, day: int = 2, opening: str = "10:00-19:00") -> WeeklyRule:
        """A rule, by default for Tuesdays."""
        return WeeklyRule(id=RuleId(self.entropy.new_id()), day=day, hours=hours(opening))

    def exception(self, day: date, *openings: str) -> DateException:
        """An exception for a date, closed if no opening hours are given."""
        ranges = tuple(hours(opening) for opening in openings)
        return DateException(id=ExceptionId(self.entropy.new_id()), date=day, ranges=ranges)

    def block(self, span: TimeRange, note: str = "Амралт") -> Block:
        """A block of time off."""
        return Block(id=BlockId(self.entropy.new_id()), range=span, note=note)

    def waiting(self, profile: Profile, customer: User, window: TimeRange) -> Waiting:
        """An open waiting-list entry."""
        return Waiting(
            id=WaitingId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            window=window,
            created_at=NOW,
        )

    def hold(
        self,
        profile: Profile,
        customer: User,
        start: datetime = TOMORROW,
        *,
        lasts: timedelta = HOUR,
        expires_at: datetime = NOW + DEFAULT_HOLD,
    ) -> Claim:
        """A hold without buffers."""
        span = TimeRange(start, start + lasts)
        return Claim(
            id=ClaimId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            kind=ClaimKind.HOLD,
            span=span,
            blocked=span,
            expires_at=expires_at,
        )

    def claim(
        self, profile: Profile, customer: User, start: datetime = TOMORROW, *, buffer: timedelta = timedelta(0)
    ) -> Claim:
        """The claim of a one-hour booking."""
        span = TimeRange(start, start + HOUR)
        return Claim(
            id=ClaimId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            kind=ClaimKind.BOOKING,
            span=span,
            blocked=TimeRange(span.start - buffer, span.end + buffer),
        )

    def booking(
        self, profile: Profile, customer: User, start: datetime = TOMORROW, *, status: Status = Status.PENDING
    ) -> Booking:
        """A booking of one hour, by default pending its deposit."""
        span = TimeRange(start, start + HOUR)
        nothing = Money.zero(PRICE.currency)
        return Booking(
            id=BookingId(self.entropy.new_id()),
            reference=new_reference(self.entropy),
            provider_id=profile.id,
            provider_user_id=profile.owner_id,
            customer_id=customer.id,
            status=status,
            span=span,
            blocked=TimeRange(span.start - HOUR / 4, span.end + HOUR / 2),
            time_zone="Asia/Ulaanbaatar",
            local_start=local_time(span.start, "Asia/Ulaanbaatar"),
            price=PRICE,
            deposit=DEPOSIT,
            paid=nothing,
            refunded=nothing,
            cancellation=DEFAULT_POLICY,
            due_at=NOW + HOUR / 4 if status in {Status.PENDING, Status.REQUESTED} else None,
            created_at=NOW,
            updated_at=NOW,
        )

    def event(self, booking: Booking, from_status: Status | None = None) -> BookingEvent:
        """The event that led to the current status of the booking."""
        return BookingEvent(
            id=EventId(self.entropy.new_id()),
            booking_id=booking.id,
            type="placed" if from_status is None else booking.status.value,
            from_status=from_status,
            to_status=booking.status,
            by=_customer_of(booking),
            at=booking.updated_at,
        )

    def invoice(self) -> Invoice:
        """An invoice of a gateway."""
        reference = str(self.entropy.new_id())
        return Invoice(
            reference=reference,
            qr_text=f"0002010102121531{reference}",
            qr_image="data:image/png;base64,iVBORw0KGgo=",
            checkout_url=f"https://gateway.invalid/{reference}",
            deep_links=(
                DeepLink(name="Хаан банк", link="khanbank://q?qPay_QRcode=1"),
                DeepLink(name="Most money", link="most://q?qPay_QRcode=1"),
            ),
        )

    def payment(self, booking: Booking, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
        """A pending payment."""
        return Payment.start(
            id=PaymentId(self.entropy.new_id()),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            purpose=purpose,
            gateway="memory",
            amount=booking.deposit,
            expires_at=booking.due_at,
            now=NOW,
        )

    def refund(self, booking: Booking, amount: Money = DEPOSIT) -> Payment:
        """A pending refund."""
        return Payment.schedule_refund(
            id=PaymentId(self.entropy.new_id()),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            gateway="memory",
            amount=amount,
            now=NOW,
        )

    def sms(self, user: User | None = None) -> SmsMessage:
        """A stored text message that is not sent yet."""
        message_id = SmsId(self.entropy.new_id())
        return SmsMessage(
            id=message_id,
            user_id=None if user is None else user.id,
            to_masked="+976****2233",
            to_digest=sha256(message_id.bytes).digest(),
            template="code.login",
            language="mn",
            provider="memory",
            segments=1,
            created_at=NOW,
            updated_at=NOW,
        )

    def domain_event(self, booking_id: BookingId) -> BookingPlaced:
        """A domain event of a booking."""
        return BookingPlaced(
            id=EventId(self.entropy.new_id()),
            occurred_at=NOW,
            booking_id=booking_id,
            provider_id=ProviderId(self.entropy.new_id()),
            to=Status.PENDING,
            due_at=NOW + HOUR,
        )


def _customer_of(booking: Booking) -> Actor:
    return Actor(booking.customer_id, Role.CUSTOMER)
