"""One contract a port: inherit its class in a test module, give it the fixture it asks for, and run pytest.

Each test is a sentence of the port's own docstring. `booking_domain.testing.memory` passes all of them.
"""

import pytest

# Before the modules are imported, so that a failing assertion says what it compared.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "booking_reads",
            "bookings",
            "calendar_book",
            "claims",
            "diaries",
            "idempotency",
            "notifier",
            "outbox",
            "passwords",
            "payment_gateway",
            "profiles",
            "provider_reads",
            "sessions",
            "sources",
            "tokens",
            "transactions",
            "units_of_work",
            "users",
            "whole_platform",
        )
    )
)
