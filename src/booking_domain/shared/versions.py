"""Optimistic locking: a caller who names the version they saw changes that version, or gets `StaleVersion`."""

from typing import TypeAlias

from booking_domain.shared.errors import StaleVersion

ExpectedVersion: TypeAlias = int | frozenset[int] | None
"""The version that the caller saw: one version, one of several (an empty set matches none), or None for any."""


def require_expected_version(version: int, expected: ExpectedVersion) -> None:
    """Raise `StaleVersion` unless `version` is one that the caller expects.

    The row must be locked; otherwise two callers who saw the same version could both pass.

    >>> require_expected_version(2, None)
    >>> require_expected_version(2, 2)
    >>> require_expected_version(2, frozenset({1, 2}))
    """
    if expected is None:
        return
    named = expected if isinstance(expected, frozenset) else frozenset({expected})
    if version not in named:
        raise StaleVersion(expected=max(named, default=0), actual=version)
