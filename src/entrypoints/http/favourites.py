"""`/favourites`: the providers that the caller saves."""

from datetime import datetime
from typing import Final
from uuid import UUID

from litestar import Router, delete, get, put
from litestar.params import FromPath

from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.favourites import commands as favourites
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run
from entrypoints.http.providers.schemas import ProvidersJson, provider_json


class ExportedFavouriteJson(Json, frozen=True, kw_only=True):
    """A provider that the user saved."""

    provider_id: UUID
    created_at: datetime


FAVOURITES: Final = items(
    "favourites",
    ExportedFavouriteJson,
    lambda source, after: source.reads.favourites.of_user(source.user.id, after, source.page),
    projection(Favourite, ExportedFavouriteJson),
    about="The providers that the user saved.",
)
"""The section of the export."""


@get("/", opt=documented(favourites.list_favourites))
async def list_favourites(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads], object_storage: Injected[ObjectLinks]
) -> ProvidersJson:
    """List the providers that you saved, the last saved first.

    One that takes no bookings, for example while it is suspended, is left out until it does again.
    """
    found = await favourites.list_favourites(actor, params.after(FavouriteId), params.limit + 1, reads.favourites)
    return ProvidersJson.of(
        found, params.limit, lambda each: provider_json(each.provider, object_storage), lambda each: each.favourite.id
    )


@put("/{provider_id:str}", status_code=204, opt=documented(favourites.save_favourite))
async def save_favourite(provider_id: FromPath[ProviderId], run: Injected[Run]) -> None:
    """Save a provider that takes bookings. Has no effect if you have saved it already."""
    await run(favourites.save_favourite, provider_id)


@delete("/{provider_id:str}", opt=documented(favourites.remove_favourite))
async def remove_favourite(provider_id: FromPath[ProviderId], run: Injected[Run]) -> None:
    """Remove a provider from those that you saved. Has no effect if you have not saved it."""
    await run(favourites.remove_favourite, provider_id)


routes: Final = Router(
    "/favourites",
    route_handlers=[list_favourites, save_favourite, remove_favourite],
    opt=about("favourites", "The providers that a user saves.") | exporting(FAVOURITES),
)
