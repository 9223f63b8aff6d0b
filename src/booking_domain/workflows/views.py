"""What reads across contexts return."""

from dataclasses import dataclass

from booking_domain.bookings.model import Terms
from booking_domain.catalogue.model import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderView:
    """A provider as clients see one."""

    profile: Profile
    time_zone: str
    terms: Terms
