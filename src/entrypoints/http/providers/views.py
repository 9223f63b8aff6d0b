"""Reads that several routes share."""

from msgspec import UNSET
from msgspec.structs import replace

from booking_domain.catalogue.model import ProfileMissing, ProfileStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId
from booking_domain.workflows.ports import ProviderReads
from booking_domain.workflows.views import ProviderView
from entrypoints.http.kit.cursors import cursor_of, cut, read_cursor
from entrypoints.http.providers.schemas import ProviderJson, ProvidersJson, ProvidersQuery, provider_json


def with_note(view: ProviderView) -> ProviderJson:
    """Show a provider to its owner or an admin: with what the admin wrote about the decision."""
    return replace(provider_json(view), review_note=view.profile.review_note or UNSET)


async def own_provider(actor: Actor, reads: ProviderReads) -> ProviderJson:
    """The caller's provider, or `ProfileMissing`."""
    view = await reads.by_owner(actor.id)
    if view is None:
        raise ProfileMissing
    return with_note(view)


async def page_of_providers(
    asked: ProvidersQuery, status: ProfileStatus | None, reads: ProviderReads, *, notes: bool = False
) -> ProvidersJson:
    """A page of providers, by id."""
    after = read_cursor(asked.cursor)
    found = await reads.page(status, None if after is None else ProviderId(after), asked.limit + 1)
    page, more = cut(found, asked.limit)
    show = with_note if notes else provider_json
    return ProvidersJson(
        items=tuple(show(view) for view in page), next_cursor=cursor_of(page[-1].profile.id) if more else None
    )
