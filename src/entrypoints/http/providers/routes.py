"""`/providers`: the caller's own profile, and the public providers."""

from typing import Any, Final

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec.json import encode

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.use_cases.catalogue import queries as providers
from booking_domain.use_cases.catalogue.profile_review import edit_profile, withdraw_changes
from booking_domain.use_cases.catalogue.profiles import (
    ProfileChange,
    SetDocuments,
    open_profile,
    set_documents,
    submit_profile,
)
from booking_domain.use_cases.catalogue.publication import delete_own_profile, republish_profile, withdraw_profile
from booking_domain.use_cases.catalogue.queries import get_own_provider
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import Answer, Answers, Lifetime, digest_of
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.providers.schemas import (
    CHANGES,
    DOCUMENTS,
    PROFILE,
    ChangeProfileBody,
    DocumentsBody,
    OpenProfileBody,
    ProviderJson,
    profile_members,
    provider_json,
    provider_json_with_note,
)
from entrypoints.http.providers.slots import explain_slot, list_days, list_slots, show_provider_page


@post("/me", opt=documented(open_profile, body=PROFILE))
async def open_my_profile(
    data: JSONBody[OpenProfileBody],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
) -> Response[ProviderJson]:
    """Create the caller's provider profile, as a draft."""
    return await run(
        open_profile, ProfileChange(**profile_members(data)), answer=lambda view: provider_json(view, object_storage)
    )


@get("/me", opt=documented(get_own_provider), operation_id="getMyProfile")
async def my_profile(
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_none_match: IfNoneMatch = None,
) -> Response[ProviderJson]:
    """Return the caller's provider profile, in any status."""
    mine = provider_json_with_note(await get_own_provider(actor, reads), object_storage)
    changes = mine.documents or mine.missing is not None  # without a new version: URLs expire, hours are added
    return unless_known(mine, etag(mine.version), None if changes else if_none_match)


@put("/me", opt=documented(edit_profile, body=CHANGES))
async def change_my_profile(
    data: JSONBody[ChangeProfileBody],
    *,
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Change the caller's provider profile. Omitted members keep their values.

    Another name or picture of a profile that was approved is looked at by an admin (`pendingChanges`). The platform
    decides whether it is shown meanwhile.
    """
    return await run(
        edit_profile,
        ProfileChange(expected_version=expected_version(if_match), **profile_members(data)),
        answer=lambda view: provider_json_with_note(view, object_storage),
    )


@post(
    "/me/changes/withdraw",
    status_code=200,
    opt=documented(withdraw_changes, get_own_provider),
    operation_id="withdrawMyChanges",
)
async def withdraw_my_changes(
    actor: Injected[Actor],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Take back another name or picture on which no admin has decided (`pendingChanges`)."""
    return await run(withdraw_changes, expected_version(if_match), then=lambda: _mine(actor, reads, object_storage))


@put(
    "/me/documents",
    opt=documented(set_documents, get_own_provider, body=DOCUMENTS),
    operation_id="setMyDocuments",
)
async def set_my_documents(
    data: JSONBody[DocumentsBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Set the documents on which an admin's decision about your profile is based, until that decision.

    They replace the former documents, which are deleted. Only you and admins can read them. They are deleted with the
    profile.
    """
    command = SetDocuments(file_ids=tuple(map(FileId, data.file_ids)), expected_version=expected_version(if_match))
    await run(set_documents, command)
    return await _mine(actor, reads, object_storage)


@post("/me/submit", status_code=200, opt=documented(submit_profile, get_own_provider))
async def submit_my_profile(
    actor: Injected[Actor],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Submit the caller's profile for approval."""
    return await run(submit_profile, expected_version(if_match), then=lambda: _mine(actor, reads, object_storage))


@post("/me/withdraw", status_code=200, opt=documented(withdraw_profile, get_own_provider))
async def withdraw_my_profile(
    actor: Injected[Actor],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Withdraw the caller's profile from the catalogue or from approval. Existing bookings stay."""
    return await run(withdraw_profile, expected_version(if_match), then=lambda: _mine(actor, reads, object_storage))


@post("/me/republish", status_code=200, opt=documented(republish_profile, get_own_provider))
async def republish_my_profile(
    actor: Injected[Actor],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Publish the caller's withdrawn profile again."""
    return await run(republish_profile, expected_version(if_match), then=lambda: _mine(actor, reads, object_storage))


@delete("/me", opt=documented(delete_own_profile))
async def delete_my_profile(run: Injected[Run]) -> None:
    """Delete the caller's profile and calendar. Refused if there are upcoming bookings or pending refunds."""
    await run(delete_own_profile, None)


async def _mine(actor: Actor, reads: Reads, links: ObjectLinks) -> Response[ProviderJson]:
    mine = provider_json_with_note(await get_own_provider(actor, reads), links)
    return Response(mine, status_code=200, headers=etag(mine.version))


@get("/{provider_id:str}", opt=PUBLIC | documented(providers.get_provider))
async def get_provider(
    request: Request[Any, Any, Any],
    provider_id: FromPath[ProviderId],
    *,
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[ProviderJson]:
    """Return a provider that takes bookings."""

    async def make() -> Answer:
        view = await providers.get_provider(provider_id, reads.providers)
        body = encode(provider_json(view, object_storage))
        return Answer(body, tag=f"{view.profile.version}-{digest_of(body)}")

    return await answers.answer(request, provider_id, Lifetime.PROFILES, make, if_none_match=if_none_match)


routes: Final = Router(
    "/providers",
    route_handlers=[
        open_my_profile,
        my_profile,
        change_my_profile,
        withdraw_my_changes,
        set_my_documents,
        submit_my_profile,
        withdraw_my_profile,
        republish_my_profile,
        delete_my_profile,
        get_provider,
        show_provider_page,
        list_days,
        list_slots,
        explain_slot,
    ],
)
