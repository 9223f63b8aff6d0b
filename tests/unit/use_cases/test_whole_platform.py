"""A state machine of the whole platform: no double booking and no lost money, in any order of steps."""

from contextlib import AbstractAsyncContextManager, nullcontext

from hypothesis import settings
from tests.unit.effort import examples

from booking_domain.testing.backend import Backend
from booking_domain.testing.contracts.whole_platform import PlatformMachine
from booking_domain.testing.memory import MemoryDatabase


class MemoryPlatformMachine(PlatformMachine):
    def open_backend(self) -> AbstractAsyncContextManager[Backend]:
        return nullcontext(MemoryDatabase())


TestPlatform = MemoryPlatformMachine.TestCase
TestPlatform.settings = settings(examples(100, nightly=4_000), stateful_step_count=40)
