"""The ports of gift cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.gift_cards.events import EVENTS
from booking_domain.gift_cards.model import (
    GIFT_CARD_LIFECYCLE,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardId,
    GiftCardStatus,
    Liability,
)
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import PaymentId, ProviderId, SalonId, UserId


class GiftCards(Protocol):
    """Gift cards and their entries inside a database transaction. Lock order: bookings before cards."""

    async def add(self, card: GiftCard) -> None:
        """Add a card."""
        ...

    async def save(self, card: GiftCard, *, was: GiftCard) -> None:
        """Replace `was` by `card`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def lock(self, card_id: GiftCardId) -> GiftCard | None:
        """Lock a card until the database transaction ends, and return it."""
        ...

    async def lock_by_code(self, code: str) -> GiftCard | None:
        """The same for the card with this code, in its normal form."""
        ...

    async def lock_of_payment(self, payment_id: PaymentId) -> GiftCard | None:
        """The same for the card that made this payment."""
        ...

    async def of_salon(self, salon_id: SalonId) -> bool:
        """Whether there are cards of this salon; needs the salon's lock."""
        ...

    async def add_entry(self, entry: GiftCardEntry) -> None:
        """Add an entry.

        Raises:
            ConcurrentChange: the card has an entry of this cause.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class GiftCardFilter:
    """Which gift cards to list; None matches any value."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    buyer_id: UserId | None = None
    last_four: str | None = None
    """The last characters of the code."""
    contact: str | None = None
    """The recipient's e-mail address in its normal form, or their number in E.164."""
    status: GiftCardStatus | None = None
    after: GiftCardId | None = None
    limit: int = 50


class GiftCardReads(Protocol):
    """Reads of gift cards, outside any database transaction."""

    async def get(self, card_id: GiftCardId) -> GiftCard | None:
        """One card."""
        ...

    async def page(self, criteria: GiftCardFilter) -> Sequence[GiftCard]:
        """The matching cards, newest first."""
        ...

    async def entries(self, card_id: GiftCardId, after: GiftCardEntryId | None, limit: int) -> Sequence[GiftCardEntry]:
        """What changed a card, newest first: those after `after`, at most `limit`."""
        ...

    async def to_deliver(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        """Active cards that are to be sent by now, the earliest first."""
        ...

    async def to_expire(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        """Cards that have expired and still have a balance."""
        ...

    async def liability(self, criteria: GiftCardFilter) -> Sequence[Liability]:
        """What is owed on the matching cards, by currency."""
        ...


class GiftCardRepositories(Protocol):
    """The repositories of this context."""

    @property
    def gift_cards(self) -> GiftCards: ...


class GiftCardReadGroup(Protocol):
    """The reads of this context."""

    @property
    def gift_cards(self) -> GiftCardReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(GIFT_CARD_LIFECYCLE,))
