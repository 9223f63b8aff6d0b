"""The test kit of `booking_domain.plans`: memory tables and repositories, contracts of the ports."""

from typing import Final

from booking_domain.testing.kit.tables import MemoryContext
from booking_domain.testing.plans.memory import TABLES

CONTEXT: Final = MemoryContext(package=__name__, tables=TABLES)
