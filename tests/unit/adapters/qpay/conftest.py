from tests.unit.simulators.qpay.fixtures import client, merchant, simulator

__all__ = ["client", "merchant", "simulator"]
