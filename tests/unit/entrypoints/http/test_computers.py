"""Computations in processes of their own."""

import os
import signal
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from booking_domain.shared.rate_limits import ServiceBusy
from booking_domain.shared.time import WallTime
from entrypoints.http.kit.computers import ProcessComputer


@pytest.fixture
async def computing() -> AsyncIterator[ProcessComputer]:
    computing = ProcessComputer()
    yield computing
    await computing.close()


async def test_a_computation_runs_in_another_process_which_is_used_again(computing: ProcessComputer) -> None:
    first = await computing.run(os.getpid)
    assert first != os.getpid()
    assert await computing.run(os.getpid) == first
    assert await computing.run(partial(WallTime.parse, "24:00")) == WallTime(1_440)


async def test_an_error_of_the_domain_is_raised_here(computing: ProcessComputer) -> None:
    with pytest.raises(Exception, match="is not a time of day") as refused:
        await computing.run(partial(WallTime.parse, "25:00"))
    assert type(refused.value).__name__ == "InvalidValue"
    assert await computing.run(partial(WallTime.parse, "23:00")) == WallTime(1_380)


async def test_a_computation_that_takes_too_long_ends_with_its_process(computing: ProcessComputer) -> None:
    first = await computing.run(os.getpid)
    computing._seconds = 0.0
    with pytest.raises(ServiceBusy):
        await computing.run(partial(time.sleep, 3_600))
    computing._seconds = 60.0
    assert await computing.run(os.getpid) != first


async def test_a_process_that_dies_is_replaced(computing: ProcessComputer) -> None:
    with pytest.raises(ServiceBusy):
        await computing.run(partial(signal.raise_signal, signal.SIGKILL))
    assert await computing.run(os.getpid) != os.getpid()


async def test_the_process_gets_no_secrets(computing: ProcessComputer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKING_SECRET_KEY", "secret")
    assert await computing.run(partial(os.getenv, "BOOKING_SECRET_KEY", "none")) == "none"
