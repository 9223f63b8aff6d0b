"""Users save providers, list those that are published, and remove them."""

from collections.abc import Sequence
from typing import Final

from booking_domain.favourites.model import MOST_FAVOURITES, Favourite, FavouriteId, TooManyFavourites
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.favourites import FavouriteReads, FavouriteView
from booking_domain.use_cases.platform.ports import Repositories


async def _save(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> None:
    user_id = context.actor.id
    await tx.users.lock(user_id)
    if await tx.favourites.get((user_id, provider_id)) is not None:
        return
    provider = await tx.profiles.get(provider_id)
    if provider is None or not provider.published:
        raise ProviderNotFound
    if await tx.favourites.count(user_id) >= MOST_FAVOURITES:
        raise TooManyFavourites
    await tx.favourites.add(
        Favourite(
            id=FavouriteId(context.entropy.new_id()), user_id=user_id, provider_id=provider_id, created_at=context.now
        )
    )


async def _remove(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> None:
    if await tx.profiles.get(provider_id) is None:
        raise ProviderNotFound
    await tx.favourites.remove((context.actor.id, provider_id))


async def _list(
    actor: Actor, after: FavouriteId | None, limit: int, favourites: FavouriteReads
) -> Sequence[FavouriteView]:
    authorise(actor, Permission.MANAGE_ACCOUNT)
    return await favourites.page(actor.id, after, limit)


async def _is_favourite(actor: Actor, provider_id: ProviderId, favourites: FavouriteReads) -> bool:
    return await favourites.get((actor.id, provider_id)) is not None


save_favourite: Final = UseCase(Permission.MANAGE_ACCOUNT, _save, raises=(ProviderNotFound, TooManyFavourites))
remove_favourite: Final = UseCase(Permission.MANAGE_ACCOUNT, _remove, raises=(ProviderNotFound,))
list_favourites: Final = Query(_list, (NotPermitted,))
is_favourite: Final = Query(_is_favourite)
