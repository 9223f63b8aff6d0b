"""`/services`: the services of providers and salons, and the offers of a salon's members."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from msgspec.json import encode

from booking_domain.scheduling.claims import MAX_CAPACITY
from booking_domain.scheduling.pauses import MAX_PAUSES, Pause
from booking_domain.scheduling.services import (
    MAX_CATEGORY,
    MAX_SERVICE_DESCRIPTION,
    MAX_SERVICE_NAME,
    ServiceOffer,
    ServiceView,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.use_cases.catalogue import service_queries as queries
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    OfferForMember,
    OfferService,
    ServiceChange,
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
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Currency,
    HorizonDays,
    Json,
    Minutes,
    NoticeMinutes,
    Query,
    ReminderMinutes,
    SomeMinutes,
    Timestamp,
)
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run
from entrypoints.http.resources import NeedJson, Needs, need, need_json

ServiceName = Annotated[str, Meta(min_length=1, max_length=MAX_SERVICE_NAME)]
Description = Annotated[str, Meta(max_length=MAX_SERVICE_DESCRIPTION)]
Capacity = Annotated[int, Meta(ge=1, le=MAX_CAPACITY, description="How many customers can book one appointment.")]
Category = Annotated[str, Meta(max_length=MAX_CATEGORY, description="The category, by which lists are sorted.")]


class PauseBody(Body, frozen=True, kw_only=True):
    """A pause of an appointment: its provider is free for others, who may book the time."""

    after_minutes: SomeMinutes
    """How long after the start of the appointment it begins."""
    minutes: SomeMinutes
    """How long it lasts."""


pause: Final = projection(PauseBody, Pause)
"""Return the value of the domain."""
Pauses = Annotated[tuple[PauseBody, ...], Meta(max_length=MAX_PAUSES)]


class PauseJson(Json, frozen=True, kw_only=True):
    """A pause of an appointment."""

    after_minutes: int
    """How long after the start of the appointment it begins."""
    minutes: int
    """How long it lasts."""


class AddServiceBody(Body, frozen=True, kw_only=True):
    """A new service; `salonId` makes it the salon's, `providerId` that of a member of your salon."""

    salon_id: SalonId | None = None
    provider_id: ProviderId | None = None
    name: ServiceName
    description: Description = ""
    category: Category = ""
    duration_minutes: SomeMinutes
    price_amount: Amount
    deposit_amount: Amount = 0
    currency: Currency | None = None
    """The currency of a salon's service. Default: the platform's. A provider's service has the provider's currency."""
    buffer_before_minutes: Minutes | None = None
    """Without it, the provider's."""
    buffer_after_minutes: Minutes | None = None
    """Without it, the provider's."""
    min_notice_minutes: NoticeMinutes | None = None
    """How long before its start it can be booked. Without it, the provider's notice."""
    horizon_days: HorizonDays | None = None
    """How many days ahead it can be booked; never further than the provider's horizon, which it has without it."""
    reminder_minutes: ReminderMinutes | None = None
    """Absent: the provider's reminders. With several services, the first that sets any counts. `[]`: no reminders."""
    add_on: bool = False
    """Whether it can only be booked together with another service."""
    capacity: Capacity = 1
    """With more than 1 place, the service is a class: it is booked alone, and is no add-on."""
    resources: Needs = ()
    """What each appointment takes beside its provider: resources of the same owner."""
    pauses: Pauses = ()
    """When the provider is free for others, in order, with work before and after each. A class has none."""
    active: bool = True


class EditServiceBody(Body, frozen=True, kw_only=True):
    """New values of a service; omitted members keep theirs.

    Null for a buffer, the notice, the horizon or reminders: those of the provider.
    """

    name: ServiceName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    duration_minutes: SomeMinutes | UnsetType = UNSET
    price_amount: Amount | UnsetType = UNSET
    deposit_amount: Amount | UnsetType = UNSET
    buffer_before_minutes: Minutes | UnsetType | None = UNSET
    buffer_after_minutes: Minutes | UnsetType | None = UNSET
    min_notice_minutes: NoticeMinutes | UnsetType | None = UNSET
    horizon_days: HorizonDays | UnsetType | None = UNSET
    reminder_minutes: ReminderMinutes | UnsetType | None = UNSET
    add_on: bool | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    """With fewer than are booked, the bookings stay."""
    resources: Needs | UnsetType = UNSET
    """What each new appointment takes; bookings keep what they have taken."""
    pauses: Pauses | UnsetType = UNSET
    """When the provider is free for others; bookings keep those that they were made with."""
    active: bool | UnsetType = UNSET
    """Whether the service can be booked."""


class OfferBody(Body, frozen=True, kw_only=True):
    """The values of this member of the salon; omitted ones are those of the service."""

    duration_minutes: SomeMinutes | None = None
    price_amount: Amount | None = None


_add: Final = projection(
    AddServiceBody,
    AddService,
    minutes="duration_minutes",
    rest=projection(
        AddServiceBody,
        ServiceChange,
        minutes="duration_minutes",
        needs=("resources", need),
        pauses=("pauses", pause),
        unused=("salon_id", "provider_id", "currency"),
    ),
)
_change: Final = projection(
    EditServiceBody, ServiceChange, minutes="duration_minutes", needs=("resources", need), pauses=("pauses", pause)
)
_offer: Final = members(OfferBody, OfferService, given=("service_id",), minutes="duration_minutes")


class ServicesQuery(Query, frozen=True, kw_only=True):
    """The provider or the salon whose services to list."""

    provider_id: UUID | None = None
    salon_id: UUID | None = None


class ServiceJson(Json, frozen=True, kw_only=True):
    """A service, in a provider's list at the length and price at which this provider offers it."""

    id: UUID
    provider_id: UUID | None = None
    salon_id: UUID | None = None
    name: str
    description: str
    category: str
    duration_minutes: int
    price_amount: int
    deposit_amount: int
    currency: str
    buffer_before_minutes: int | None = None
    buffer_after_minutes: int | None = None
    min_notice_minutes: int | None = None
    horizon_days: int | None = None
    reminder_minutes: tuple[int, ...] | None = None
    add_on: bool
    capacity: int
    """How many customers can book one appointment. With more than 1 place, it is a class."""
    resources: tuple[NeedJson, ...]
    """What each appointment takes beside its provider."""
    pauses: tuple[PauseJson, ...]
    """When the provider is free for others."""
    active: bool
    """Whether the service can be booked."""
    version: int
    created_at: Timestamp


class ServicesJson(Json, frozen=True, kw_only=True):
    """Services by category and name."""

    items: tuple[ServiceJson, ...]


class OfferedJson(Json, frozen=True, kw_only=True):
    """A member's offer of a salon's service."""

    service_id: UUID
    provider_id: UUID
    duration_minutes: int | None = None
    price_amount: int | None = None


_AS_OFFERED: Final[dict[str, Any]] = {
    "duration_minutes": "offered.minutes",
    "price_amount": "offered.price.amount",
    "deposit_amount": "offered.deposit.amount",
    "currency": "offered.price.currency",
    "resources": ("service.needs", need_json),
    "pauses": ("offered.pauses", projection(Pause, PauseJson)),
}
service_json: Final = projection(ServiceView, ServiceJson, within="service", **_AS_OFFERED)
"""Show a service."""
service_members: Final = members(ServiceView, ServiceJson, given=(), within="service", **_AS_OFFERED)
"""Return the members of `ServiceJson`."""
_offered_json: Final = projection(ServiceOffer, OfferedJson, duration_minutes="minutes")


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
    return await run(add_service, _add(data), answer=service_json)


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
        EditService(service_id=service_id, change=_change(data), expected_version=expected_version(if_match)),
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
    return _offered_json(await run(offer_service, OfferService(service_id=service_id, **_offer(data))))


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
    command = OfferForMember(service_id=service_id, provider_id=provider_id, **_offer(data))
    return _offered_json(await run(offer_for_member, command))


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
