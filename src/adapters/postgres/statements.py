"""SQLAlchemy Core statements, compiled once at import to SQL text that psycopg runs."""

from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

_DIALECT: Final[Dialect] = registry.load("postgresql.psycopg")()


class Statement:
    """A statement as psycopg takes it: SQL text with named placeholders, and the values that never change."""

    __slots__ = ("_constants", "sql")

    def __init__(self, statement: ClauseElement) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=_DIALECT))
        self.sql = str(compiled).encode()
        self._constants = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}

    def bind(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """All values of one run: the caller's, and the constants of the statement."""
        return {**self._constants, **values} if self._constants else values
