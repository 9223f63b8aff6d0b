"""`/salons`: salons and their opening hours."""

from typing import Any, Final

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec.json import encode

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SalonId
from booking_domain.use_cases.catalogue import salon_queries as salons
from booking_domain.use_cases.catalogue.salons import (
    EditSalon,
    SetSalonHours,
    delete_salon,
    edit_salon,
    open_salon,
    set_salon_hours,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import Answer, Answers, Lifetime
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.salons.invitations import (
    accept_salon_invitation_by_link,
    invite_person_to_salon,
    list_invitations_of_salon,
    open_salon_invitation,
    send_salon_invitation_again,
    withdraw_salon_invitation,
)
from entrypoints.http.salons.member_calendars import (
    add_member_block,
    add_member_exception,
    remove_member_block,
    remove_member_exception,
    set_rules_of_member,
)
from entrypoints.http.salons.members import (
    accept_salon_invitation,
    decline_salon_invitation,
    end_salon_membership,
    get_salon_membership,
    invite_into_salon,
    list_salon_invitations,
    list_salon_members,
    set_salon_member_turn,
)
from entrypoints.http.salons.schemas import (
    EDIT,
    OPEN,
    SALONS,
    SET_HOURS,
    EditSalonBody,
    ManagedSalonsJson,
    OpenSalonBody,
    OwnSalonsQuery,
    SalonHoursBody,
    SalonHoursJson,
    SalonJson,
    SalonPageJson,
    edit_members,
    hours_json,
    hours_members,
    managed_salon_json,
    open_command,
    salon_json,
    salon_page_json,
)
from entrypoints.http.salons.slots import list_salon_slots
from entrypoints.http.salons.takings import export_salon_takings, show_salon_day, show_salon_takings


@post("/", opt=documented(open_salon, body=OPEN))
async def open_a_salon(
    data: JSONBody[OpenSalonBody],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
) -> Response[SalonJson]:
    """Create a salon with the caller as its manager. It is closed until it has hours."""
    return await run(open_salon, open_command(data), answer=lambda salon: salon_json(salon, object_storage))


@get("/", opt=documented(salons.list_own_salons))
async def list_salons(
    params: Injected[OwnSalonsQuery],  # noqa: ARG001 - it is the only list
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> ManagedSalonsJson:
    """List the salons that the caller manages, with members and invitations."""
    found = await salons.list_own_salons(actor, reads.salons)
    return ManagedSalonsJson(items=tuple(managed_salon_json(view, object_storage) for view in found))


@get("/{salon_id:str}", opt=PUBLIC | documented(salons.get_salon))
async def get_salon(
    request: Request[Any, Any, Any],
    salon_id: FromPath[SalonId],
    *,
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SalonJson]:
    """Return a salon."""

    async def make() -> Answer:
        salon = (await salons.get_salon(salon_id, reads.salons)).salon
        return Answer(encode(salon_json(salon, object_storage)), tag=str(salon.version))

    return await answers.answer(request, salon_id, Lifetime.PROFILES, make, if_none_match=if_none_match)


@get("/{salon_id:str}/page", opt=PUBLIC | documented(salons.get_salon_page))
async def show_salon_page(
    request: Request[Any, Any, Any],
    salon_id: FromPath[SalonId],
    *,
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SalonPageJson]:
    """Return what the public page of a salon shows: the salon, its opening hours, services and published members."""

    async def make() -> Answer:
        page = await salons.get_salon_page(salon_id, reads.salons, reads.providers, reads.services)
        return Answer(encode(salon_page_json(page, object_storage)))

    return await answers.answer(request, salon_id, Lifetime.SERVICES, make, if_none_match=if_none_match)


@patch("/{salon_id:str}", opt=documented(edit_salon, body=EDIT))
async def change_salon(
    salon_id: FromPath[SalonId],
    *,
    data: JSONBody[EditSalonBody],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[SalonJson]:
    """Change a salon. Omitted members keep their values. If the time zone changes, the hours are in the new one."""
    return await run(
        edit_salon,
        EditSalon(salon_id=salon_id, expected_version=expected_version(if_match), **edit_members(data)),
        answer=lambda salon: salon_json(salon, object_storage),
    )


@delete("/{salon_id:str}", opt=documented(delete_salon))
async def remove_salon(salon_id: FromPath[SalonId], run: Injected[Run]) -> None:
    """Delete a salon, as its manager or an admin.

    Members and invited providers are notified. Bookings stay. The salon's services are deleted, and its opening hours
    no longer limit the members' own.
    """
    await run(delete_salon, salon_id)


@get("/{salon_id:str}/hours", opt=PUBLIC | documented(salons.get_salon))
async def get_salon_hours(
    request: Request[Any, Any, Any],
    salon_id: FromPath[SalonId],
    *,
    reads: Injected[Reads],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SalonHoursJson]:
    """Return the opening hours of a salon."""

    async def make() -> Answer:
        view = await salons.get_salon(salon_id, reads.salons)
        return Answer(encode(hours_json(view)), tag=str(view.salon.version))

    return await answers.answer(request, salon_id, Lifetime.PROFILES, make, if_none_match=if_none_match)


@put("/{salon_id:str}/hours", opt=documented(set_salon_hours, body=SET_HOURS))
async def set_hours_of_salon(
    salon_id: FromPath[SalonId], data: JSONBody[SalonHoursBody], run: Injected[Run], if_match: IfMatch = None
) -> Response[SalonHoursJson]:
    """Replace the opening hours of a salon. Its members are open only while it is open."""
    view = await run(
        set_salon_hours,
        SetSalonHours(salon_id=salon_id, expected_version=expected_version(if_match), **hours_members(data)),
    )
    return Response(hours_json(view), headers=etag(view.salon.version))


routes: Final = Router(
    "/salons",
    route_handlers=[
        open_a_salon,
        list_salons,
        get_salon,
        show_salon_page,
        change_salon,
        remove_salon,
        get_salon_hours,
        set_hours_of_salon,
        list_salon_members,
        invite_into_salon,
        list_salon_invitations,
        get_salon_membership,
        accept_salon_invitation,
        decline_salon_invitation,
        set_salon_member_turn,
        end_salon_membership,
        add_member_block,
        remove_member_block,
        set_rules_of_member,
        add_member_exception,
        remove_member_exception,
        list_salon_slots,
        show_salon_day,
        show_salon_takings,
        export_salon_takings,
        invite_person_to_salon,
        list_invitations_of_salon,
        send_salon_invitation_again,
        withdraw_salon_invitation,
        open_salon_invitation,
        accept_salon_invitation_by_link,
    ],
    opt=exporting(SALONS),
)
