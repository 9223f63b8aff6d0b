"""The SQL of one real booking, taken down while the adapters run it, to be run again with other values.

So the floor cannot drift from the application: it runs the statements that the application runs, as many of them, and
waits where the application waits.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from unittest.mock import patch
from uuid import UUID

from adapters.postgres.kit.pipelining import Awaited, Pipeline
from adapters.postgres.kit.statements import Statement

Anchor = Literal["now", "start"]
Role = str | tuple[Anchor, timedelta]
"""What a value is: one that each booking has of its own, or a time so long after now, or after the slot's start."""
FAR: Final = timedelta(days=10)
"""A recorded slot must start later than this, so that it is plain what each time is counted from."""


@dataclass
class Step:
    """One statement: what stays the same in it, what differs from booking to booking, and whether it is waited for."""

    statement: Statement
    fixed: dict[str, Any] = field(default_factory=dict)
    fresh: list[tuple[str, Role]] = field(default_factory=list)
    rows_wanted: bool = False
    waited_for: bool = False


@dataclass
class Recording:
    """The statements of a booking in their order, the answer that was given, and other customers to book for."""

    steps: list[Step]
    answer: bytes
    customers: list[UUID] = field(default_factory=list)


async def record(
    place: Callable[[], Awaitable[bytes]], *, now: Callable[[], datetime], roles: Callable[[], Mapping[Any, str | None]]
) -> Recording:
    """Record what `place` sends to the database.

    Its values are known by what they are: `roles` names, after it has run, those that each booking has of its own (and
    None for ids that stay the same; an id that it does not name is the event's).
    """
    steps: list[Step] = []
    sent: list[tuple[Step, Mapping[str, Any]]] = []
    replies: list[Awaited] = []
    add, fetchall = Pipeline.add, Awaited.fetchall

    def recording_add(self: Pipeline, statement: Statement, values: dict[str, Any]) -> Awaited:
        replies.append(add(self, statement, values))
        steps.append(Step(statement))
        sent.append((steps[-1], statement.bind(values)))
        return replies[-1]

    async def recording_fetchall(self: Awaited) -> list[Any]:
        steps[replies.index(self)].rows_wanted = True
        steps[-1].waited_for = steps[-1].waited_for or self.result is None
        return await fetchall(self)

    with patch.object(Pipeline, "add", recording_add), patch.object(Awaited, "fetchall", recording_fetchall):
        answer = await place()
    steps = steps[1:-1]  # without BEGIN and COMMIT
    known = roles()
    for step, values in sent:
        for name, value in values.items():
            role = _role(value, known, now())
            if role is None:
                step.fixed[name] = value
            else:
                step.fresh.append((name, role))
    return Recording(steps, answer)


def _role(value: Any, known: Mapping[Any, str | None], now: datetime) -> Role | None:
    if isinstance(value, datetime) and value.tzinfo is not None:
        start = next(moment for moment, role in known.items() if role == "start")
        assert start - now > FAR
        anchors: dict[Anchor, datetime] = {"now": now, "start": start}
        nearest = min(anchors, key=lambda anchor: abs(value - anchors[anchor]))
        return nearest, value - anchors[nearest]
    if isinstance(value, UUID):
        return known.get(value, "event_id")
    return known.get(value) if isinstance(value, str | datetime) else None
