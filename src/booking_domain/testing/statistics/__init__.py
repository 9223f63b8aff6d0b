"""The test kit of `booking_domain.statistics`: memory tables and repositories, contracts of the ports."""

from typing import Final

from booking_domain.testing.kit.tables import MemoryContext
from booking_domain.testing.statistics.memory import TABLES

CONTEXT: Final = MemoryContext(package=__name__, tables=TABLES)
