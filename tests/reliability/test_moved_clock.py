"""Row 14, messages: while the clocks of two workers jump, each reminder is sent once, none early, none too late.

The workers are processes of the product. Their clocks jump by hours and by 30 days, in both directions, while they are
at rest and while they work; one is five minutes ahead of the other, and both are weeks ahead of PostgreSQL's.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.programs import Fork, environment
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.adapters.smtp.mail_server import Mailbox, server

from booking_domain.bookings.model import DEFAULT_REMINDERS
from booking_domain.bookings.reminders import reminders_of
from booking_domain.bookings.transitions import Status
from booking_domain.shared.reminders import BookingReminder
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, Builder
from booking_domain.testing.kit.storage import a_cast, store_bookings
from entrypoints.container import Container
from entrypoints.settings.main import Settings

BOOKINGS: Final = scale.of(400, less=8)
DAY: Final = timedelta(days=1)
AHEAD: Final = timedelta(minutes=5)
"""How much the second worker's clock is ahead."""
OWN: Final = (2_880, 30)
"""The reminders of a service that has its own, in minutes before the start."""
SPREAD: Final = timedelta(minutes=20)
"""All bookings start within it."""
AT_REST: Final = scale.of((-72, -74, -47.9, -49.9, -23.9, -25.9, 720, -25.9, -1.9, -3.9), less=(720,))
"""Hours after the first start: to the middle of what is due within the spread, and back; a month on, and back."""
AT_WORK: Final = (-47.8, -23.8, -1.8, -0.3, 0.1)
"""The same, for jumps back before all that is due is sent. Each reminder is due at one of them."""
LOOK_SECONDS: Final = 0.05
_SWEEPS: Final = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    SELECT 'default', 'sweep', '{"timestamp": 0}' FROM generate_series(1, 2)
"""
"""One for each worker, at once."""
_LEFT: Final = """
    SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM procrastinate_jobs
        WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now() + interval '1 hour')
"""


class Workers:
    """Two workers, their clocks, and the reminders of bookings that they are to send."""

    def __init__(
        self, folder: Path, url: str, container: Container, mailbox: Mailbox, settings: dict[str, str]
    ) -> None:
        self._container, self._mailbox = container, mailbox
        self._clocks = [folder / f"clock-{number}" for number in range(2)]
        self._logs = [folder / f"worker-{number}.log" for number in range(2)]
        self._environment = environment(
            {**settings, "DATABASE_URL": url, "BOOKING_DATA_DIR": str(folder / "data"), "BOOKING_LOG_LEVEL": "warning"}
        )
        self._forks: list[Fork] = []
        self.reminders: list[BookingReminder] = []
        self.first_start = datetime.now(UTC).replace(microsecond=0) + 90 * DAY
        self.latest = self.first_start - 365 * DAY
        """What any of the clocks has ever shown."""

    async def book(self) -> None:
        """Bookings within the spread, by a customer each; every other one of a service with reminders of its own."""
        make = Builder()
        backend: Any = self._container.database()
        cast = await a_cast(backend, make)
        service = make.service(provider_id=cast.profile.id)
        services = service, replace(service, reminder_minutes=OWN)
        placed = self.first_start - 60 * DAY
        for number in range(BOOKINGS):
            customer = replace(make.user(), email_verified_at=placed, phone=None)
            async with backend.begin() as tx:
                await tx.users.add(customer)
            start = self.first_start + number * SPREAD / BOOKINGS
            span = TimeRange(start, start + HOUR)
            booking = replace(
                make.booking(cast.profile, customer, start, status=Status.CONFIRMED),
                services=(services[number % 2].offered(),),
                span=span,
                blocked=span,
                created_at=placed,
                updated_at=placed,
            )
            await store_bookings(backend, make, booking)
            self.reminders += reminders_of(booking, (DEFAULT_REMINDERS, OWN)[number % 2], placed)

    def start(self) -> None:
        self._forks = [
            Fork(["reliability.clocked_worker", str(clock)], self._environment, log)
            for clock, log in zip(self._clocks, self._logs, strict=True)
        ]

    def stop(self) -> None:
        for each in self._forks:
            each.terminate()
        for each in self._forks:
            each.wait(PATIENCE_SECONDS)

    async def show(self, moment: datetime, ahead: timedelta = AHEAD) -> None:
        """Both clocks jump; the sweeps of this minute come."""
        for clock, shown in zip(self._clocks, (moment, moment + ahead), strict=True):
            new = clock.with_suffix(".new")
            new.write_text(shown.isoformat(), encoding="utf-8")
            new.replace(clock)
            self.latest = max(self.latest, shown)
        await self.rows(_SWEEPS)

    async def settle(self, moment: datetime) -> None:
        """Both clocks jump, and the first worker catches up with the work that the second one left."""
        await self.show(moment)
        await self.rest()
        await self.show(moment + AHEAD, timedelta())
        await self.rest()

    async def rest(self, announced: float = inf) -> None:
        """Wait until nothing is left to do, or so many reminders are announced."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.rows(_LEFT) != [(0,)] and await self.number_announced() < announced:
                for fork, log in zip(self._forks, self._logs, strict=True):
                    assert fork.poll() is None, log.read_text(encoding="utf-8")[-3000:]
                await asyncio.sleep(LOOK_SECONDS)

    async def number_announced(self) -> int:
        [[number]] = await self.rows("SELECT count(*) FROM booking_reminders")
        return int(number)

    async def sent(self) -> Counter[UUID]:
        """How often each reminder arrived in the mailbox. None arrived before any clock showed its time."""
        events = dict(
            await self.rows(
                "SELECT messages.id, event_id FROM messages JOIN notifications ON notifications.id = notification_id"
                " WHERE type = 'booking.reminder'"
            )
        )
        arrived = (UUID(each["Message-ID"].strip("<>").partition("@")[0]) for each in self._mailbox.messages)
        sent = Counter(events[each] for each in arrived if each in events)
        assert all(each.occurred_at <= self.latest for each in self.reminders if each.id in sent)
        return sent

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self._container.database().connection() as connection:
            cursor = await connection.execute(statement.encode())
            return await cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def two_workers(postgres: TestServer, folder: Path) -> AsyncIterator[Workers]:
    mailbox = Mailbox()
    async with AsyncExitStack() as opened:
        url = opened.enter_context(postgres.database())
        port = await opened.enter_async_context(server(mailbox))
        settings = {
            "BOOKING_EMAIL_PROVIDER": "smtp",
            "BOOKING_EMAIL_FROM": "studio@example.com",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_SECURITY": "none",
        }
        container = Container(settings=Settings.from_environment({**settings, "DATABASE_URL": url}))
        await container.database().open()
        opened.push_async_callback(container.database().close)
        workers = Workers(folder, url, container, mailbox, settings)
        await workers.book()
        await workers.show(workers.first_start - 30 * DAY)
        workers.start()
        opened.callback(workers.stop)
        await workers.rest()
        yield workers


def due(reminders: Iterable[BookingReminder], moments: Sequence[datetime]) -> Counter[UUID]:
    """Those that are due at one of the moments, by either clock, once each."""
    shown = [each + ahead for each in moments for ahead in (timedelta(), AHEAD)]
    return Counter(each.id for each in reminders if any(each.occurred_at <= moment < each.until for moment in shown))


@pytest.mark.nightly
async def test_each_reminder_is_sent_once_by_two_workers_whose_clocks_jump(
    postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    async with two_workers(postgres, tmp_path) as workers:
        start, passed, jumps = workers.first_start, [workers.first_start - 30 * DAY], 0
        for hours in AT_REST:
            passed.append(start + hours * HOUR)
            jumps += 1
            await workers.settle(passed[-1])
            assert await workers.sent() == due(workers.reminders, passed), f"{hours} h"
        # Back by two hours as soon as one of the rest is announced; then the right time again.
        for hours in AT_WORK:
            passed.append(start + hours * HOUR)
            jumps += 3
            announced = await workers.number_announced()
            await workers.show(passed[-1])
            await workers.rest(announced + 1)
            await workers.show(start + (hours - 2) * HOUR)
            await workers.rest()
            await workers.settle(passed[-1])
            assert await workers.sent() == due(workers.reminders, passed), f"{hours} h"
        sent = await workers.sent()
        assert sent == Counter(each.id for each in workers.reminders)
        report(
            14, f"{BOOKINGS} bookings, {jumps} jumps of two workers' clocks: {sent.total()} reminders, each sent once"
        )
