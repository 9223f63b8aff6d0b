"""A SQLite database in a file or in memory, in WAL mode: acknowledged data survives `kill -9`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Value = str | int | float | bytes | None


class SqliteStore:
    """One connection, for the event loop's thread only; statements outside `transaction` autocommit."""

    def __init__(self, path: Path | None, *, schema: str) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(schema)

    def close(self) -> None:
        self._connection.close()

    def execute(self, statement: str, /, **values: Value) -> int:
        """Run a statement; return the number of affected rows."""
        return self._connection.execute(statement, values).rowcount

    def insert(self, table: str, /, **values: Value) -> None:
        """Add a row."""
        places = ", ".join(f":{name}" for name in values)
        self.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", **values)  # noqa: S608 - our names

    def all(self, statement: str, /, **values: Value) -> list[sqlite3.Row]:
        return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, /, **values: Value) -> sqlite3.Row | None:
        rows = self.all(statement, **values)
        return rows[0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
