"""The application factory for granian: `granian --interface asgi --factory entrypoints.http.asgi:create`."""

import gc
import os
import signal
from functools import cache
from typing import Final

from litestar import Litestar

from adapters.kit.zone_data import use_pinned_zone_data
from adapters.postgres.kit.statements import compile_statements
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.logs import configure_logs
from entrypoints.processes import die_with_parent
from entrypoints.settings.main import READABLE, Settings
from entrypoints.web.app import pages_of
from entrypoints.web.kit.environment import compile_templates

COLLECT_AFTER: Final = (20_000, 20, 50)
"""A request allocates some thousand objects, and reference counting frees nearly all of them. With Python's threshold
of 700 the collector runs several times per request and finds nothing: 4 to 6 % of the processor time of a booking."""


def prepare() -> None:
    """Compile what the first requests of each process would wait for: statements and templates. It takes a second."""
    compile_statements()
    compile_templates()


def create() -> Litestar:
    """Return the application of this process."""
    die_with_parent(signal.SIGKILL, os.getppid())  # else it would keep the port if granian died
    return application()


@cache
def application() -> Litestar:
    """Make the application from the environment, before the forks that return it: each would take a second or two.

    The container makes its adapters later: nothing is connected, started or drawn at random before a fork.
    """
    use_pinned_zone_data()
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level, readable=settings.log_format == READABLE)
    gc.disable()
    container = HttpContainer(settings=settings)
    app = create_app(container, pages_of(container) if settings.pages else None)
    gc.collect()
    gc.freeze()  # all of this lives as long as the process
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
    return app
