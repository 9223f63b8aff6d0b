"""What a search offers of a schedule: the provider's shortest appointment, or a service."""

from booking_domain.scheduling.placing import for_services
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceNotOffered
from booking_domain.search.model import Offer


def schedule_for(offer: Offer, schedule: ProviderSchedule) -> ProviderSchedule | None:
    """The schedule for appointments of an offer; None: the provider does not offer the service."""
    try:
        return schedule if offer.quickest is None else for_services(schedule, (offer.quickest,), None)
    except ServiceNotOffered:
        return None


def length_of(offer: Offer) -> int | None:
    """The length in minutes to ask that schedule for; None: a service has its own."""
    return offer.minutes if offer.quickest is None else None
