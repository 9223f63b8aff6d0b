"""Who may book, and how many bookings to come one customer may have with one provider."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.placing_errors import PhoneNotVerified, TooManyUpcoming, TooManyUpcomingUnverified

MAX_UPCOMING: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBookings:
    """The bookings that a customer has placed and that are not over."""

    unsettled: int
    """Those that wait for a deposit or an answer, with any provider."""
    upcoming: int
    """Those to come with one provider."""
    verified: bool
    """Whether the customer has a verified contact, or an external identity."""
    phone_verified: bool
    """Whether the customer has a verified phone number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingLimits:
    """The limits of the platform. Accounts are cheap, so one without a verified contact gets less of a calendar."""

    verified: int = 60
    """Unless the provider has set another number. A weekly series of a year fits."""
    unverified: int = 5
    phone_required: bool = False
    """Whether a customer needs a verified phone number, however they sign in."""

    def most(self, *, verified: bool, of_provider: int | None) -> int:
        """The limit of a customer; a provider lowers that of unverified ones, and never raises it.

        >>> [UpcomingLimits().most(verified=verified, of_provider=3) for verified in (True, False)]
        [3, 3]
        """
        most = self.verified if of_provider is None else of_provider
        return most if verified else min(most, self.unverified)

    def require(self, open_bookings: OpenBookings, *, adding: int, of_provider: int | None) -> None:
        """Raise an error unless the customer may add this many bookings with the provider.

        Raises:
            PhoneNotVerified: the customer has no verified phone number, and needs one.
            TooManyUpcoming: the bookings exceed the limit.
            TooManyUpcomingUnverified: the same, and a verified contact would help.
        """
        if self.phone_required and not open_bookings.phone_verified:
            raise PhoneNotVerified
        verified = open_bookings.verified
        most = self.most(verified=verified, of_provider=of_provider)
        if open_bookings.upcoming + adding <= most:
            return
        if most < self.most(verified=True, of_provider=of_provider):
            raise TooManyUpcomingUnverified(limit=most)
        raise TooManyUpcoming(limit=most)
