"""`python -m benchmarks.expensive`: how the most expensive anonymous queries delay other requests.

A salon has 50 members who are always open, with slots every minute. Ten clients ask for the slots of 62 days at once,
or for explanations by the largest calendars. A probe requests `/health/live` meanwhile, as in `benchmarks.logins`. It
asserts nothing about speed; docs/develop/benchmarks.md has results.
"""

import asyncio
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import msgspec

from benchmarks import report
from benchmarks.environment import database, production
from benchmarks.load_jobs import Measurement, post
from benchmarks.logins import HealthProbe
from benchmarks.servers import Server, served
from booking_domain.identity.model import User
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.ids import SalonId
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    SetSalonHours,
    accept_invitation,
    invite_provider,
    open_salon,
    set_salon_hours,
)
from booking_domain.use_cases.identity.authenticate import Register, register
from booking_domain.use_cases.scheduling.calendars import AddRule, add_rule
from entrypoints.container import Container
from entrypoints.settings.main import Settings

MEMBERS: Final = 50
AT_ONCE: Final = 10
SECONDS: Final = 10.0
"""How long the queries are repeated."""
DAYS: Final = 62
_ALWAYS: Final = Hours.parse("00:00-24:00")
_ZONE: Final = "Asia/Ulaanbaatar"
_TIMEOUT: Final = 300.0
_CHUNK: Final = 1_048_576


class People:
    """Accounts that the data belongs to."""

    def __init__(self, container: Container) -> None:
        self._container = container

    async def make(self, role: Role) -> User:
        """A new account."""
        command = Register(
            email=f"{uuid4().hex}@example.com",
            phone=None,
            name=role.value,
            role=role,
            password_hash="",
            by_platform=True,
        )
        return await self._container.executor().run(register, command, actor=SYSTEM)


async def busiest_salon(container: Container) -> SalonId:
    """Create the salon and its members."""
    await container.database().open()
    try:
        people, executor = People(container), container.executor()
        admin, manager = await people.make(Role.ADMIN), await people.make(Role.MANAGER)
        rules = tuple(AddRule(day=day, hours=_ALWAYS) for day in range(7))
        salon = await executor.run(open_salon, OpenSalon(name="Nomad House", time_zone=_ZONE), actor=manager.actor)
        await executor.run(set_salon_hours, SetSalonHours(salon_id=salon.id, rules=rules), actor=manager.actor)
        for _ in range(MEMBERS):
            owner = await people.make(Role.PROVIDER)
            terms = TermsChange(deposit_amount=0, price_amount=0, currency="MNT")
            profile = ProfileChange(display_name="Studio", styles=(), time_zone=_ZONE, terms=terms)
            view = await executor.run(open_profile, profile, actor=owner.actor)
            settings = SettingsChange(step_minutes=1, duration_minutes=30, horizon_days=DAYS + 1)
            await executor.run(change_settings, settings, actor=owner.actor)
            for rule in rules:
                await executor.run(add_rule, rule, actor=owner.actor)
            await executor.run(submit_profile, None, actor=owner.actor)
            decision = DecideOnProfile(provider_id=view.profile.id, approved=True)
            await executor.run(decide_on_profile, decision, actor=admin.actor)
            member = Membership(salon_id=salon.id, provider_id=view.profile.id)
            await executor.run(invite_provider, member, actor=manager.actor)
            await executor.run(accept_invitation, salon.id, actor=owner.actor)
        return salon.id
    finally:
        await container.database().close()


def salon_query(salon_id: UUID, container: Container) -> bytes:
    """The request for all slots of the salon."""
    first = container.clock().now().date() + timedelta(days=1)
    path = f"/api/v1/salons/{salon_id}/slots?from={first}&to={first + timedelta(days=DAYS)}"
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-forwarded-proto: https\r\n\r\n".encode()


def explain_query() -> bytes:
    """A request to explain a start of a calendar with as many parts as a body may have."""
    rules = [
        {"day": number % 7, "startTime": "10:00", "endTime": "10:01", "validFrom": "2026-01-01", "everyWeeks": 52}
        for number in range(200)
    ]
    calendar = {
        "timeZone": "America/New_York",
        "settings": {"slotStepMinutes": 8, "slotDurationMinutes": 30, "horizonDays": 730, "anchoring": "after_claim"},
        "rules": rules,
        "exceptions": [],
    }
    asked = {"calendar": calendar, "now": "2026-10-20T00:00:00Z", "slot": "2028-11-01T06:00:00Z"}
    return post("/api/v1/scheduling/explain", msgspec.json.encode(asked), {"x-forwarded-proto": "https"})


def ask(port: int, request: bytes) -> tuple[int, int, float]:
    """Send a request over a new connection; return the status, the size of the answer and the time it took."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT) as connection:
        connection.sendall(request)
        response = bytearray()
        while True:
            chunk = connection.recv(_CHUNK)
            response += chunk
            head, end, _ = bytes(response[:4_096]).partition(b"\r\n\r\n")
            if not chunk:
                raise ConnectionError("the response is incomplete")
            if end:
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                if len(response) >= len(head) + len(end) + length:
                    return int(head[9:12]), length, time.perf_counter() - started


def repeatedly(port: int, requests: Sequence[bytes], seconds: float) -> list[tuple[int, int, float]]:
    """Repeat each request on a thread of its own, each at least once."""
    answers: list[tuple[int, int, float]] = []
    until = time.perf_counter() + seconds

    def repeat(request: bytes) -> None:
        while True:
            answers.append(ask(port, request))
            if time.perf_counter() > until:
                break

    threads = [threading.Thread(target=repeat, args=(request,), daemon=True) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def peak_megabytes(server: Server) -> int:
    """The largest resident size of the server's worker so far."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    peaks = (Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0] for pid in workers)
    return max(map(int, peaks)) // 1_024


def probed(server: Server, name: str, requests: Sequence[bytes]) -> Iterator[str]:
    """Measure the probe beside these requests, and describe it and their answers."""
    probe = HealthProbe(server.port)
    with probe.running():
        if requests:
            answers = repeatedly(server.port, requests, SECONDS)
        else:
            time.sleep(2.0)
            answers = []
    seen = probe.measured
    yield (
        f"  GET /health/live, {name:<28} p50 {seen.percentile(50):7.1f} ms   p99 {seen.percentile(99):7.1f} ms"
        f"   worst {seen.percentile(100):7.1f} ms   ({len(seen.latencies)} requests)"
    )
    for status in sorted({status for status, _, _ in answers}):
        of_status = [each for each in answers if each[0] == status]
        times = Measurement(1.0, [seconds for _, _, seconds in of_status])
        yield (
            f"    {len(of_status):>5} answers {status}, at most {max(size for _, size, _ in of_status):,} bytes,"
            f" p50 {times.percentile(50):.0f} ms, worst {times.percentile(100):.0f} ms"
        )
    yield f"    peak of the server: {peak_megabytes(server)} MB"


def main() -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        environ = production(stack.enter_context(database()))
        environ["BOOKING_REQUIRE_HTTPS"] = "off"
        container = Container(settings=Settings.from_environment(environ))
        salon = salon_query(asyncio.run(busiest_salon(container)), container)
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        print(report.hardware())
        for name, requests in (
            ("at rest", ()),
            (f"{AT_ONCE} salon queries at once", (salon,) * AT_ONCE),
            (f"{AT_ONCE} explanations at once", (explain_query(),) * AT_ONCE),
        ):
            for line in probed(server, name, requests):
                print(line, flush=True)


if __name__ == "__main__":
    main()
