"""Optimistic locking: a caller who names the version they saw changes that version, or gets `StaleVersion`."""

from typing import TypeAlias

from booking_domain.shared.errors import StaleVersion

ExpectedVersion: TypeAlias = int | frozenset[int] | None
"""The version that the caller saw: one version, one of several (an empty set matches none), or None for any."""


def must_be_expected(version: int, expected: ExpectedVersion) -> None:
    """Raise `StaleVersion` unless `version` is one that the caller expects.

    The row must be locked; otherwise two callers who saw the same version could both pass.

    >>> must_be_expected(2, None)
    >>> must_be_expected(2, 2)
    >>> must_be_expected(2, frozenset({1, 2}))
    """
    if expected is None:
        return
    named = expected if isinstance(expected, frozenset) else frozenset({expected})
    if version not in named:
        raise StaleVersion(expected=max(named, default=0), actual=version)
