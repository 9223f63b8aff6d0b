"""Provider answers that several routes share."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from booking_domain.files.ports import ObjectLinks
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.http.files.schemas import file_json
from entrypoints.http.providers.schemas import ProviderJson, ProvidersJson, SuspensionJson, provider_json


def provider_json_with_note(view: ProviderView, links: ObjectLinks) -> ProviderJson:
    """Show a provider to the owner or an admin, with gateway, the admin's note, suspension and documents."""
    suspension = view.profile.suspension
    return replace(
        provider_json(view, links),
        payment_gateway=view.terms.gateway,
        deposit_mode=view.terms.deposit_mode,
        documents=None if view.documents is None else tuple(file_json(each, links) for each in view.documents),
        review_note=view.profile.review_note,
        suspension=None
        if suspension is None
        else SuspensionJson(cause=suspension.cause.value, reason=suspension.reason, since=suspension.since),
    )


def providers_page(
    found: Sequence[ProviderView],
    limit: int,
    show: Callable[[ProviderView, ObjectLinks], ProviderJson],
    links: ObjectLinks,
) -> ProvidersJson:
    """A page of the `limit` + 1 providers that were read."""
    return ProvidersJson.of(found, limit, lambda view: show(view, links), lambda view: view.profile.id)
