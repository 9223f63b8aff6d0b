"""Fail a test in which a use case raises an error that it does not declare in `raises`."""

from typing import Any, Final

import pytest

from booking_domain.shared.errors import ConcurrentChange, DomainError, NotPermitted, StorageUnavailable
from booking_domain.shared.executor import Executor, UseCase

_OF_EVERY_USE_CASE: Final = (NotPermitted, ConcurrentChange, StorageUnavailable)


def watch_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn an undeclared error into an AssertionError."""
    handle = Executor._handle

    async def watched(self: Any, use_case: UseCase[Any, Any, Any], *rest: Any) -> Any:
        try:
            result = await handle(self, use_case, *rest)
        except DomainError as error:
            _check(use_case, error)
            raise
        committed = getattr(result, "error", None)
        if isinstance(committed, DomainError):
            _check(use_case, committed)
        return result

    monkeypatch.setattr(Executor, "_handle", watched)


def _check(use_case: UseCase[Any, Any, Any], error: DomainError) -> None:
    handle: Any = use_case.handle
    module = handle.__module__
    if not module.startswith("booking_domain.") or module.startswith("booking_domain.testing."):
        return
    undeclared = not isinstance(error, (*use_case.raises, *_OF_EVERY_USE_CASE))
    if undeclared:
        message = f"{module}.{handle.__qualname__} raises {type(error).__name__}, which its use case does not declare"
        raise AssertionError(message) from error
