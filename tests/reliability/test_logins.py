"""Row 26: twenty concurrent logins hardly delay `GET /health/live`. Measured by `make reliability` only.

Why they do not: the threads that compute password hashes leave one processor free, which
tests/unit/adapters/security/test_passwords.py tests in every run.
"""

from pathlib import Path
from typing import Final

import pytest
from benchmarks.logins import CONCURRENT_LOGINS, accounts, measure
from tests.acceptance.product import Api
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report

from entrypoints.container import Container
from entrypoints.settings.main import Settings

ROUNDS: Final = 15
GOAL_MILLISECONDS: Final = 50.0


@pytest.mark.skipif(not scale.FULL, reason="measured by make reliability")
async def test_health_is_served_while_many_log_in(postgres: TestServer, tmp_path: Path, report: Report) -> None:
    with postgres.database() as url:
        container = Container(settings=Settings.from_environment({"DATABASE_URL": url}))
        emails = await accounts(container, CONCURRENT_LOGINS)
        with Api(tmp_path, url) as api:
            timings = measure(api.port, emails, ROUNDS)
    p99 = timings.under_load.percentile(99)
    figure = f"p99 of GET /health/live while {CONCURRENT_LOGINS} log in at once: {p99:.1f} ms"
    report(26, figure, goal_met=p99 < GOAL_MILLISECONDS)
    assert len(timings.under_load.latencies) > 100
