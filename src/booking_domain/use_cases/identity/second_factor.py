"""Set up a second factor, confirm it, read it, replace its recovery codes, remove it.

Wrong codes are counted: `WrongSecondFactor` and `TooManyAttempts` commit.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.errors import (
    InvalidSecondFactor,
    InvalidToken,
    SecondFactorMissing,
    SecondFactorRequired,
    TooManyAttempts,
    WrongSecondFactor,
)
from booking_domain.identity.events import SecondFactorChanged, account_event
from booking_domain.identity.model import User
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.second_factor import Refusal, SecondFactor
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate
from booking_domain.use_cases.identity.sessions import end_sessions, lock_own_account


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpFactor:
    """Begin to set up a second factor, or to replace it."""

    proof: PasswordCheck
    code: str | None = field(repr=False)
    """A code of the factor that the account has, or a recovery code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFactor:
    """A code that a signed-in user sends."""

    code: str = field(repr=False)
    current: SessionId
    """The session of the request: it must be live."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The secret for the user's authenticator app."""

    user: User
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewRecoveryCodes:
    """Recovery codes, which are shown once."""

    texts: tuple[str, ...] = field(repr=False)


async def _set_up(command: SetUpFactor, tx: IdentityTx, context: UseCaseContext) -> NewSecret:
    """Make a secret, which authenticates no user until it is confirmed; an active factor stays active until then.

    The user authenticates again, and sends a code of the active factor if there is one.
    """
    user = (await reauthenticate(command.proof, tx, context)).user
    factor = await tx.second_factors.lock(user.id) or SecondFactor(user_id=user.id)
    if factor.active:
        time_codes = context.get(SecurityPorts).time_codes
        factor, refused = factor.proved(command.code or "", time_codes, context.now)
        if refused is not None:
            await tx.second_factors.save(factor)
            raise _for_signed_in(refused)
    factor, secret = factor.set_up(context.entropy)
    await tx.second_factors.save(factor)
    return NewSecret(user, secret)


async def _confirm(command: UseFactor, tx: IdentityTx, context: UseCaseContext) -> NewRecoveryCodes:
    """Activate the new secret with new recovery codes, and end all other sessions.

    The current session has two factors from now on, and its access tokens say so from the next refresh.
    """
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    factor = await tx.second_factors.lock(own.user.id)
    if factor is None or factor.new_secret is None:
        raise SecondFactorMissing
    factor, refused = factor.confirmed(command.code, context.get(SecurityPorts).time_codes, context.now)
    if refused is not None:
        await tx.second_factors.save(factor)
        raise _for_signed_in(refused)
    factor, texts = factor.with_recovery_codes(context.entropy)
    await tx.second_factors.save(factor)
    await tx.sessions.save(replace(own.current, second_factor=True))
    await end_sessions(own.others, tx, context)
    await tx.remembered_devices.remove_all(own.user.id)
    await _announce(tx, context)
    context.note("second_factor.confirmed", Subject("user", own.user.id))
    return NewRecoveryCodes(texts)


async def _renew_recovery_codes(command: UseFactor, tx: IdentityTx, context: UseCaseContext) -> NewRecoveryCodes:
    """Make new recovery codes; the former ones are no longer accepted."""
    factor = await _proved(command, tx, context)
    factor, texts = factor.with_recovery_codes(context.entropy)
    await tx.second_factors.save(factor)
    await _announce(tx, context)
    context.note("recovery_codes.renewed", Subject("user", context.actor.id))
    return NewRecoveryCodes(texts)


async def _remove(command: UseFactor, tx: IdentityTx, context: UseCaseContext) -> None:
    """Remove the second factor. Roles that need one cannot; they replace it instead."""
    if context.actor.role in context.get(SecurityPorts).second_factor_roles:
        raise SecondFactorRequired
    await _proved(command, tx, context)
    await tx.second_factors.remove(context.actor.id)
    await tx.remembered_devices.remove_all(context.actor.id)
    await _announce(tx, context)
    context.note("second_factor.removed", Subject("user", context.actor.id))


async def _announce(tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.outbox.put([account_event(SecondFactorChanged, context.actor.id, context)])


async def _read(current: SessionId, tx: IdentityTx, context: UseCaseContext) -> SecondFactor:
    own = await lock_own_account(context.actor.id, current, tx, context)
    return await tx.second_factors.lock(own.user.id) or SecondFactor(user_id=own.user.id)


async def lock_active_factor(user_id: UserId, tx: IdentityTx) -> SecondFactor:
    """Lock an account's active factor, or raise `SecondFactorMissing`."""
    factor = await tx.second_factors.lock(user_id)
    if factor is None or not factor.active:
        raise SecondFactorMissing
    return factor


async def _proved(command: UseFactor, tx: IdentityTx, context: UseCaseContext) -> SecondFactor:
    """Try a code of the active factor and save the factor, or raise `WrongSecondFactor` or `TooManyAttempts`."""
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    factor = await lock_active_factor(own.user.id, tx)
    factor, refused = factor.proved(command.code, context.get(SecurityPorts).time_codes, context.now)
    await tx.second_factors.save(factor)
    if refused is not None:
        raise _for_signed_in(refused)
    return factor


def _for_signed_in(refused: Refusal) -> WrongSecondFactor | TooManyAttempts:
    """The error for a signed-in user: `InvalidSecondFactor` would say that their token is not valid."""
    return WrongSecondFactor() if isinstance(refused, InvalidSecondFactor) else refused


_CODE_ERRORS: Final = (InvalidToken, SecondFactorMissing, WrongSecondFactor, TooManyAttempts)

set_up_factor: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR, _set_up, raises=(*PROOF_ERRORS, WrongSecondFactor, TooManyAttempts)
)
confirm_factor: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _confirm, raises=_CODE_ERRORS)
renew_recovery_codes: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _renew_recovery_codes, raises=_CODE_ERRORS)
remove_factor: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _remove, raises=(*_CODE_ERRORS, SecondFactorRequired))
get_factor: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _read, raises=(InvalidToken,))
