"""`/test`: the clock of a test deployment, its worker's part when time has passed, and managers. No part of the API."""

from datetime import datetime
from typing import Final, Protocol

from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.identity.errors import EmailTaken
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.ports import PasswordHasher
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId, PlanId
from booking_domain.use_cases.identity.authenticate import Register, register
from booking_domain.use_cases.orders.renewals import renew_plan
from booking_domain.use_cases.payments.expire_unpaid import expire_unpaid
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC


class MovableClock(Clock, Protocol):
    """A clock that tests move."""

    def move_to(self, instant: datetime) -> datetime:
        """Stand at the instant from now on, unless it is past; return the time."""
        ...


class MoveClockBody(Body, frozen=True, kw_only=True):
    """The instant at which the clock stands from now on, unless it is past."""

    now: Timestamp


class ClockJson(Json, frozen=True, kw_only=True):
    """The time of the platform."""

    now: Timestamp


class AddManagerBody(Body, frozen=True, kw_only=True):
    """The login of a new manager."""

    email: str
    password: str


def routes_of(clock: MovableClock) -> Router:
    """The routes of a deployment with this clock; they are hidden from the OpenAPI document."""

    @get("/clock")
    async def read_clock() -> ClockJson:
        return ClockJson(now=clock.now())

    @put("/clock")
    async def move_clock(data: JSONBody[MoveClockBody]) -> ClockJson:
        return ClockJson(now=clock.move_to(data.now))

    @post("/bookings/{booking_id:str}/expire", status_code=204, opt=documented(raises=(GatewayUnavailable,)))
    async def expire(
        booking_id: FromPath[BookingId],
        reads: Injected[Reads],
        executor: Injected[Executor[Repositories]],
        gateways: Injected[Gateways],
    ) -> None:
        """Do what the worker does when a booking is due."""
        await expire_unpaid(booking_id, now=clock.now(), reads=reads, executor=executor, gateways=gateways)

    @post("/plans/{plan_id:str}/renew", status_code=204, opt=documented(raises=(GatewayUnavailable,)))
    async def renew(
        plan_id: FromPath[PlanId],
        reads: Injected[Reads],
        executor: Injected[Executor[Repositories]],
        gateways: Injected[Gateways],
    ) -> None:
        """Do what the worker does when a plan is due."""
        await renew_plan(plan_id, reads=reads, executor=executor, gateways=gateways)

    @post("/managers", status_code=204, opt=documented(raises=(EmailTaken,)))
    async def add_manager(
        data: JSONBody[AddManagerBody],
        executor: Injected[Executor[Repositories]],
        password_hasher: Injected[PasswordHasher],
    ) -> None:
        """Add a manager whose e-mail address counts as verified, so that they can invite providers."""
        command = Register(
            email=data.email,
            phone=None,
            name="Manager",
            role=Role.MANAGER,
            password_hash=await password_hasher.hash(data.password),
            by_platform=True,
            verified=ContactChannel.EMAIL,
        )
        await executor.run(register, command, actor=SYSTEM)

    return Router("/test", route_handlers=[read_clock, move_clock, expire, renew, add_manager], opt=_HIDDEN)


_HIDDEN: Final = {**PUBLIC, **UNLIMITED, "hidden": True}
