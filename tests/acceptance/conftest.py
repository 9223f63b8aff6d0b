"""One running product for the tests that can share it."""

from collections.abc import Iterator

import pytest
from tests.acceptance.product import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """With default settings, but that it logs all there is to log.

    Its tests are of the group `product`, so that one worker starts it, once.
    """
    with Product(tmp_path_factory.mktemp("product"), BOOKING_LOG_LEVEL="debug") as running:
        yield running
