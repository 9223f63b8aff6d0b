"""The test kit of `booking_domain.announcements`: memory tables and repositories, contracts of the ports."""

from typing import Final

from booking_domain.testing.announcements.memory import TABLES
from booking_domain.testing.kit.tables import MemoryContext

CONTEXT: Final = MemoryContext(package=__name__, tables=TABLES)
