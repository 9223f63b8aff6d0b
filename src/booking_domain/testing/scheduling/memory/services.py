"""Services and the offers of salon members in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.services import Service, ServiceOffer, ServiceReads, Services, ServiceView
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import (
    PROFILES,
    SALON_MEMBERS,
    SALONS,
    require_provider,
    require_salon,
)
from booking_domain.testing.kit.tables import State
from booking_domain.testing.scheduling.memory.tables import SERVICE_OFFERS, SERVICES


def offered_by(state: State, provider_id: ProviderId) -> Iterator[tuple[Service, ServiceOffer | None, bool]]:
    """Yield the services that the provider offers, and whether each can be booked once the profile is published."""
    salon_id, terms = state[SALON_MEMBERS].get(provider_id), state[TERMS].get(provider_id)
    for service in state[SERVICES].values():
        offer = state[SERVICE_OFFERS].get((service.id, provider_id))
        bookable = service.active and terms is not None and service.price.currency == terms.price.currency
        if service.provider_id == provider_id:
            yield service, None, bookable
        elif offer is not None and service.salon_id == salon_id:
            yield service, offer, bookable


class MemoryServices(Services):
    """The services of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, service: Service) -> None:
        if service.provider_id is not None:
            require_provider(self._state, service.provider_id)
        if service.salon_id is not None:
            require_salon(self._state, service.salon_id)
        self._state[SERVICES][service.id] = service

    async def get(self, service_id: ServiceId) -> Service | None:
        return self._state[SERVICES].get(service_id)

    async def count_of(self, owner: ProviderId | SalonId) -> int:
        return sum(owner in {each.provider_id, each.salon_id} for each in self._state[SERVICES].values())

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Service]:
        own = (each for each in self._state[SERVICES].values() if each.provider_id == provider_id)
        return sorted(own, key=lambda service: service.id)

    async def save(self, service: Service, *, was: Service) -> None:
        kept = self._state[SERVICES].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="service")
        self._state[SERVICES][service.id] = service

    async def remove(self, service_id: ServiceId) -> None:
        self._state[SERVICES].pop(service_id, None)
        for key in [key for key in self._state[SERVICE_OFFERS] if key[0] == service_id]:
            del self._state[SERVICE_OFFERS][key]

    async def save_offer(self, offer: ServiceOffer) -> None:
        self._state.require(SERVICES, offer.service_id)
        require_provider(self._state, offer.provider_id)
        self._state[SERVICE_OFFERS][offer.service_id, offer.provider_id] = offer

    async def offering(self, service_id: ServiceId) -> Sequence[ProviderId]:
        service, members = self._state[SERVICES].get(service_id), self._state[SALON_MEMBERS]
        return sorted(
            provider_id
            for offered, provider_id in self._state[SERVICE_OFFERS]
            if service is not None and offered == service_id and members.get(provider_id) == service.salon_id
        )

    async def remove_offer(self, service_id: ServiceId, provider_id: ProviderId) -> None:
        self._state[SERVICE_OFFERS].pop((service_id, provider_id), None)


class MemoryServiceReads(ServiceReads):
    """The committed services."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, service_id: ServiceId) -> ServiceView | None:
        service = self._committed()[SERVICES].get(service_id)
        return None if service is None else self._owned(service)

    async def of_provider(self, provider_id: ProviderId) -> Sequence[ServiceView]:
        state = self._committed()
        if provider_id not in state[PROFILES]:
            return []
        published = state[PROFILES][provider_id].status is ProfileStatus.APPROVED
        return _in_order(
            ServiceView(
                service=service, offer=offer, owner_id=self._owned(service).owner_id, bookable=bookable and published
            )
            for service, offer, bookable in offered_by(state, provider_id)
        )

    async def of_salon(self, salon_id: SalonId) -> Sequence[ServiceView]:
        services = self._committed()[SERVICES].values()
        return _in_order(self._owned(service) for service in services if service.salon_id == salon_id)

    async def offers_in(self, salon_id: SalonId) -> Sequence[ServiceView]:
        state = self._committed()
        members = (
            profile.id
            for profile in state[PROFILES].values()
            if profile.status is ProfileStatus.APPROVED and state[SALON_MEMBERS].get(profile.id) == salon_id
        )
        return _in_order(
            replace(self._owned(service), offer=offer)
            for provider_id in sorted(members)
            for service, offer, bookable in offered_by(state, provider_id)
            if offer is not None and bookable
        )

    def _owned(self, service: Service) -> ServiceView:
        """The service as its owner offers it."""
        state = self._committed()
        if service.salon_id is not None:
            return ServiceView(
                service=service, owner_id=state[SALONS][service.salon_id].manager_id, bookable=service.active
            )
        profile = next(each for each in state[PROFILES].values() if each.id == service.provider_id)
        published = profile.status is ProfileStatus.APPROVED
        currency = state[TERMS][profile.id].price.currency
        return ServiceView(
            service=service,
            owner_id=profile.owner_id,
            bookable=service.active and published and service.price.currency == currency,
        )


def _in_order(views: Iterator[ServiceView]) -> list[ServiceView]:
    return sorted(views, key=lambda each: (each.service.category, each.service.name, each.service.id))
