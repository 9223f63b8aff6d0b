"""Users set and remove their bank account, and see it; admins confirm one."""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.bank_accounts import (
    BankAccount,
    BankAccountFrozen,
    BankAccountMissing,
    BankAccountReads,
    OtherBankAccount,
    UserHasNoBankAccount,
)
from booking_domain.identity.errors import (
    InvalidSecondFactor,
    OwnAccount,
    SecondFactorMissing,
    TooManyAttempts,
    WrongSecondFactor,
)
from booking_domain.identity.events import BankAccountChanged, account_event
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BankAccountId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.identity.authenticate import needs_second_factor, prove_second_factor
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBankAccount:
    """Add the requester's bank account, or replace it. Transfers that are approved already wait for a new approval."""

    proof: PasswordCheck
    details: BankDetails
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBankAccount:
    """Let transfers to a user's bank account be approved before the wait is over."""

    user_id: UserId
    account_id: BankAccountId
    """The account that the admin has seen."""
    code: str = field(repr=False)
    """A code of the admin's second factor, a recovery code, or the response of a passkey."""


async def _set(command: SetBankAccount, tx: IdentityTx, context: UseCaseContext) -> BankAccount:
    own = await reauthenticate(command.proof, tx, context)
    before = await tx.bank_accounts.get(own.user.id)
    require_expected_version(0 if before is None else before.version, command.expected_version)
    account_id = BankAccountId(context.entropy.new_id())
    if before is None:
        after = BankAccount(id=account_id, user_id=own.user.id, details=command.details, updated_at=context.now)
    else:
        after = before.changed(command.details, account_id, context.now)
    if after is not before:
        await tx.bank_accounts.save(after)
        await _announce_change(tx, context)
    return after


async def _remove(proof: PasswordCheck, tx: IdentityTx, context: UseCaseContext) -> None:
    own = await reauthenticate(proof, tx, context)
    if await tx.bank_accounts.get(own.user.id) is not None:
        await tx.bank_accounts.remove(own.user.id)
        await _announce_change(tx, context)


async def _announce_change(tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.outbox.put([account_event(BankAccountChanged, context.actor.id, context)])
    context.note("bank_account.changed", Subject("user", context.actor.id))


async def _confirm(command: ConfirmBankAccount, tx: IdentityTx, context: UseCaseContext) -> BankAccount:
    """Confirm the account. `WrongSecondFactor` and `TooManyAttempts` commit: a wrong code is counted."""
    if command.user_id == context.actor.id:
        raise OwnAccount
    users = {user.id: user for user in await tx.users.lock_all({command.user_id, context.actor.id})}
    account = required(await tx.bank_accounts.get(command.user_id), UserHasNoBankAccount)
    if account.id != command.account_id:
        raise OtherBankAccount
    admin = users[context.actor.id]
    if not await needs_second_factor(admin, tx):
        raise SecondFactorMissing
    try:
        await prove_second_factor(admin, command.code, tx, context)
    except InvalidSecondFactor:
        raise WrongSecondFactor from None
    confirmed = account.confirmed(context.now)
    if confirmed is not account:
        await tx.bank_accounts.save(confirmed)
    return confirmed


async def _get_own_bank_account(actor: Actor, accounts: BankAccountReads) -> BankAccount:
    return required(await accounts.get(actor.id), BankAccountMissing)


set_bank_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _set, raises=(InvalidValue, StaleVersion, *PROOF_ERRORS))
remove_bank_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _remove, raises=PROOF_ERRORS)
confirm_bank_account: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _confirm,
    lambda command, _: Subject("user", command.user_id),
    audited_as="bank_account.confirm",
    raises=(
        OwnAccount,
        UserHasNoBankAccount,
        OtherBankAccount,
        BankAccountFrozen,
        SecondFactorMissing,
        WrongSecondFactor,
        TooManyAttempts,
    ),
)
get_own_bank_account: Final = Query(_get_own_bank_account, (BankAccountMissing,))
