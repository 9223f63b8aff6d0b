from tests.unit.simulators.stripe.fixtures import simulator

__all__ = ["simulator"]
