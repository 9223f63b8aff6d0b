"""Booking links: addresses that a provider gives out, each named after a campaign, and what they bring.

A link shows what is public anyway; its token only tells campaigns apart. It is stored as it is, so that the provider
can copy the address again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from string import ascii_letters, digits
from typing import Final, Protocol, Self

from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import BookingLinkId, Entropy, ProviderId

MAX_LINK_NAME: Final = 80
MAX_LINKS: Final = 50
DAYS_SHOWN: Final = 30
TOKEN_LENGTH: Final = 22
"""22 characters of six bits each: 132 bits."""
_ALPHABET: Final = ascii_letters + digits + "-_"


class BookingLinkNotFound(NotFound, code="link.not_found"):
    """There is no such booking link; its address may have changed."""


class TooManyBookingLinks(Conflict, code="link.too_many"):
    __doc__ = f"You have {MAX_LINKS} booking links already."


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLink:
    """A link of a provider."""

    id: BookingLinkId
    provider_id: ProviderId
    name: str
    """The campaign; only the provider sees it."""
    link_token: str
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MAX_LINK_NAME:
            raise InvalidValue(field="name", problem=f"a name of at most {MAX_LINK_NAME} characters is required")

    @classmethod
    def make(cls, provider_id: ProviderId, name: str, *, entropy: Entropy, now: datetime) -> Self:
        """A new link."""
        return cls(
            id=BookingLinkId(entropy.new_id()),
            provider_id=provider_id,
            name=name,
            link_token=entropy.pick(_ALPHABET, TOKEN_LENGTH),
            created_at=now,
        )

    def regenerated(self, entropy: Entropy) -> Self:
        """The link with another token; its counts stay."""
        return replace(self, link_token=entropy.pick(_ALPHABET, TOKEN_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDay:
    """What a link brought on one day, in the provider's time zone."""

    day: date
    visitors: int = 0
    """Distinct visitors; bots do not count."""
    bookings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLink:
    """A link with its counts."""

    link: BookingLink
    visitors: int
    """The sum of all days."""
    bookings: int
    days: tuple[LinkDay, ...]
    """The days since the asked one on which it brought something, in order."""


class BookingLinks(Protocol):
    """Booking links inside a database transaction."""

    async def add(self, link: BookingLink) -> None:
        """Add a link."""
        ...

    async def save(self, link: BookingLink) -> None:
        """Replace the link with this id."""
        ...

    async def remove(self, link_id: BookingLinkId) -> None:
        """Remove a link with its counts."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Sequence[BookingLink]:
        """The provider's links, by id."""
        ...

    async def by_token(self, provider_id: ProviderId, token: str) -> BookingLink | None:
        """The provider's link with this token."""
        ...

    async def count_visitor(self, link_id: BookingLinkId, day: date, visitor: bytes) -> None:
        """Count a visitor once a day; `visitor` is a digest."""
        ...

    async def count_booking(self, link_id: BookingLinkId, day: date) -> None:
        """Count a booking."""
        ...

    async def remove_visitors(self, before: date) -> None:
        """Delete the digests of earlier days; the counts stay."""
        ...


class BookingLinkReads(Protocol):
    """Reads of booking links, outside any database transaction."""

    async def of_provider(self, provider_id: ProviderId, since: date) -> Sequence[CountedLink]:
        """The provider's links with their counts, by id."""
        ...
