"""Domain errors: families with stable codes and typed parameters.

The docstring of a concrete error is its message template, in `str.format` syntax over the error's own fields. An entry
point maps the family to its kind of response (an HTTP status, an exit code) and may translate the message.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from dataclasses import field as member
from inspect import cleandoc, get_annotations
from typing import ClassVar, TypeVar, dataclass_transform

Found = TypeVar("Found")

Facts = Mapping[str, str | int | tuple[str, ...] | tuple[Mapping[str, str], ...]]
"""What a program reads beside the code of an error, by name."""
FieldPath = tuple[str | int, ...]
"""Names of fields and indices of lists, outermost first: `("rules", 3, "start_time")`."""


@dataclass_transform(eq_default=False, kw_only_default=True)
@dataclass(eq=False, kw_only=True, repr=False)
class DomainError(Exception):
    """The base of all errors that a rule of the domain raises. Its subclasses are dataclasses.

    class PhoneTaken(Conflict, code="auth.phone_taken", field="phone"): ...
    """

    code: ClassVar[str] = "domain.error"
    input_field: ClassVar[str | None] = None
    """The field of the command that the error is about, where there is one."""
    commits: ClassVar[bool] = False
    """Whether the executor commits before it raises the error, e.g. because a failure was counted.

    Only a use case raises such an error, never a statement that failed: its database transaction could not be
    committed.
    """
    place: ClassVar[FieldPath | None] = None
    """Where the field is in this command, if not where the error says: see `inside` and `about`."""

    def __init_subclass__(
        cls, *, code: str | None = None, field: str | None = None, commits: bool | None = None
    ) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        if field is not None:
            cls.input_field = field
        if commits is not None:
            cls.commits = commits
        if get_annotations(cls):  # most errors have no fields of their own, and are made faster so
            dataclass(eq=False, kw_only=True, repr=False)(cls)

    @property
    def field_path(self) -> FieldPath:
        """The path to that field; empty if the error is about no field."""
        if self.place is not None:
            return self.place
        return () if self.input_field is None else (self.input_field,)

    @property
    def details(self) -> tuple[tuple[FieldPath, "DomainError"], ...]:
        """The errors to report by field: this one, or the several that it consists of."""
        return ((self.field_path, self),) if self.field_path else ()

    @property
    def parameters(self) -> dict[str, object]:
        """The error's fields by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def facts(self) -> Facts:
        """What a program reads beside the code; each name has one meaning in all errors."""
        return {}

    @property
    def choices(self) -> tuple[str | int, ...] | None:
        """The values of the field to choose from, where there are some."""
        return None

    @classmethod
    def template(cls) -> str:
        """The message template, which is the msgid in the translation catalogues."""
        return " ".join(cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return self.template().format(**self.parameters)

    def __repr__(self) -> str:
        members = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__qualname__}({', '.join(members)})"


def required(found: Found | None, missing: DomainError | type[DomainError]) -> Found:
    """What was looked up, or raise the error that says that it is missing."""
    if found is None:
        raise missing
    return found


class NotFound(DomainError):
    """The object does not exist, or its existence is private."""


class Conflict(DomainError):
    """The request conflicts with the current state."""


class Incomplete(Conflict):
    """The object lacks what the action needs."""

    missing: tuple[str, ...]
    """What it lacks, for programs."""

    @property
    def facts(self) -> Facts:
        return {"missing": self.missing}


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


class InvalidValue(RuleViolated, ValueError, code="validation.invalid_value"):
    """{problem}."""

    field: str
    problem: str
    within: FieldPath = ()
    """Where the field is, if the command has several of that name."""
    values: Mapping[str, object] = member(default_factory=dict)
    """What each language writes in its way in the places of the problem, such as amounts."""
    allowed: tuple[str, ...] | None = None
    """The values to choose from."""
    besides: tuple[str, ...] = ()
    """Other fields that the rule compares: the answer names one of them if the request does not have the field."""

    @property
    def field_path(self) -> FieldPath:
        return self.place or (*self.within, self.field)

    @property
    def choices(self) -> tuple[str | int, ...] | None:
        return self.allowed

    def __str__(self) -> str:
        problem = self.problem.format(**self.values) if self.values else self.problem
        return f"{'.'.join(map(str, self.field_path))}: {self.template().format(problem=problem)}"


def inside(path: FieldPath, make: Callable[[], Found]) -> Found:
    """Make a part of a command; the error of a field in it gets the path to the part."""
    try:
        return make()
    except DomainError as error:
        if error.field_path:
            vars(error)["place"] = (*path, *error.field_path)
        raise


@contextmanager
def about(*path: str | int) -> Iterator[None]:
    """Errors that name a field are about this one: the command calls it otherwise than the part that refuses it."""
    try:
        yield
    except DomainError as error:
        if error.field_path:
            vars(error)["place"] = path
        raise


class NotPermitted(Forbidden, code="auth.not_permitted"):
    """Your role does not allow this."""

    permission: str

    @property
    def facts(self) -> Facts:
        return {"permission": self.permission}


class ConcurrentChange(Conflict, code="conflict.concurrent_change"):
    """Another request changed {what} at the same time."""

    what: str


class StaleVersion(PreconditionFailed, code="conflict.stale_version"):
    """Expected version {expected}, but the current version is {actual}."""

    expected: int
    actual: int

    @property
    def facts(self) -> Facts:
        return {"current_version": self.actual}


class ProcessStopping(Unavailable, code="service.stopping"):
    """This process is about to stop; another one answers."""


class StorageUnavailable(Unavailable, code="service.unavailable"):
    """The database is unavailable; please try again."""
