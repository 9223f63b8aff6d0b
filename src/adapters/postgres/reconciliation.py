"""Reconciliation on PostgreSQL: runs and findings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.gift_cards import gift_card_entries, gift_cards
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, SavedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.loyalty import loyalty_accounts, loyalty_entries
from adapters.postgres.packages import package_entries, packages
from adapters.postgres.payments.tables import payments
from booking_domain.payments.model import GIFT_CARDS
from booking_domain.reconciliation.model import (
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    LedgerDifference,
    LedgerKind,
    Run,
    RunId,
    RunStatus,
)
from booking_domain.reconciliation.ports import (
    FindingFilter,
    FindingOrder,
    Reconciliation,
    ReconciliationReads,
    RunFilter,
)


def _clear_note(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.note != "").values(note="", version=table.c.version + 1)


runs: Final = Table(
    "reconciliation_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("gateway", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("zone", Text, nullable=False),
    Column("scheduled_on", Date),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("retry_at", nullable=True),
    Column("listed", Integer, nullable=False),
    Column("repaired", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    instant("finished_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("status", RunStatus),
    CheckConstraint("(status = 'finished') = (finished_at IS NOT NULL)", name="finished"),
    CheckConstraint("(status = 'finished') = (retry_at IS NULL)", name="retry"),
    # Each day is scheduled once per date, by whichever worker comes first.
    Index(
        "reconciliation_runs_scheduled_key",
        "gateway",
        "day",
        "scheduled_on",
        unique=True,
        postgresql_where=text("scheduled_on IS NOT NULL"),
    ),
    Index("reconciliation_runs_retry_idx", "retry_at", postgresql_where=text("retry_at IS NOT NULL")),
)

findings: Final = Table(
    "reconciliation_findings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, ForeignKey("reconciliation_runs.id"), nullable=False, index=True),
    Column("gateway", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("invoice_reference", Text, nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("reported_amount", BigInteger, nullable=False),
    Column("counted_amount", BigInteger, nullable=False),
    instant("paid_at", nullable=True),
    Column("payment_id", Uuid, ForeignKey("payments.id")),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    Column("note", Text, nullable=False),
    instant("settled_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("kind", FindingKind),
    one_of("status", FindingStatus),
    CheckConstraint("reported_amount >= 0 AND counted_amount >= 0", name="amounts"),
    CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled"),
    # However often a day is reconciled, a difference is found once.
    Index("reconciliation_findings_key", "gateway", "kind", "reference", unique=True),
    Index("reconciliation_findings_status_idx", "status", "id"),
    Index("reconciliation_findings_amount_idx", "currency", "reported_amount", "id"),
    info=personal_data(
        "booking_id",
        erase=_clear_note,
        handover=Kept("accounting"),
        export=NotExported("how the books of platform and gateway differ; the money is in the bookings"),
    ),
)

differences: Final = Table(
    "ledger_differences",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("stored", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    instant("found_at"),
    instant("checked_at"),
    one_of("ledger", LedgerKind),
    info=personal_data(
        "subject_id",
        erase=Kept("two sums, until they agree"),
        handover=Kept("accounting"),
        export=NotExported("how the platform's own books differ"),
    ),
)

RUN: Final = Mapper(
    runs,
    Run,
    changes=("status", "attempts", "retry_at", "listed", "repaired", "open", "finished_at", "version"),
)
FINDING: Final = Mapper(
    findings,
    Finding,
    reported=Columns("reported_amount", "currency"),
    counted=Columns("counted_amount", "currency"),
    changes=("run_id", "status", "note", "settled_at", "version"),
)
DIFFERENCE: Final = Mapper(differences, LedgerDifference)
_r: Final = runs.c
_f: Final = findings.c
_THIS_RUN: Final = select(*RUN.columns).where(_r.id == bindparam("run_id"))
_THIS: Final = select(*FINDING.columns).where(_f.id == bindparam("finding_id"))
_ADD_RUN: Final = Statement(
    insert(runs)
    .values({column.name: bindparam(column.name) for column in RUN.columns})
    .on_conflict_do_nothing()
    .returning(_r.id)
)
_SAVE_RUN: Final = RUN.update(versioned=True)
_ONE_RUN: Final = Statement(_THIS_RUN)
_LOCK_RUN: Final = Statement(_THIS_RUN.with_for_update())
_RUNS: Final = Statement(
    select(*RUN.columns)
    .where(
        if_given("status", _r.status, _r.status == bindparam("status")),
        if_given("gateway", _r.gateway, _r.gateway == bindparam("gateway")),
        if_given("after", _r.id, _r.id < bindparam("after")),
    )
    .order_by(_r.id.desc())
    .limit(bindparam("most"))
)
_TO_RETRY: Final = Statement(
    select(*RUN.columns).where(_r.retry_at <= bindparam("now")).order_by(_r.retry_at, _r.id).limit(bindparam("most"))
)
_COUNT: Final = Statement(select(_f.status, func.count()).where(_f.run_id == bindparam("run_id")).group_by(_f.status))
_ADD: Final = Statement(
    insert(findings)
    .values({column.name: bindparam(column.name) for column in FINDING.columns})
    .on_conflict_do_nothing(index_elements=[_f.gateway, _f.kind, _f.reference])
    .returning(_f.id)
)
_ONE: Final = Statement(_THIS)
_LOCK: Final = Statement(_THIS.with_for_update())
_LOCK_SAME: Final = Statement(
    select(*FINDING.columns)
    .where(_f.gateway == bindparam("gateway"), _f.kind == bindparam("kind"), _f.reference == bindparam("reference"))
    .with_for_update()
)
_STILL_OPEN: Final = Statement(
    select(*FINDING.columns)
    .where(
        _f.gateway == bindparam("gateway"),
        _f.invoice_reference == func.any(bindparam("references")),
        _f.status == FindingStatus.OPEN.value,
    )
    .order_by(_f.id)
)


def _sums(of: ColumnElement[Any], change: ColumnElement[Any]) -> Subquery:
    """The sum of the entries of each card, payment, package or account."""
    return select(of.label("subject_id"), func.sum(change).label("entries")).group_by(of).subquery()


def _unequal(
    ledger: LedgerKind, stored: FromClause, amount: ColumnElement[Any], sums: Subquery, *conditions: ColumnElement[bool]
) -> Select[Any]:
    """The rows of which the amount is not the sum of the entries."""
    entries = func.coalesce(sums.c.entries, 0)
    at = bindparam("now", type_=DateTime(timezone=True))
    return (
        select(literal(ledger.value), stored.c.id, amount, cast(entries, BigInteger), at, at)
        .select_from(stored.outerjoin(sums, sums.c.subject_id == stored.c.id))
        .where(amount != entries, *conditions)
    )


_card, _entry = gift_cards.c, gift_card_entries.c
_payment, _package, _visit = payments.c, packages.c, package_entries.c
_account, _points = loyalty_accounts.c, loyalty_entries.c
_lot: Final = func.jsonb_array_elements(_account.lots, type_=JSONB).column_valued("lot")
_LEFT: Final = select(func.coalesce(func.sum(cast(_lot["points"].astext, BigInteger)), 0)).scalar_subquery()
_UNEQUAL: Final = union_all(
    _unequal(LedgerKind.GIFT_CARD, gift_cards, _card.balance, _sums(_entry.card_id, _entry.amount)),
    _unequal(
        LedgerKind.GIFT_CARD_PAYMENT,
        payments,
        _payment.settled_amount - _payment.returned_amount,
        _sums(_entry.payment_id, -_entry.amount),
        _payment.gateway == func.any(bindparam("gateways", value=sorted(GIFT_CARDS), type_=ARRAY(Text))),
    ),
    _unequal(LedgerKind.PACKAGE_VISITS, packages, _package.balance, _sums(_visit.package_id, _visit.visits)),
    _unequal(
        LedgerKind.PACKAGE_PRICE,
        packages,
        _package.price * (_package.balance + _package.reserved) / _package.visits,
        _sums(_visit.package_id, _visit.amount),
    ),
    _unequal(
        LedgerKind.POINTS,
        loyalty_accounts,
        _LEFT - _account.debt,
        _sums(_points.account_id, _points.points),
    ),
)
_new_differences: Final = insert(differences).from_select([column.name for column in differences.columns], _UNEQUAL)
_PUT_DIFFERENCES: Final = Statement(
    _new_differences.on_conflict_do_update(
        index_elements=["ledger", "subject_id"],
        set_={name: _new_differences.excluded[name] for name in ("stored", "entries", "checked_at")},
    )
)
_REMOVE_SETTLED: Final = Statement(delete(differences).where(differences.c.checked_at < bindparam("now")))
_DIFFERENCES: Final = Statement(select(*DIFFERENCE.columns).order_by(differences.c.ledger, differences.c.subject_id))


def _page(*keys: str, falls: bool) -> Statement:
    last, after = findings.alias("last"), bindparam("after", type_=_f.id.type)
    here: list[ColumnElement[object]] = [*(_f[key] for key in keys), _f.id]
    there = [*(select(last.c[key]).where(last.c.id == after).scalar_subquery() for key in keys), after]
    follows = tuple_(*here) < tuple_(*there) if falls else tuple_(*here) > tuple_(*there)
    return Statement(
        select(*FINDING.columns)
        .where(
            if_given("status", _f.status, _f.status == bindparam("status")),
            if_given("kind", _f.kind, _f.kind == bindparam("kind")),
            if_given("gateway", _f.gateway, _f.gateway == bindparam("gateway")),
            if_given("run_id", _f.run_id, _f.run_id == bindparam("run_id")),
            if_given("at_from", _f.created_at, _f.created_at >= bindparam("at_from")),
            if_given("at_before", _f.created_at, _f.created_at < bindparam("at_before")),
            if_given("amount_from", _f.reported_amount, _f.reported_amount >= bindparam("amount_from")),
            if_given("amount_to", _f.reported_amount, _f.reported_amount <= bindparam("amount_to")),
            if_given("after", _f.id, follows),
        )
        .order_by(*(column.desc() if falls else column for column in here))
        .limit(bindparam("most"))
    )


_PAGES: Final[Mapping[FindingOrder, Statement]] = {
    FindingOrder.NEWEST: _page(falls=True),
    FindingOrder.OLDEST: _page(falls=False),
    FindingOrder.HIGHEST: _page("currency", "reported_amount", falls=True),
    FindingOrder.LOWEST: _page("currency", "reported_amount", falls=False),
}


def _run(row: Row | None) -> Run | None:
    return None if row is None else RUN.read(row)


def _finding(row: Row | None) -> Finding | None:
    return None if row is None else FINDING.read(row)


class PostgresReconciliation(SavedRows[Finding], Reconciliation):
    """`Reconciliation` in the tables `reconciliation_runs` and `reconciliation_findings`."""

    rows = Rows(FINDING, "finding")

    async def add_run(self, run: Run) -> bool:
        return await self._work.one(_ADD_RUN, **RUN.write(run)) is not None

    async def lock_run(self, run_id: RunId) -> Run | None:
        return _run(await self._work.one(_LOCK_RUN, run_id=run_id))

    async def save_run(self, run: Run, *, was: Run) -> None:
        await self._work.update_one(
            "reconciliation run", _SAVE_RUN, row_key=was.id, seen_version=was.version, **RUN.changes(run)
        )

    async def count(self, run_id: RunId) -> dict[FindingStatus, int]:
        return {FindingStatus(status): number for status, number in await self._work.all(_COUNT, run_id=run_id)}

    async def add(self, finding: Finding) -> bool:
        return await self._work.one(_ADD, **FINDING.write(finding)) is not None

    async def lock(self, finding_id: FindingId) -> Finding | None:
        return _finding(await self._work.one(_LOCK, finding_id=finding_id))

    async def lock_by_reference(self, gateway: str, kind: FindingKind, reference: str) -> Finding | None:
        row = await self._work.one(_LOCK_SAME, gateway=gateway, kind=kind.value, reference=reference)
        return _finding(row)

    async def compare_ledgers(self, now: datetime) -> list[LedgerDifference]:
        await self._work.execute(_PUT_DIFFERENCES, now=now)
        await self._work.execute(_REMOVE_SETTLED, now=now)
        return await self._work.each(DIFFERENCE.read, _DIFFERENCES)


class PostgresReconciliationReads(WithWork, ReconciliationReads):
    """`ReconciliationReads` of both tables."""

    async def run(self, run_id: RunId) -> Run | None:
        return _run(await self._work.one(_ONE_RUN, run_id=run_id))

    async def runs(self, criteria: RunFilter) -> list[Run]:
        return await self._work.each(RUN.read, _RUNS, **parameters(criteria))

    async def to_retry(self, now: datetime, limit: int) -> list[Run]:
        return await self._work.each(RUN.read, _TO_RETRY, now=now, most=limit)

    async def get(self, finding_id: FindingId) -> Finding | None:
        return _finding(await self._work.one(_ONE, finding_id=finding_id))

    async def page(self, criteria: FindingFilter) -> list[Finding]:
        return await self._work.each(FINDING.read, _PAGES[criteria.order], **parameters(criteria))

    async def open_findings(self, gateway: str, invoice_references: Sequence[str]) -> list[Finding]:
        return await self._work.each(FINDING.read, _STILL_OPEN, gateway=gateway, references=list(invoice_references))

    async def ledger_differences(self) -> list[LedgerDifference]:
        return await self._work.each(DIFFERENCE.read, _DIFFERENCES)


CONTEXT: Final = PostgresContext(tables=(runs, findings, differences))


class ReconciliationRepositories(RepositoryGroup):
    """The repositories of this context."""

    reconciliation = part(PostgresReconciliation)


class ReconciliationReadGroup(ReadGroup):
    """The reads of this context."""

    reconciliation = part(PostgresReconciliationReads)
