"""Domain errors: families with stable codes and typed parameters.

The docstring of a concrete error is its message template, in `str.format` syntax over the error's own fields. An entry
point maps the family to its kind of response (an HTTP status, an exit code) and may translate the message.
"""

from dataclasses import dataclass, fields
from inspect import cleandoc
from typing import ClassVar


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """The base of all errors that a rule of the domain raises."""

    code: ClassVar[str] = "domain.error"
    pointer: ClassVar[str | None] = None
    """JSON pointer (RFC 6901) of the input that the error is about; None if it is about no single input."""
    commits: ClassVar[bool] = False
    """Whether the executor commits the transaction before it raises the error, e.g. because a failure was counted.

    Only a use case raises such an error, never a statement that failed: its transaction could not be committed.
    """

    @property
    def where(self) -> str | None:
        """The pointer of this instance."""
        return self.pointer

    @property
    def places(self) -> tuple[tuple[str, "DomainError"], ...]:
        """Pairs of a pointer and the error to report there: this error, or the errors that it consists of."""
        return () if self.where is None else ((self.where, self),)

    @property
    def parameters(self) -> dict[str, object]:
        """The error's fields by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def template(cls) -> str:
        """The message template, which is the msgid in the translation catalogues."""
        return " ".join(cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return self.template().format(**self.parameters)


class NotFound(DomainError):
    """The object does not exist, or its existence is private."""


class Conflict(DomainError):
    """The request conflicts with the current state."""


class RuleViolated(DomainError):
    """The input is well formed and breaks a rule."""


class Forbidden(DomainError):
    """The actor is not allowed to do this."""


class Unauthenticated(DomainError):
    """The caller is not authenticated."""


class PreconditionFailed(DomainError):
    """The object has changed since the caller read it."""


class TooMany(DomainError):
    """The caller is over a limit; `retry_after_seconds` says when to try again."""


class Unavailable(DomainError):
    """A service that the platform depends on is unavailable. Retry later."""


@dataclass(eq=False, kw_only=True)
class InvalidValue(RuleViolated):
    """{problem}."""

    code: ClassVar[str] = "validation.invalid_value"
    field: str
    problem: str

    @property
    def where(self) -> str | None:
        """The field as a top-level pointer in the camelCase of the API."""
        head, *tail = self.field.split("_")
        return "/" + head + "".join(word.title() for word in tail)


@dataclass(eq=False, kw_only=True)
class NotPermitted(Forbidden):
    """Your role does not allow this: {action}."""

    code: ClassVar[str] = "auth.not_permitted"
    action: str


@dataclass(eq=False, kw_only=True)
class ConcurrentChange(Conflict):
    """Another request changed {what} at the same time."""

    code: ClassVar[str] = "conflict.concurrent_change"
    what: str


@dataclass(eq=False, kw_only=True)
class StaleVersion(PreconditionFailed):
    """Expected version {expected}, but the current version is {actual}."""

    code: ClassVar[str] = "conflict.stale_version"
    expected: int
    actual: int


class StorageUnavailable(Unavailable):
    """The database is unavailable; please try again."""

    code: ClassVar[str] = "service.unavailable"
