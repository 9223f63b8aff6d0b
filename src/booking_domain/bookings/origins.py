"""Where the customer of a booking came from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from booking_domain.shared.enums import checks_enums


class BookingOrigin(StrEnum):
    """Where the customer of a booking came from, when it was placed."""

    DIRECT = "direct"
    """Nothing is known, as of all bookings before origins were kept."""
    LINK = "link"
    """A booking link of the provider."""
    SEARCH = "search"
    """A search, as the client says."""
    PORTFOLIO = "portfolio"
    """An item of the provider's portfolio."""
    WAITING_LIST = "waiting_list"
    """An offer of the waiting list."""
    BOT = "bot"
    """The bot, or another one, as it says."""
    PAGE = "page"
    """The platform's pages, or a page of the client, as it says."""
    DESK = "desk"
    """The provider's side entered the booking."""


CLAIMED: Final = frozenset({BookingOrigin.SEARCH, BookingOrigin.BOT, BookingOrigin.PAGE})
"""What clients may say; the platform knows the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Came:
    """Where a customer came from, and over what."""

    origin: BookingOrigin = BookingOrigin.DIRECT
    link_id: UUID | None = None
    portfolio_item_id: UUID | None = None


CAME_DIRECTLY: Final = Came()
