"""`/admin/providers`: what admins decide on."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, patch
from litestar.params import FromPath, JSONBody

from booking_domain.catalogue.model import InvalidProfileTransition
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.provider_profiles import DecideOnProfile, decide_on_profile
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.injection import Injected
from entrypoints.http.providers.examples import APPROVED, PAGE, PROVIDER
from entrypoints.http.providers.schemas import DecisionBody, ProfilesQuery, ProviderJson, ProvidersJson
from entrypoints.http.providers.views import page_of_providers, with_note

_OF_DECISION: Final = documented(
    body=APPROVED, answer=PROVIDER, refusals=(ProviderNotFound, InvalidProfileTransition, NotPermitted, StaleVersion)
)


@get("/", opt=documented(answer=PAGE, refusals=(NotPermitted,)))
async def list_profiles(
    asked: Injected[ProfilesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ProvidersJson:
    """All provider profiles, or those of one status; for admins."""
    authorise(actor, Permission.DECIDE_ON_PROFILES)
    return await page_of_providers(asked, asked.status, reads.providers, notes=True)


@patch("/{provider_id:str}/approve", opt=_OF_DECISION)
async def decide_on_provider(
    provider_id: FromPath[UUID],
    data: JSONBody[DecisionBody],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderJson]:
    """Approve a submitted profile, or reject it; for admins."""
    command = DecideOnProfile(
        provider_id=ProviderId(provider_id),
        approved=data.approved,
        note=data.note,
        expected_version=expected_version(if_match),
    )
    await executor.run(decide_on_profile, command, actor=actor)
    view = await reads.providers.get(command.provider_id)
    if view is None:
        raise ProviderNotFound
    return Response(with_note(view), headers=etag(view.profile.version))


routes: Final = Router("/admin/providers", route_handlers=[list_profiles, decide_on_provider])
