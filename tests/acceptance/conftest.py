"""Servers that the acceptance tests of one worker share.

Starting the whole product costs several seconds of processor time. A test uses `product` unless it changes settings or
kills processes, and creates its own accounts and providers in it. All files that use `product` run on the same xdist
worker (`tests/distribution.py`), so it starts once.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.acceptance.product import Api, Product, Worker
from tests.citus import PROGRAMS
from tests.databases import TestServer
from tests.unit.effort import NIGHTLY

PAYMENT_WINDOW_SECONDS = 3


@pytest.fixture(scope="package")
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Path | None
) -> Iterator[Product]:
    """The whole product with default settings, but for its log, private addresses, and documents to accept.

    It brings its own PostgreSQL, except on Citus. It is a fork, and in `make nightly` a new interpreter, which takes 15
    seconds more of processor time.
    """
    given = request.getfixturevalue("postgres").database() if PROGRAMS else nullcontext()
    settings = {
        "BOOKING_LOG_LEVEL": "debug",
        "BOOKING_LOG_FORMAT": "json",
        "BOOKING_FEEDS_ALLOW_PRIVATE": "on",
        "BOOKING_TERMS_VERSION": "2026-11",
        "BOOKING_PRIVACY_VERSION": "2026-11",
    }
    with given as url:
        if url is not None:
            settings["DATABASE_URL"] = url
        folder = tmp_path_factory.mktemp("product")
        with Product(folder, interpreter=NIGHTLY, migrated=migrated, **settings) as running:
            yield running
            assert running.stop() == 0
            assert running.processes() == {}


@pytest.fixture(scope="package")
def impatient(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """API and worker with default settings except a payment window of PAYMENT_WINDOW_SECONDS."""
    folder = tmp_path_factory.mktemp("impatient")
    settings = {"BOOKING_PAYMENT_WINDOW_SECONDS": str(PAYMENT_WINDOW_SECONDS)}
    with postgres.database() as url, Worker(folder, url, **settings), Api(folder, url, **settings) as running:
        yield running
