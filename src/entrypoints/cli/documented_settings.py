"""`.env.example`, and the tables of the deployment checklist, from the declarations of the settings."""

from collections.abc import Iterator
from dataclasses import fields
from inspect import getdoc
from textwrap import fill
from typing import Any

from entrypoints.http.kit.openapi.descriptions import attribute_docstrings
from entrypoints.settings.environment import IN_PRODUCTION, VARIABLE, Variable, written
from entrypoints.settings.main import Settings


def example() -> str:
    """A section for each group: every variable with its meaning, its form and its default."""
    return "\n\n".join(
        "\n".join((f"# {_title(group)}", *(_shown(variable, meaning) for variable, meaning in _variables(group))))
        for group in _groups(Settings())
    )


def checklist() -> str:
    """A section for each group: a row for each variable, with what to set in production."""
    sections = []
    for group in _groups(Settings()):
        _, *about = (getdoc(group) or "").split("\n\n")
        rows = (
            f"| `{variable.name}` | {_kind(variable)} | {_default(variable)} | {_meaning(variable, meaning)} |"
            for variable, meaning in _variables(group)
        )
        table = "\n".join(("| variable | | default in production | meaning |", "|---|---|---|---|", *rows))
        sections.append("\n\n".join((f"### {_title(group)}", *about, table)))
    return "\n\n".join(sections)


def _groups(settings: Any) -> Iterator[Any]:
    yield settings
    for member in fields(settings):
        if VARIABLE not in member.metadata:
            yield from _groups(getattr(settings, member.name))


def _title(group: Any) -> str:
    return (getdoc(group) or "").partition("\n")[0].removesuffix(".")


def _variables(group: Any) -> Iterator[tuple[Variable, str]]:
    meanings = attribute_docstrings(group.__class__)
    for member in fields(group):
        if VARIABLE in member.metadata:
            yield member.metadata[VARIABLE], meanings[member.name]


def _shown(variable: Variable, meaning: str) -> str:
    """The variable with its default, below its meaning."""
    differs, needed = variable.in_production != variable.default, _required(variable)
    said = (
        meaning,
        variable.form.rule and f"It {variable.form.rule}.",
        f"Default in production: {_default(variable)}." if differs else "",
        needed and f"{needed[0].upper()}{needed[1:]}.",
    )
    text = fill(" ".join(filter(None, said)).replace("`", ""), 118, break_on_hyphens=False)
    value = "" if variable.form.secret or differs else written(variable.default, variable.form.unit)
    return "\n".join((*(f"# {line}" for line in text.splitlines()), f"{variable.name}={value}"))


def _meaning(variable: Variable, meaning: str) -> str:
    return f"{meaning} In production: {variable.note}." if variable.note else meaning


def _default(variable: Variable) -> str:
    """The default in production; empty if there is none."""
    value = None if _refused(variable) else variable.in_production
    return (text := written(value, variable.form.unit)) and f"`{text}`"


def _refused(variable: Variable) -> bool:
    return variable.form.refusal(variable.in_production) is not None


def _kind(variable: Variable) -> str:
    """Whether it is required, and whether it is a secret, which may be in a file."""
    return "; ".join(filter(None, (_required(variable), "secret" if variable.form.secret else "")))


def _required(variable: Variable) -> str:
    conditions = variable.required or ((IN_PRODUCTION,) if _refused(variable) else ())
    if IN_PRODUCTION in conditions:
        return "required in production"
    unless = variable.unless and f", unless `{variable.unless}` is set"
    return f"required with {' or '.join(f'`{each}`' for each in conditions)}{unless}" if conditions else ""
