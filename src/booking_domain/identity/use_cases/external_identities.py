"""Sign in by an identity of another service, link one to an account, unlink it.

Lock order: the assertion, then the identity, then the account. In another order two transactions could deadlock.
"""

from dataclasses import dataclass, field
from typing import Final

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
from booking_domain.identity.external_identities import Assertion, ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.reauthentication import PROOF_ERRORS, Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_sessions
from booking_domain.identity.use_cases.sign_in import OPENING_ERRORS, OpenSession, SignedIn, begin_session
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission

_METHODS: Final = {IdentityProvider.TELEGRAM: LoginMethod.TELEGRAM}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInByAssertion:
    """Sign in with what another service has signed."""

    assertion: Assertion
    client: Client
    second_factor: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIdentity:
    """Link an identity to the account of a signed-in user."""

    proof: Proof
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkIdentity:
    """Unlink the account's identity at a service."""

    proof: Proof
    provider: IdentityProvider


async def _sign_in(command: SignInByAssertion, tx: IdentityTx, context: Context) -> SignedIn:
    """Begin a session for the account that the identity is linked to; the first time, for a new customer.

    The session uses up the assertion. A second factor that is missing or wrong leaves it good.
    """
    asserted = command.assertion
    await _use(asserted, tx)
    user_id = await tx.external_identities.lock(asserted.provider, asserted.subject)
    if user_id is None:
        user_id = await _add_account(asserted, tx, context)
    opening = OpenSession(
        user_id=user_id,
        method=_METHODS[asserted.provider],
        client=command.client,
        second_factor=command.second_factor,
    )
    try:
        return await begin_session(opening, tx, context)
    except (SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts):  # these commit
        await tx.used_assertions.give_back(asserted.digest)
        raise


async def _use(asserted: Assertion, tx: IdentityTx) -> None:
    if not await tx.used_assertions.use(asserted.digest, asserted.good_until):
        raise InvalidAssertion(asserted.subject)


async def _add_account(asserted: Assertion, tx: IdentityTx, context: Context) -> UserId:
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


async def _link(command: LinkIdentity, tx: IdentityTx, context: Context) -> None:
    """Link the identity and end the other sessions; if it is linked already, only the assertion is used up."""
    asserted = command.assertion
    await _use(asserted, tx)
    linked_to = await tx.external_identities.lock(asserted.provider, asserted.subject)
    try:
        own = await reauthenticate(command.proof, tx, context)
    except (WrongPassword, AccountLocked):  # these commit
        await tx.used_assertions.give_back(asserted.digest)
        raise
    if linked_to == own.user.id:
        return
    if linked_to is not None or await tx.external_identities.get(own.user.id, asserted.provider) is not None:
        raise TelegramTaken
    await tx.external_identities.add(_identity(asserted, own.user.id, context))
    await end_sessions(own.others, tx, context)
    context.note(f"{asserted.provider}.linked", Subject("user", own.user.id))


async def _unlink(command: UnlinkIdentity, tx: IdentityTx, context: Context) -> None:
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
    if not _another_way_in(own.user):
        raise LastWayIn
    await end_sessions(own.others, tx, context)
    context.note(f"{command.provider}.unlinked", Subject("user", own.user.id))


def _another_way_in(user: User) -> bool:
    by_email = user.email is not None and user.email_verified_at is not None
    by_phone = user.phone is not None and user.phone_verified_at is not None
    return user.password_hash is not None or by_email or by_phone


async def _sweep(_: None, tx: IdentityTx, context: Context) -> None:
    await tx.used_assertions.forget(context.now)


sign_in_by_assertion: Final = UseCase(Permission.RUN_PLATFORM, _sign_in, raises=(InvalidAssertion, *OPENING_ERRORS))
link_identity: Final = UseCase(
    Permission.LINK_IDENTITIES, _link, raises=(InvalidAssertion, TelegramTaken, *PROOF_ERRORS)
)
unlink_identity: Final = UseCase(
    Permission.LINK_IDENTITIES, _unlink, audited_as="identity.unlink", raises=(LastWayIn, *PROOF_ERRORS)
)
sweep_assertions: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
