"""Twenty logins at once, and nobody else waits: `GET /health/live` meanwhile. With BOOKING_RELIABILITY=full only.

A time is asserted, so it wants a machine that has nothing else to do; what makes it so (the threads that compute hashes
leave a processor to others) is tested in tests/unit/adapters/security/test_passwords.py, always.
"""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from benchmarks.logins import CONCURRENT_LOGINS, accounts, measure
from tests.acceptance.product import Api
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report

from entrypoints.container import Container
from entrypoints.settings import Settings

ROUNDS: Final = 15
MOST_MILLISECONDS: Final = 50.0


@pytest.mark.skipif(not scale.FULL, reason="asserts a time: make reliability")
def test_health_is_told_while_many_log_in(postgres: TestServer, tmp_path: Path, report: Report) -> None:
    with postgres.database() as url:
        container = Container(settings=Settings.from_environment({"DATABASE_URL": url}))
        emails = asyncio.run(accounts(container, CONCURRENT_LOGINS))
        with Api(tmp_path, url) as api:
            timings = measure(api.port, emails, ROUNDS)
    p99 = timings.under_load.percentile(99)
    report(26, f"p99 of GET /health/live while {CONCURRENT_LOGINS} log in at once: {p99:.1f} ms")
    assert len(timings.under_load.latencies) > 100
    assert p99 < MOST_MILLISECONDS
