"""The fields that templates of several features may name: what each means, with a sample value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Final

from booking_domain.notifications.notices import Link, LocalTime, NoticeTemplate, NoticeValue
from booking_domain.shared.money import Money

_ZONE: Final = "Asia/Ulaanbaatar"
_START: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NoticeField:
    """A field of a template."""

    meaning: str
    """In English, for admins."""
    sample: NoticeValue
    of_users: bool = False
    """Whether users write it: then a subject quotes it, after words of the platform."""


def _at(hours: int) -> LocalTime:
    return LocalTime(_START + timedelta(hours=hours), _ZONE)


def _togrog(amount: int) -> Money:
    return Money.of(amount, "MNT")


COMMON_FIELDS: Final[Mapping[str, NoticeField]] = {
    "agreed": NoticeField("The start of the booking before it was moved.", _at(-24)),
    "amount": NoticeField("The amount of the payment, receipt, payout or adjustment.", _togrog(20_000)),
    "attempts": NoticeField("How often it was tried.", "3"),
    "authorised": NoticeField("The amount that is reserved on the card.", _togrog(20_000)),
    "balance": NoticeField("What is still to be paid for the booking.", _togrog(60_000)),
    "bank_reference": NoticeField("The bank's reference of a transfer.", "FT26327000123"),
    "cancel": NoticeField("A link with which the customer cancels.", Link("https://example.com/links/cancel#sample")),
    "cancel_by": NoticeField("Until when a cancellation gives the named share back.", _at(-48)),
    "capture_by": NoticeField("Until when the reserved amount can be charged.", _at(72)),
    "captured": NoticeField("The amount that was charged to the card.", _togrog(20_000)),
    "code": NoticeField("A one-time code.", "482913"),
    "customer": NoticeField("The customer's name.", "Saraa", of_users=True),
    "day": NoticeField("A day: of the reconciled payments, or from which on an account is erased.", date(2026, 12, 22)),
    "decision_due": NoticeField("Until when a dispute is decided.", _at(168)),
    "deposit": NoticeField("The deposit of the booking.", _togrog(20_000)),
    "description": NoticeField("The text of an idea.", "A swallow on the left forearm", of_users=True),
    "due": NoticeField("Until when the recipient can pay or answer.", _at(-12)),
    "end": NoticeField("The end of the booking.", _at(2)),
    "estimate": NoticeField("The price that the provider estimates.", _togrog(150_000)),
    "gateway": NoticeField("The payment gateway.", "qpay"),
    "host": NoticeField("The host of a webhook endpoint.", "hooks.example.com"),
    "instructions": NoticeField(
        "What the provider asks customers to note.", "Please come ten minutes early.", of_users=True
    ),
    "link": NoticeField(
        "A link to report that another person changed the account.", Link("https://example.com/links/not-me#sample")
    ),
    "map": NoticeField("A link to a map of the place.", Link("https://example.com/map?at=47.9,106.9")),
    "move": NoticeField(
        "A link with which the customer moves the booking.", Link("https://example.com/links/move#sample")
    ),
    "note": NoticeField("What an admin wrote about the decision.", "Thank you for your patience."),
    "number": NoticeField("The number of a receipt or credit note.", "R-2026-000123"),
    "objection_deadline": NoticeField("Until when the customer may refuse the new time.", _at(-6)),
    "offered": NoticeField("The times that the provider offers.", (_at(24), _at(48))),
    "open": NoticeField("How many findings wait for an admin.", "2"),
    "other": NoticeField("The name of the other party.", "Bold", of_users=True),
    "pay": NoticeField("A link with which the customer pays.", Link("https://example.com/links/pay#sample")),
    "percent": NoticeField("Which share of the payment a cancellation gives back.", "100"),
    "place": NoticeField("The salon and the address.", "Ink House, Peace Avenue 1, Ulaanbaatar", of_users=True),
    "provider": NoticeField("The provider's public name.", "Bold Ink", of_users=True),
    "reason": NoticeField("The reason that an admin or a provider gave.", "Entered twice.", of_users=True),
    "reference": NoticeField("The reference of the booking.", "BK7F3Q9D"),
    "refund": NoticeField("The amount that goes back.", _togrog(15_000)),
    "released": NoticeField("The reserved amount that is not charged.", _togrog(5_000)),
    "return_reason": NoticeField("Why the bank returned a transfer.", "Unknown account."),
    "salon": NoticeField("The salon's name.", "Ink House", of_users=True),
    "service": NoticeField("The name of a service.", "Small tattoo", of_users=True),
    "statement_due": NoticeField("Until when a party can make its statement.", _at(72)),
    "still_due": NoticeField("What is still due for the booking.", _togrog(60_000)),
    "time_zone": NoticeField("The time zone of the named times.", _ZONE),
    "until": NoticeField("Until when an offered time is held.", _at(1)),
    "when": NoticeField("The start of the booking.", _at(0)),
}
"""By name."""


def names_in(text: str) -> Iterator[str]:
    """Yield the fields that a text names, as often as it names them.

    >>> list(names_in("{provider} expects you on {when}."))
    ['provider', 'when']

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)


def names_of(template: NoticeTemplate) -> tuple[str, ...]:
    """Return the fields that a template names, in alphabetical order.

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    texts = (template.subject, template.text, *template.details)
    return tuple(sorted({name for text in texts for name in names_in(text)}))
