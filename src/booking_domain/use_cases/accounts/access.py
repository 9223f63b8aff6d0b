"""What reaches or acts for an account: all of it in one list, and each ended by the use case of its own route."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from booking_domain.bookings.consents import ConsentNotFound, ConsentStatus
from booking_domain.catalogue.booking_links import BookingLinkNotFound
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NoSuchMember, SalonNotFound
from booking_domain.identity.errors import InvalidToken, LastSignInMethod, SecondFactorRequired, SessionNotFound
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.passkeys import PasskeyId, PasskeyNotFound
from booking_domain.identity.remembered_devices import DeviceNotFound
from booking_domain.identity.security import Identity
from booking_domain.notifications.push import PushSubscriptionId, PushSubscriptionNotFound
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotFound, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.ids import BookingLinkId, DeviceId, ProviderId, SalonId, SessionId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.processes import Process
from booking_domain.use_cases.bookings.consents import remove_consent_code, revoke_consent
from booking_domain.use_cases.calendars.links import remove_calendar_link
from booking_domain.use_cases.catalogue.booking_links import remove_booking_link
from booking_domain.use_cases.catalogue.salons import Membership, end_membership
from booking_domain.use_cases.identity.external_identities import UnlinkIdentity, unlink_identity
from booking_domain.use_cases.identity.own_account import Requester, check_password
from booking_domain.use_cases.identity.passkeys import RemovePasskey, remove_passkey
from booking_domain.use_cases.identity.queries import MOST_SESSIONS
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck
from booking_domain.use_cases.identity.remembered_devices import ForgetDevice, forget_device
from booking_domain.use_cases.identity.sessions import EndSession, end_other_sessions, end_session
from booking_domain.use_cases.notifications.push_subscriptions import unsubscribe_from_push
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.webhooks.endpoints import remove_endpoint
from booking_domain.webhooks.model import MAX_ENDPOINTS, EndpointId, EndpointNotFound
from booking_domain.webhooks.ports import EndpointFilter

MOST_CONSENTS: Final = 500
"""How many consents are listed."""


class AccessNotFound(NotFound, code="access.not_found"):
    """Nothing of this kind and id has access to your account."""


class AccessKind(StrEnum):
    """What reaches or acts for an account."""

    IDENTITY = "identity"
    """An account at another service, such as Telegram, that signs in."""
    PASSKEY = "passkey"
    SESSION = "session"
    REMEMBERED_DEVICE = "remembered_device"
    """It signs in without the second factor."""
    PUSH_SUBSCRIPTION = "push_subscription"
    """A device that shows the notifications."""
    CALENDAR_LINK = "calendar_link"
    """The secret address at which the calendar is read."""
    WEBHOOK_ENDPOINT = "webhook_endpoint"
    CALENDAR_FEED = "calendar_feed"
    """An external calendar that blocks times."""
    CONSENT = "consent"
    """A provider who may place bookings for the customer."""
    CONSENT_CODE = "consent_code"
    BOOKING_LINK = "booking_link"
    SALON = "salon"
    """A salon whose manager sees and places the bookings of the provider."""


_PROVED: Final = (AccessKind.IDENTITY, AccessKind.PASSKEY)
"""Who ends these authenticates again."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Access:
    """One thing that reaches or acts for an account."""

    kind: AccessKind
    id: str
    """Unique in its kind."""
    name: str = ""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    current: bool = False
    """Whether it is the session of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """All that reaches or acts for an account."""

    items: Sequence[Access]
    taken_over_at: datetime | None
    """When the account last changed hands."""
    provider_id: ProviderId | None
    feeds: OwnFeeds


Ending: TypeAlias = tuple[UseCase[Any, Repositories, Any], Any]
"""A use case and its command."""


async def _list(requester: Requester, reads: Reads, *, now: datetime) -> AccessList:
    """By kind, in the order of `AccessKind`."""
    actor = requester.actor
    authorise(actor, Permission.MANAGE_SESSIONS)
    user = required(await reads.users.get(actor.id), InvalidToken)
    view = await reads.providers.by_owner(actor.id)
    feeds = OwnFeeds() if view is None else await reads.feeds.of_provider(view.profile.id)
    items = [*await _of_account(actor, requester.session_id, reads, now), *await _acting(actor, reads)]
    if view is not None:
        items += await _of_provider(view.profile.id, feeds, reads, now.date())
    kinds = list(AccessKind)
    items.sort(key=lambda each: kinds.index(each.kind))
    provider_id = None if view is None else view.profile.id
    return AccessList(items=items, taken_over_at=user.taken_over_at, provider_id=provider_id, feeds=feeds)


async def _of_account(actor: Actor, current: SessionId, reads: Reads, now: datetime) -> list[Access]:
    found = [
        Access(
            kind=AccessKind.SESSION,
            id=str(each.id),
            name=each.client.user_agent,
            created_at=each.created_at,
            last_used_at=each.last_used_at,
            current=each.id == current,
        )
        for each in await reads.sessions.live(actor.id, now, MOST_SESSIONS)
    ]
    for identity in await reads.external_identities.of_user(actor.id):
        service = identity.provider.value
        found.append(Access(kind=AccessKind.IDENTITY, id=service, name=service, created_at=identity.linked_at))
    found += [
        Access(
            kind=AccessKind.PASSKEY,
            id=str(each.id),
            name=each.name,
            created_at=each.created_at,
            last_used_at=each.last_used_at,
        )
        for each in await reads.passkeys.of_user(actor.id)
    ]
    found += [
        Access(
            kind=AccessKind.REMEMBERED_DEVICE,
            id=str(each.id),
            name=each.client.user_agent,
            created_at=each.created_at,
            last_used_at=each.last_used_at,
        )
        for each in await reads.remembered_devices.live(actor.id, now)
    ]
    found += [
        Access(kind=AccessKind.PUSH_SUBSCRIPTION, id=str(each.id), name=each.user_agent, created_at=each.created_at)
        for each in await reads.push_subscriptions.live(actor.id, now)
    ]
    link = await reads.calendar_links.of_user(actor.id)
    if link is not None:
        found.append(Access(kind=AccessKind.CALENDAR_LINK, id=str(actor.id), created_at=link.created_at))
    return found


async def _acting(actor: Actor, reads: Reads) -> list[Access]:
    found = [
        Access(kind=AccessKind.WEBHOOK_ENDPOINT, id=str(each.id), name=each.url, created_at=each.created_at)
        for each in await reads.webhooks.endpoints(EndpointFilter(owner_id=actor.id, limit=MAX_ENDPOINTS))
    ]
    found += [
        Access(
            kind=AccessKind.CONSENT,
            id=str(each.consent.provider_id),
            name=each.provider_name,
            created_at=each.consent.changed_at,
        )
        for each in await reads.booking_consents.of_customer(actor.id, None, MOST_CONSENTS)
        if each.consent.status is ConsentStatus.GRANTED
    ]
    return found


async def _of_provider(provider_id: ProviderId, feeds: OwnFeeds, reads: Reads, today: date) -> list[Access]:
    found = [Access(kind=AccessKind.CALENDAR_FEED, id=str(each.id), name=each.masked_url) for each in feeds.feeds]
    code = await reads.booking_consents.code_of(provider_id)
    if code is not None:
        found.append(Access(kind=AccessKind.CONSENT_CODE, id=str(provider_id), created_at=code.created_at))
    for counted in await reads.booking_links.of_provider(provider_id, today):
        link = counted.link
        found.append(Access(kind=AccessKind.BOOKING_LINK, id=str(link.id), name=link.name, created_at=link.created_at))
    salon = await reads.salons.of_provider(provider_id)
    if salon is not None:
        found.append(Access(kind=AccessKind.SALON, id=str(salon.id), name=salon.name))
    return found


async def _end(
    kind: str,
    access_id: str,
    requester: Requester,
    password: str | None,
    *,
    identity: Identity,
    executor: Executor[Repositories],
    reads: Reads,
) -> None:
    """End one of them; another account's is not found. Identities and passkeys need the password, as at their routes.

    Raises:
        AccessNotFound: the account has no such thing.
    """
    access = await _list(requester, reads, now=identity.clock.now())
    found = required(
        next((each for each in access.items if (each.kind, each.id) == (kind, access_id)), None), AccessNotFound
    )
    proof = await check_password(identity, requester, password) if found.kind in _PROVED else None
    try:
        await _run(_ending(found, access, requester, proof), requester, executor)
    except _GONE:
        raise AccessNotFound from None


async def _end_all(
    requester: Requester, password: str | None, *, identity: Identity, executor: Executor[Repositories], reads: Reads
) -> AccessList:
    """End all but the session of the request, and return what remains: also the last way to sign in.

    Each ends in a transaction of its own; a repetition ends the rest. What needs the password comes first, so a wrong
    one ends nothing.
    """
    before = await _list(requester, reads, now=identity.clock.now())
    proof: PasswordCheck | None = None
    for each in before.items:
        if each.kind in _PROVED:
            proof = proof or await check_password(identity, requester, password)
            try:
                await _run(_ending(each, before, requester, proof), requester, executor)
            except (*_GONE, LastSignInMethod, SecondFactorRequired):
                continue
    await _run((end_other_sessions, requester.session_id), requester, executor)
    rest = await _list(requester, reads, now=identity.clock.now())
    if rest.feeds.feeds:
        await _run(_without_feeds(rest.feeds, *(str(each.id) for each in rest.feeds.feeds)), requester, executor)
    for each in rest.items:
        if each.kind not in {*_PROVED, AccessKind.SESSION, AccessKind.CALENDAR_FEED}:
            try:
                await _run(_ending(each, rest, requester, None), requester, executor)
            except _GONE:
                continue
    return await _list(requester, reads, now=identity.clock.now())


async def _run(ending: Ending, requester: Requester, executor: Executor[Repositories]) -> None:
    use_case, command = ending
    await executor.run(use_case, command, actor=requester.actor, session_id=requester.session_id)


def _without_feeds(feeds: OwnFeeds, *ended: str) -> Ending:
    left = tuple(each.url for each in feeds.feeds if str(each.id) not in ended)
    return set_feeds, SetFeeds(urls=left, rule=feeds.rule, expected_version=feeds.version)


def _ending(access: Access, among: AccessList, requester: Requester, proof: PasswordCheck | None) -> Ending:
    """The use case of the thing's own route: others are told, and the audit log has the same entry."""
    current = requester.session_id
    if proof is not None:
        if access.kind is AccessKind.IDENTITY:
            return unlink_identity, UnlinkIdentity(proof=proof, provider=IdentityProvider(access.id))
        return remove_passkey, RemovePasskey(proof=proof, passkey_id=PasskeyId(UUID(access.id)))
    if access.kind is AccessKind.CALENDAR_FEED:
        return _without_feeds(among.feeds, access.id)
    if access.kind is AccessKind.SALON:
        assert among.provider_id is not None  # noqa: S101 - only a provider is a member of a salon
        return end_membership, Membership(salon_id=SalonId(UUID(access.id)), provider_id=among.provider_id)
    return _BY_ID[access.kind](UUID(access.id), current)


_BY_ID: Final[Mapping[AccessKind, Callable[[UUID, SessionId], Ending]]] = {
    AccessKind.SESSION: lambda named, current: (
        end_session,
        EndSession(session_id=SessionId(named), current=current),
    ),
    AccessKind.REMEMBERED_DEVICE: lambda named, current: (
        forget_device,
        ForgetDevice(device_id=DeviceId(named), current=current),
    ),
    AccessKind.PUSH_SUBSCRIPTION: lambda named, _: (unsubscribe_from_push, PushSubscriptionId(named)),
    AccessKind.CALENDAR_LINK: lambda _, current: (remove_calendar_link, current),
    AccessKind.WEBHOOK_ENDPOINT: lambda named, _: (remove_endpoint, EndpointId(named)),
    AccessKind.CONSENT: lambda named, _: (revoke_consent, ProviderId(named)),
    AccessKind.CONSENT_CODE: lambda _named, _current: (remove_consent_code, None),
    AccessKind.BOOKING_LINK: lambda named, _: (remove_booking_link, BookingLinkId(named)),
}
_GONE: Final = (
    SessionNotFound,
    DeviceNotFound,
    PushSubscriptionNotFound,
    PasskeyNotFound,
    EndpointNotFound,
    ConsentNotFound,
    BookingLinkNotFound,
    SalonNotFound,
    NoSuchMember,
    ProfileMissing,
)
"""Errors of the use cases if the thing has ended meanwhile."""

_READING: Final = (NotPermitted, InvalidToken)
list_access: Final = Process(_list, _READING, Permission.MANAGE_SESSIONS)
end_access: Final = Process(
    _end,
    (AccessNotFound, LastSignInMethod, SecondFactorRequired, StaleVersion, *PROOF_ERRORS, *_READING),
    Permission.MANAGE_SESSIONS,
)
end_all_access: Final = Process(_end_all, (StaleVersion, *PROOF_ERRORS, *_READING), Permission.MANAGE_SESSIONS)
