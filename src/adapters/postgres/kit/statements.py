"""SQLAlchemy Core statements, compiled once, at their first use, to SQL text that psycopg runs."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final
from weakref import WeakSet

from psycopg.adapt import PyFormat
from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Insert,
    LargeBinary,
    Select,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.expression import BindParameter, ClauseElement
from sqlalchemy.sql.visitors import replacement_traverse

_DIALECT: Final[Dialect] = registry.load("postgresql.psycopg")()
_PLACEHOLDER: Final = re.compile(rb"%\((?P<name>\w+)\)s|%%")


class Statement:
    """A compiled statement: with named placeholders for psycopg, and with `$1` placeholders for prepared statements.

    Literals of the SQLAlchemy statement are bound as constants.
    """

    __slots__ = (
        "__weakref__",
        "_constants",
        "_in_order",
        "_statement",
        "formats",
        "name",
        "numbered",
        "operation",
        "sql",
        "wire_formats",
        "writes_public",
    )

    sql: bytes
    numbered: bytes
    name: bytes
    """The name of the prepared statement."""
    operation: str
    """Its first word: `select`, `insert`, `with`, `commit`, …"""
    formats: list[PyFormat]
    wire_formats: list[int]
    writes_public: bool
    """Whether it writes a table whose rows the public is shown."""
    _constants: dict[str, Any]
    _in_order: Callable[[Mapping[str, Any]], Sequence[Any]]
    _statement: ClauseElement

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        _MADE.add(self)

    def __getattr__(self, name: str) -> Any:
        """Compile the statement: Python calls this for an attribute that is not set yet, and so only once.

        A process uses a part of all statements: compiling every one at import would delay each start.
        `compile_statements` does it where requests wait otherwise.
        """
        if name not in self.__slots__ or name == "_statement":
            raise AttributeError(name)
        self._compile()
        return getattr(self, name)

    def _compile(self) -> None:
        statement = self._statement
        if isinstance(statement, Insert):  # else it returns the keys that PostgreSQL generates, which nobody reads
            statement = statement.inline()
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - not a statement of the DDL
        self.sql = str(compiled).encode()
        self.operation = str(compiled).split(maxsplit=1)[0].lower()
        self.writes_public = any(map(_writes_public, _parts_of(self._statement)))
        self._constants = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        self.numbered, names = _numbered(self.sql)
        self._in_order = _values_of(names)
        self.name = f"booking_{sha256(self.numbered).hexdigest()[:32]}".encode()
        binary = [isinstance(compiled.binds[name].type, LargeBinary) for name in names]
        self.formats = [PyFormat.BINARY if each else PyFormat.TEXT for each in binary]
        self.wire_formats = [int(each) for each in binary]

    def bind(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters by name: the caller's, and the constants of the statement."""
        return {**self._constants, **values} if self._constants else values

    def arguments(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return the same parameters in the order of their numbers."""
        return self._in_order(self.bind(values))


def compile_statements() -> None:
    """Compile all statements that were made so far: those of imported modules."""
    for each in tuple(_MADE):
        each.name  # noqa: B018 - compiles it, unless it is compiled


_MADE: Final = WeakSet[Statement]()


def if_given(name: str, column: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Apply the condition if the parameter `name`, of the column's type, is not null; otherwise all rows match."""
    return or_(bindparam(name, type_=column.type).is_(None), condition)


def of_seller(owned: ReadOnlyColumnCollection[str, Column[Any]]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What `provider_id` sells, or the salons `salon_ids`, as far as they are given."""
    salons = bindparam("salon_ids", type_=ARRAY(Uuid))
    provider = bindparam("provider_id", type_=owned.provider_id.type)
    return (
        if_given("provider_id", owned.provider_id, owned.provider_id == provider),
        or_(salons.is_(None), owned.salon_id == func.any(salons)),
    )


def _parts_of(statement: ClauseElement) -> Iterator[Any]:
    """Each part of a statement once. `iterate` of SQLAlchemy visits a subquery again in each place that reads it."""
    found: dict[int, Any] = {id(statement): statement}
    rest: list[Any] = [statement]
    while rest:
        yield (element := rest.pop())
        new = {id(child): child for child in element.get_children() if id(child) not in found}
        found |= new
        rest.extend(new.values())


def _writes_public(element: object) -> bool:
    return isinstance(element, UpdateBase) and bool(getattr(element.table, "info", {}).get("public"))


def _values_of(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Take the values of these names; `itemgetter` of one name alone would return no tuple."""
    return itemgetter(*names) if len(names) > 1 else lambda values: [values[name] for name in names]


def _numbered(sql: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Number the placeholders; return the names in that order. To compile a second time would take as long again."""
    numbers: dict[str, int] = {}

    def number(placeholder: re.Match[bytes]) -> bytes:
        name = placeholder["name"]
        return b"%" if name is None else b"$%d" % numbers.setdefault(name.decode(), len(numbers) + 1)

    return _PLACEHOLDER.sub(number, sql), tuple(numbers)


def of_each(one: Select[Any] | CompoundSelect[Any], *, by: str, among: str) -> Select[Any]:
    """What `one` selects for each of several values of its parameter `by`, with the value as the first column.

    The parameter `among` takes the values, which are UUIDs. Rows come in no order.
    """
    value = literal_column("each.id", Uuid)
    values = func.unnest(bindparam(among, type_=ARRAY(Uuid))).table_valued(column("id", Uuid)).render_derived("each")

    def replaced(element: ClauseElement, **_: Any) -> Any:
        # A literal column, because a column would add its FROM clause to each subquery.
        return value if isinstance(element, BindParameter) and element.key == by else None

    replacing: Any = replacement_traverse(one, {}, replaced)
    found = replacing.lateral("found")
    return select(values.c.id, found).select_from(values.join(found, true()))


def by_first(rows: Iterable[Sequence[Any]]) -> dict[Any, list[Any]]:
    """The rows of `of_each`, without the value, by the value."""
    found: dict[Any, list[Any]] = {}
    for value, *row in rows:
        found.setdefault(value, []).append(tuple(row))
    return found
