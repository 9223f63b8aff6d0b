"""Portfolios: add, change, order and delete items; for admins: take down and restore. And the queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.files.model import FileOwner, Folder
from booking_domain.portfolio.events import PortfolioRestored, PortfolioTakenDown, portfolio_event
from booking_domain.portfolio.model import (
    MAX_ITEMS,
    InvalidPortfolioTransition,
    NotYourItem,
    PortfolioItem,
    PortfolioItemId,
    PortfolioItemNotFound,
    TooManyItems,
    normal_tags,
)
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioReads, PortfolioView
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset, changed, given_as
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.catalogue.profiles import own_profile
from booking_domain.use_cases.catalogue.queries import get_provider
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, delete_files
from booking_domain.use_cases.files.pictures import changed_pictures, set_pictures
from booking_domain.use_cases.platform.ports import ProviderReads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPortfolioItem:
    """Add an item at the end of the actor's portfolio, which has at most `MAX_ITEMS`."""

    file_ids: tuple[FileId, ...]
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPortfolioItem:
    """New values of an item. Images that are not named any more are deleted."""

    item_id: PortfolioItemId
    file_ids: tuple[FileId, ...] | Unset = UNSET
    description: str | Unset = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDownItem:
    """Remove an item from public view. Its provider is notified of the reason."""

    item_id: PortfolioItemId
    reason: str


def images_of(item_id: PortfolioItemId) -> FileOwner:
    """The item as the owner of its images."""
    return FileOwner(folder=Folder.PORTFOLIO, id=item_id)


async def _add(command: AddPortfolioItem, tx: Repositories, context: UseCaseContext) -> PortfolioView:
    profile = await own_profile(tx, context)
    items = await tx.portfolio_items.of_provider(profile.id)
    if len(items) >= MAX_ITEMS:
        raise TooManyItems
    item_id = PortfolioItemId(context.entropy.new_id())
    item = PortfolioItem(
        id=item_id,
        provider_id=profile.id,
        images=await set_pictures(images_of(item_id), command.file_ids, tx, context),
        description=command.description,
        tags=normal_tags(command.tags),
        position=items[-1].position + 1 if items else 0,
        created_at=context.now,
    )
    await tx.portfolio_items.add(item)
    return PortfolioView(
        item=item, provider_name=profile.display_name, owner_id=profile.owner_id, public=profile.published
    )


async def _edit(command: EditPortfolioItem, tx: Repositories, context: UseCaseContext) -> None:
    before = await _own(command.item_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    images = await changed_pictures(images_of(before.id), command.file_ids, tx, context)
    tags = given_as(command.tags, normal_tags)
    after = changed(before, command, images=images, tags=tags, version=before.version + 1)
    await tx.portfolio_items.save(after, was=before)


async def _remove(item_id: PortfolioItemId, tx: Repositories, context: UseCaseContext) -> None:
    item = await _own(item_id, tx, context)
    await delete_files(images_of(item.id), tx, context)
    await tx.portfolio_items.remove(item.id)


async def _order(item_ids: tuple[PortfolioItemId, ...], tx: Repositories, context: UseCaseContext) -> None:
    """Put all items of the actor's portfolio into this order."""
    profile = await own_profile(tx, context)
    items = {item.id: item for item in await tx.portfolio_items.of_provider(profile.id)}
    if len(item_ids) != len(items) or set(item_ids) != set(items):
        raise InvalidValue(field="item_ids", problem="all items of the portfolio, each once")
    for position, item_id in enumerate(item_ids):
        before = items[item_id]
        if before.position != position:
            await tx.portfolio_items.save(replace(before, position=position, version=before.version + 1), was=before)


async def _take_down(command: TakeDownItem, tx: Repositories, context: UseCaseContext) -> None:
    before = await _locked(command.item_id, tx)
    after = before.taken_down(command.reason, context.actor.role)
    await tx.portfolio_items.save(after, was=before)
    await tx.outbox.put([portfolio_event(PortfolioTakenDown, after, context)])


async def _restore(item_id: PortfolioItemId, tx: Repositories, context: UseCaseContext) -> None:
    """Show an item again."""
    before = await _locked(item_id, tx)
    after = before.restored(context.actor.role)
    await tx.portfolio_items.save(after, was=before)
    await tx.outbox.put([portfolio_event(PortfolioRestored, after, context)])


async def _locked(item_id: PortfolioItemId, tx: Repositories) -> PortfolioItem:
    return required(await tx.portfolio_items.lock(item_id), PortfolioItemNotFound)


async def _own(item_id: PortfolioItemId, tx: Repositories, context: UseCaseContext) -> PortfolioItem:
    """Lock an item of the actor's portfolio, or raise `ProfileMissing`, `PortfolioItemNotFound` or `NotYourItem`."""
    profile = await own_profile(tx, context)
    item = await _locked(item_id, tx)
    if item.provider_id != profile.id:
        raise NotYourItem
    return item


async def _get(actor: Actor | None, item_id: PortfolioItemId, portfolios: PortfolioReads) -> PortfolioView:
    """An item that is public; any for its provider and admins."""
    view = await portfolios.get(item_id)
    if view is None or not (view.public or sees_inside(actor, view)):
        raise PortfolioItemNotFound
    return view


def sees_inside(actor: Actor | None, view: PortfolioView) -> bool:
    """Whether the actor is the item's provider or an admin."""
    return may(actor, Permission.MODERATE_PORTFOLIOS) or (
        actor is not None and may(actor, Permission.MANAGE_PORTFOLIO, owned(actor, view.owner_id))
    )


async def _list_own(
    actor: Actor, after: PortfolioItemId | None, limit: int, portfolios: PortfolioReads
) -> Sequence[PortfolioView]:
    authorise(actor, Permission.MANAGE_PORTFOLIO)
    return await portfolios.of_owner(actor.id, after, limit)


async def _list_public(
    provider_id: ProviderId,
    after: PortfolioItemId | None,
    limit: int,
    portfolios: PortfolioReads,
    providers: ProviderReads,
) -> Sequence[PortfolioView]:
    """The public items of a provider, in their order. One statement, unless there are none."""
    found = await portfolios.of_provider(provider_id, after, limit)
    if not found:
        await get_provider(provider_id, providers)
    return found


async def _search(criteria: PortfolioFilter, portfolios: PortfolioReads) -> Sequence[PortfolioView]:
    return await portfolios.search(_with_normal_tag(criteria))


async def _list_all(actor: Actor, criteria: PortfolioFilter, portfolios: PortfolioReads) -> Sequence[PortfolioView]:
    """All items that match, for moderators."""
    authorise(actor, Permission.MODERATE_PORTFOLIOS)
    return await portfolios.page(_with_normal_tag(criteria))


def _with_normal_tag(criteria: PortfolioFilter) -> PortfolioFilter:
    return replace(criteria, tag=None if criteria.tag is None else criteria.tag.strip().lower())


_OWN_ERRORS: Final = (ProfileMissing, PortfolioItemNotFound, NotYourItem)

add_portfolio_item: Final = UseCase(
    Permission.MANAGE_PORTFOLIO, _add, raises=(ProfileMissing, TooManyItems, InvalidValue, *SET_FILES_ERRORS)
)
edit_portfolio_item: Final = UseCase(
    Permission.MANAGE_PORTFOLIO, _edit, raises=(*_OWN_ERRORS, InvalidValue, StaleVersion, *SET_FILES_ERRORS)
)
remove_portfolio_item: Final = UseCase(Permission.MANAGE_PORTFOLIO, _remove, raises=_OWN_ERRORS)
order_portfolio: Final = UseCase(Permission.MANAGE_PORTFOLIO, _order, raises=(ProfileMissing, InvalidValue))
take_down_item: Final = UseCase(
    Permission.MODERATE_PORTFOLIOS,
    _take_down,
    lambda command, _: Subject("portfolio_item", command.item_id),
    audited_as="portfolio.taken_down",
    raises=(PortfolioItemNotFound, InvalidPortfolioTransition, InvalidValue),
)
restore_item: Final = UseCase(
    Permission.MODERATE_PORTFOLIOS,
    _restore,
    lambda item_id, _: Subject("portfolio_item", item_id),
    audited_as="portfolio.restored",
    raises=(PortfolioItemNotFound, InvalidPortfolioTransition),
)
get_portfolio_item: Final = Query(_get, (PortfolioItemNotFound,))
list_own_portfolio: Final = Query(_list_own, (NotPermitted,))
list_portfolio: Final = Query(_list_public, (ProviderNotFound,))
search_portfolios: Final = Query(_search)
list_portfolio_items: Final = Query(_list_all, (NotPermitted,))
