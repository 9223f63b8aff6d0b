"""Sign in by an identity of another service, link one to an account, unlink it.

Lock order: the assertion, then the identity, then the account. In another order two database transactions could
deadlock.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from booking_domain.identity.errors import (
    AccountLocked,
    EmailNotVerified,
    EmailTaken,
    IdentityTaken,
    InvalidAssertion,
    InvalidSecondFactor,
    InvalidToken,
    LastSignInMethod,
    NotLinked,
    SecondFactorNeeded,
    TelegramTaken,
    TooManyAttempts,
    WrongPassword,
)
from booking_domain.identity.events import IdentitiesChanged, account_event
from booking_domain.identity.external_identities import Assertion, ExternalIdentity, IdentityProvider
from booking_domain.identity.known_clients import NOBODY, ClientTrace, token_digest
from booking_domain.identity.legal import AcceptanceRequired, AcceptedVersions, Moment, NotTheCurrentVersion
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.sign_ups import keeps_contact, signs_in_to
from booking_domain.identity.telegram_links import LinkCode
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import ConcurrentChange, InvalidValue, NotPermitted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.languages import FALLBACK
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import require_time_zone
from booking_domain.use_cases.identity.authenticate import (
    OPENING_ERRORS,
    SELF_SERVICE_ROLES,
    OpenSession,
    SignedIn,
    begin_session,
)
from booking_domain.use_cases.identity.legal import record_acceptances, require_accepted
from booking_domain.use_cases.identity.ownership import take_contact
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate
from booking_domain.use_cases.identity.sessions import LockedAccount, end_sessions, lock_own_account


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SignInByAssertion:
    """Sign in with what another service has signed."""

    assertion: Assertion
    client: Client
    client_trace: ClientTrace = NOBODY
    second_factor: str | None = field(default=None, repr=False)
    role: Role = Role.CUSTOMER
    """Of a new account."""
    accepted: AcceptedVersions = field(default_factory=dict)
    """What the person accepts who signs in, whether or not the account is new: their client does not know."""
    locale: str = FALLBACK
    """Of a new account, if the service names no language."""
    time_zone: str | None = None
    """Of a new account; None: the platform's default."""

    def __post_init__(self) -> None:
        require_time_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIdentity:
    """Link an identity to the account of a signed-in user."""

    proof: PasswordCheck
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkByCode:
    """Link the Telegram account of a chat with a code that its owner has brought there."""

    code: LinkCode
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class UnlinkIdentity:
    """Unlink the account's identity at a service."""

    proof: PasswordCheck
    provider: IdentityProvider


async def _sign_in(command: SignInByAssertion, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session for the account that the identity is linked to.

    An identity that is not linked yet is linked to the account of its e-mail address, see `_holder`, or to a new one.
    The session uses up the assertion, except for its client at Telegram, which shows a mini-app the same one when it
    is loaded again. A second factor that is missing or wrong leaves it good, and links nothing.
    """
    asserted = command.assertion
    first_use = await tx.used_assertions.use(asserted.digest, asserted.good_until)
    linked_to = await tx.external_identities.lock(asserted.provider, asserted.subject)
    if not first_use and (linked_to is None or not await _signed_in_with_it(command, linked_to, tx, context)):
        raise InvalidAssertion(asserted.subject)
    holder = await _holder(asserted, tx, context) if linked_to is None else None
    user_id = linked_to or (await _add_account(command, tx, context) if holder is None else holder).id
    opening = OpenSession(
        user_id=user_id,
        method=LoginMethod(asserted.provider.value),
        client=command.client,
        client_trace=command.client_trace,
        second_factor=command.second_factor,
    )
    try:
        signed_in = await begin_session(opening, tx, context)
    except (SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts):  # these commit
        if first_use:
            await tx.used_assertions.undo_use(asserted.digest)
        raise
    if first_use and asserted.provider is IdentityProvider.TELEGRAM:
        await tx.used_assertions.use(_of_client(asserted, user_id, signed_in.client_token), asserted.good_until)
    if linked_to is None:
        await tx.external_identities.add(_identity(asserted.provider, asserted.subject, user_id, context))
    if linked_to is None and holder is None:
        await require_accepted(Moment.SIGN_UP, user_id, command.accepted, tx, context)
    else:
        await record_acceptances(user_id, command.accepted, tx, context)
    if holder is not None:
        await _announce(f"{asserted.provider}.linked", holder, tx, context)
    return signed_in


async def _use(asserted: Assertion, tx: IdentityTx) -> None:
    if not await tx.used_assertions.use(asserted.digest, asserted.good_until):
        raise InvalidAssertion(asserted.subject)


async def _signed_in_with_it(
    command: SignInByAssertion, user_id: UserId, tx: IdentityTx, context: UseCaseContext
) -> bool:
    """Whether the client, which the account still knows, has signed in with this assertion before."""
    await tx.users.lock(user_id)
    token = command.client_trace.token
    known = {client.token_digest for client in await tx.known_clients.of_user(user_id, context.now)}
    return token_digest(user_id, token) in known and not await tx.used_assertions.use(
        _of_client(command.assertion, user_id, token), command.assertion.good_until
    )


def _of_client(asserted: Assertion, user_id: UserId, client_token: str | None) -> bytes:
    """The digest of an assertion together with the client that has signed in with it; the account is locked."""
    return sha256(asserted.digest + token_digest(user_id, client_token or "")).digest()


async def _holder(asserted: Assertion, tx: IdentityTx, context: UseCaseContext) -> User | None:
    """The account of the e-mail address, locked; it is linked if it has verified the address, which the service runs.

    Then a one-time code to the address would sign in as well. An address of another server may have another owner by
    now: the owner of the account signs in and links the identity. An account that has not verified the address loses
    it, unless a code to the address opens the account.
    """
    if asserted.email is None:
        if asserted.provider is not IdentityProvider.TELEGRAM:
            raise EmailNotVerified
        return None
    contact = Contact(ContactChannel.EMAIL, asserted.email)
    found = await tx.users.by_login(contact.address)
    holder = None if found is None else await tx.users.lock(found.id)
    if holder is None or not holder.has_contact(contact):
        return None
    if holder.verified_at(contact.channel) is not None and asserted.email_of_service:
        if await tx.external_identities.get(holder.id, asserted.provider) is not None:
            raise IdentityTaken
        return holder
    if keeps_contact(holder, contact) or signs_in_to(holder, contact, context.now):
        raise NotLinked
    await take_contact(holder, ContactChannel.EMAIL, tx, context)
    return None


async def _add_account(command: SignInByAssertion, tx: IdentityTx, context: UseCaseContext) -> User:
    asserted = command.assertion
    if command.role not in SELF_SERVICE_ROLES:
        raise NotPermitted(permission=Permission.MANAGE_USERS)
    user = User(
        id=UserId(context.entropy.new_id()),
        email=asserted.email,
        phone=None,
        name=asserted.name,
        given_name=asserted.given_name,
        family_name=asserted.family_name,
        role=command.role,
        locale=asserted.locale or command.locale,
        time_zone=command.time_zone or context.get(SecurityPorts).default_time_zone,
        password_hash=None,
        created_at=context.now,
        email_verified_at=None if asserted.email is None else context.now,
    )
    try:
        await tx.users.add(user)
    except EmailTaken as taken:  # since it was looked up
        raise ConcurrentChange(what="account") from taken
    return user


async def _announce(action: str, user: User, tx: IdentityTx, context: UseCaseContext) -> None:
    """Note the change in the audit log; the owner is notified."""
    context.note(action, Subject("user", user.id), actor=user.actor)
    await tx.outbox.put([account_event(IdentitiesChanged, user.id, context)])


def _identity(provider: IdentityProvider, subject: str, user_id: UserId, context: UseCaseContext) -> ExternalIdentity:
    return ExternalIdentity(provider=provider, subject=subject, user_id=user_id, linked_at=context.now)


async def _link(command: LinkIdentity, tx: IdentityTx, context: UseCaseContext) -> None:
    """Link the identity and end the other sessions; if it is linked already, only the assertion is used up."""
    asserted = command.assertion
    await _use(asserted, tx)
    linked_to = await tx.external_identities.lock(asserted.provider, asserted.subject)
    try:
        own = await reauthenticate(command.proof, tx, context)
    except (WrongPassword, AccountLocked):  # these commit
        await tx.used_assertions.undo_use(asserted.digest)
        raise
    if linked_to != own.user.id:
        await _attach(_identity(asserted.provider, asserted.subject, own.user.id, context), linked_to, own, tx, context)


async def _attach(
    identity: ExternalIdentity, linked_to: UserId | None, own: LockedAccount, tx: IdentityTx, context: UseCaseContext
) -> None:
    """Link an identity, which no other account may have, to a locked account that has none there."""
    if linked_to is not None or await tx.external_identities.get(own.user.id, identity.provider) is not None:
        raise TelegramTaken if identity.provider is IdentityProvider.TELEGRAM else IdentityTaken
    await tx.external_identities.add(identity)
    await end_sessions(own.others, tx, context)
    await _announce(f"{identity.provider}.linked", own.user, tx, context)


async def _prove_owner(proof: PasswordCheck, tx: IdentityTx, context: UseCaseContext) -> None:
    """Authenticate the owner again, before a code is issued, or is used up at a service."""
    await reauthenticate(proof, tx, context)


async def _link_by_code(command: LinkByCode, tx: IdentityTx, context: UseCaseContext) -> None:
    """Link the Telegram account as `_link` does; the session in which the code was asked for must be live."""
    code = command.code
    if code.good_until <= context.now or not await tx.used_assertions.use(code.digest, code.good_until):
        raise InvalidAssertion(command.subject)
    linked_to = await tx.external_identities.lock(IdentityProvider.TELEGRAM, command.subject)
    try:
        own = await lock_own_account(code.user_id, code.session_id, tx, context)
    except InvalidToken:
        raise InvalidAssertion(command.subject) from None
    if linked_to != own.user.id:
        identity = _identity(IdentityProvider.TELEGRAM, command.subject, own.user.id, context)
        await _attach(identity, linked_to, own, tx, context)


async def _unlink(command: UnlinkIdentity, tx: IdentityTx, context: UseCaseContext) -> None:
    """Remove the identity and end the other sessions, including those that begin by it at the same time.

    The identity is removed before the account is locked, which is the order at signing in too.
    """
    linked = await tx.external_identities.get(command.proof.user.id, command.provider)
    if linked is not None:
        await tx.external_identities.remove(linked.user_id, linked.provider)
    try:
        own = await reauthenticate(command.proof, tx, context)
    except (WrongPassword, AccountLocked):  # these commit
        if linked is not None:
            await tx.external_identities.add(linked)
        raise
    if linked is None:
        return
    if not await has_other_sign_in_method(own.user, tx):
        raise LastSignInMethod
    await end_sessions(own.others, tx, context)
    await _announce(f"{command.provider}.unlinked", own.user, tx, context)


async def has_other_sign_in_method(user: User, tx: IdentityTx) -> bool:
    """Whether the account can still be signed in to."""
    by_email = user.email is not None and user.email_verified_at is not None
    by_phone = user.phone is not None and user.phone_verified_at is not None
    if user.password_hash is not None or by_email or by_phone or await tx.passkeys.of_user(user.id):
        return True
    linked = [await tx.external_identities.get(user.id, provider) for provider in IdentityProvider]
    return any(linked)


async def _sweep(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.used_assertions.remove_expired(context.now)


sign_in_by_assertion: Final = UseCase(
    Permission.RUN_PLATFORM,
    _sign_in,
    raises=(
        InvalidAssertion,
        EmailNotVerified,
        NotLinked,
        IdentityTaken,
        InvalidValue,
        NotPermitted,
        AcceptanceRequired,
        NotTheCurrentVersion,
        *OPENING_ERRORS,
    ),
)
link_identity: Final = UseCase(
    Permission.LINK_IDENTITIES, _link, raises=(InvalidAssertion, TelegramTaken, IdentityTaken, *PROOF_ERRORS)
)
allow_linking: Final = UseCase(
    Permission.LINK_IDENTITIES, _prove_owner, audited_as="telegram.link_code", raises=PROOF_ERRORS
)
prove_owner: Final = UseCase(Permission.LINK_IDENTITIES, _prove_owner, raises=PROOF_ERRORS)
link_by_code: Final = UseCase(Permission.RUN_PLATFORM, _link_by_code, raises=(InvalidAssertion, TelegramTaken))
unlink_identity: Final = UseCase(
    Permission.LINK_IDENTITIES, _unlink, audited_as="identity.unlink", raises=(LastSignInMethod, *PROOF_ERRORS)
)
sweep_assertions: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
