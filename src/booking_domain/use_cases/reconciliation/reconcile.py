"""Reconcile one day of one gateway: compare its list of payments with the platform's, and repair what is certain.

- A difference is stored before it is repaired, so that a crash in between loses no trace of it.
- A repair is `settle_payment`: money that the gateway reports counts, and an excess becomes a refund. Nothing else is
  certain; it stays open for an admin.
- A finding that a later run no longer sees is repaired. So a run may be repeated, and several may run at once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, payment_of_order
from booking_domain.payments.ports import GatewayPayment, PaymentGateway
from booking_domain.payments.refunds import RefundMethod, RefundStatus
from booking_domain.reconciliation.events import FindingsReported, RunDelayed, run_event
from booking_domain.reconciliation.model import (
    DELAYED_AFTER,
    Difference,
    Finding,
    FindingId,
    FindingStatus,
    Run,
    RunId,
    RunNotFound,
    RunStatus,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.orders.pay import settle_order
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.reconciliation.compare_books import InvoiceBooks, by_invoice, of_unknown_invoice

_SLICE: Final = timedelta(hours=2)
"""The part of a day that a gateway lists at once: a call is bounded in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What a run sees of one invoice now."""

    run: Run
    names: Sequence[str]
    """The names of the gateway. Earlier runs may have stored their findings under another one than this run."""
    differences: Sequence[Difference]
    gone: Sequence[FindingId] = ()
    """Open findings that it no longer sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finish:
    run_id: RunId
    listed: int


@dataclass(frozen=True, slots=True)
class _Ports:
    reads: Reads
    executor: Executor[Repositories]
    gateways: Gateways


async def _reconcile(run_id: RunId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways) -> None:
    """Carry out a run, unless it is finished.

    Raises:
        RunNotFound: there is no such run.
        GatewayUnavailable: the gateway gave no usable response; the run is started again at its `retry_at`.
    """
    run = await executor.run(_start_run, run_id, actor=SYSTEM)
    if run is None:
        return
    ports, gateway = _Ports(reads, executor, gateways), gateways.named(run.gateway)
    listed = await _listed(run, gateway)
    invoices = by_invoice(listed)
    await _settle_orders(invoices, gateway, ports)
    known: dict[str, Payment] = {}
    missing: list[Payment] = []
    for name in gateways.names(gateway):
        known.update((_reference(each), each) for each in await reads.payments.of_invoices(name, list(invoices)))
        counted = await reads.payments.settled_between(name, run.window.start, run.window.end)
        missing += [each for each in counted if each.invoice is not None and each.invoice.reference not in invoices]
    still_open = await _still_open([*invoices, *map(_reference, missing)], run, ports)
    for reference, payments in invoices.items():
        earlier = [each for each in still_open if each.invoice_reference == reference]
        if reference in known:
            await _compare(known[reference], payments, run, earlier, ports)
        else:
            await _record_unknown(reference, payments, run, earlier, ports)
    for payment in missing:
        earlier = [each for each in still_open if each.invoice_reference == _reference(payment)]
        await _compare(payment, (), run, earlier, ports)
    await executor.run(_finish_run, _Finish(run_id=run.id, listed=len(listed)), actor=SYSTEM)


async def _settle_orders(invoices: dict[str, list[GatewayPayment]], gateway: PaymentGateway, ports: _Ports) -> None:
    """Count what came for orders, and leave their invoices out: orders have no findings."""
    for name in ports.gateways.names(gateway):
        for order in await ports.reads.orders.of_invoices(name, list(invoices)):
            await settle_order(order, executor=ports.executor, gateways=ports.gateways)
            if order.invoice is not None:
                invoices.pop(order.invoice.reference, None)


async def _listed(run: Run, gateway: PaymentGateway) -> Sequence[GatewayPayment]:
    """The gateway's payments in the window of the run. A payment that moves between two slices occurs once."""
    found: dict[str, GatewayPayment] = {}
    start, end = run.window.start, run.window.end
    while start < end:
        until = min(start + _SLICE, end)
        found.update((each.reference, each) for each in await gateway.payments_between(start, until))
        start = until
    return tuple(found.values())


async def _compare(
    payment: Payment, listed: Sequence[GatewayPayment], run: Run, earlier: Sequence[Finding], ports: _Ports
) -> None:
    """Compare the books of one invoice, repair what is certain, and record what is found."""
    books = InvoiceBooks(payment=payment, listed=listed, since=run.window.start)
    if not books.agree:
        gateway = ports.gateways.named(payment.gateway)
        report = await gateway.report(_reference(payment), payment.amount.currency)
        # Read again: a callback may have arrived since the list was read.
        payment = await ports.reads.payments.get(payment.id) or payment
        refunding = await _is_refunding(payment, ports.reads)
        books = replace(books, payment=payment, held=report.received, refunding=refunding)
        if payment.held < report.received:
            await _record(books, run, earlier, ports)
            payment = await settle_payment(payment, executor=ports.executor, gateways=ports.gateways)
            books = replace(books, payment=payment, held=max(report.received, payment.held))
            earlier = await _still_open([_reference(payment)], run, ports)
    await _record(books, run, earlier, ports)


async def _is_refunding(payment: Payment, reads: Reads) -> bool:
    """Whether the gateway was asked to pay money of this payment back, and the result is not recorded yet."""
    return any(
        refund.payment_id == payment.id
        and refund.status is RefundStatus.PENDING
        and refund.method is RefundMethod.GATEWAY
        for refund in await reads.refunds.of_booking(payment.booking_id)
    )


async def _record(books: InvoiceBooks, run: Run, earlier: Sequence[Finding], ports: _Ports) -> None:
    """Record the differences, and which earlier findings of these payments are gone."""
    found = tuple(books.differences())
    seen = {(each.kind, each.reference) for each in found}
    looked_at = {_reference(books.payment), *(each.reference for each in books.listed)}
    gone = [each.id for each in earlier if each.reference in looked_at and (each.kind, each.reference) not in seen]
    if found or gone:
        record = _Record(run=run, names=_names(run, ports), differences=found, gone=gone)
        await ports.executor.run(_record_findings, record, actor=SYSTEM)


async def _record_unknown(
    reference: str, listed: Sequence[GatewayPayment], run: Run, earlier: Sequence[Finding], ports: _Ports
) -> None:
    """Record payments of an invoice that no payment has. The order number tells a stray of ours from a stranger's."""
    number = await ports.gateways.named(run.gateway).order_number(reference)
    payment_id = None if number is None else payment_of_order(number)
    ordered = None if payment_id is None else await ports.reads.payments.get(payment_id)
    found = tuple(of_unknown_invoice(listed, ordered))
    paid = {each.reference for each in found}
    gone = [each.id for each in earlier if each.reference not in paid]
    if found or gone:
        record = _Record(run=run, names=_names(run, ports), differences=found, gone=gone)
        await ports.executor.run(_record_findings, record, actor=SYSTEM)


async def _still_open(references: Sequence[str], run: Run, ports: _Ports) -> Sequence[Finding]:
    """The open findings about these invoices, under every name of the gateway."""
    return [
        finding
        for name in _names(run, ports)
        for finding in await ports.reads.reconciliation.open_findings(name, references)
    ]


def _names(run: Run, ports: _Ports) -> Sequence[str]:
    return ports.gateways.names(ports.gateways.named(run.gateway))


def _reference(payment: Payment) -> str:
    return "" if payment.invoice is None else payment.invoice.reference


async def _start(run_id: RunId, tx: Repositories, context: UseCaseContext) -> Run | None:
    before = required(await tx.reconciliation.lock_run(run_id), RunNotFound)
    if before.status is RunStatus.FINISHED:
        return None
    after = before.start(context.now)
    await tx.reconciliation.save_run(after, was=before)
    if after.attempts == DELAYED_AFTER:
        await tx.outbox.put([run_event(RunDelayed, run_id, context)])
    return after


async def _record_all(command: _Record, tx: Repositories, context: UseCaseContext) -> None:
    run = command.run
    for found in command.differences:
        before = await _lock_same(found, command.names, tx)
        if before is None:
            new = FindingId(context.entropy.new_id())
            finding = Finding.of(found, id=new, run_id=run.id, gateway=run.gateway, now=context.now)
            await tx.reconciliation.add(finding)
        elif before.status is FindingStatus.OPEN and found.agrees:
            await tx.reconciliation.save(before.repair(context.now), was=before)
        elif before.status is FindingStatus.REPAIRED and not found.agrees:
            await tx.reconciliation.save(before.reopen(run.id), was=before)
    for finding_id in command.gone:
        before = await tx.reconciliation.lock(finding_id)
        if before is not None and before.status is FindingStatus.OPEN:
            await tx.reconciliation.save(before.repair(context.now), was=before)


async def _lock_same(found: Difference, names: Sequence[str], tx: Repositories) -> Finding | None:
    for name in names:
        finding = await tx.reconciliation.lock_by_reference(name, found.kind, found.reference)
        if finding is not None:
            return finding
    return None


async def _finish(command: _Finish, tx: Repositories, context: UseCaseContext) -> None:
    before = await tx.reconciliation.lock_run(command.run_id)
    if before is None or before.status is not RunStatus.RUNNING:
        return
    found = Counter(await tx.reconciliation.count(before.id))
    after = before.finish(
        context.now,
        listed=command.listed,
        repaired=found[FindingStatus.REPAIRED],
        still_open=found[FindingStatus.OPEN],
    )
    await tx.reconciliation.save_run(after, was=before)
    if after.open:
        await tx.outbox.put([run_event(FindingsReported, after.id, context)])


_start_run: Final = UseCase(Permission.RUN_PLATFORM, _start, raises=(RunNotFound,))
_record_findings: Final = UseCase(Permission.RUN_PLATFORM, _record_all)
_finish_run: Final = UseCase(Permission.RUN_PLATFORM, _finish)

reconcile: Final = Process(_reconcile, (RunNotFound, GatewayUnavailable))
