"""Records the SQL of one real booking while the adapters execute it, for replay with other values.

The floor therefore cannot drift from the application: it runs the same statements and awaits at the same points.
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
ValueSource = str | tuple[Anchor, timedelta]
"""Where a value comes from: a named value of the booking, or an offset from now or from the slot's start."""
MIN_LEAD_TIME: Final = timedelta(days=10)
"""A recorded slot must start later than this, so that the anchor of each time is unambiguous."""


@dataclass
class RecordedStatement:
    """One statement with its constant and varying values; `awaited` marks the end of a round trip."""

    statement: Statement
    constants: dict[str, Any] = field(default_factory=dict)
    varying: list[tuple[str, ValueSource]] = field(default_factory=list)
    fetches_rows: bool = False
    awaited: bool = False


@dataclass
class Recording:
    """The statements of a booking in order, its response, and the customers for whom the floor books."""

    steps: list[RecordedStatement]
    response: bytes
    customers: list[UUID] = field(default_factory=list)


async def record(
    place: Callable[[], Awaitable[bytes]], *, now: Callable[[], datetime], roles: Callable[[], Mapping[Any, str | None]]
) -> Recording:
    """Record the statements that `place` sends to the database.

    Values are recognised by equality: after `place`, `roles` maps the values specific to a booking to their names, and
    constant ids to None; an unlisted id is the event's.
    """
    steps: list[RecordedStatement] = []
    sent: list[tuple[RecordedStatement, Mapping[str, Any]]] = []
    replies: list[Awaited] = []
    add, fetchall = Pipeline.add, Awaited.fetchall

    def recording_add(self: Pipeline, statement: Statement, values: dict[str, Any]) -> Awaited:
        replies.append(add(self, statement, values))
        steps.append(RecordedStatement(statement))
        sent.append((steps[-1], statement.bind(values)))
        return replies[-1]

    async def recording_fetchall(self: Awaited) -> list[Any]:
        steps[replies.index(self)].fetches_rows = True
        steps[-1].awaited = steps[-1].awaited or self.result is None
        return await fetchall(self)

    with patch.object(Pipeline, "add", recording_add), patch.object(Awaited, "fetchall", recording_fetchall):
        response = await place()
    steps = steps[1:-1]  # without BEGIN and COMMIT
    known = roles()
    for step, values in sent:
        for name, value in values.items():
            role = _role(value, known, now())
            if role is None:
                step.constants[name] = value
            else:
                step.varying.append((name, role))
    return Recording(steps, response)


def _role(value: Any, known: Mapping[Any, str | None], now: datetime) -> ValueSource | None:
    if isinstance(value, datetime) and value.tzinfo is not None:
        start = next(moment for moment, role in known.items() if role == "start")
        assert start - now > MIN_LEAD_TIME
        anchors: dict[Anchor, datetime] = {"now": now, "start": start}
        nearest = min(anchors, key=lambda anchor: abs(value - anchors[anchor]))
        return nearest, value - anchors[nearest]
    if isinstance(value, UUID):
        return known.get(value, "event_id")
    return known.get(value) if isinstance(value, str | datetime) else None
