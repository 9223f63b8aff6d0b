"""Runs tests against mutants, each in a process forked from a session that has collected once.

`mutmut run` would start pytest anew for each mutant and name its tests one by one, which takes longer than they do; and
it asks at each call of a function which mutant is active, which takes longer than most of these functions do. Here the
code of the mutant is put into the function itself.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType, FunctionType
from typing import Any, Final, NamedTuple

import pytest
from mutmut.mutation import trampoline

CPU_SECONDS_A_TEST: Final = 10
SECONDS_A_TEST: Final = 600
MEMORY: Final = 2 * 1024**3
SURVIVED: Final = 0
KILLED: Final = 1
DIED: Final = 3
UNTESTED: Final = 33
TIMEOUT: Final = 36
"""Exit codes, as mutmut counts them."""
_OUT_OF_TIME: Final = frozenset({signal.SIGVTALRM, signal.SIGALRM})
_Bodies = dict[str, Any]  # functions, and class methods bound to their class
_mutated: Final[list[tuple[FunctionType, _Bodies]]] = []
"""Each function that has mutants, and these by name."""


class Hit(NamedTuple):
    """The functions that a test runs without a mutant, its duration in seconds, and whether it failed."""

    functions: frozenset[str]
    seconds: float
    failed: bool


class Mutant(NamedTuple):
    """A change and the tests that could notice it, fastest first."""

    file: str
    family: str
    """The changed object; tests that killed one of its mutants run first against the next."""
    name: str
    change: Callable[[], object]
    items: list[pytest.Item]


Plan = Callable[[list[pytest.Item], dict[str, Hit]], Iterable[Mutant]]
Note = Callable[[Mutant, int], None]


class EachMutant:
    """A pytest plugin that runs the tests against every mutant of a plan."""

    def __init__(self, plan: Plan, note: Note, workers: int) -> None:
        self._plan: Final = plan
        self._note: Final = note
        self._workers: Final = workers
        self._running: Final[dict[int, Mutant]] = {}
        self._killers: Final[Counter[tuple[str, str]]] = Counter()
        self._reading, self._writing = os.pipe()
        self._last_words: Final[dict[int, str]] = {}
        self._tried = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()  # what is shared with the processes of the mutants stays shared
        hits = _without_a_mutant(session)
        for mutant in self._plan(session.items, hits):
            if not mutant.items:
                self._note(mutant, UNTESTED)
                continue
            if len(self._running) == self._workers:
                self._await_one(session)
            self._running[_forked(session, partial(self._fate, session, mutant))] = mutant
        while self._running:
            self._await_one(session)
        return True

    def _await_one(self, session: pytest.Session) -> None:
        pid, status = os.wait()
        exit_code, mutant = os.waitstatus_to_exitcode(status), self._running.pop(pid)
        if exit_code == KILLED:
            self._killers[mutant.family, self._killer(pid)] += 1
        late = -exit_code in _OUT_OF_TIME
        self._note(mutant, TIMEOUT if late else exit_code if exit_code in {SURVIVED, KILLED} else DIED)
        self._tried += 1
        if self._tried % 100 == 0:
            writer = session.config.get_terminal_writer()
            writer.line(f"{self._tried} mutants tried")
            writer.flush()

    def _killer(self, pid: int) -> str:
        """The test that killed a mutant, as reported by its process."""
        while pid not in self._last_words:
            for line in os.read(self._reading, 1 << 16).decode().splitlines():
                child, _, test = line.partition(" ")
                self._last_words[int(child)] = test
        return self._last_words.pop(pid)

    def _fate(self, session: pytest.Session, mutant: Mutant) -> int:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))
        for ends in _OUT_OF_TIME:
            signal.signal(ends, signal.SIG_DFL)
        mutant.change()
        for item in sorted(mutant.items, key=lambda item: -self._killers[mutant.family, item.nodeid]):
            with _time_limit():
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                os.write(self._writing, f"{os.getpid()} {item.nodeid}\n".encode())
                return KILLED
        return SURVIVED


def prepare() -> None:
    """Let the modules that mutmut has written keep their functions as they are; call it before they are imported."""
    vars(trampoline)["wrap_in_trampoline"] = _keeping


def _keeping(bodies: _Bodies, **_: bool) -> Callable[[FunctionType], FunctionType]:
    def keep(function: FunctionType) -> FunctionType:
        _mutated.append((function, bodies))
        return function

    return keep


def changes() -> dict[str, Callable[[], None]]:
    """What puts each mutant that mutmut has written into its function, by name."""
    return {
        f"{function.__module__}.{name}": partial(_put, function, getattr(body, "__func__", body))
        for function, bodies in _mutated
        for name, body in bodies.items()
    }


def _put(function: FunctionType, body: Any) -> None:
    function.__code__ = body.__code__
    function.__defaults__ = body.__defaults__
    function.__kwdefaults__ = body.__kwdefaults__


@contextmanager
def _time_limit() -> Iterator[None]:
    """Let the kernel stop a mutant that never ends, because it may have no memory left to stop itself."""
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS_A_TEST)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_TEST)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _without_a_mutant(session: pytest.Session) -> dict[str, Hit]:
    """Run every test once in another process, so that no cache is filled for the mutants."""
    reading, writing = os.pipe()

    def write_hits() -> int:
        hits = {item.nodeid: _hit(item) for item in session.items}
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(hits))
        return 0

    child = _forked(session, write_hits)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise pytest.UsageError("the tests do not run without any mutant")
    hits = {test: Hit(frozenset(functions), *rest) for test, (functions, *rest) in json.loads(text).items()}
    failed = [test for test, hit in hits.items() if hit.failed]
    if failed:
        raise pytest.UsageError(f"these fail without any mutant: {', '.join(failed)}")
    return hits


def _hit(item: pytest.Item) -> tuple[list[str], float, bool]:
    called: set[int] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(id(frame.f_code))

    began, failures = time.process_time(), item.session.testsfailed
    sys.setprofile(note)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    sys.setprofile(None)
    ran = [_family(*each) for each in _mutated if id(each[0].__code__) in called]
    return ran, time.process_time() - began, item.session.testsfailed > failures


def _family(function: FunctionType, bodies: _Bodies) -> str:
    name, _, _ = next(name for name in bodies if name != "_mutmut_orig").partition("__mutmut_")
    return f"{function.__module__}.{name}"


def _forked(session: pytest.Session, work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    exit_code = DIED
    try:
        session.config.pluginmanager.unregister(name="terminalreporter")
        exit_code = work()
    finally:
        os._exit(exit_code)
