"""Domain events of the reconciliation."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.reconciliation.model import RunId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChanged(Event):
    """The common field of all events of a run."""

    subject_field: ClassVar[str] = "run_id"

    run_id: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequested(RunChanged):
    """A day is to be reconciled."""

    topic: ClassVar[str] = "reconciliation.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDelayed(RunChanged):
    """A run was started several times and did not finish."""

    topic: ClassVar[str] = "reconciliation.delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLeftFindings(RunChanged):
    """A run finished and left findings that an admin has to close."""

    topic: ClassVar[str] = "reconciliation.left_findings"


EVENTS: Final[tuple[type[RunChanged], ...]] = (RunRequested, RunDelayed, RunLeftFindings)


def run_event(kind: type[RunChanged], run_id: RunId, context: Context) -> RunChanged:
    """Return the event of a run that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, run_id=run_id)
