"""A customer's consent that a provider places bookings for them, and the code with which a provider asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType, Protocol, Self
from uuid import UUID

from booking_domain.bookings.references import ALPHABET
from booking_domain.bookings.transitions import Party
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotFound
from booking_domain.shared.events import Event
from booking_domain.shared.folding import ascii_digits
from booking_domain.shared.ids import Entropy, ProviderId, UserId
from booking_domain.shared.lifecycle import Lifecycle, Move

ConsentId = NewType("ConsentId", UUID)

CODE_LENGTH: Final = 10
MAX_CODE_LENGTH: Final = 20
"""The longest code that a request may contain."""


class ConsentCodeNotFound(NotFound, code="consent.code_not_found", field="code"):
    """This code is not valid, or no longer valid. Ask the provider for a new one."""


class NoConsentCode(NotFound, code="consent.no_code"):
    """You have no consent code."""


class ConsentNotFound(NotFound, code="consent.not_found", field="provider_id"):
    """This provider cannot place bookings for you."""


class ConsentStatus(StrEnum):
    """The status of a consent."""

    GRANTED = "granted"
    REVOKED = "revoked"
    """The provider must not place bookings for the customer, also if the customer has booked there before."""


class ConsentAction(StrEnum):
    """What changes the status of a consent."""

    GRANT = "grant"
    REVOKE = "revoke"


_CUSTOMER: Final = frozenset({Party.CUSTOMER})

CONSENT_LIFECYCLE: Final[Lifecycle[ConsentStatus, ConsentAction, Party]] = Lifecycle(
    thing="consent",
    about="""
        A customer lets a provider place bookings for them, and takes it back. A revoked consent outweighs earlier
        bookings with the provider.
    """,
    moves={
        (ConsentStatus.GRANTED, ConsentAction.REVOKE): Move(ConsentStatus.REVOKED, _CUSTOMER),
        (ConsentStatus.REVOKED, ConsentAction.GRANT): Move(ConsentStatus.GRANTED, _CUSTOMER),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCode:
    """The code that a provider gives to customers, in person or in a link. It is valid until it is replaced."""

    provider_id: ProviderId
    code: str
    created_at: datetime

    @classmethod
    def make(cls, provider_id: ProviderId, *, entropy: Entropy, now: datetime) -> Self:
        """A new code, without look-alike letters."""
        return cls(provider_id=provider_id, code=entropy.pick(ALPHABET, CODE_LENGTH), created_at=now)

    def matches(self, entered: str) -> bool:
        """Whether a customer entered this code: in any case, with digits of any script, spaces and hyphens."""
        return ascii_digits(entered).upper().replace("-", "").replace(" ", "") == self.code


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingConsent:
    """What a customer has said about bookings that a provider places for them. There is one for each such pair."""

    id: ConsentId
    provider_id: ProviderId
    customer_id: UserId
    status: ConsentStatus = ConsentStatus.GRANTED
    changed_at: datetime
    created_at: datetime

    def moved(self, action: ConsentAction, now: datetime) -> Self:
        """Apply an action of the customer."""
        status = CONSENT_LIFECYCLE.advance(self.status, action, Party.CUSTOMER)
        return replace(self, status=status, changed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """A consent with the names of both sides."""

    consent: BookingConsent
    provider_name: str
    customer_name: str

    @property
    def id(self) -> ConsentId:
        """The id of the consent."""
        return self.consent.id


# Events


class ConsentChanged(Event, subject="consent_id"):
    """The common field of all events of a consent."""

    consent_id: ConsentId


class ConsentGranted(ConsentChanged, topic="consent.granted"):
    """A customer lets a provider place bookings for them."""


class ConsentRevoked(ConsentChanged, topic="consent.revoked"):
    """A customer no longer lets a provider place bookings for them."""


EVENTS: Final[tuple[type[ConsentChanged], ...]] = (ConsentGranted, ConsentRevoked)


# Ports


class BookingConsents(Protocol):
    """Consents and consent codes inside a database transaction."""

    async def get(self, customer_id: UserId, provider_id: ProviderId) -> BookingConsent | None:
        """What the customer has said about this provider."""
        ...

    async def save(self, consent: BookingConsent) -> None:
        """Store a consent, in place of an earlier one of the same customer and provider."""
        ...

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        """The provider's code."""
        ...

    async def save_code(self, code: ConsentCode) -> None:
        """Store a code in place of the provider's former one."""
        ...

    async def remove_code(self, provider_id: ProviderId) -> None:
        """Remove the provider's code, if there is one."""
        ...


class BookingConsentReads(Protocol):
    """Reads of consents and consent codes, outside any database transaction."""

    async def get(self, consent_id: ConsentId) -> ConsentView | None:
        """One consent."""
        ...

    async def of_customer(self, customer_id: UserId, after: ConsentId | None, limit: int) -> Sequence[ConsentView]:
        """The customer's consents, newest first: those older than `after`, at most `limit`."""
        ...

    async def of_provider(self, provider_id: ProviderId, after: ConsentId | None, limit: int) -> Sequence[ConsentView]:
        """The consents about this provider, newest first: those older than `after`, at most `limit`."""
        ...

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        """The provider's code."""
        ...
