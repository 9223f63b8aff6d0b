"""The test kit of `booking_domain.files`: memory tables, repositories and storage, contracts of the ports."""

from typing import Final

from booking_domain.testing.files.memory import TABLES
from booking_domain.testing.kit.tables import MemoryContext

CONTEXT: Final = MemoryContext(package=__name__, tables=TABLES)
