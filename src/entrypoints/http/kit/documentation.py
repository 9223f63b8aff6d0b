"""What a handler says of itself for the OpenAPI document, beyond what its signature says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from booking_domain.shared.errors import DomainError

KEY: Final = "documentation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """Examples, and the errors of the domain that callers should know."""

    body: Mapping[str, Any] | None = None
    answer: Any = None
    parameters: Mapping[str, str] | None = None
    refusals: tuple[type[DomainError], ...] = ()
    nothing: str | None = None
    """When the answer is 204 instead."""
    headers: tuple[str, ...] = ()
    """What the answer carries besides the headers that follow from the signature."""


def documented(
    *,
    body: Mapping[str, Any] | None = None,
    answer: Any = None,
    parameters: Mapping[str, str] | None = None,
    refusals: tuple[type[DomainError], ...] = (),
    nothing: str | None = None,
    headers: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The `opt` of a handler that carries its documentation."""
    said = Documentation(
        body=body, answer=answer, parameters=parameters, refusals=refusals, nothing=nothing, headers=headers
    )
    return {KEY: said}
