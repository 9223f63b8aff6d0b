"""What can go wrong, as the domain says it: families, stable codes, typed parameters.

The docstring of a concrete error is its message: a `str.format` template over the error's own fields. An entry point
turns a family into its own kind of answer (an HTTP status, an exit code) and may say the message in another language.
"""

from dataclasses import dataclass, fields
from inspect import cleandoc
from typing import ClassVar

FieldPath = tuple[str | int, ...]
"""Names of fields and indices of lists, outermost first: `("rules", 3, "start_time")`."""


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """A rule of the domain says no."""

    code: ClassVar[str] = "domain.error"
    input_field: ClassVar[str | None] = None
    """The field of the command that the error is about, where there is one."""
    commits: ClassVar[bool] = False
    """Whether the executor commits the transaction before it raises the error, e.g. because a failure was counted.

    Only a use case raises such an error, never a statement that failed: its transaction could not be committed.
    """

    @property
    def field_path(self) -> FieldPath:
        """The path to that field; empty if the error is about no field."""
        return () if self.input_field is None else (self.input_field,)

    @property
    def details(self) -> tuple[tuple[FieldPath, "DomainError"], ...]:
        """The errors to report by field: this one, or the several that it consists of."""
        return ((self.field_path, self),) if self.field_path else ()

    @property
    def parameters(self) -> dict[str, object]:
        """The typed parameters, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def template(cls) -> str:
        """The message before its parameters are put in, which is what catalogues translate."""
        return " ".join(cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return self.template().format(**self.parameters)


class NotFound(DomainError):
    """There is no such thing, or its existence is private."""


class Conflict(DomainError):
    """It would be fine, were it not for what is there already."""


class RuleViolated(DomainError):
    """The input is well formed and breaks a rule."""


class Forbidden(DomainError):
    """Not yours to do."""


class Unauthenticated(DomainError):
    """Who are you?"""


class PreconditionFailed(DomainError):
    """What you saw is no longer what is there."""


class TooMany(DomainError):
    """Too often; `retry_after_seconds` says when again."""


class Unavailable(DomainError):
    """Something that we need does not answer; trying again later is right."""


@dataclass(eq=False, kw_only=True)
class InvalidValue(RuleViolated):
    """{problem}."""

    code: ClassVar[str] = "validation.invalid_value"
    field: str
    problem: str

    @property
    def field_path(self) -> FieldPath:
        return (self.field,)


@dataclass(eq=False, kw_only=True)
class NotPermitted(Forbidden):
    """Your role does not allow this: {action}."""

    code: ClassVar[str] = "auth.not_permitted"
    action: str


@dataclass(eq=False, kw_only=True)
class ConcurrentChange(Conflict):
    """Somebody changed {what} at the same moment."""

    code: ClassVar[str] = "conflict.concurrent_change"
    what: str


@dataclass(eq=False, kw_only=True)
class StaleVersion(PreconditionFailed):
    """You saw version {expected}, and it is version {actual} now."""

    code: ClassVar[str] = "conflict.stale_version"
    expected: int
    actual: int


class StorageUnavailable(Unavailable):
    """The database does not answer at the moment; please try again."""

    code: ClassVar[str] = "service.unavailable"
