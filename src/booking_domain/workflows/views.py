"""Views: what reads across contexts return."""

from dataclasses import dataclass

from booking_domain.bookings.model import Booking, Terms
from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import Salon
from booking_domain.scheduling.model import Calendar, OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderView:
    """A provider: profile, time zone and terms."""

    profile: Profile
    time_zone: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """A provider's calendar and terms, which share a version."""

    calendar: Calendar
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booking with the names of both parties and the provider's address."""

    booking: Booking
    provider_name: str
    provider_address: str
    customer_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonView:
    """A salon and its opening hours."""

    salon: Salon
    hours: OpeningHours
