"""`/providers`: one's own profile, and the public catalogue."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.catalogue.model import InvalidProfileTransition, ProfileExists, ProfileMissing, ProfileStatus
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.provider_profiles import edit_profile, open_profile, submit_profile
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.providers.examples import CHANGES, PAGE, PROFILE, PROVIDER
from entrypoints.http.providers.schemas import (
    ChangeProfileBody,
    OpenProfileBody,
    ProviderJson,
    ProvidersJson,
    ProvidersQuery,
    provider_json,
)
from entrypoints.http.providers.slots import explain_slot, list_slots
from entrypoints.http.providers.views import own_provider, page_of_providers

_OF_OPENING: Final = documented(body=PROFILE, answer=PROVIDER, refusals=(ProfileExists, InvalidValue, NotPermitted))
_OF_CHANGE: Final = documented(
    body=CHANGES, answer=PROVIDER, refusals=(ProfileMissing, InvalidValue, NotPermitted, StaleVersion)
)
_OF_SUBMISSION: Final = documented(
    answer=PROVIDER, refusals=(ProfileMissing, InvalidProfileTransition, NotPermitted, StaleVersion)
)


@post("/me", opt=_OF_OPENING)
async def open_my_profile(
    data: JSONBody[OpenProfileBody], runner: Injected[IdempotentRunner]
) -> Response[ProviderJson]:
    """Open one's provider profile, as a draft."""
    return await runner.created(open_profile, data.change(), answer=provider_json)


@get("/me", opt=documented(answer=PROVIDER, refusals=(ProfileMissing,)))
async def my_profile(
    actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[ProviderJson]:
    """One's own provider profile, whatever its status."""
    mine = await own_provider(actor, reads.providers)
    return unless_known(mine, etag(mine.version), if_none_match)


@put("/me", opt=_OF_CHANGE)
async def change_my_profile(
    data: JSONBody[ChangeProfileBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Change one's provider profile; members that are left out stay as they are."""
    view = await executor.run(edit_profile, data.change(expected_version(if_match)), actor=actor)
    return Response(provider_json(view), headers=etag(view.profile.version))


@post("/me/submit", status_code=200, opt=_OF_SUBMISSION)
async def submit_my_profile(
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Submit one's profile for approval."""
    await executor.run(submit_profile, expected_version(if_match), actor=actor)
    mine = await own_provider(actor, reads.providers)
    return Response(mine, status_code=200, headers=etag(mine.version))


@get("/", opt=PUBLIC | documented(answer=PAGE))
async def list_providers(asked: Injected[ProvidersQuery], reads: Injected[Reads]) -> ProvidersJson:
    """The providers that can be booked, a page at a time."""
    return await page_of_providers(asked, ProfileStatus.APPROVED, reads.providers)


@get("/{provider_id:str}", opt=PUBLIC | documented(answer=PROVIDER, refusals=(ProviderNotFound,)))
async def get_provider(
    provider_id: FromPath[UUID], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[ProviderJson]:
    """One provider that can be booked."""
    view = await reads.providers.get(ProviderId(provider_id))
    if view is None or view.profile.status is not ProfileStatus.APPROVED:
        raise ProviderNotFound
    return unless_known(provider_json(view), etag(view.profile.version), if_none_match)


routes: Final = Router(
    "/providers",
    route_handlers=[
        open_my_profile,
        my_profile,
        change_my_profile,
        submit_my_profile,
        list_providers,
        get_provider,
        list_slots,
        explain_slot,
    ],
)
