"""Slow statements in the log, with their plans."""

import asyncio
from typing import Final, Protocol

import structlog

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watchers

PLANNED_EVERY_SECONDS: Final = 60.0
"""How often the plan of a statement is looked up: a slow database gets little more to do."""
_PLANNED: Final = frozenset({"select", "insert", "update", "delete", "with"})
log: Final = structlog.get_logger()


class Planning(Protocol):
    """A database that explains how it runs a statement."""

    async def plan(self, statement: Statement) -> list[str]: ...


class SlowStatements:
    """Logs statements that took this long. Neither text nor plan has values: both are for any parameters."""

    def __init__(self, database: Planning, *, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._planned: dict[bytes, float] = {}
        self._planning: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        watchers.append(self.statement)

    async def close(self) -> None:
        watchers.remove(self.statement)
        for task in self._planning:
            task.cancel()

    async def planned(self) -> None:
        """Wait for the plans that are being looked up."""
        await asyncio.gather(*self._planning)

    def statement(self, statement: Statement, began: float, ended: float) -> None:
        """Log a statement that was slow."""
        if ended - began < self._seconds:
            return
        name, sql = statement.name.decode(), statement.sql.decode()
        log.warning("statement.slow", statement=name, duration_ms=round(1_000 * (ended - began), 1), sql=sql)
        due = self._planned.get(statement.name, ended) <= ended
        if due and statement.operation in _PLANNED:
            self._planned[statement.name] = ended + PLANNED_EVERY_SECONDS
            task = asyncio.get_running_loop().create_task(self._plan(statement))
            self._planning.add(task)  # the loop keeps only a weak reference
            task.add_done_callback(self._planning.discard)

    async def _plan(self, statement: Statement) -> None:
        try:
            plan = await self._database.plan(statement)
        except Exception as error:  # noqa: BLE001 - the plan is not worth more trouble
            log.warning("statement.not_planned", statement=statement.name.decode(), error=type(error).__name__)
        else:
            log.warning("statement.plan", statement=statement.name.decode(), plan=plan)
