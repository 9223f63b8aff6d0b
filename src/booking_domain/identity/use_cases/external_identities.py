"""Sign in by an identity of another service, link one to an account, unlink it."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from booking_domain.identity.errors import (
    AccountLocked,
    InvalidAssertion,
    InvalidSecondFactor,
    LastWayIn,
    SecondFactorNeeded,
    TelegramTaken,
    TooManyAttempts,
    WrongPassword,
)
from booking_domain.identity.external_identities import (
    Assertion,
    ExternalIdentities,
    ExternalIdentity,
    IdentityProvider,
    UsedAssertions,
)
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.one_time_codes import CodesTx, SessionOpener
from booking_domain.identity.use_cases.reauthentication import Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_sessions
from booking_domain.identity.use_cases.sign_in import OpenSession, SignedIn
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission

_METHODS: Final = {IdentityProvider.TELEGRAM: LoginMethod.TELEGRAM}


class IdentitiesTx(CodesTx, Protocol):
    """What identities need of a transaction."""

    @property
    def external_identities(self) -> ExternalIdentities: ...
    @property
    def used_assertions(self) -> UsedAssertions: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInByAssertion:
    """Somebody has signed in at another service."""

    assertion: Assertion
    client: Client
    second_factor: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIdentity:
    """Somebody who is signed in here has signed in at another service, too."""

    proof: Proof
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkIdentity:
    """Somebody no longer wants to be signed in by another service."""

    proof: Proof
    provider: IdentityProvider


def sign_in_by_assertion(
    open_session: SessionOpener,
) -> UseCase[SignInByAssertion, IdentitiesTx, SignedIn]:
    """Begin a session for the account that the identity is linked to; the first time, for a new customer.

    An assertion is used up by the session that begins: a second factor that is missing or wrong leaves it good.
    """

    async def handle(command: SignInByAssertion, tx: IdentitiesTx, context: Context) -> SignedIn:
        asserted = command.assertion
        if not await tx.used_assertions.use(asserted.digest, asserted.good_until):
            raise InvalidAssertion(asserted.subject)
        user_id = await tx.external_identities.lock(asserted.provider, asserted.subject)
        if user_id is None:
            user_id = await _joined(asserted, tx, context)
        opening = OpenSession(
            user_id=user_id,
            method=_METHODS[asserted.provider],
            client=command.client,
            second_factor=command.second_factor,
        )
        try:
            return await open_session(opening, tx, context)
        except (SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts):
            await tx.used_assertions.give_back(asserted.digest)
            raise

    return UseCase(Permission.RUN_PLATFORM, handle)


async def _joined(asserted: Assertion, tx: IdentitiesTx, context: Context) -> UserId:
    user = User(
        id=UserId(context.entropy.new_id()),
        email=None,
        phone=None,
        name=asserted.name,
        given_name=asserted.given_name,
        family_name=asserted.family_name,
        role=Role.CUSTOMER,
        locale=asserted.locale,
        password_hash=None,
        created_at=context.now,
    )
    await tx.users.add(user)
    await tx.external_identities.add(_identity(asserted, user.id, context))
    return user.id


def _identity(asserted: Assertion, user_id: UserId, context: Context) -> ExternalIdentity:
    return ExternalIdentity(
        provider=asserted.provider, subject=asserted.subject, user_id=user_id, linked_at=context.now
    )


async def _link(command: LinkIdentity, tx: IdentitiesTx, context: Context) -> None:
    """Link the identity and end the other sessions; linked already, nothing but the assertion is used up.

    The assertion comes first, then the identity, then the account, as at signing in: in another order two could wait
    for each other.
    """
    asserted = command.assertion
    if not await tx.used_assertions.use(asserted.digest, asserted.good_until):
        raise InvalidAssertion(asserted.subject)
    linked_to = await tx.external_identities.lock(asserted.provider, asserted.subject)
    try:
        proved = await reauthenticate(command.proof, tx, context)
    except (WrongPassword, AccountLocked):
        await tx.used_assertions.give_back(asserted.digest)
        raise
    user = proved.user
    if linked_to == user.id:
        return
    if linked_to is not None or await tx.external_identities.get(user.id, asserted.provider) is not None:
        raise TelegramTaken
    await tx.external_identities.add(_identity(asserted, user.id, context))
    await end_sessions(proved.others, tx, context)
    context.note(f"{asserted.provider}.linked", Subject("user", user.id))


async def _unlink(command: UnlinkIdentity, tx: IdentitiesTx, context: Context) -> None:
    """Remove the identity and end the other sessions; those that are beginning by it are waited for, and end, too.

    It is removed before the account is locked: whoever signs in by it has the two in this order as well.
    """
    linked = await tx.external_identities.get(command.proof.user.id, command.provider)
    if linked is not None:
        await tx.external_identities.remove(linked.user_id, linked.provider)
    try:
        proved = await reauthenticate(command.proof, tx, context)
    except (WrongPassword, AccountLocked):
        if linked is not None:
            await tx.external_identities.add(linked)
        raise
    if linked is None:
        return
    if not _another_way_in(proved.user):
        raise LastWayIn
    await end_sessions(proved.others, tx, context)
    context.note(f"{command.provider}.unlinked", Subject("user", proved.user.id))


def _another_way_in(user: User) -> bool:
    by_email = user.email is not None and user.email_verified_at is not None
    by_phone = user.phone is not None and user.phone_verified_at is not None
    return user.password_hash is not None or by_email or by_phone


async def _sweep(_: None, tx: IdentitiesTx, context: Context) -> None:
    await tx.used_assertions.forget(context.now)


link_identity: Final = UseCase(Permission.LINK_IDENTITIES, _link)
unlink_identity: Final = UseCase(Permission.LINK_IDENTITIES, _unlink, audited_as="identity.unlink")
sweep_assertions: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
