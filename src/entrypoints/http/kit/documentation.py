"""What a handler declares for the OpenAPI document beyond its signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from booking_domain.shared.errors import DomainError

KEY: Final = "documentation"
ABOUT: Final = "about"
ALIAS: Final = "alias"


class Operation(Protocol):
    """A use case, query or process of the domain, which declares the errors that it raises."""

    @property
    def raises(self) -> tuple[type[DomainError], ...]:
        """The errors."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """Examples, and the operations that the handler runs; the problems of the route follow from both."""

    runs: tuple[Operation, ...] = ()
    raises: tuple[type[DomainError], ...] = ()
    """Domain errors that the handler raises itself."""
    body: Mapping[str, Any] | None = None
    answer: str | None = None
    """An example of an answer that is a text; that of a schema is derived."""
    files: tuple[str, ...] = ()
    """Media types of files that the answer may be instead."""
    nothing: str | None = None
    """When the answer is 204 instead."""
    instead: tuple[int, str, type] | None = None
    """Another successful answer: its status, when it comes, and its type."""
    headers: tuple[str, ...] = ()
    """Response headers besides those that follow from the signature."""
    no_idempotency_key: str = ""
    """Why a POST takes no `Idempotency-Key`."""

    @property
    def errors(self) -> tuple[type[DomainError], ...]:
        """The errors of the handler and of the operations that it runs."""
        return (*self.raises, *(error for operation in self.runs for error in operation.raises))


def documented(
    *runs: Operation,
    raises: tuple[type[DomainError], ...] = (),
    body: Mapping[str, Any] | None = None,
    answer: str | None = None,
    files: tuple[str, ...] = (),
    nothing: str | None = None,
    instead: tuple[int, str, type] | None = None,
    headers: tuple[str, ...] = (),
    no_idempotency_key: str = "",
) -> dict[str, Any]:
    """Return the `opt` of a handler that runs these operations."""
    said = Documentation(
        runs=runs,
        raises=raises,
        body=body,
        answer=answer,
        files=files,
        nothing=nothing,
        instead=instead,
        headers=headers,
        no_idempotency_key=no_idempotency_key,
    )
    return {KEY: said}


def about(tag: str, text: str) -> dict[str, Any]:
    """Return the `opt` of a router that says what a tag, the first part of its paths, is about."""
    return {ABOUT: {tag: text}}


def alias(name: str, former: str) -> dict[str, Any]:
    """Return the `opt` of a router that serves handlers under their former paths too, until the next major version.

    The document marks its operations as deprecated, and names them as before: with `former` in place of `name`.
    """
    return {ALIAS: (name, former)}
