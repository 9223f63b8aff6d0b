"""The fields that templates of several features name: what each means, with a sample value."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import Link, LocalTime, TimeOfDay
from booking_domain.shared.money import Money

SAMPLE_ZONE: Final = "Asia/Ulaanbaatar"
_START: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)


def sample_time(hours: int) -> LocalTime:
    """The time so many hours after the start of the sample booking."""
    return LocalTime(_START + timedelta(hours=hours), SAMPLE_ZONE)


def sample_until(hours: int) -> TimeOfDay:
    """The same on the clock of who reads it, days before."""
    return TimeOfDay(_START + timedelta(hours=hours), SAMPLE_ZONE, now=_START - timedelta(days=3))


def sample_money(amount: int) -> Money:
    """An amount in the currency of the samples."""
    return Money.of(amount, "MNT")


SHARED_FIELDS: Final[Mapping[str, NoticeField]] = {
    "amount": NoticeField("The amount of the payment, receipt, payout or adjustment.", sample_money(20_000)),
    "attempts": NoticeField("How often it was tried.", "3"),
    "balance": NoticeField("What is still to be paid for the booking.", sample_money(60_000)),
    "bank_reference": NoticeField("The bank's reference of a transfer.", "FT26327000123"),
    "cancel_by": NoticeField("Until when a cancellation gives the named share back.", sample_time(-48)),
    "card_value": NoticeField("What a gift card was sold for.", sample_money(100_000)),
    "customer": NoticeField("The customer's name.", "Saraa", of_users=True),
    "day": NoticeField("A day: of the reconciled payments, or from which on an account is erased.", date(2026, 12, 22)),
    "deposit": NoticeField("The deposit of the booking.", sample_money(20_000)),
    "due": NoticeField("Until when the recipient can pay or answer.", sample_time(-12)),
    "gateway": NoticeField("The payment gateway.", "qpay"),
    "instructions": NoticeField(
        "What the provider asks customers to note.", "Please come ten minutes early.", of_users=True
    ),
    "issuer": NoticeField("Where a gift card pays.", "Bold Ink", of_users=True),
    "map": NoticeField("A link to a map of the place.", Link("https://example.com/map?at=47.9,106.9")),
    "note": NoticeField("What an admin wrote about the decision.", "Thank you for your patience."),
    "offered": NoticeField("The times that the provider offers.", (sample_time(24), sample_time(48))),
    "other": NoticeField("The name of the other party.", "Bold", of_users=True),
    "package_name": NoticeField("The name of a package.", "Five visits", of_users=True),
    "paid": NoticeField("What was paid for the booking.", sample_money(20_000)),
    "percent": NoticeField("Which share of the payment a cancellation gives back.", "100"),
    "place": NoticeField("The salon and the address.", "Ink House, Peace Avenue 1, Ulaanbaatar", of_users=True),
    "plan_name": NoticeField("The name of a plan.", "Two cuts a month", of_users=True),
    "price": NoticeField("The price of the booking.", sample_money(80_000)),
    "provider": NoticeField("The provider's public name.", "Bold Ink", of_users=True),
    "provider_phone": NoticeField("The salon's phone number.", "+97611322222"),
    "reason": NoticeField("The reason that an admin or a provider gave.", "Entered twice.", of_users=True),
    "recipient": NoticeField("For whom a gift card is.", "Saraa", of_users=True),
    "reference": NoticeField("The reference of the booking.", "BK7F3Q9D"),
    "refund": NoticeField("The amount that is refunded.", sample_money(15_000)),
    "return_reason": NoticeField("Why the bank returned a transfer.", "Unknown account."),
    "seller": NoticeField("The provider or the salon that sells a package or a plan.", "Bold Ink", of_users=True),
    "salon": NoticeField("The salon's name.", "Ink House", of_users=True),
    "services": NoticeField("The services that are booked.", "Small tattoo", of_users=True),
    "visits": NoticeField("How many visits of a package.", "5"),
    "when": NoticeField("The start of the booking.", sample_time(0)),
}
"""By name."""
