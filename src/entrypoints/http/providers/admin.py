"""`/admin/providers`: provider profiles, for admins."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, patch
from litestar.params import FromPath, JSONBody

from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.provider_profiles import DecideOnProfile, decide_on_profile
from booking_domain.workflows.queries import providers
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.injection import Injected
from entrypoints.http.providers.examples import APPROVED, PAGE
from entrypoints.http.providers.schemas import PROVIDER, DecisionBody, ProfilesQuery, ProviderJson, ProvidersJson
from entrypoints.http.providers.views import provider_json_with_note, providers_page


@get("/", opt=documented(providers.list_profiles, answer=PAGE))
async def list_profiles(
    asked: Injected[ProfilesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ProvidersJson:
    """List all provider profiles, or those in one status. Admins only."""
    found = await providers.list_profiles(actor, asked.chosen(), reads.providers)
    return providers_page(found, asked.limit, provider_json_with_note)


@patch(
    "/{provider_id:str}/approve",
    opt=documented(decide_on_profile, providers.get_profile, body=APPROVED, answer=PROVIDER),
)
async def decide_on_provider(
    provider_id: FromPath[UUID],
    data: JSONBody[DecisionBody],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Approve or reject a submitted profile. Admins only."""
    command = DecideOnProfile(
        provider_id=ProviderId(provider_id),
        approved=data.approved,
        note=data.note,
        expected_version=expected_version(if_match),
    )
    await executor.run(decide_on_profile, command, actor=actor)
    view = await providers.get_profile(actor, command.provider_id, reads.providers)
    return Response(provider_json_with_note(view), headers=etag(view.profile.version))


routes: Final = Router("/admin/providers", route_handlers=[list_profiles, decide_on_provider])
