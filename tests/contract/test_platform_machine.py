"""The state machine of the whole platform on PostgreSQL: no double booking, no lost money."""

from contextlib import AbstractAsyncContextManager

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.contract.backends import on_postgres
from tests.databases import TestServer
from tests.unit.effort import examples

from booking_domain.testing.backend import Backend
from booking_domain.testing.contracts.whole_platform import PlatformMachine


def test_every_sequence_of_actions_keeps_the_invariants(postgres: TestServer) -> None:
    class OnPostgres(PlatformMachine):
        def open_backend(self) -> AbstractAsyncContextManager[Backend]:
            return on_postgres(postgres, pool_size=5)

    effort = settings(examples(10), stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(OnPostgres, settings=effort)
