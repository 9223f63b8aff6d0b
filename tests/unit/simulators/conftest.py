from collections.abc import Iterator

import pytest
from tests.unit.simulators.callback_receiver import CallbackReceiver


@pytest.fixture
def receiver() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver
