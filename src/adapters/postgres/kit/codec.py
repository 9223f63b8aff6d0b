"""The row codec: derives the INSERT, the UPDATE and the row mapping from a table and a frozen dataclass.

A field is stored in the column of its name; a value object, in the columns of its name and parts (`by_id`, `by_role`).
What is not that simple is declared:

    WAITING = Mapper(waiting_list, WaitingListEntry, window=Columns("waits_from", "waits_until"), changes=("status",))

    await work.execute(WAITING.insert(), **WAITING.write(waiting))
    await work.update_one("waiting list", WAITING.update(), row_key=waiting.id, **WAITING.changes(waiting))
    [WAITING.read(row) for row in await work.all(Statement(select(*WAITING.columns)))]

Statements are compiled once: keep them in constants.

Each mapper compiles its functions once, at import, as `dataclasses` does: a row costs one tuple unpacking and one call
of the constructor. What would be lost fails the import: a field that neither its type nor a declaration explains, or
that has no column, and a column that no field is stored in and that is not declared as stored elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Final, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.encryption import EncryptedColumn, FieldCipher, digests_of_number
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row

Value = TypeVar("Value")

_STORED_AS_THEY_ARE: Final = frozenset({UUID, str, int, bool, float, bytes, date, datetime})


def known(kind: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a stored JSON object that are fields of a dataclass: a later release may store more."""
    names = _names(kind)
    return {name: value for name, value in stored.items() if name in names}


@cache
def _names(kind: type) -> frozenset[str]:
    return frozenset(each.name for each in fields(kind))


@dataclass(frozen=True, slots=True, init=False)
class Columns:
    """A nested value object: one column per field, in the order of its dataclass. All are null if it is None."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True, init=False)
class Converted:
    """A field that two functions convert. With several columns, `write` returns a tuple and `read` takes them all.

    Neither is called for None: it is stored as null.
    """

    names: tuple[str, ...]
    write: Callable[[Any], Any]
    read: Callable[..., Any]

    def __init__(self, *names: str, write: Callable[[Any], Any], read: Callable[..., Any]) -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "write", write)
        object.__setattr__(self, "read", read)


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A text in an encrypted column; `write` and `read` convert other types to text and back."""

    name: str
    write: Callable[[Any], str] | None = None
    read: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Renamed:
    """A field in a column of another name."""

    name: str


Declaration = Columns | Converted | Encrypted | Renamed


class Mapper(Generic[Value]):
    """One dataclass in (part of) one table.

    `changes` are the columns that an UPDATE sets; None means all but the primary key and those that are `fixed`.
    `transient` fields are not stored in the table; their values are the dataclass's defaults. `elsewhere` are the
    columns that other code stores; those that the database computes need no declaration. With encrypted columns,
    `read`, `write` and `changes` also take the cipher.
    """

    def __init__(
        self,
        table: Table,
        kind: type[Value],
        *,
        changes: tuple[str, ...] | None = None,
        fixed: tuple[str, ...] = (),
        transient: tuple[str, ...] = (),
        elsewhere: tuple[str, ...] = (),
        **declared: Declaration,
    ) -> None:
        code = _Code(table, kind, declared, transient)
        code.require_all_columns(elsewhere)
        self.kind = kind
        self.columns: tuple[Column[Any], ...] = tuple(column for column in table.columns if column.name in code.written)
        self._table = table
        if unknown := {*fixed} - {column.name for column in self.columns}:
            raise TypeError(f"{kind.__name__} is not stored in {table.name}.{', '.join(sorted(unknown))}")
        set_ = (column.name for column in self.columns if not column.primary_key and column.name not in fixed)
        self._changes = tuple(set_) if changes is None else changes
        self.read: Callable[..., Value] = code.reader([column.name for column in self.columns])
        self.write: Callable[..., dict[str, Any]] = code.writer([column.name for column in self.columns])
        self.changes: Callable[..., dict[str, Any]] = code.writer(self._changes)

    def reader(self, cipher: FieldCipher) -> Callable[[Row], Value]:
        """Return `read` with its cipher."""
        return partial(self.read, cipher=cipher)

    def insert(self) -> Statement:
        """Return the INSERT of a row; its parameters are what `write` returns."""
        return Statement(insert(self._table).values(self._parameters()))

    def update(self, *, versioned: bool = False) -> Statement:
        """Return the UPDATE of the row `row_key`, `versioned`: if its version is still `seen_version`.

        Its other parameters are what `changes` returns.
        """
        (key,) = self._table.primary_key.columns
        found = [key == bindparam("row_key")]
        if versioned:
            found.append(self._table.c.version == bindparam("seen_version"))
        return Statement(update(self._table).where(*found).values({name: bindparam(name) for name in self._changes}))

    def upsert(self) -> Statement:
        """Return the INSERT that replaces the row of the same primary key; its parameters are what `write` returns."""
        new = insert(self._table).values(self._parameters())
        replaced = {column.name: new.excluded[column.name] for column in self.columns if not column.primary_key}
        return Statement(new.on_conflict_do_update(index_elements=list(self._table.primary_key.columns), set_=replaced))

    def _parameters(self) -> dict[str, Any]:
        return {column.name: bindparam(column.name) for column in self.columns}


class _Code:
    """The source of one mapper's functions. Values that the source needs are in `names`."""

    def __init__(
        self, table: Table, kind: type, declared: Mapping[str, Declaration], transient: tuple[str, ...]
    ) -> None:
        self.names: dict[str, Any] = {"_make": kind}
        self.table = table
        self.kind = kind.__name__
        self.arguments: list[str] = []
        self.prepared: list[str] = []
        self.written: dict[str, str] = {}
        self.encrypts = False
        hints = get_type_hints(kind)
        unknown = {*declared, *transient} - hints.keys()
        if unknown:
            raise TypeError(f"{self.kind} has no field {', '.join(sorted(unknown))}")
        for field in fields(kind):
            if field.name not in transient:
                hint = hints[field.name]
                declaration = declared.get(field.name) or self._undeclared(field.name, hint)
                self._require_columns(field.name, declaration)
                self._add(field.name, hint, declaration)

    def require_all_columns(self, elsewhere: tuple[str, ...]) -> None:
        """Raise `TypeError` unless each column is stored here, or else declared as stored elsewhere."""
        unknown = set(elsewhere) - set(self.table.columns.keys())
        if unknown:
            raise TypeError(f"{self.table.name} has no column {', '.join(sorted(unknown))}")
        for column in self.table.columns:
            by_database = column.computed is not None or column.identity is not None
            if column.name in self.written and column.name in elsewhere:
                raise TypeError(f"{self.kind}: {self.table.name}.{column.name} is stored here, not elsewhere")
            if not (by_database or column.name in self.written or column.name in elsewhere):
                raise TypeError(f"{self.kind}: no field is stored in {self.table.name}.{column.name}")

    def _require_columns(self, name: str, declaration: Declaration) -> None:
        names = declaration.names if isinstance(declaration, Columns | Converted) else (declaration.name,)
        for column in names:
            if column not in self.table.columns:
                raise TypeError(
                    f"{self.kind}.{name}: there is no column {self.table.name}.{column}; declare how it is stored"
                )

    def reader(self, columns: list[str]) -> Callable[..., Any]:
        """Compile the function from a row of these columns to the value."""
        row = ", ".join(f"c_{name}" for name in columns)
        return self._function("row", [f"{row}, = row", f"return _make({', '.join(self.arguments)})"])

    def writer(self, columns: list[str] | tuple[str, ...]) -> Callable[..., Any]:
        """Compile the function from a value to what it has in these columns."""
        items = ", ".join(f"{name!r}: {self.written[name]}" for name in columns)
        needed = [line for line in self.prepared if line.split(" = ")[0] in items]
        return self._function("value", [*needed, f"return {{{items}}}"])

    def _function(self, parameter: str, lines: list[str]) -> Callable[..., Any]:
        parameters = f"{parameter}, cipher" if self.encrypts else parameter
        source = "\n    ".join([f"def function({parameters}):", *lines])
        made: dict[str, Any] = {}
        exec(source, self.names, made)  # noqa: S102 - the source is made of declarations in this code alone
        function: Callable[..., Any] = made["function"]
        return function

    def _undeclared(self, name: str, hint: Any) -> Declaration:
        kind, _ = _without_none(hint)
        parts = [f"{name}_{part.name}" for part in fields(kind) if part.init] if is_dataclass(kind) else []
        return Columns(*parts) if parts and set(parts) <= set(self.table.columns.keys()) else Renamed(name)

    def _add(self, name: str, hint: Any, declaration: Declaration) -> None:
        kind, optional = _without_none(hint)
        field = f"value.{name}"
        match declaration:
            case Renamed(column):
                self.arguments.append(f"{name}={self._read(kind, f'c_{column}', optional=optional)}")
                self.written[column] = self._write(kind, field, optional=optional)
            case Columns(names):
                self._add_nested(name, kind, names, optional=optional)
            case Converted(names):
                read, write = self._named(declaration.read), self._named(declaration.write)
                made = f"{read}({', '.join(f'c_{column}' for column in names)})"
                self.arguments.append(f"{name}={_unless_none(f'c_{names[0]}', made, optional=optional)}")
                if len(names) == 1:
                    self.written[names[0]] = _unless_none(field, f"{write}({field})", optional=optional)
                    return
                nothing = repr((None,) * len(names))
                wanted = f"{nothing} if {field} is None else {write}({field})" if optional else f"{write}({field})"
                self.prepared.append(f"t_{name} = {wanted}")
                self.written.update({column: f"t_{name}[{at}]" for at, column in enumerate(names)})
            case Encrypted():
                self._add_encrypted(name, declaration, optional=optional)

    def _add_nested(self, name: str, kind: type, columns: tuple[str, ...], *, optional: bool) -> None:
        hints = get_type_hints(kind)
        arguments = []
        self.prepared.append(f"t_{name} = value.{name}")
        for part, column in zip((part for part in fields(kind) if part.init), columns, strict=True):
            inner, inner_optional = _without_none(hints[part.name])
            argument = self._read(inner, f"c_{column}", optional=inner_optional)
            arguments.append(f"{part.name}={argument}" if part.kw_only else argument)
            stored = self._write(inner, f"t_{name}.{part.name}", optional=inner_optional)
            self.written.setdefault(column, _unless_none(f"t_{name}", stored, optional=optional))
        made = f"{self._named(kind)}({', '.join(arguments)})"
        self.arguments.append(f"{name}={_unless_none(f'c_{columns[0]}', made, optional=optional)}")

    def _add_encrypted(self, name: str, declaration: Encrypted, *, optional: bool) -> None:
        self.encrypts = True
        column = EncryptedColumn.of(self.table.c[declaration.name])
        row = f"value.{_key_of(self.table)}"
        text = f"value.{name}" if declaration.write is None else f"{self._named(declaration.write)}(value.{name})"
        stored = f"cipher.encrypt({text}, field={column.field!r}, row={row})"
        self.written[column.name] = _unless_none(f"value.{name}", stored, optional=optional)
        if column.index is not None:
            index = f"cipher.index({text}, field={column.field!r})"
            self.written[column.index] = _unless_none(f"value.{name}", index, optional=optional)
        if column.parts is not None:
            digests = f"{self._named(digests_of_number)}({text}, cipher, field={column.field!r})"
            self.written[column.parts] = _unless_none(f"value.{name}", digests, optional=optional)
        made = f"cipher.decrypt(c_{column.name}, field={column.field!r}, row=c_{_key_of(self.table)})"
        if declaration.read is not None:
            made = f"{self._named(declaration.read)}({made})"
        self.arguments.append(f"{name}={_unless_none(f'c_{column.name}', made, optional=optional)}")

    def _read(self, kind: Any, column: str, *, optional: bool) -> str:
        if isinstance(kind, type) and issubclass(kind, Enum):
            members = self._named({member.value: member for member in kind})
            return _unless_none(column, f"{members}[{column}]", optional=optional)
        if get_origin(kind) is tuple:
            return f"tuple({column})"
        self._require_plain(kind, column)
        return column

    def _write(self, kind: Any, value: str, *, optional: bool) -> str:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _unless_none(value, f"{value}.value", optional=optional)
        return f"list({value})" if get_origin(kind) is tuple else value

    def _require_plain(self, kind: Any, column: str) -> None:
        if kind not in _STORED_AS_THEY_ARE:
            raise TypeError(f"declare how {kind} is stored in {self.table.name}.{column.removeprefix('c_')}")

    def _named(self, value: Any) -> str:
        name = f"_n{len(self.names)}"
        self.names[name] = value
        return name


def _without_none(hint: Any) -> tuple[Any, bool]:
    """The type behind NewTypes and `| None`, and whether None is allowed."""
    optional = False
    if get_origin(hint) in {Union, UnionType}:
        kinds = [each for each in get_args(hint) if each is not NoneType]
        optional = len(kinds) < len(get_args(hint))
        hint = kinds[0] if len(kinds) == 1 else hint
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint, optional


def _unless_none(tested: str, wanted: str, *, optional: bool) -> str:
    return f"(None if {tested} is None else {wanted})" if optional else wanted


def _key_of(table: Table) -> str:
    (key,) = table.primary_key.columns
    return key.name
