"""`/services`: the services of providers and salons, and the offers of a salon's members."""

from typing import Any, Final

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec.json import encode

from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.use_cases.catalogue import service_queries as queries
from booking_domain.use_cases.catalogue.services import (
    EditService,
    OfferForMember,
    OfferService,
    WithdrawForMember,
    add_service,
    edit_service,
    offer_for_member,
    offer_service,
    remove_service,
    withdraw_for_member,
    withdraw_service,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import Answer, Answers, Lifetime
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run
from entrypoints.http.services.schemas import (
    AddServiceBody,
    EditServiceBody,
    OfferBody,
    OfferedJson,
    ServiceJson,
    ServicesJson,
    ServicesQuery,
    add_command,
    offer_members,
    offered_json,
    service_change,
    service_json,
)


async def _exported(source: ExportSource) -> list[ServiceJson]:
    provider = await source.reads.providers.by_owner(source.user.id)
    if provider is None:
        return []
    return [service_json(view) for view in await source.reads.services.of_provider(provider.profile.id)]


SERVICES: Final = value("services", tuple[ServiceJson, ...], _exported, about="The services.")
"""The section of the export."""

# Examples for the API's documentation.
ADD: Final[dict[str, Any]] = {
    "name": "Fine-line tattoo, small",
    "description": "Up to 5 cm, one colour.",
    "category": "Tattoos",
    "durationMinutes": 90,
    "priceAmount": 15_000_000,
    "depositAmount": 3_000_000,
    "bufferAfterMinutes": 15,
}
EDIT: Final[dict[str, Any]] = {"priceAmount": 16_000_000, "bufferAfterMinutes": None}
OFFER: Final[dict[str, Any]] = {"durationMinutes": 120}


@post("/", opt=documented(add_service, body=ADD))
async def create_service(data: JSONBody[AddServiceBody], run: Injected[Run]) -> Response[ServiceJson]:
    """Add a service to your profile, to a salon that you manage, or to the profile of a member, who is notified."""
    return await run(add_service, add_command(data), answer=service_json)


@get("/", opt=OPTIONAL | documented(queries.list_services))
async def list_services(
    request: Request[Any, Any, Any],
    params: Injected[ServicesQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[ServicesJson]:
    """List the services of a provider or a salon.

    Only the owner, the manager of the provider's salon and admins see those that cannot be booked. A provider's list
    includes the salon's services that the provider offers.
    """

    async def make() -> Answer:
        found = await queries.list_services(
            actor,
            None if params.provider_id is None else ProviderId(params.provider_id),
            None if params.salon_id is None else SalonId(params.salon_id),
            reads.services,
            reads.salons,
        )
        return Answer(encode(ServicesJson(items=tuple(service_json(view) for view in found))))

    about = None if actor is not None else params.provider_id or params.salon_id
    return await answers.answer(request, about, Lifetime.SERVICES, make, actor=actor, if_none_match=if_none_match)


@get("/{service_id:str}", opt=OPTIONAL | documented(queries.get_service))
async def get_service(
    service_id: FromPath[ServiceId],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[ServiceJson]:
    """Return a service, at the length and price that its owner set."""
    view = await queries.get_service(actor, service_id, reads.services, reads.salons)
    return unless_known(service_json(view), etag(view.service.version), if_none_match)


@patch("/{service_id:str}", opt=documented(edit_service, body=EDIT))
async def change_service(
    service_id: FromPath[ServiceId],
    data: JSONBody[EditServiceBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ServiceJson]:
    """Change a service of yours, of your salon or of its member, who is notified.

    Existing bookings keep the service as they were made with it.
    """
    await run(
        edit_service,
        EditService(service_id=service_id, change=service_change(data), expected_version=expected_version(if_match)),
    )
    view = await queries.get_service(actor, service_id, reads.services, reads.salons)
    return Response(service_json(view), headers=etag(view.service.version))


@delete("/{service_id:str}", opt=documented(remove_service))
async def delete_service(service_id: FromPath[ServiceId], run: Injected[Run]) -> None:
    """Delete a service of yours, of your salon or of its member, who is notified.

    Existing bookings keep the service as they were made with it.
    """
    await run(remove_service, service_id)


@put("/{service_id:str}/offer", opt=documented(offer_service, body=OFFER))
async def offer_salon_service(
    service_id: FromPath[ServiceId], data: JSONBody[OfferBody], run: Injected[Run]
) -> OfferedJson:
    """Offer a service of your salon, optionally at another length or price. Replaces an earlier offer."""
    return offered_json(await run(offer_service, OfferService(service_id=service_id, **offer_members(data))))


@delete("/{service_id:str}/offer", opt=documented(withdraw_service))
async def withdraw_salon_service(service_id: FromPath[ServiceId], run: Injected[Run]) -> None:
    """Stop offering a service of your salon."""
    await run(withdraw_service, service_id)


@put("/{service_id:str}/offers/{provider_id:str}", opt=documented(offer_for_member, body=OFFER))
async def offer_salon_service_for_member(
    service_id: FromPath[ServiceId], provider_id: FromPath[ProviderId], data: JSONBody[OfferBody], run: Injected[Run]
) -> OfferedJson:
    """Let a member of your salon offer its service, optionally at another length or price. Replaces an earlier offer.

    The member is notified. The service has to be in the member's currency.
    """
    command = OfferForMember(service_id=service_id, provider_id=provider_id, **offer_members(data))
    return offered_json(await run(offer_for_member, command))


@delete("/{service_id:str}/offers/{provider_id:str}", opt=documented(withdraw_for_member))
async def withdraw_salon_service_for_member(
    service_id: FromPath[ServiceId], provider_id: FromPath[ProviderId], run: Injected[Run]
) -> None:
    """Let a member of your salon offer its service no longer. The member is notified."""
    await run(withdraw_for_member, WithdrawForMember(service_id=service_id, provider_id=provider_id))


routes: Final = Router(
    "/services",
    route_handlers=[
        create_service,
        list_services,
        get_service,
        change_service,
        delete_service,
        offer_salon_service,
        withdraw_salon_service,
        offer_salon_service_for_member,
        withdraw_salon_service_for_member,
    ],
    opt=about("services", "What providers and salons offer, with durations and prices.") | exporting(SERVICES),
)
