"""Each storage, in memory and on PostgreSQL, keeps the contract of every storage port."""

from booking_domain.testing.contracts import CONTRACTS
from booking_domain.testing.kit.storage import StorageContract

for _contract in dict.fromkeys(CONTRACTS.values()):  # in the same order in each worker
    if issubclass(_contract, StorageContract):
        _name = f"Test{_contract.__name__.removesuffix('Contract')}"
        globals()[_name] = type(_name, (_contract,), {"__module__": __name__})
