"""Set a second factor up, confirm it, look at it, replace its recovery codes, remove it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.errors import (
    InvalidSecondFactor,
    SecondFactorMissing,
    SecondFactorRequired,
    TooManyAttempts,
    WrongSecondFactor,
)
from booking_domain.identity.model import User
from booking_domain.identity.second_factor import Refusal, SecondFactor, TimeCodes
from booking_domain.identity.use_cases.one_time_codes import CodesTx
from booking_domain.identity.use_cases.reauthentication import Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_sessions, lock_own
from booking_domain.identity.use_cases.sign_in import IdentityTx
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpFactor:
    """Somebody wants a second factor, or another one."""

    proof: Proof
    code: str | None = field(repr=False)
    """A code of the factor that they have, or a recovery code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFactor:
    """Somebody has a code, and is signed in."""

    code: str = field(repr=False)
    current: SessionId


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What an authenticator app is to be told, and whose it is."""

    user: User
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewRecoveryCodes:
    """What is told once."""

    texts: tuple[str, ...] = field(repr=False)


def set_up_factor(codes: TimeCodes) -> UseCase[SetUpFactor, CodesTx, NewSecret]:
    """Make a secret, which opens nothing until it is confirmed; a factor that is active stays so until then.

    For it `reauthenticate` has to let pass, and a code of the factor that there is.
    """

    async def handle(command: SetUpFactor, tx: CodesTx, context: Context) -> NewSecret:
        proved = await reauthenticate(command.proof, tx, context)
        user = proved.user
        factor = await tx.second_factors.lock(user.id) or SecondFactor(user_id=user.id)
        if factor.active:
            factor, refused = factor.proved(command.code or "", codes, context.now)
            if refused is not None:
                await tx.second_factors.save(factor)
                raise _for_requester(refused)
        factor, secret = factor.set_up(context.entropy)
        await tx.second_factors.save(factor)
        return NewSecret(user, secret)

    return UseCase(Permission.MANAGE_SECOND_FACTOR, handle)


def confirm_factor(codes: TimeCodes) -> UseCase[UseFactor, IdentityTx, NewRecoveryCodes]:
    """Let the new secret be the account's, with recovery codes of its own; other sessions end.

    The current one has two factors from now on, and so have its access tokens from the next refresh.
    """

    async def handle(command: UseFactor, tx: IdentityTx, context: Context) -> NewRecoveryCodes:
        own = await lock_own(context.actor.id, command.current, tx, context)
        factor = await tx.second_factors.lock(own.user.id)
        if factor is None or factor.new_secret is None:
            raise SecondFactorMissing
        factor, refused = factor.confirmed(command.code, codes, context.now)
        if refused is not None:
            await tx.second_factors.save(factor)
            raise _for_requester(refused)
        factor, texts = factor.with_recovery_codes(context.entropy)
        await tx.second_factors.save(factor)
        await tx.sessions.save(replace(own.current, second_factor=True))
        await end_sessions(own.others, tx, context)
        context.note("second_factor.confirmed", Subject("user", own.user.id))
        return NewRecoveryCodes(texts)

    return UseCase(Permission.MANAGE_SECOND_FACTOR, handle)


def renew_recovery_codes(codes: TimeCodes) -> UseCase[UseFactor, IdentityTx, NewRecoveryCodes]:
    """Make other recovery codes; those of before are good for nothing."""

    async def handle(command: UseFactor, tx: IdentityTx, context: Context) -> NewRecoveryCodes:
        factor = await _proved(command, codes, tx, context)
        factor, texts = factor.with_recovery_codes(context.entropy)
        await tx.second_factors.save(factor)
        context.note("recovery_codes.renewed", Subject("user", context.actor.id))
        return NewRecoveryCodes(texts)

    return UseCase(Permission.MANAGE_SECOND_FACTOR, handle)


def remove_factor(codes: TimeCodes, required_of: Collection[Role]) -> UseCase[UseFactor, IdentityTx, None]:
    """Let the account have no second factor; refused to roles that need one, who can set another one up instead."""

    async def handle(command: UseFactor, tx: IdentityTx, context: Context) -> None:
        if context.actor.role in required_of:
            raise SecondFactorRequired
        await _proved(command, codes, tx, context)
        await tx.second_factors.remove(context.actor.id)
        context.note("second_factor.removed", Subject("user", context.actor.id))

    return UseCase(Permission.MANAGE_SECOND_FACTOR, handle)


async def _look_at_factor(current: SessionId, tx: IdentityTx, context: Context) -> SecondFactor:
    own = await lock_own(context.actor.id, current, tx, context)
    return await tx.second_factors.lock(own.user.id) or SecondFactor(user_id=own.user.id)


async def lock_active_factor(user_id: UserId, tx: IdentityTx) -> SecondFactor:
    """The factor that an account has, locked, or `SecondFactorMissing`."""
    factor = await tx.second_factors.lock(user_id)
    if factor is None or not factor.active:
        raise SecondFactorMissing
    return factor


async def _proved(command: UseFactor, codes: TimeCodes, tx: IdentityTx, context: Context) -> SecondFactor:
    """Try a code of the active factor and save the factor, or raise `WrongSecondFactor` or `TooManyAttempts`."""
    own = await lock_own(context.actor.id, command.current, tx, context)
    factor = await lock_active_factor(own.user.id, tx)
    factor, refused = factor.proved(command.code, codes, context.now)
    await tx.second_factors.save(factor)
    if refused is not None:
        raise _for_requester(refused)
    return factor


def _for_requester(refused: Refusal) -> WrongSecondFactor | TooManyAttempts:
    """The error for a user who is signed in: 401 would say that their token is not valid."""
    return WrongSecondFactor() if isinstance(refused, InvalidSecondFactor) else refused


look_at_factor: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _look_at_factor)
