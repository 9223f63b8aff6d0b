"""Runs single use cases on the in-memory ports, with a manual clock, a provider and a customer."""

from typing import Final, TypeVar

from booking_domain.identity.model import User
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.clock import ManualClock
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.memory.database import MemoryDatabase, MemoryRepositories

Command = TypeVar("Command")
Result = TypeVar("Result")


class Stage:
    """Everything that a use case needs, and short ways to run one."""

    def __init__(self, cast: Cast, database: MemoryDatabase, make: Builder, *ports: object) -> None:
        self.make: Final = make
        self.cast: Final = cast
        self.database: Final = database
        self.clock: Final = ManualClock(NOW)
        self.security: Final = memory_security_ports()
        self._executor = Executor[MemoryRepositories](
            begin=database.begin, clock=self.clock, entropy=make.entropy, ports=(self.security, *ports)
        )

    async def by(
        self, actor: Actor, use_case: UseCase[Command, MemoryRepositories, Result], command: Command
    ) -> Result:
        """Run a use case for the actor."""
        return await self._executor.run(use_case, command, actor=actor)

    async def by_customer(self, use_case: UseCase[Command, MemoryRepositories, Result], command: Command) -> Result:
        """Run a use case for the customer."""
        return await self.by(self.cast.customer.actor, use_case, command)

    async def by_provider(self, use_case: UseCase[Command, MemoryRepositories, Result], command: Command) -> Result:
        """Run a use case for the provider."""
        return await self.by(self.cast.owner.actor, use_case, command)

    async def by_platform(self, use_case: UseCase[Command, MemoryRepositories, Result], command: Command) -> Result:
        """Run a use case for the platform itself."""
        return await self.by(SYSTEM, use_case, command)

    async def joined_by(self, user: User) -> User:
        """Another account."""
        async with self.database.begin() as tx:
            await tx.users.add(user)
        return user
