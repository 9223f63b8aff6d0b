"""Forks programs of the product from one process that has imported them (`tests/programs.py` starts it).

It listens at the socket whose number is its argument. A line from a client is a request in JSON, and is answered with a
line: a module to run, with the arguments, environment and log file of the program, with a process id; a process id with
the exit code, or null while that process runs. The server ends at the end of its input.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import socket
import sys
import threading
from functools import partial
from typing import Any, NoReturn

PRELOADED = (
    "adapters.postgres.kit.migrations",
    "simulators.qpay.app",
    "simulators.stripe.app",
    "entrypoints.cli.rotate_keys",
    "entrypoints.cli.run",
    "entrypoints.cli.zone_changes",
    "entrypoints.http.server",
    "entrypoints.worker.main",
    # Libraries that are imported at their first use.
    "anyio._backends._asyncio",
    "httpcore",
    "procrastinate.worker",
)

UNPREPARED = "FORKS_UNPREPARED"
"""In the environment: the forks do not need the product."""


def main() -> None:
    program = None
    with socket.socket(fileno=int(sys.argv[1])) as listener, selectors.DefaultSelector() as readable:
        readable.register(sys.stdin, selectors.EVENT_READ)
        readable.register(listener, selectors.EVENT_READ)
        if all(key.fileobj is listener for key, _ in readable.select()):
            if UNPREPARED not in os.environ:
                _prepare()
            program = _serve(listener, readable)
    if program is not None:
        _run(**program)


def _prepare() -> None:
    """Import the product, which is what takes long."""
    gc.disable()
    for module in PRELOADED:
        importlib.import_module(module)
    importlib.import_module("adapters.kit.http_client").trusted_certificates()  # cached
    _hash_fast()
    _make_an_application()
    importlib.import_module("entrypoints.http.asgi").prepare()
    gc.freeze()  # otherwise garbage collection in each fork copies the pages of imported modules
    gc.enable()


def _serve(listener: socket.socket, readable: selectors.BaseSelector) -> dict[str, Any] | None:
    """Answer until the end of the input. In a fork, return the program that it is to be, without the connections."""
    with contextlib.ExitStack() as connections:
        while True:
            for key, _ in readable.select():
                if key.fileobj is sys.stdin:
                    return None
                if key.fileobj is listener:
                    client = connections.enter_context(listener.accept()[0])
                    stream = connections.enter_context(client.makefile("rw", encoding="utf-8"))
                    readable.register(client, selectors.EVENT_READ, stream)
                    continue
                line = key.data.readline()
                if not line:
                    readable.unregister(key.fileobj)
                    continue
                request = json.loads(line)
                if isinstance(request, int):
                    ended, status = os.waitpid(request, os.WNOHANG)
                    response = os.waitstatus_to_exitcode(status) if ended else None
                else:
                    response = os.fork()
                    if response == 0:
                        return dict(request)
                key.data.write(json.dumps(response) + "\n")
                key.data.flush()


def _hash_fast() -> None:
    """Let forks hash passwords with the least effort: a hash takes longer than the rest of signing in, 22 ms."""
    wiring: Any = importlib.import_module("entrypoints.wiring.security")
    wiring.Argon2PasswordHasher = partial(wiring.Argon2PasswordHasher, memory_kib=8, passes=1)


def _make_an_application() -> None:
    """Let the API of a fork serve with an application that is made here, if it has the default of what is built in.

    An application takes a second to make. The product that the acceptance tests share makes its own.
    """
    asgi: Any = importlib.import_module("entrypoints.http.asgi")
    make_container, make_pages, make_app = asgi.HttpContainer, asgi.pages_of, asgi.create_app
    default = importlib.import_module("entrypoints.settings.main").Settings.from_environment({})
    made = make_container(settings=default)
    app = make_app(made, make_pages(made))
    made.reset()

    def container_of(*, settings: Any) -> Any:
        if _built_in(settings) != _built_in(default):
            return make_container(settings=settings)
        made.settings.override(settings)
        return made

    asgi.HttpContainer = container_of
    asgi.pages_of = lambda container: None if container is made else make_pages(container)
    asgi.create_app = lambda container, pages: app if container is made else make_app(container, pages)


def _built_in(settings: Any) -> tuple[Any, ...]:
    """What an application reads of its settings when it is made; the rest it reads when it serves."""
    production = settings.environment.value == "production"
    limits = (settings.max_body_bytes, settings.body_timeout)
    replicated = settings.replica_url is not None
    return (settings.pages, production, replicated, settings.default_language, *limits)


def _run(arguments: list[str], environ: dict[str, str], log: str) -> None:
    """Be `python -m`, in a new session.

    With `ONLY_DEMO_ACCOUNTS`, the demo data are accounts: of the others a worker makes eight seconds of messages.
    """
    if "ONLY_DEMO_ACCOUNTS" in environ:
        seed: Any = importlib.import_module("entrypoints.cli.seed")
        seed.PARTS = ()
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.environ.clear()
    os.environ.update(environ)
    module, *sys.argv[1:] = arguments
    status: Any = None
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code
        if isinstance(status, str):
            raise
    _end(status or 0)


def _end(status: int) -> NoReturn:
    """End as an interpreter does, but for the destruction of all modules, which takes as long as a start."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
