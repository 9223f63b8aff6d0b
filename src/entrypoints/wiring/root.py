"""How containers are written: as plain classes, so that mypy checks every wire."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from dependency_injector import providers

from adapters.security.clock import MovableClock, SystemClock
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_key, derived_keys
from booking_domain.portfolio.views import ViewTally
from booking_domain.usage.model import Tally
from entrypoints.observe.metrics import Metrics
from entrypoints.observe.port import MetricsPort
from entrypoints.settings.main import Settings

if TYPE_CHECKING:
    from entrypoints.observe.traces import Traces

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Openable(Protocol):
    """An adapter that the process opens at its start and closes at its end."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...


class Keyed(Protocol[T_co]):
    """What signs with one key, and accepts signatures of previous ones."""

    def __call__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> T_co: ...


@asynccontextmanager
async def opened(*adapters: Openable) -> AsyncIterator[None]:
    """Open the adapters in order, and close those that were opened in reverse order."""
    async with AsyncExitStack() as stack:
        for adapter in adapters:
            await adapter.open()
            stack.push_async_callback(adapter.close)
        yield


def single(make: Callable[[Any], T]) -> cached_property[providers.Singleton[T]]:
    """Declare an object of a container: `container.clock()` makes it once, `container.clock.override(…)` replaces it.

    dependency-injector's own containers answer every name, so mypy would not see a misspelt one.
    """
    return cached_property(lambda container: providers.Singleton(make, container))


class Root:
    """What every section of the container builds on."""

    process: ClassVar[str] = "worker"

    def __init__(self, *, settings: Settings) -> None:
        self._settings = settings

    @property
    def providers(self) -> Mapping[str, providers.Singleton[object]]:
        """Every provider by its name."""
        kind = type(self)
        return {name: getattr(self, name) for name in dir(kind) if isinstance(getattr(kind, name), cached_property)}

    def reset(self) -> None:
        """Forget what was made, and what overrides it."""
        for provider in self.providers.values():
            provider.reset_override()
            provider.reset()

    @single
    def settings(self) -> Settings:
        return self._settings

    @single
    def clock(self) -> SystemClock:
        return self.test_clock() if self.settings().test_clock else SystemClock()

    @single
    def test_clock(self) -> MovableClock:
        return MovableClock(self.settings().data_dir / "clock")

    @single
    def entropy(self) -> SystemEntropy:
        return SystemEntropy()

    @single
    def metrics(self) -> Metrics:
        given = self.settings().observe
        return Metrics(on=bool(given.port or given.worker_port))

    @single
    def tally(self) -> Tally:
        return Tally()

    @single
    def view_tally(self) -> ViewTally:
        return ViewTally()

    def observers(self) -> Iterator[Openable]:
        """What looks at the process and is on."""
        given = self.settings().observe
        yield self.metrics()
        if given.sentry_dsn:
            yield self.reports()
        traces = self.traces()
        if traces is not None:
            yield traces

    @single
    def traces(self) -> "Traces | None":
        given = self.settings().observe
        if not given.otlp_url:
            return None
        from entrypoints.observe.traces import Traces  # noqa: PLC0415 - is not installed where it is not used

        return Traces(given.otlp_url, percent=given.trace_percent, service=f"booking-{self.process}")

    @single
    def reports(self) -> Openable:
        from entrypoints.observe.reports import Reports  # noqa: PLC0415 - is not installed where it is not used

        given = self.settings()
        return Reports(given.observe.sentry_dsn, environment=given.environment, process=self.process)

    def _metrics_port(self, first: int, count: int) -> MetricsPort:
        given = self.settings().observe
        ports = range(first, first + count) if first else ()
        return MetricsPort(self.metrics().registry, host=given.host, ports=ports, networks=given.networks)

    def key(self, purpose: str) -> bytes:
        """Derive the key for a purpose."""
        return derived_key(self.settings().secret_key, purpose)

    def previous_keys(self, purpose: str) -> Sequence[bytes]:
        """Derive the keys for a purpose from the previous secrets."""
        return derived_keys(self.settings().previous_secret_keys, purpose)

    def keyed(self, make: Keyed[T], purpose: str) -> T:
        """Make what signs with the key for a purpose."""
        return make(self.key(purpose), previous=self.previous_keys(purpose))
