"""Streams learn that the process is asked to stop, also with this version of granian."""

import asyncio
import os
import signal

from granian import _signals

from entrypoints.http.kit.stopping import Stopping, telling, when_stopping


def test_a_signal_tells_the_streams_and_then_granian() -> None:
    stopped: list[str] = []

    class ReceivedSignals(Stopping):
        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self._own = _signals.set_loop_signals(loop)  # type: ignore[no-untyped-call]

        def set(self) -> None:
            stopped.append("granian")
            self._own.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop = asyncio.new_event_loop()
        try:
            telling(ReceivedSignals)(loop)
            with when_stopping(lambda: stopped.append("streams")):
                os.kill(os.getpid(), number)
                loop.run_until_complete(asyncio.sleep(0.01))
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)
            loop.close()
    assert stopped == ["streams", "granian"] * 2
