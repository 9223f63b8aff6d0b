"""One contract per port: inherit the class in a test module, define the fixture that it needs, and run pytest.

    class TestClaims(ClaimsContract):
        @pytest.fixture
        def open_backend(self) -> OpenBackend: ...

`CONTRACTS` maps each port to its contract. The ports in memory (`booking_domain.testing.memory`) pass all of them.
Contracts of storage ports inherit `booking_domain.testing.kit.storage.StorageContract` and need the fixture
`open_backend`; the docstrings of the others name theirs.

`whole_platform.PlatformMachine` is a state machine over all storage ports together. `lockstep.LockstepMachine` runs it
on two storages at once and compares them.
"""

from importlib import import_module
from typing import Final

from booking_domain.testing.contexts import CONTEXTS
from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

CONTRACTS: Final[dict[type, type]] = {
    port: contract
    for context in CONTEXTS
    for port, contract in import_module(f"{context.package}.contracts").CONTRACTS.items()
}
"""The contract of each port."""
