"""Reconciliation: schedule and request runs, close findings, and the queries for admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from booking_domain.payments.gateways import Gateways
from booking_domain.reconciliation.events import RunRequested, run_event
from booking_domain.reconciliation.model import (
    FIRST_DAY,
    FIRST_RETRY,
    DayNotOver,
    Finding,
    FindingId,
    FindingNotFound,
    InvalidFindingTransition,
    Run,
    RunId,
    RunNotFound,
    UnknownGateway,
    day_of,
    due_days,
)
from booking_domain.reconciliation.ports import FindingFilter, ReconciliationReads, RunFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRun:
    """Reconcile a day that is over, again or for the first time."""

    gateway: str
    zone: str | None
    """The time zone of the gateway's books; None: there is no such gateway."""
    day: date

    @classmethod
    def of(cls, gateways: Gateways, gateway: str | None, day: date) -> "RequestRun":
        """The command for the gateway of this name, or for that of new payments."""
        name = gateways.default.name if gateway is None else gateway
        named = {alias: each for each in gateways for alias in gateways.names(each)}.get(name)
        if named is None:
            return cls(gateway=name, zone=None, day=day)
        return cls(gateway=named.name, zone=named.day_zone, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseFinding:
    """Close a finding that an admin has dealt with."""

    finding_id: FindingId
    note: str
    expected_version: ExpectedVersion = None


async def _schedule(zones: Sequence[tuple[str, str]], tx: Repositories, context: UseCaseContext) -> int:
    """Add the runs that are due for these gateways with their time zones; return how many are new."""
    added = 0
    for gateway, zone in zones:
        for scheduled_on, day in due_days(context.now, zone):
            run = Run(
                id=RunId(context.entropy.new_id()),
                gateway=gateway,
                day=day,
                zone=zone,
                scheduled_on=scheduled_on,
                retry_at=context.now + FIRST_RETRY,
                created_at=context.now,
            )
            if await tx.reconciliation.add_run(run):
                await tx.outbox.put([run_event(RunRequested, run.id, context)])
                added += 1
    return added


async def _request(command: RequestRun, tx: Repositories, context: UseCaseContext) -> Run:
    if command.zone is None:
        raise UnknownGateway(gateway=command.gateway)
    if command.day < FIRST_DAY:
        raise InvalidValue(field="day", problem=f"{FIRST_DAY} or later")
    if day_of(context.now, command.zone) <= command.day:
        raise DayNotOver
    run = Run(
        id=RunId(context.entropy.new_id()),
        gateway=command.gateway,
        day=command.day,
        zone=command.zone,
        retry_at=context.now + FIRST_RETRY,
        created_at=context.now,
    )
    await tx.reconciliation.add_run(run)
    await tx.outbox.put([run_event(RunRequested, run.id, context)])
    return run


async def _close(command: CloseFinding, tx: Repositories, context: UseCaseContext) -> Finding:
    before = required(await tx.reconciliation.lock(command.finding_id), FindingNotFound)
    require_expected_version(before.version, command.expected_version)
    after = before.close(command.note, context.now)
    if after is not before:
        await tx.reconciliation.save(after, was=before)
    return after


schedule_runs: Final = UseCase(Permission.RUN_PLATFORM, _schedule)
request_run: Final = UseCase(
    Permission.RECONCILE,
    _request,
    lambda _, run: Subject("reconciliation_run", run.id),
    audited_as="reconciliation.request",
    raises=(UnknownGateway, DayNotOver, InvalidValue),
)
close_finding: Final = UseCase(
    Permission.RECONCILE,
    _close,
    lambda _, finding: Subject("finding", finding.id),
    audited_as="reconciliation.close",
    raises=(FindingNotFound, InvalidFindingTransition, InvalidValue, StaleVersion),
)


async def _list_findings(
    actor: Actor, criteria: FindingFilter, reconciliation: ReconciliationReads
) -> Sequence[Finding]:
    """The findings that match; for admins."""
    authorise(actor, Permission.RECONCILE)
    return await reconciliation.page(criteria)


async def _get_finding(actor: Actor, finding_id: FindingId, reconciliation: ReconciliationReads) -> Finding:
    """One finding; for admins."""
    authorise(actor, Permission.RECONCILE)
    return required(await reconciliation.get(finding_id), FindingNotFound)


async def _list_runs(actor: Actor, criteria: RunFilter, reconciliation: ReconciliationReads) -> Sequence[Run]:
    """The runs that match, newest first; for admins."""
    authorise(actor, Permission.RECONCILE)
    return await reconciliation.runs(criteria)


async def _get_run(actor: Actor, run_id: RunId, reconciliation: ReconciliationReads) -> Run:
    """One run; for admins."""
    authorise(actor, Permission.RECONCILE)
    return required(await reconciliation.run(run_id), RunNotFound)


list_findings: Final = Query(_list_findings, (NotPermitted,))
get_finding: Final = Query(_get_finding, (NotPermitted, FindingNotFound))
list_runs: Final = Query(_list_runs, (NotPermitted,))
get_run: Final = Query(_get_run, (NotPermitted, RunNotFound))
