"""The test kit of the ports in `booking_domain.use_cases`, which span several contexts."""

from typing import Final

from booking_domain.testing.kit.tables import Context

CONTEXT: Final = Context(package=__name__)
