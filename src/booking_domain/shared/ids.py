"""Identifiers: one type a meaning, so that a booking id never lands where a user id belongs."""

from typing import NewType, Protocol
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
LoginId = NewType("LoginId", UUID)
CodeId = NewType("CodeId", UUID)
ProviderId = NewType("ProviderId", UUID)
RuleId = NewType("RuleId", UUID)
ExceptionId = NewType("ExceptionId", UUID)
BlockId = NewType("BlockId", UUID)
FeedId = NewType("FeedId", UUID)
SalonId = NewType("SalonId", UUID)
SeriesId = NewType("SeriesId", UUID)
WaitingId = NewType("WaitingId", UUID)
ClaimId = NewType("ClaimId", UUID)
"""A hold's id, or the id of the booking that claims the time."""
BookingId = NewType("BookingId", UUID)
PaymentId = NewType("PaymentId", UUID)
EventId = NewType("EventId", UUID)
SmsId = NewType("SmsId", UUID)
AuditId = NewType("AuditId", UUID)


class Entropy(Protocol):
    """Where ids and human references come from; the only source of chance in a use case."""

    def new_id(self) -> UUID:
        """A UUID that was never given out before; later ones should sort after earlier ones (RFC 9562 §5.7)."""
        ...

    def pick(self, alphabet: str, length: int) -> str:
        """Return `length` characters of `alphabet`, each drawn independently and unpredictably."""
        ...
