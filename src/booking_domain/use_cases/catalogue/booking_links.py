"""Booking links of providers: create, regenerate and remove them, and count what they bring."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from booking_domain.catalogue.booking_links import (
    DAYS_SHOWN,
    MAX_LINKS,
    BookingLink,
    BookingLinkNotFound,
    BookingLinkReads,
    CountedLink,
    TooManyBookingLinks,
)
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingLinkId, ProviderId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.use_cases.catalogue.profiles import own_profile
from booking_domain.use_cases.platform.ports import ProviderReads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLink:
    """A visitor opens a link."""

    provider_id: ProviderId
    token: str
    day: date
    """Today in the provider's time zone."""
    visitor: bytes | None
    """The digest of the visitor; None: not to be counted."""


async def _add(name: str, tx: Repositories, context: UseCaseContext) -> BookingLink:
    require_plain_name(name, field="name")
    profile = await own_profile(tx, context)
    if len(await tx.booking_links.of_provider(profile.id)) >= MAX_LINKS:
        raise TooManyBookingLinks
    link = BookingLink.make(profile.id, name, entropy=context.entropy, now=context.now)
    await tx.booking_links.add(link)
    return link


async def _regenerate(link_id: BookingLinkId, tx: Repositories, context: UseCaseContext) -> BookingLink:
    """The link gets another token; the former address ends at once."""
    link = await _own(link_id, tx, context)
    after = link.regenerated(context.entropy)
    await tx.booking_links.save(after)
    return after


async def _remove(link_id: BookingLinkId, tx: Repositories, context: UseCaseContext) -> None:
    link = await _own(link_id, tx, context)
    await tx.booking_links.remove(link.id)


async def _own(link_id: BookingLinkId, tx: Repositories, context: UseCaseContext) -> BookingLink:
    profile = await own_profile(tx, context)
    links = await tx.booking_links.of_provider(profile.id)
    return required(next((link for link in links if link.id == link_id), None), BookingLinkNotFound)


async def _visit(command: VisitLink, tx: Repositories, _: UseCaseContext) -> None:
    link = required(await tx.booking_links.by_token(command.provider_id, command.token), BookingLinkNotFound)
    if command.visitor is not None:
        await tx.booking_links.count_visitor(link.id, command.day, command.visitor)


async def _remove_old(_: None, tx: Repositories, context: UseCaseContext) -> None:
    """No time zone is further than a day from UTC, so yesterday may still be today somewhere."""
    await tx.booking_links.remove_visitors(context.now.date() - timedelta(days=1))


async def _list_own(
    actor: Actor, today: date, links: BookingLinkReads, providers: ProviderReads
) -> tuple[CountedLink, ...]:
    authorise(actor, Permission.MANAGE_PROFILE)
    own = await providers.by_owner(actor.id)
    if own is None:
        return ()
    return tuple(await links.of_provider(own.profile.id, today - timedelta(days=DAYS_SHOWN)))


add_booking_link: Final = UseCase(
    Permission.MANAGE_PROFILE, _add, raises=(ProfileMissing, TooManyBookingLinks, InvalidValue)
)
regenerate_booking_link: Final = UseCase(
    Permission.MANAGE_PROFILE, _regenerate, raises=(ProfileMissing, BookingLinkNotFound)
)
remove_booking_link: Final = UseCase(Permission.MANAGE_PROFILE, _remove, raises=(ProfileMissing, BookingLinkNotFound))
visit_booking_link: Final = UseCase(Permission.RUN_PLATFORM, _visit, raises=(BookingLinkNotFound,))
remove_visitors: Final = UseCase(Permission.RUN_PLATFORM, _remove_old)
list_own_booking_links: Final = Query(_list_own, (NotPermitted,))
