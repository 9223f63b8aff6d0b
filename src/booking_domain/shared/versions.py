"""Optimistic locking: whoever says which version they saw changes that one, or nothing."""

from typing import TypeAlias

from booking_domain.shared.errors import StaleVersion

ExpectedVersion: TypeAlias = int | frozenset[int] | None
"""What the caller has seen: this version, one of these, or (None) whatever is there. None of an empty set fits."""


def must_be_expected(version: int, expected: ExpectedVersion) -> None:
    """Let pass who saw this version, or does not say what they saw; refuse all others with `StaleVersion`.

    The version is that of a row that is locked: else two who saw the same one could both pass.

    >>> must_be_expected(2, None)
    >>> must_be_expected(2, 2)
    >>> must_be_expected(2, frozenset({1, 2}))
    """
    if expected is None:
        return
    named = expected if isinstance(expected, frozenset) else frozenset({expected})
    if version not in named:
        raise StaleVersion(expected=max(named, default=0), actual=version)
