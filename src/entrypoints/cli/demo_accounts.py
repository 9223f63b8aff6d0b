"""The accounts of the demo data, and a clock for demo events in the past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.identity.authenticate import Register, register
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.container import Container

PASSWORD: Final = "correct-horse-battery"  # noqa: S105 - development only, as the banner says


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo account."""

    email: str
    name: str
    role: Role


class People(NamedTuple):
    """The people of the demo data who are there before its salons."""

    admin: User
    provider: User
    customer: User


@dataclass(frozen=True, slots=True)
class _FixedClock:
    """A clock that stands still at an instant in the past."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def executor_at(container: Container, instant: datetime) -> Executor[Repositories]:
    """An executor whose clock stands still at that instant."""
    return Executor[Repositories](
        begin=container.database().begin,
        clock=_FixedClock(instant),
        entropy=container.entropy(),
        ports=(container.gateways().chargeable, container.settings().deadlines),
    )


async def registered(container: Container, account: DemoAccount, password_hash: str | None = None) -> User:
    """Return the user of an account; register the user if there is none yet."""
    there: User | None = await container.reads().users.by_login(account.email)
    if there is not None:
        return there
    command = Register(
        email=account.email,
        phone=None,
        name=account.name,
        role=account.role,
        password_hash=password_hash or await container.password_hasher().hash(PASSWORD),
        by_platform=True,
        verified=ContactChannel.EMAIL,
    )
    user: User = await container.executor().run(register, command, actor=SYSTEM)
    return user
