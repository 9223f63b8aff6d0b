"""Workers of the product that are killed with SIGKILL, and everything they work with, over the network.

PostgreSQL, the gateway's simulator, a mail server, Twilio, a push service and an integrator's server; the worker is
`entrypoints.cli worker` in a process of its own.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from aiosmtpd.smtp import SMTP as MailServer  # noqa: N811 - beside what is sent over it
from aiosmtpd.smtp import Envelope, Session
from tests.acceptance.product import Program
from tests.gates import PATIENCE_SECONDS
from tests.reliability.gateways_under_test import GatewayUnderTest
from tests.reliability.stops import Stops, stopping_before
from tests.unit.adapters.sms.fakes import ACCOUNT, FROM, TOKEN, FakeTwilio
from tests.unit.adapters.smtp.mail_server import Mailbox, server
from tests.unit.adapters.webhooks.receiver import Receiver, answer, receiving

from adapters.web_push import new_private_key

PARTS: Final = 4
"""The queues of a worker: each is one worker for procrastinate."""
LOOK_SECONDS: Final = 0.1
"""Several steps may be reached meanwhile: the worker dies at all of them."""
MAIL: Final = "DATA to the mail server"
"""What a mail is called among the requests."""


class StoppingMailbox(Mailbox):
    """Stops before it accepts a mail, and before it says so."""

    def __init__(self, stops: Stops) -> None:
        super().__init__()
        self._stops = stops

    async def handle_DATA(self, smtp: MailServer, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._stops.wait(MAIL, answered=False)
        said = await super().handle_DATA(smtp, session, envelope)
        await self._stops.wait(MAIL, answered=True)
        return said


class Servers:
    """What a worker talks to besides its database, and what they have received."""

    def __init__(self, stops: Stops) -> None:
        self.mailbox = StoppingMailbox(stops)
        self.twilio = FakeTwilio()
        self.integrator = Receiver()
        self.push_service = Receiver()
        self.webhook_url = ""
        self.push_url = ""
        self.settings: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def running(cls, gateway: GatewayUnderTest, stops: Stops) -> AsyncIterator[Self]:
        servers = cls(stops)
        async with AsyncExitStack() as opened:
            smtp_port = await opened.enter_async_context(server(servers.mailbox))

            async def behind_stops(url: str) -> str:
                return await opened.enter_async_context(stopping_before(url, stops))

            servers.integrator = await opened.enter_async_context(receiving())
            servers.push_service = await opened.enter_async_context(receiving(answer(201)))
            servers.webhook_url = await behind_stops(servers.integrator.url("")) + "/webhooks"
            servers.push_url = await behind_stops(servers.push_service.url("")) + "/push"
            servers.settings = {
                **await _settings_behind_stops(gateway, behind_stops),
                "BOOKING_EMAIL_PROVIDER": "smtp",
                "BOOKING_EMAIL_FROM": "studio@example.com",
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(smtp_port),
                "SMTP_SECURITY": "none",
                "BOOKING_SMS_PROVIDER": "twilio",
                "TWILIO_BASE_URL": await behind_stops(await opened.enter_async_context(servers.twilio.open())),
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_FROM": FROM,
                "BOOKING_VAPID_PRIVATE_KEY": new_private_key(),
                "BOOKING_WEBHOOKS_ALLOW_PRIVATE": "on",
                "BOOKING_PUBLIC_URL": "https://booking.example.com",
            }
            yield servers

    def mails(self) -> Counter[str]:
        """How often each mail arrived, by its Message-ID, in the order in which they arrived first."""
        return Counter(message["Message-ID"] for message in self.mailbox.messages)

    def webhooks(self) -> Counter[str]:
        """How often each webhook arrived, by its id, in the order in which they arrived first."""
        return Counter(request.headers["webhook-id"] for request in self.integrator.requests)

    def pushes(self) -> Counter[str]:
        """How often each message was pushed. A device shows it once, by its id."""
        return Counter(request.headers["topic"] for request in self.push_service.requests)

    def texts(self) -> Counter[str]:
        """How often each text message arrived, by the id that its status comes back with."""
        sent = (request for request in self.twilio.requests if request.method == "POST")
        return Counter(request.form["StatusCallback"].rpartition("=")[2] for request in sent)


async def _settings_behind_stops(gateway: GatewayUnderTest, behind_stops: Any) -> Mapping[str, str]:
    """The settings of the gateway, which is called over a server that stops."""
    settings = dict(gateway.settings)
    for name, url in gateway.settings.items():
        if name.endswith("_URL") and name != "BOOKING_PUBLIC_URL":
            head, _, path = url.removeprefix("http://").partition("/")
            settings[name] = await behind_stops(f"http://{head}") + (f"/{path}" if path else "")
    return settings


class KilledWorker:
    """The worker. A killed one is replaced by a new one."""

    def __init__(self, log: Path, database_url: str, settings: Mapping[str, str]) -> None:
        self._log = log
        self._url = database_url
        # By the name its connections are recognised.
        self.name = log.stem
        named = f"{database_url}{'&' if '?' in database_url else '?'}application_name={self.name}"
        self._settings = {**settings, "DATABASE_URL": named, "BOOKING_DATA_DIR": str(log.parent / "data")}
        self._parts: list[int] = []
        self.kills = 0

    async def start(self) -> None:
        """Start it, and wait until all its queues are worked on."""
        [[last]] = await self._run("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        self._program = Program("worker", self._log, self._settings)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self._parts) < PARTS:
                assert self._program.process.poll() is None, self._program.said[-3000:]
                await asyncio.sleep(LOOK_SECONDS)
                found = await self._run("SELECT id FROM procrastinate_workers WHERE id > %s", last)
                self._parts = [part for (part,) in found]

    def kill(self) -> None:
        """SIGKILL it."""
        self._program.kill()
        self.kills += 1

    async def is_connected(self) -> bool:
        """Whether the database still works for it: a statement runs or waits on, even if its client is dead."""
        found = await self._run("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", self.name)
        return found != [(0,)]

    async def restart(self, *, missed: bool) -> None:
        """Start another. If `missed`, the time has passed after which the jobs of a dead worker are taken over."""
        if missed:
            await self._run(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = ANY(%s)",
                self._parts,
            )
        self._parts = []
        await self.start()

    def stop(self) -> None:
        self._program.stop()

    async def _run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            cursor = await connection.execute(statement.encode(), values or None)
            return await cursor.fetchall() if cursor.description else []
