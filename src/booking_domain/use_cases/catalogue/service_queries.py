"""Services: customers see those that can be booked; owners, managers of their salons and admins see all."""

from collections.abc import Sequence
from typing import Final

from booking_domain.scheduling.services import ServiceNotFound, ServiceReads, ServiceView
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.permissions import Permission, managed, may, owned
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import SalonReads


async def _get_service(
    actor: Actor | None, service_id: ServiceId, services: ServiceReads, salons: SalonReads
) -> ServiceView:
    view = await services.get(service_id)
    if view is None or not _visible(view, actor, await _manager_of(actor, view.service.provider_id, salons)):
        raise ServiceNotFound
    return view


async def _list_services(
    actor: Actor | None,
    provider_id: ProviderId | None,
    salon_id: SalonId | None,
    services: ServiceReads,
    salons: SalonReads,
) -> Sequence[ServiceView]:
    """The services of one provider or of one salon, by category, name and id."""
    if provider_id is not None and salon_id is None:
        found = await services.of_provider(provider_id)
    elif salon_id is not None and provider_id is None:
        found = await services.of_salon(salon_id)
    else:
        raise InvalidValue(field="provider_id", problem="name a provider or a salon")
    manager_id = await _manager_of(actor, provider_id, salons)
    return [view for view in found if _visible(view, actor, manager_id)]


async def _manager_of(actor: Actor | None, provider_id: ProviderId | None, salons: SalonReads) -> UserId | None:
    """The manager of the provider's salon, where the actor may be it."""
    return await salons.manager_of(provider_id) if provider_id and actor and actor.role is Role.MANAGER else None


def _visible(view: ServiceView, actor: Actor | None, manager_id: UserId | None) -> bool:
    relations = (owned(actor, view.owner_id), managed(actor, manager_id))
    return view.bookable or any(may(actor, Permission.MANAGE_SERVICES, each) for each in relations)


get_service: Final = Query(_get_service, (ServiceNotFound,))
list_services: Final = Query(_list_services, (InvalidValue,))
