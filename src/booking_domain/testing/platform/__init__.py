"""The test kit of the ports in `booking_domain.use_cases`, which span several contexts."""

from typing import Final

from booking_domain.testing.kit.tables import MemoryContext

CONTEXT: Final = MemoryContext(package=__name__)
