"""Identifiers: one type per kind of object, so that mypy rejects a booking id where a user id belongs.

An identifier that no other context refers to is declared in the model of its context.
"""

from typing import NewType, Protocol
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
DeviceId = NewType("DeviceId", UUID)
BankAccountId = NewType("BankAccountId", UUID)
ContactEditId = NewType("ContactEditId", UUID)
LoginId = NewType("LoginId", UUID)
CodeId = NewType("CodeId", UUID)
ProviderId = NewType("ProviderId", UUID)
RuleId = NewType("RuleId", UUID)
ExceptionId = NewType("ExceptionId", UUID)
BlockId = NewType("BlockId", UUID)
FeedId = NewType("FeedId", UUID)
SalonId = NewType("SalonId", UUID)
ServiceId = NewType("ServiceId", UUID)
ResourceId = NewType("ResourceId", UUID)
VenueId = NewType("VenueId", UUID)
BookingLinkId = NewType("BookingLinkId", UUID)
SeriesId = NewType("SeriesId", UUID)
WaitingId = NewType("WaitingId", UUID)
ClaimId = NewType("ClaimId", UUID)
"""The id of a hold, or of the booking that claims the time."""
BookingId = NewType("BookingId", UUID)
CustomerId = NewType("CustomerId", UUID)
"""The id of a customer's account, or of a walk-in: of the booking in which it was first entered."""
PlanId = NewType("PlanId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
IdeaId = NewType("IdeaId", UUID)
AdjustmentId = NewType("AdjustmentId", UUID)
DeskPaymentId = NewType("DeskPaymentId", UUID)
CommissionId = NewType("CommissionId", UUID)
EarningId = NewType("EarningId", UUID)
ProviderPayoutId = NewType("ProviderPayoutId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
EventId = NewType("EventId", UUID)
SmsId = NewType("SmsId", UUID)
AuditId = NewType("AuditId", UUID)
FileId = NewType("FileId", UUID)
InvitationLinkId = NewType("InvitationLinkId", UUID)


class Entropy(Protocol):
    """The source of ids and booking references, and the only randomness in a use case."""

    def new_id(self) -> UUID:
        """A new UUID. Later ones should sort after earlier ones (UUIDv7, RFC 9562 §5.7)."""
        ...

    def pick(self, alphabet: str, length: int) -> str:
        """Return `length` independent, unpredictable characters of `alphabet`."""
        ...
