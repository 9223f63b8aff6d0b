"""Add a passkey, list, rename and remove passkeys, sign in with one.

Lock order: the challenge, then the account. A response that is not valid uses up its challenge all the same:
`InvalidPasskey` commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from booking_domain.identity.errors import InvalidToken, LastSignInMethod, SecondFactorRequired
from booking_domain.identity.events import PasskeyAdded, PasskeyRemoved, account_event
from booking_domain.identity.known_clients import NOBODY, ClientTrace
from booking_domain.identity.passkeys import (
    MAX_CREDENTIAL_ID,
    MOST_PASSKEYS,
    InvalidPasskey,
    Passkey,
    PasskeyChallenge,
    PasskeyId,
    PasskeyNotFound,
    PasskeyReads,
    PasskeyRefused,
    PasskeyTaken,
    TooManyPasskeys,
)
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.use_cases.identity.authenticate import (
    OPENING_ERRORS,
    OpenSession,
    SignedIn,
    begin_session,
    needs_second_factor,
)
from booking_domain.use_cases.identity.external_identities import has_other_sign_in_method
from booking_domain.use_cases.identity.passkey_responses import use_challenge, verify_response
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate
from booking_domain.use_cases.identity.sessions import LockedAccount, end_sessions, lock_own_account


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPasskey:
    """Add the passkey of a response to the actor's account."""

    response: str = field(repr=False)
    name: str
    second_factor: bool
    current: SessionId
    """The session of the request: it must be live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePasskey:
    """Give a passkey of the actor another name."""

    passkey_id: PasskeyId
    name: str
    current: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePasskey:
    """Remove a passkey of a signed-in user."""

    proof: PasswordCheck
    passkey_id: PasskeyId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInByPasskey:
    """Sign in with the response of a passkey."""

    response: str = field(repr=False)
    client: Client
    client_trace: ClientTrace = NOBODY


async def _start_adding(proof: PasswordCheck, tx: IdentityTx, context: UseCaseContext) -> dict[str, Any]:
    """Make a challenge for a new passkey of the account; the user authenticates again."""
    own = await reauthenticate(proof, tx, context)
    existing = await tx.passkeys.of_user(own.user.id)
    if len(existing) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    challenge, text = PasskeyChallenge.make(own.user.id, context.entropy, context.now)
    await tx.passkeys.add_challenge(challenge)
    name = own.user.email or own.user.phone or own.user.name
    return context.get(SecurityPorts).passkeys.creation_options(text, own.user.id, name, existing)


async def _add(command: AddPasskey, tx: IdentityTx, context: UseCaseContext) -> Passkey:
    """Add the passkey and end all other sessions; the current one has two factors from now on."""
    security = context.get(SecurityPorts)
    try:
        answer = security.passkeys.read(command.response)
        await use_challenge(answer, context.actor.id, tx, context)
        made = security.passkeys.verify_new(answer)
    except InvalidPasskey:
        raise PasskeyRefused from None
    if not 1 <= len(made.credential_id) <= MAX_CREDENTIAL_ID:
        raise PasskeyRefused
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    if len(await tx.passkeys.of_user(own.user.id)) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    passkey = Passkey(
        id=PasskeyId(context.entropy.new_id()),
        user_id=own.user.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        counter=made.counter,
        name=command.name,
        second_factor=command.second_factor or own.user.role in security.second_factor_roles,
        created_at=context.now,
    )
    await tx.passkeys.add(passkey)
    await tx.sessions.save(replace(own.current, second_factor=True))
    await _announce(PasskeyAdded, own, tx, context)
    return passkey


async def _rename(command: RenamePasskey, tx: IdentityTx, context: UseCaseContext) -> Passkey:
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    renamed = replace(await _find(command.passkey_id, own, tx), name=command.name)
    await tx.passkeys.save(renamed)
    return renamed


async def _remove(command: RemovePasskey, tx: IdentityTx, context: UseCaseContext) -> None:
    """Remove the passkey and end all other sessions.

    The last way to sign in stays, and so does the last second factor of a role that needs one.
    """
    own = await reauthenticate(command.proof, tx, context)
    passkey = await _find(command.passkey_id, own, tx)
    await tx.passkeys.remove(passkey.id)
    if not await has_other_sign_in_method(own.user, tx):
        raise LastSignInMethod
    if own.user.role in context.get(SecurityPorts).second_factor_roles and not await needs_second_factor(own.user, tx):
        raise SecondFactorRequired
    await _announce(PasskeyRemoved, own, tx, context)


async def _start_signing_in(_: None, tx: IdentityTx, context: UseCaseContext) -> dict[str, Any]:
    """Make a challenge for a sign-in; whose it will be is not known yet."""
    challenge, text = PasskeyChallenge.make(None, context.entropy, context.now)
    await tx.passkeys.add_challenge(challenge)
    return context.get(SecurityPorts).passkeys.request_options(text)


async def _sign_in(command: SignInByPasskey, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session, with two factors, for the account of the passkey."""
    answer = context.get(SecurityPorts).passkeys.read(command.response)
    await use_challenge(answer, None, tx, context)
    owner = await tx.passkeys.owner(answer.credential_id)
    user = None if owner is None else await tx.users.lock(owner)
    if user is None:
        raise InvalidPasskey
    await verify_response(answer, user, tx, context)
    opening = OpenSession(
        user_id=user.id,
        method=LoginMethod.PASSKEY,
        client=command.client,
        client_trace=command.client_trace,
        two_factors=True,
    )
    return await begin_session(opening, tx, context)


async def _list_own(actor: Actor, passkeys: PasskeyReads) -> Sequence[Passkey]:
    return await passkeys.of_user(actor.id)


async def _sweep(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.passkeys.remove_expired(context.now)


async def _find(passkey_id: PasskeyId, own: LockedAccount, tx: IdentityTx) -> Passkey:
    for passkey in await tx.passkeys.of_user(own.user.id):
        if passkey.id == passkey_id:
            return passkey
    raise PasskeyNotFound


async def _announce(
    kind: type[PasskeyAdded] | type[PasskeyRemoved], own: LockedAccount, tx: IdentityTx, context: UseCaseContext
) -> None:
    await end_sessions(own.others, tx, context)
    await tx.outbox.put([account_event(kind, own.user.id, context)])
    context.note("passkey.added" if kind is PasskeyAdded else "passkey.removed", Subject("user", own.user.id))


start_adding_passkey: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR, _start_adding, raises=(TooManyPasskeys, *PROOF_ERRORS)
)
add_passkey: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR,
    _add,
    raises=(InvalidToken, InvalidValue, PasskeyRefused, PasskeyTaken, TooManyPasskeys),
)
rename_passkey: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR, _rename, raises=(InvalidToken, InvalidValue, PasskeyNotFound)
)
remove_passkey: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR,
    _remove,
    raises=(PasskeyNotFound, LastSignInMethod, SecondFactorRequired, *PROOF_ERRORS),
)
start_passkey_sign_in: Final = UseCase(Permission.RUN_PLATFORM, _start_signing_in)
sign_in_by_passkey: Final = UseCase(
    Permission.RUN_PLATFORM, _sign_in, raises=(InvalidPasskey, InvalidToken, *OPENING_ERRORS)
)
sweep_passkey_challenges: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
list_own_passkeys: Final = Query(_list_own)
