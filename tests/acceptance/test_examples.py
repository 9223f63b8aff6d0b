"""The programs in `examples` do what they say."""

from pathlib import Path

import pytest
from examples.sqlite_store import SqliteStore
from tests.programs import CHECKOUT

from booking_domain.core import Store
from booking_domain.testing.core.contracts import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return SqliteStore(tmp_path / "diary.sqlite")


def test_a_store_is_short() -> None:
    assert len((CHECKOUT / "examples" / "sqlite_store.py").read_text(encoding="utf-8").splitlines()) < 150
