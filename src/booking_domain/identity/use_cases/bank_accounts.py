"""Users set and remove their bank account, and see it."""

from dataclasses import dataclass
from typing import Final

from booking_domain.identity.bank_accounts import BankAccount, BankAccountMissing, BankAccountReads
from booking_domain.identity.events import BankAccountChanged, account_event
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.shared.versions import ExpectedVersion, require_expected_version


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBankAccount:
    """Add the actor's bank account, or replace it. Transfers that are approved already keep their details."""

    details: BankDetails
    expected_version: ExpectedVersion = None


async def _set(command: SetBankAccount, tx: IdentityTx, context: Context) -> BankAccount:
    await tx.users.lock(context.actor.id)
    before = await tx.bank_accounts.get(context.actor.id)
    require_expected_version(0 if before is None else before.version, command.expected_version)
    if before is None:
        after = BankAccount(user_id=context.actor.id, details=command.details, updated_at=context.now)
    else:
        after = before.changed(command.details, context.now)
    if after is not before:
        await tx.bank_accounts.save(after)
        await _announce_change(tx, context)
    return after


async def _remove(_: None, tx: IdentityTx, context: Context) -> None:
    await tx.users.lock(context.actor.id)
    if await tx.bank_accounts.get(context.actor.id) is not None:
        await tx.bank_accounts.remove(context.actor.id)
        await _announce_change(tx, context)


async def _announce_change(tx: IdentityTx, context: Context) -> None:
    await tx.outbox.put([account_event(BankAccountChanged, context.actor.id, context)])
    context.note("bank_account.changed", Subject("user", context.actor.id))


async def _get_own_bank_account(actor: Actor, accounts: BankAccountReads) -> BankAccount:
    account = await accounts.get(actor.id)
    if account is None:
        raise BankAccountMissing
    return account


set_bank_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _set, raises=(InvalidValue, StaleVersion))
remove_bank_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _remove)
get_own_bank_account: Final = Query(_get_own_bank_account, (BankAccountMissing,))
