"""Services: customers see those that can be booked, owners and admins see all."""

from collections.abc import Sequence
from typing import Final

from booking_domain.scheduling.services import ServiceNotFound, ServiceReads, ServiceView
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.permissions import Permission, may, owned
from booking_domain.shared.queries import Query


async def _get_service(actor: Actor | None, service_id: ServiceId, services: ServiceReads) -> ServiceView:
    view = await services.get(service_id)
    if view is None or not _visible(view, actor):
        raise ServiceNotFound
    return view


async def _list_services(
    actor: Actor | None, provider_id: ProviderId | None, salon_id: SalonId | None, services: ServiceReads
) -> Sequence[ServiceView]:
    """The services of one provider or of one salon, by category, name and id."""
    if provider_id is not None and salon_id is None:
        found = await services.of_provider(provider_id)
    elif salon_id is not None and provider_id is None:
        found = await services.of_salon(salon_id)
    else:
        raise InvalidValue(field="provider_id", problem="name a provider or a salon")
    return [view for view in found if _visible(view, actor)]


def _visible(view: ServiceView, actor: Actor | None) -> bool:
    return view.bookable or may(actor, Permission.MANAGE_SERVICES, owned(actor, view.owner_id))


get_service: Final = Query(_get_service, (ServiceNotFound,))
list_services: Final = Query(_list_services, (InvalidValue,))
