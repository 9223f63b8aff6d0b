"""Providers whose arguments mypy checks, as it checks a call. dependency-injector itself takes `Any`.

`single(make, of(settings), clock=of(clock))` is checked like `make(settings(), clock=clock())`.
"""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar, cast

from dependency_injector import providers

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Value = TypeVar("Value")


class Provides(Protocol[T_co]):
    """A provider. That of an adapter is one of its ports, too, which `Provider` is not: it is invariant."""

    def __call__(self) -> T_co: ...
    @property
    def provider(self) -> Callable[[], T_co]: ...


class Openable(Protocol):
    """An adapter that the process opens at its start and closes at its end."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...


def single(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> providers.Singleton[T]:
    """A provider that calls `make` once."""
    return providers.Singleton(make, *args, **kwargs)


def of(provider: Provides[T]) -> T:
    """What the provider will provide, as an argument of `single`."""
    return cast("T", provider)


def read(provider: Provides[Value], get: Callable[[Value], T]) -> T:
    """A part of what the provider will provide, as an argument of `single`."""
    return cast("T", providers.Callable(get, provider))


def later(provider: Provides[T]) -> Callable[[], T]:
    """What provides it when called, as an argument of `single`."""
    return provider.provider
