"""The dashboard, the alerts and their runbooks, and the product whose metrics they read, fit together."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from psycopg import AsyncConnection
from sqlalchemy import text
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import CHECKOUT
from tests.unit.entrypoints.api import Api, serving

from adapters.postgres.kit.statements import Statement
from adapters.postgres.replica import ReplicaState
from booking_domain.notifications.errors import EmailUnavailable
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryMessageSender, SeededEntropy
from entrypoints.observe.platform import replica_metrics

FOLDER: Final = CHECKOUT / "deploy" / "observe"
RUNBOOKS: Final = (CHECKOUT / "docs" / "operate" / "runbooks.md").read_text(encoding="utf-8")
ALERTS: Final = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
TESTED: Final = (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")
SELECTOR: Final = re.compile(r"\b((?:booking|process)_\w+|up)\b(?:\{([^}]*)\})?")
LABEL: Final = re.compile(r"(\w+)(?:=~|!~|!=|=)")
GROUPED: Final = re.compile(r"by \(([^)]*)\)")
COMPARISON: Final = re.compile(r" (?:>|==) [\d.]+$")
SERIES: Final = re.compile(r"_(bucket|count|sum|created|total)$")
OF_PROMETHEUS: Final = {"job", "instance"}
PROMETHEUS: Final = shutil.which("prometheus")
PROMTOOL: Final = shutil.which("promtool")
MISSING: Final = "Prometheus is not installed (apt-get install prometheus)"


class _Follower:
    """A replica that has answered, and that the primary has answered for."""

    served = 3
    passed_on = 1

    async def state(self) -> ReplicaState:
        return ReplicaState(up=True, lag_seconds=0.4, lag_bytes=8192)


class _Failing(MessageSender):
    async def send(self, message: OutgoingMessage) -> None:
        raise EmailUnavailable


def alerts() -> dict[str, str]:
    return dict(re.findall(r"- alert: (\w+)\n +expr: '(.*)'\n", ALERTS))


def panels() -> list[str]:
    dashboard: Any = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@asynccontextmanager
async def measured(port: int = 0) -> AsyncIterator[Api]:
    """An API in which everything that is counted has happened, what the worker counts included."""
    async with serving(BOOKING_METRICS_PORT=str(port or free_port())) as api:
        await happened(api)
        yield api


async def happened(api: Api) -> None:
    metrics = api.container.metrics()
    await api.get("/health/live")
    api.database.down = StorageUnavailable()
    await api.get("/health/ready")
    api.database.down = None
    of_replica = await replica_metrics(_Follower())
    metrics.read(lambda: iter(of_replica))
    metrics.statement(Statement(text("SELECT 1")), 0, 0.001)
    metrics.jobs.labels("sweep", "succeeded").observe(1)
    metrics.parked.labels("notify").inc()
    for topic in ("booking.placed", "payment.received"):
        metrics.events.labels(topic).inc()
    message = OutgoingMessage(
        id=SeededEntropy(1).new_id(), channel="email", to="dorj@example.com", subject="", text="x", created_at=NOW
    )
    await metrics.counted(MemoryMessageSender()).send(message)
    with pytest.raises(EmailUnavailable):
        await metrics.counted(_Failing()).send(message)


async def exposed() -> dict[str, set[str]]:
    """Each name in what the product says, with its labels."""
    async with measured() as api:
        said = await asyncio.to_thread(generate_latest, api.container.metrics().registry)
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(said.decode())
        for sample in family.samples
    } | {"up": set()}


async def test_every_expression_reads_metrics_that_the_product_has_with_their_labels() -> None:
    known, shown = await exposed(), set[str]()
    for expression in (*panels(), *alerts().values()):
        grouped = {label for group in GROUPED.findall(expression) for label in group.split(", ")}
        for name, labels in SELECTOR.findall(expression):
            shown.add(name)
            assert name in known, expression
            assert {*LABEL.findall(labels), *grouped} <= known[name] | OF_PROMETHEUS, expression
    metrics = {SERIES.sub("", name) for name in known if name.startswith("booking_")}
    assert metrics - {SERIES.sub("", name) for name in shown} == set()


def test_every_alert_has_a_runbook_and_fires_in_a_test() -> None:
    assert len(alerts()) == ALERTS.count("- alert:")
    assert re.findall(r"^## (\w+)$", RUNBOOKS, re.MULTILINE) == list(alerts())
    for alert in alerts():
        section = RUNBOOKS.partition(f"## {alert}\n")[2].partition("\n## ")[0]
        for part in ("**Means**", "**Look**", "**Do**"):
            assert part in section, alert
        assert f"runbook: docs/operate/runbooks.md#{alert.lower()}\n" in ALERTS
        assert f"{{alertname: {alert}, eval_time: 0m}}" in TESTED
        assert (
            TESTED.partition(f"- alertname: {alert}\n")[2].lstrip().startswith("eval_time: 55m\n        exp_alerts:\n")
        )


async def test_the_statements_of_the_runbooks_run_as_they_are_pasted(postgres: TestServer) -> None:
    blocks = re.findall(r"```sql\n(.*?)```", RUNBOOKS, re.DOTALL)
    assert len(blocks) >= 10
    with postgres.database() as url:
        async with await AsyncConnection.connect(url) as connection:
            await connection.execute("SET TRANSACTION READ ONLY")
            for block in blocks:
                await connection.execute(block.encode())


@pytest.mark.skipif(PROMTOOL is None, reason=MISSING)
@pytest.mark.parametrize("check", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_takes_the_files_and_every_alert_fires(check: tuple[str, ...]) -> None:
    done = subprocess.run([str(PROMTOOL), *check], cwd=FOLDER, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMETHEUS is None, reason=MISSING)
async def test_every_panel_and_alert_has_data_of_the_running_product(tmp_path: Path) -> None:
    port, own = free_port(), free_port()
    target = f"static_configs: [{{targets: ['127.0.0.1:{port}']}}]"
    configuration = (
        f"global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\n"
        f"scrape_configs:\n- {{job_name: booking-api, {target}}}\n"
    )
    (tmp_path / "prometheus.yml").write_text(configuration)
    command = [
        str(PROMETHEUS),
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{own}",
        "--enable-feature=exemplar-storage",
    ]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ, stdout=log, stderr=log)  # noqa: ASYNC220, S603
    try:
        async with (
            measured(port),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{own}", trust_env=False, timeout=PATIENCE_SECONDS) as client,
        ):
            without = list(asked())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while without := [each for each in without if not await _found(client, each)]:
                        assert process.poll() is None, (tmp_path / "log").read_text()
                        await asyncio.sleep(0.05)
            exemplars = await client.get(
                "/api/v1/query_exemplars", params={"query": "booking_request_seconds_bucket", "start": 0, "end": 9e9}
            )
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
    assert without == []
    assert exemplars.json()["data"]


def asked() -> Iterator[str]:
    """All expressions, those of alerts without their limits."""
    yield from panels()
    yield from (COMPARISON.sub("", expression) for expression in alerts().values())


async def _found(client: httpx.AsyncClient, expression: str) -> bool:
    try:
        answer = await client.get("/api/v1/query", params={"query": expression})
    except httpx.TransportError:
        return False  # it is still starting
    return answer.status_code == 200 and bool(answer.json()["data"]["result"])
