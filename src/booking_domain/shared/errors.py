"""What can go wrong, as the domain says it: families, stable codes, typed parameters.

The docstring of a concrete error is its message: a `str.format` template over the error's own fields. An entry point
turns a family into its own kind of answer (an HTTP status, an exit code) and may say the message in another language.
"""

from dataclasses import dataclass, fields
from inspect import cleandoc
from typing import ClassVar


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """A rule of the domain says no."""

    code: ClassVar[str] = "domain.error"
    pointer: ClassVar[str | None] = None
    """JSON pointer (RFC 6901) of the input that the error is about, where there is one."""
    commits: ClassVar[bool] = False
    """Whether the executor commits the transaction before it raises the error, e.g. because a failure was counted.

    Only a use case raises such an error, never a statement that failed: its transaction could not be committed.
    """

    @property
    def where(self) -> str | None:
        """The pointer of this very error."""
        return self.pointer

    @property
    def places(self) -> tuple[tuple[str, "DomainError"], ...]:
        """Which error to tell at which pointer of the input: this one, or those that it is made of."""
        return () if self.where is None else ((self.where, self),)

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
    def where(self) -> str | None:
        """The field, as a top-level pointer in the API's camelCase."""
        head, *tail = self.field.split("_")
        return "/" + head + "".join(word.title() for word in tail)


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
