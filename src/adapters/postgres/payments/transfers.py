"""What refunds and payouts to providers share as bank transfers: their columns, and the conditions of their lists."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Case,
    Column,
    ColumnElement,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    literal,
    null,
    or_,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.identity.bank_accounts import BANK_ACCOUNT
from adapters.postgres.identity.tables import bank_accounts
from adapters.postgres.kit.encryption import WithCipher, encrypted
from adapters.postgres.kit.listing import amount_chosen_by
from adapters.postgres.kit.metadata import instant
from adapters.postgres.kit.statements import if_given
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.use_cases.platform.views import TransferStep

CHANGES: Final = (
    "status",
    "payee_sealed",
    "payee_id",
    "approved_at",
    "return_reason",
    "bank_reference",
    "processed_at",
    "version",
)
"""The columns that the steps of a transfer change."""


def transfer_columns(table: str) -> Sequence[Column[Any]]:
    """The columns of a transfer."""
    return (
        encrypted("payee_sealed", field=f"{table}.payee"),
        Column("payee_id", Uuid),
        instant("approved_at", nullable=True),
        Column("return_reason", Text),
        Column("bank_reference", Text),
        instant("processed_at", nullable=True),
        Column("version", Integer, nullable=False),
        instant("created_at"),
    )


def clear_payee(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Clear the payee and notes about the transfer; amounts, times and the bank's reference stay."""
    personal = table.c.payee_sealed.is_not(None) | table.c.return_reason.is_not(None)
    values = {"payee_sealed": null(), "return_reason": null(), "version": table.c.version + 1}
    return update(table).where(owned, personal).values(values)


def next_step(transfers: Table, *before: tuple[ColumnElement[bool], TransferStep]) -> Case[Any]:
    """What a transfer waits for; `before` are the steps that come before those of a pending transfer, as `waits_for`.

    The transfer is joined with the payee's row of `bank_accounts`.
    """
    t, account = transfers.c, bank_accounts.c
    steps = (
        *before,
        (or_(account.user_id.is_(None), account.frozen_at.is_not(None)), TransferStep.BANK_DETAILS),
        (and_(t.approved_at.is_not(None), t.payee_id == account.id), TransferStep.TRANSFER),
    )
    return case(*((when, literal(step.value)) for when, step in steps), else_=literal(TransferStep.APPROVAL.value))


def transfer_chosen_by(transfers: Table, step: Case[Any]) -> Sequence[ColumnElement[bool]]:
    """The conditions that the filters of both kinds of transfers have."""
    t = transfers.c
    return (
        or_(bindparam("waits_for", type_=t.status.type).is_(None), step == bindparam("waits_for")),
        if_given("status", t.status, t.status == bindparam("status")),
        *amount_chosen_by(t.amount),
    )


class ReadsTransfers(WithCipher):
    """Base of the reads of transfers."""

    def _account(self, columns: Sequence[Any]) -> BankAccount | None:
        """The payee's bank account as it is now, of the columns of an outer join."""
        return None if columns[0] is None else BANK_ACCOUNT.read(columns, self._cipher)
