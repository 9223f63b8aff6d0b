"""`/admin/providers`: provider profiles, for admins."""

from typing import Final

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import asdict

from booking_domain.bookings.ports import BookingFilter
from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings import queries as bookings
from booking_domain.use_cases.bookings.review_bookings import DecideOnBookings, decide_on_bookings
from booking_domain.use_cases.catalogue import queries as providers
from booking_domain.use_cases.catalogue.profile_review import DecideOnChanges, decide_on_changes
from booking_domain.use_cases.catalogue.profiles import DecideOnProfile, decide_on_profile
from booking_domain.use_cases.catalogue.publication import (
    CorrectProfile,
    ReinstateProfile,
    SuspendProfile,
    correct_profile,
    delete_profile,
    reinstate_profile,
    suspend_profile,
)
from booking_domain.use_cases.platform.connections import ProfileConnections
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.http.bookings.schemas import BookingsJson, booking_json
from entrypoints.http.kit.connections import (
    LinkedAccountJson,
    LinkedSalonJson,
    linked_account_json,
    linked_salon_json,
)
from entrypoints.http.kit.cursors import Page, cut
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known, variant_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members
from entrypoints.http.kit.running import Run
from entrypoints.http.providers.schemas import (
    APPROVED,
    CORRECTION,
    DECIDE,
    REJECTED_CHANGES,
    SUSPEND,
    CorrectProfileBody,
    DecidedJson,
    DecideOnBookingsBody,
    DecisionBody,
    ProfilesQuery,
    ProviderBookingsQuery,
    ProviderJson,
    SuspendBody,
    bookings_members,
    correct_members,
    decide_members,
    profiles_filter,
    provider_json_with_note,
)


class ManagedProviderJson(ProviderJson, frozen=True, kw_only=True):
    """A provider, for admins: with the account and the salon that it belongs to."""

    account: LinkedAccountJson
    """The account of its owner."""
    salon: LinkedSalonJson | None = None
    """The salon that it is a member of."""
    manager: LinkedAccountJson | None = None
    """The manager of the salon."""


class ManagedProvidersJson(Page[ManagedProviderJson], frozen=True, kw_only=True):
    """A page of providers, for admins."""


_linked: Final = members(
    ProfileConnections,
    ManagedProviderJson,
    given=ProviderJson.__struct_fields__,
    account=linked_account_json,
    salon=linked_salon_json,
    manager=linked_account_json,
)


def _managed_json(view: ProviderView, linked: ProfileConnections, links: ObjectLinks) -> ManagedProviderJson:
    return ManagedProviderJson(**asdict(provider_json_with_note(view, links)), **_linked(linked))


def _tag(view: ProviderView, linked: ProfileConnections) -> dict[str, str]:
    usual = linked.salon is None and linked.account.status is UserStatus.ACTIVE
    return etag(view.profile.version, "" if usual else variant_of(linked))


@get("/", opt=documented(providers.list_profiles))
async def list_profiles(
    params: Injected[ProfilesQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> ManagedProvidersJson:
    """List all provider profiles, or those in one status. Admins only."""
    found = await providers.list_profiles(actor, profiles_filter(params), reads.providers)
    linked = await reads.connections.of_providers([view.profile.id for view in found])
    return ManagedProvidersJson.of(
        found,
        params.limit,
        lambda view: _managed_json(view, linked[view.profile.id], object_storage),
        lambda view: view.profile.id,
    )


@patch(
    "/{provider_id:str}/approve",
    opt=documented(decide_on_profile, providers.get_profile, body=APPROVED),
)
async def decide_on_provider(
    provider_id: FromPath[ProviderId],
    data: JSONBody[DecisionBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ManagedProviderJson]:
    """Approve or reject a submitted profile. Admins only."""
    command = DecideOnProfile(
        provider_id=provider_id,
        approved=data.approved,
        note=data.note,
        expected_version=expected_version(if_match),
    )
    await run(decide_on_profile, command)
    return await _shown(provider_id, actor, reads, object_storage)


@post(
    "/{provider_id:str}/changes",
    status_code=200,
    opt=documented(decide_on_changes, providers.get_profile, body=REJECTED_CHANGES),
    operation_id="decideOnProfileChanges",
)
async def decide_on_some_changes(
    provider_id: FromPath[ProviderId],
    data: JSONBody[DecisionBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ManagedProviderJson]:
    """Approve or reject another name or picture of an approved profile (`pendingChanges`). Admins only.

    If it is rejected, the profile shows the former one. Its owner is notified, with the note.
    """
    command = DecideOnChanges(
        provider_id=provider_id,
        approved=data.approved,
        note=data.note,
        expected_version=expected_version(if_match),
    )
    return await run(decide_on_changes, command, then=lambda: _shown(provider_id, actor, reads, object_storage))


@get("/{provider_id:str}", opt=documented(providers.get_profile))
async def get_profile(
    provider_id: FromPath[ProviderId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_none_match: IfNoneMatch = None,
) -> Response[ManagedProviderJson]:
    """Return a profile in any status, with its documents at URLs of some minutes. Admins only."""
    view = await providers.get_profile(actor, provider_id, reads)
    linked = (await reads.connections.of_providers([provider_id]))[provider_id]
    tag = _tag(view, linked)
    # The URLs of documents expire, so a client's cached copy goes stale.
    return unless_known(_managed_json(view, linked, object_storage), tag, None if view.documents else if_none_match)


@patch("/{provider_id:str}", opt=documented(correct_profile, providers.get_profile, body=CORRECTION))
async def correct_a_profile(
    provider_id: FromPath[ProviderId],
    data: JSONBody[CorrectProfileBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ManagedProviderJson]:
    """Correct the texts and the location of a profile. Its owner is notified. Admins only."""
    await run(
        correct_profile,
        CorrectProfile(provider_id=provider_id, expected_version=expected_version(if_match), **correct_members(data)),
    )
    return await _shown(provider_id, actor, reads, object_storage)


@post(
    "/{provider_id:str}/suspend",
    status_code=200,
    opt=documented(suspend_profile, providers.get_profile, body=SUSPEND),
)
async def suspend_a_profile(
    provider_id: FromPath[ProviderId],
    data: JSONBody[SuspendBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ManagedProviderJson]:
    """Suspend a profile: it is no longer listed and takes no bookings. Admins only.

    Its owner is notified of the reason. Its upcoming bookings are under review until an admin decides about them; their
    customers are notified.
    """
    command = SuspendProfile(provider_id=provider_id, reason=data.reason, expected_version=expected_version(if_match))
    return await run(suspend_profile, command, then=lambda: _shown(provider_id, actor, reads, object_storage))


@post(
    "/{provider_id:str}/reinstate",
    status_code=200,
    opt=documented(reinstate_profile, providers.get_profile),
)
async def reinstate_a_profile(
    provider_id: FromPath[ProviderId],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ManagedProviderJson]:
    """End the suspension of a profile. Its account must be active and have the role `provider`. Admins only."""
    command = ReinstateProfile(provider_id=provider_id, expected_version=expected_version(if_match))
    return await run(reinstate_profile, command, then=lambda: _shown(provider_id, actor, reads, object_storage))


@delete("/{provider_id:str}", opt=documented(delete_profile))
async def delete_a_profile(provider_id: FromPath[ProviderId], run: Injected[Run]) -> None:
    """Delete a profile that has no upcoming bookings and no pending refunds. Its owner is notified. Admins only."""
    await run(delete_profile, provider_id)


@get(
    "/{provider_id:str}/bookings",
    opt=documented(bookings.list_provider_bookings),
    operation_id="listUpcomingBookingsOfProvider",
)
async def list_bookings_to_come(
    provider_id: FromPath[ProviderId],
    params: Injected[ProviderBookingsQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> BookingsJson:
    """List the upcoming bookings of a provider, newest first, or only those under review. Admins only."""
    found = await bookings.list_provider_bookings(
        actor, BookingFilter(provider_id=provider_id, upcoming_at=clock.now(), **bookings_members(params)), reads
    )
    page, next_cursor = cut(found, params.limit, lambda booking: booking.id)
    return BookingsJson(items=tuple(map(booking_json, page)), next_cursor=next_cursor)


@post(
    "/{provider_id:str}/bookings/decide",
    status_code=200,
    opt=documented(decide_on_bookings, body=DECIDE),
)
async def decide_on_some_bookings(
    provider_id: FromPath[ProviderId], data: JSONBody[DecideOnBookingsBody], run: Injected[Run]
) -> Response[DecidedJson]:
    """Cancel up to 100 bookings of a provider with full refunds, or confirm them: all or none. Admins only."""
    command = DecideOnBookings(provider_id=provider_id, **decide_members(data))
    return await run(decide_on_bookings, command, answer=lambda changed: DecidedJson(changed=changed))


async def _shown(
    provider_id: ProviderId, actor: Actor, reads: Reads, links: ObjectLinks
) -> Response[ManagedProviderJson]:
    view = await providers.get_profile(actor, provider_id, reads)
    linked = (await reads.connections.of_providers([provider_id]))[provider_id]
    tag = _tag(view, linked)
    return Response(_managed_json(view, linked, links), status_code=200, headers=tag)


routes: Final = Router(
    "/admin/providers",
    route_handlers=[
        list_profiles,
        get_profile,
        decide_on_provider,
        decide_on_some_changes,
        correct_a_profile,
        suspend_a_profile,
        reinstate_a_profile,
        delete_a_profile,
        list_bookings_to_come,
        decide_on_some_bookings,
    ],
)
