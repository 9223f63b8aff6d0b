"""The HTTP API on the ports in memory: a client, a clock that stands still, and short ways to people and slots."""

import base64
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast
from uuid import UUID, uuid4

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.unit.entrypoints.documented_problems import UndocumentedProblems

from adapters.images.encoding import encode
from adapters.qpay.gateway import CHARGEABLE
from booking_domain.files.ports import EncodedImage, ImageEncoder
from booking_domain.identity.events import SignUpRequested
from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.identity.ports import Bearer, UserFilter
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE
from booking_domain.notifications.push import PushRules
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.heartbeats import Activity, Backlog, Heartbeat, ReceivedLog, Waiting
from booking_domain.shared.ids import BookingId, SessionId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import Builder
from booking_domain.testing.files.memory import MemoryObjectStorage
from booking_domain.testing.kit.tables import State
from booking_domain.testing.memory import ManualClock, MemoryDatabase, MemoryGateway, MemoryPasswordHasher
from booking_domain.testing.memory.platform import MONDAY_MORNING
from booking_domain.testing.notifications.contracts.push import DEVICE_KEY
from booking_domain.testing.shared.memory.tables import ANSWERS
from booking_domain.use_cases.identity.authenticate import Register, register
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.http.kit.computers import InlineComputer
from entrypoints.settings.main import Settings
from entrypoints.settings.messaging import PushSettings
from entrypoints.web.app import pages_of

PASSWORD: Final = "correct-horse-battery"
MONDAY_AT_TEN: Final = "2026-11-23T10:00:00+08:00"
V1: Final = "/api/v1"
PDF: Final = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


_BASE: Final = "http://api.test"
_PLAIN: Final = frozenset({"json", "content", "headers"})
_OF_APPOINTMENT = {"customer", "provider", "salon", "actions"}


class OpenDatabase(MemoryDatabase):
    """With what a server does to a real database; `down` makes it fail."""

    def __init__(self) -> None:
        super().__init__()
        self.down: Exception | None = None
        self.open_now = False
        self.last = {activity: Heartbeat(MONDAY_MORNING, timedelta()) for activity in Activity}
        self.outbox = Backlog(waiting=0, parked=0, oldest_seconds=0)
        self.undone: list[Waiting] = []
        self.log = ReceivedLog(receiver=True, archiver=None, waiting_bytes=0)

    async def open(self) -> None:
        self.open_now = True

    async def close(self) -> None:
        self.open_now = False

    async def heartbeats(self) -> dict[Activity, Heartbeat]:
        if self.down is not None:
            raise self.down
        return self.last

    async def backlog(self) -> Backlog:
        return self.outbox

    async def waiting(self) -> list[Waiting]:
        return self.undone

    async def received_log(self) -> ReceivedLog:
        return self.log

    def pool_statistics(self) -> dict[str, int]:
        return {"pool_size": 4, "pool_available": 1, "pool_max": 10, "requests_waiting": 2, "requests_wait_ms": 1_500}

    def all_but_answers(self) -> State:
        """Return a snapshot without the answers stored under idempotency keys."""
        state = self._state.copy()
        state[ANSWERS].clear()
        return state.copy()


class OpenGateway(MemoryGateway):
    """With what a server does to a real gateway."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


class InlineImages(ImageEncoder):
    """Encodes images in this process."""

    async def encode(self, content: bytes, *, content_type: str) -> EncodedImage:
        return encode(content, content_type)

    async def close(self) -> None: ...


_idle: Final[defaultdict[tuple[object, ...], list[Litestar]]] = defaultdict(list)
"""Unused applications, with their containers, by the settings that `create_app` reads.

Creating one takes longer than most tests.
"""


class _Client(httpx.AsyncClient):
    """Sends plain requests to the transport at once.

    What httpx does for cookies, redirects and authentication takes a third of the time of most requests.
    """

    async def request(self, method: str, url: httpx.URL | str, **given: Any) -> httpx.Response:
        unsaid = (None, httpx.USE_CLIENT_DEFAULT)
        special = {name for name, value in given.items() if not any(value is each for each in unsaid)} - _PLAIN
        path = str(url)
        if special or len(self.cookies.jar) or not path.startswith("/") or path.startswith("//"):
            return await super().request(method, url, **given)
        request = httpx.Request(
            method,
            f"{_BASE}{path}",
            headers=self._merge_headers(given.get("headers")),
            content=given.get("content"),
            json=given.get("json"),
        )
        answer = await self._transport.handle_async_request(request)
        await answer.aread()
        answer.request = request
        if "Set-Cookie" in answer.headers:
            self.cookies.extract_cookies(answer)
        return answer


class Api:
    """The API as its clients see it, and the adapters behind it for tests."""

    def __init__(self, environ: Mapping[str, str], *, in_memory: bool = True) -> None:
        self.clock = ManualClock(MONDAY_MORNING)
        self.database = OpenDatabase()
        self.gateway = OpenGateway("qpay", CHARGEABLE.currencies, authorises=True)
        settings = Settings.from_environment(environ)
        self._kind = _kind_of(settings)
        self.app = _taken(settings)
        self.container: HttpContainer = self.app.state.container
        if not settings.test_clock:
            self.container.clock.override(self.clock)
        if in_memory:
            self.container.database.override(self.database)
        self.container.gateway.override(self.gateway)
        self.container.computing.override(InlineComputer())
        self.objects = MemoryObjectStorage(self.clock, settings.storage.private_for)
        self.container.object_storage.override(self.objects)
        self.container.image_encoder.override(InlineImages())
        self.container.password_hasher.override(MemoryPasswordHasher())
        self.container.push_rules.override(PushRules(public_key=DEVICE_KEY, services=PushSettings().services))
        self._undocumented = UndocumentedProblems(self.app)
        transport = httpx.ASGITransport(cast("Any", self._undocumented), raise_app_exceptions=False)
        self.client = _Client(transport=transport, base_url=_BASE)

    async def place_by_customer(self, booking_id: str) -> None:
        """Change a completed booking into one that its customer has placed: what the staff enters late has no review.

        The clock of these tests stands still, and customers do not book the past.
        """
        async with self.database.begin() as tx:
            before = await tx.bookings.lock(BookingId(UUID(booking_id)))
            assert before is not None
            await tx.bookings.save(replace(before, placed_by_staff=False), was=before)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Serve; afterwards the application may be given other parts, and serve as another API."""
        async with self.app.lifespan(), self.client:
            yield
        assert not self._undocumented.found, self._undocumented.found
        self.discard()

    def discard(self) -> None:
        """Leave the application to another API."""
        _idle[self._kind].append(self.app)

    async def call(self, method: str, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        """Ask for `path`, below the prefix unless it is outside the API, as `/health`, `/schema` and `/docs` are."""
        headers = dict(request.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        outside = path == "/" or path.startswith(("/health", "/schema", "/docs", "/nowhere", "/test"))
        return await self.client.request(method, path if outside else V1 + path, headers=headers, **request)

    async def get(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        return await self.call("GET", path, token, **request)

    async def post(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        return await self.call("POST", path, token, **request)

    async def patch(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        return await self.call("PATCH", path, token, **request)

    async def put(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        return await self.call("PUT", path, token, **request)

    async def delete(self, path: str, token: str | None = None) -> httpx.Response:
        return await self.call("DELETE", path, token)

    async def joined(self, role: str, *, verified: bool = False) -> str:
        """The access token of a new account; a manager's contact is verified, as invitations require."""
        who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": role.title(), "role": role}
        own_device = {"User-Agent": f"Device {uuid4()}"}
        answer = await self.post("/auth/register", json=who, headers=own_device)
        if verified or role == "manager":
            async with self.container.database().begin() as tx:
                user = await tx.users.lock(UserId(UUID(answer.json()["user"]["id"])))
                assert user is not None
                await tx.users.save(user.verified(ContactChannel.EMAIL, self.clock.now()))
        return str(answer.json()["accessToken"])

    async def joined_by_phone(self, phone: str, name: str = "Dorj", role: str = "customer") -> dict[str, Any]:
        """The tokens of a new account with a phone number alone, which is verified."""
        account = {"phone": phone, "password": PASSWORD, "name": name, "role": role}
        assert (await self.post("/auth/register", json=account)).status_code == 202
        event = (await self.database.outbox_events())[-1]
        assert isinstance(event, SignUpRequested)
        code = self.container.secret_codes().code(event.code_id, CodePurpose.SIGNUP)
        made = await self.post("/auth/register", json={**account, "code": code})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def nobody(self) -> str:
        """An access token whose account and session do not exist."""
        bearer = Bearer(Actor(UserId(uuid4()), Role.CUSTOMER), SessionId(uuid4()))
        return self.container.access_tokens().issue(bearer, self.clock.now()).text

    async def admin(self) -> str:
        """The access token of an admin."""
        return await self.token_of(Role.ADMIN)

    async def token_of(self, role: Role, *, second_factor: bool = False) -> str:
        """The access token of a session of an account without contacts."""
        make, now = Builder(), self.clock.now()
        user = replace(make.user(role), id=UserId(uuid4()), email=None, phone=None, created_at=now)
        session = replace(make.session(user), id=SessionId(uuid4()), created_at=now, last_used_at=now)
        session = replace(session, expires_at=now + REFRESH_TOKEN_LIFE)
        async with self.container.database().begin() as tx:
            await tx.users.add(user)
            await tx.sessions.add(session)
        return self.container.access_tokens().issue(Bearer(user.actor, session.id, second_factor), now).text

    async def an_admin(self) -> str:
        """The access token of an admin who has an account, and a session."""
        email = f"{uuid4().hex}@example.com"
        password_hash = await self.container.password_hasher().hash(PASSWORD)
        command = Register(
            email=email, phone=None, name="Admin", role=Role.ADMIN, password_hash=password_hash, by_platform=True
        )
        await self.container.executor().run(register, command, actor=SYSTEM)
        answer = await self.post("/auth/login", json={"email": email, "password": PASSWORD})
        return str(answer.json()["accessToken"])

    async def verify_contacts(self) -> None:
        """Mark the contacts of all accounts as verified, without codes."""
        users = await self.container.reads().users.page(UserFilter(limit=100))
        async with self.container.database().begin() as tx:
            for user in users:
                now = user.created_at
                await tx.users.save(replace(user, email_verified_at=now, phone_verified_at=now))

    async def open_provider(self, **profile: Any) -> tuple[str, str]:
        """Token and id of an approved provider, open daily from 10:00 to 19:00."""
        token = await self.joined("provider")
        made = await self.post("/providers/me", token, json={"displayName": "Studio", **profile})
        provider_id = str(made.json()["id"])
        assert (await self.submit_profile(token)).status_code == 200
        await self.patch(f"/admin/providers/{provider_id}/approve", await self.admin(), json={"approved": True})
        return token, provider_id

    async def open_daily(self, token: str) -> None:
        """Open a provider daily from 10:00 to 19:00."""
        week = [{"day": day, "startTime": "10:00", "endTime": "19:00"} for day in range(7)]
        assert (await self.put("/availability/rules", token, json={"rules": week})).status_code == 200

    async def submit_profile(self, token: str) -> httpx.Response:
        """Submit a profile that is open daily."""
        await self.open_daily(token)
        return await self.post("/providers/me/submit", token)

    async def uploaded(self, token: str, folder: str, content: bytes | None = None) -> str:
        """The id of a file that is ready."""
        made = await self.announced(token, folder, content)
        status, _ = self.objects.request("PUT", made["uploadUrl"], made["headers"], made["content"])
        assert status == 200
        done = await self.post(f"/uploads/{made['fileId']}/complete", token)
        assert done.status_code == 200, done.text
        return str(made["fileId"])

    async def announced(self, token: str, folder: str, content: bytes | None = None) -> dict[str, Any]:
        """A file that is to be uploaded, and its content."""
        document = folder == "documents" and content != PICTURE
        content = content or (PDF if document else PICTURE)
        wish = {"filename": "a-file", "contentType": "application/pdf" if document else "image/png"}
        answer = await self.post("/uploads/presign", token, json={**wish, "size": len(content), "folder": folder})
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "content": content}

    async def consented(self, customer: str, provider: str) -> str:
        """The id of a customer who lets this provider place bookings for them."""
        code = (await self.post("/providers/me/consent-code", provider)).json()
        wish = {"providerId": code["providerId"], "code": code["code"]}
        answer = await self.post("/users/me/booking-consents", customer, json=wish)
        assert answer.status_code == 201, answer.text
        return str((await self.get("/auth/me", customer)).json()["id"])

    async def booked(self, token: str, provider_id: str, slot: str = MONDAY_AT_TEN, **more: Any) -> dict[str, Any]:
        """A new booking."""
        answer = await self.post("/bookings", token, json={"providerId": provider_id, "slot": slot, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def booking(self, booking_id: str, token: str) -> dict[str, Any]:
        """A booking without its parties and actions, as changes of it answer."""
        shown = (await self.get(f"/bookings/{booking_id}", token)).json()
        return {name: value for name, value in shown.items() if name not in _OF_APPOINTMENT}

    def pay(self, payment: Mapping[str, Any]) -> None:
        """Pay at the gateway, whose callback is another matter."""
        money = Money(amount=payment["amount"], currency=payment["currency"])
        assert self.gateway.pay(payment["qpayInvoiceId"], money)

    def callback(self, payment_id: str, *, token_of: str | None = None) -> str:
        """The address that the gateway calls."""
        token = self.container.callback_tokens().issue(UUID(token_of or payment_id))  # type: ignore[arg-type]
        return f"/webhooks/qpay/{payment_id}?token={token}&qpay_payment_id=1"


@contextmanager
def application(settings: Settings) -> Iterator[Litestar]:
    """An application with these settings, and the parts that follow from them; afterwards it serves others."""
    app = _taken(settings)
    yield app
    _idle[_kind_of(settings)].append(app)


def _kind_of(settings: Settings) -> tuple[object, ...]:
    data = settings.data_dir if settings.test_clock else None
    return (settings.max_body_bytes, settings.body_timeout, settings.pages, data)


def _taken(settings: Settings) -> Litestar:
    idle = _idle[_kind_of(settings)]
    app = idle.pop() if idle else _created(settings)
    app.state.default_language = settings.default_language
    app.state.container.reset()
    app.state.container.settings.override(settings)
    return app


def _created(settings: Settings) -> Litestar:
    container = HttpContainer(settings=settings)
    return create_app(container, pages_of(container) if settings.pages else None)


def make_ready() -> None:
    """Make an application with the default settings, for the forks of this process."""
    assert not _idle
    Api({}).discard()


def the_routes(api: Api) -> dict[str, HTTPRouteHandler]:
    """All that Litestar serves below the prefix, with their handlers."""
    return _routes(api.app)


@cache
def _routes(app: Litestar) -> dict[str, HTTPRouteHandler]:
    found: dict[str, HTTPRouteHandler] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1"):
            path = route.path.removeprefix("/api/v1").replace(":str}", "}")
            for handler in route.route_handlers:
                found.update({f"{method} {path}": handler for method in handler.http_methods - {"OPTIONS", "HEAD"}})
    return found


@asynccontextmanager
async def serving(**environ: str) -> AsyncIterator[Api]:
    """Serve a new API with these settings, and the pages unless they are off."""
    api = Api(environ)
    async with api.opened():
        yield api


def assert_problem(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    """Assert that the answer is a whole problem, of this kind, that points there."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    assert problem["type"].endswith(code)
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["requestId"] == answer.headers["X-Request-Id"]
    if pointer is not None:
        assert [error["pointer"] for error in problem["errors"]] == [pointer], problem
        assert problem["errors"][0]["message"]
