"""Services and the offers of salon members in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.services import Service, ServiceOffer, ServiceReads, Services, ServiceView
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, ServiceId
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS
from booking_domain.testing.kit.tables import InMemory, State, VersionedRepository
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


class MemoryServices(VersionedRepository[ServiceId, Service], Services):
    """The services of one database transaction."""

    table = SERVICES

    async def count_of(self, owner: ProviderId | SalonId) -> int:
        return sum(owner in {each.provider_id, each.salon_id} for each in self._rows.values())

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Service]:
        return self._rows.page(lambda each: each.provider_id == provider_id)

    async def count_needing(self, resource_id: ResourceId) -> int:
        return sum(resource_id in {need.resource_id for need in each.needs} for each in self._rows.values())

    async def remove(self, service_id: ServiceId) -> None:
        await super().remove(service_id)
        self._state[SERVICE_OFFERS].delete_keys(lambda key: key[0] == service_id)

    async def save_offer(self, offer: ServiceOffer) -> None:
        self._state[SERVICE_OFFERS].put(offer)

    async def offering(self, service_id: ServiceId) -> Sequence[ProviderId]:
        service, members = self._rows.get(service_id), self._state[SALON_MEMBERS]
        return sorted(
            provider_id
            for offered, provider_id in self._state[SERVICE_OFFERS]
            if service is not None and offered == service_id and members.get(provider_id) == service.salon_id
        )

    async def remove_offer(self, service_id: ServiceId, provider_id: ProviderId) -> None:
        self._state[SERVICE_OFFERS].pop((service_id, provider_id), None)


class MemoryServiceReads(InMemory, ServiceReads):
    """The committed services."""

    async def get(self, service_id: ServiceId) -> ServiceView | None:
        service = self._state[SERVICES].get(service_id)
        return None if service is None else self._owned(service)

    async def of_provider(self, provider_id: ProviderId) -> Sequence[ServiceView]:
        state = self._state
        if provider_id not in state[PROFILES]:
            return []
        published = state[PROFILES][provider_id].status is ProfileStatus.APPROVED
        return _in_order(
            ServiceView(
                service=service, offer=offer, owner_id=self._owned(service).owner_id, bookable=bookable and published
            )
            for service, offer, bookable in offered_by(state, provider_id)
        )

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> dict[ProviderId, Sequence[ServiceView]]:
        return {each: found for each in provider_ids if (found := await self.of_provider(each))}

    async def of_salon(self, salon_id: SalonId) -> Sequence[ServiceView]:
        found = self._state[SERVICES].where(lambda service: service.salon_id == salon_id)
        return _in_order(map(self._owned, found))

    async def offers_in(self, salon_id: SalonId) -> Sequence[ServiceView]:
        state = self._state
        members = state[PROFILES].page(
            lambda each: each.status is ProfileStatus.APPROVED and state[SALON_MEMBERS].get(each.id) == salon_id
        )
        return _in_order(
            replace(self._owned(service), offer=offer)
            for member in members
            for service, offer, bookable in offered_by(state, member.id)
            if offer is not None and bookable
        )

    def _owned(self, service: Service) -> ServiceView:
        """The service as its owner offers it."""
        state = self._state
        if service.salon_id is not None:
            return ServiceView(
                service=service, owner_id=state[SALONS][service.salon_id].manager_id, bookable=service.active
            )
        (profile,) = state[PROFILES].where(lambda each: each.id == service.provider_id)
        published = profile.status is ProfileStatus.APPROVED
        currency = state[TERMS][profile.id].price.currency
        return ServiceView(
            service=service,
            owner_id=profile.owner_id,
            bookable=service.active and published and service.price.currency == currency,
        )


def _in_order(views: Iterator[ServiceView]) -> list[ServiceView]:
    return sorted(views, key=lambda each: (each.service.category, each.service.name, each.service.id))
