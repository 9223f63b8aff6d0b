"""The tables of PostgreSQL as a page for each context: a diagram, and the columns and constraints of each table."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Final

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from adapters.postgres import contexts

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not annotate it


def pages() -> Mapping[str, str]:
    """The page of each context that has tables, by its name."""
    named = {name: module.CONTEXT for name, module in vars(contexts).items() if isinstance(module, ModuleType)}
    return {
        name: "\n\n".join(
            (f"# Tables of {name.replace('_', ' ')}", _diagram(context.tables), *map(_section, context.tables))
        )
        + "\n"
        for name, context in named.items()
        if context.tables
    }


def _diagram(found: tuple[Table, ...]) -> str:
    lines = [f"    {table.name}" for table in found]
    for table in found:
        for key in sorted(table.foreign_key_constraints, key=lambda each: str(each.column_keys)):
            many = "|o" if any(column.nullable for column in key.columns) else "||"
            lines.append(f"    {key.referred_table.name} {many}--o{{ {table.name} : {'-'.join(key.column_keys)}")
    return "\n".join(("```mermaid", "erDiagram", *dict.fromkeys(lines), "```"))


def _section(table: Table) -> str:
    columns = (_row(column) for column in table.columns)
    lines = ("| column | type | null | default | references |", "|---|---|---|---|---|", *columns)
    return "\n".join((f"## `{table.name}`", "", *lines, *_rules(table)))


def _row(column: Column[object]) -> str:
    name = f"`{column.name}`" + (" (key)" if column.primary_key else "")
    default = "" if column.server_default is None else f"`{getattr(column.server_default, 'arg', '')}`"
    references = ", ".join(sorted(f"`{key.target_fullname}`" for key in column.foreign_keys))
    kind = column.type.compile(dialect=_DIALECT).lower()
    return f"| {name} | {kind} | {'yes' if column.nullable else ''} | {default} | {references} |"


def _rules(table: Table) -> Iterator[str]:
    rules = [
        *(
            f"unique: {', '.join(f'`{c.name}`' for c in each.columns)}"
            for each in table.constraints
            if isinstance(each, UniqueConstraint)
        ),
        *(f"index: `{_flat(str(CreateIndex(each).compile(dialect=_DIALECT)))}`" for each in table.indexes),
        *(f"check: `{_flat(str(each.sqltext))}`" for each in table.constraints if isinstance(each, CheckConstraint)),
    ]
    if rules:
        yield ""
        yield from (f"- {rule}" for rule in sorted(rules))


def _flat(sql: str) -> str:
    return " ".join(sql.split()).replace("|", "\\|")
