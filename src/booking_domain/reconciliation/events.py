"""Domain events of the reconciliation."""

from typing import Final

from booking_domain.reconciliation.model import RunId
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId


class RunChanged(Event, subject="run_id"):
    """The common field of all events of a run."""

    run_id: RunId


class RunRequested(RunChanged, topic="reconciliation.requested"):
    """A day is to be reconciled."""


class RunDelayed(RunChanged, topic="reconciliation.delayed"):
    """A run was started several times and did not finish."""


class FindingsReported(RunChanged, topic="reconciliation.left_findings"):
    """A run finished and left findings that an admin has to close."""


EVENTS: Final[tuple[type[RunChanged], ...]] = (RunRequested, RunDelayed, FindingsReported)


def run_event(kind: type[RunChanged], run_id: RunId, context: UseCaseContext) -> RunChanged:
    """Return the event of a run that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, run_id=run_id)
