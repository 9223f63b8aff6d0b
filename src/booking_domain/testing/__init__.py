"""The public test harness: every port in memory, contracts that adapters should pass, and builders of valid values.

`booking_domain.testing.memory` and `booking_domain.testing.builders` need the standard library only; the contracts need
pytest (the extra `testing`).
"""
