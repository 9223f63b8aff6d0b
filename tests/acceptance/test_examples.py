"""The programs in `examples` do what they say."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from examples import django_app
from examples.fastapi_app import make_app
from examples.sqlite_store import SqliteStore
from httpx import ASGITransport, AsyncClient
from tests.programs import CHECKOUT

from booking_domain.core import BookingStore, Calendar, Diary, Hours, Store, WeeklyRule
from booking_domain.testing.core.contracts import BookingStoreContract, FixedClock, ReschedulesContract, StoreContract

ANNA: Final = Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")))


class TestSqliteStore(StoreContract, ReschedulesContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return SqliteStore(tmp_path / "diary.sqlite")


def test_a_store_is_short() -> None:
    assert len((CHECKOUT / "examples" / "sqlite_store.py").read_text(encoding="utf-8").splitlines()) < 150


class TestFastApi:
    @pytest.fixture
    async def shop(self, tmp_path: Path) -> AsyncIterator[AsyncClient]:
        diary = Diary({"anna": ANNA}, SqliteStore(tmp_path / "diary.sqlite"), clock=FixedClock())
        transport = ASGITransport(make_app(diary))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client

    async def test_a_slot_is_booked_once_and_cancelled(self, shop: AsyncClient) -> None:
        slots = "/calendars/anna/slots?day=2026-11-24"
        first = (await shop.get(slots)).json()[0]["start"]
        wanted = {"start": first, "customer": "Болд"}
        booked = await shop.post("/calendars/anna/bookings", json=wanted)
        assert (booked.status_code, booked.json()["status"], booked.json()["start"]) == (201, "confirmed", first)
        again = await shop.post("/calendars/anna/bookings", json=wanted)
        assert (again.status_code, again.json()["code"]) == (409, "booking.slot_taken")
        assert (await shop.get("/calendars/anna/why", params={"start": first})).json() == ["claimed"]
        booking = f"/bookings/{booked.json()['id']}"
        assert (await shop.get(booking)).json() == booked.json()
        assert (await shop.delete(booking)).json()["status"] == "cancelled"
        assert (await shop.get(slots)).json()[0]["start"] == first
        assert (await shop.delete(booking)).status_code == 409

    async def test_what_does_not_exist_or_is_not_offered_is_refused(self, shop: AsyncClient) -> None:
        assert (await shop.get("/calendars/nobody/slots?day=2026-11-24")).status_code == 404
        assert (await shop.delete(f"/bookings/{UUID(int=1)}")).json()["code"] == "booking.not_found"
        wanted = {"start": "2026-11-24T02:10:00Z", "customer": "Болд"}
        assert (await shop.post("/calendars/anna/bookings", json=wanted)).json()["code"] == "booking.slot_not_offered"
        assert (
            await shop.post("/calendars/anna/bookings", json=wanted | {"start": "2026-11-24T03:00"})
        ).status_code == 422


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[None]:
    """The tables of the Django example, in a file of the test."""
    connection.close()
    connection.settings_dict["NAME"] = tmp_path / "diary.sqlite"
    django_app.create_tables()
    yield
    connection.close()


@pytest.mark.usefixtures("tables")
class TestDjangoStore(BookingStoreContract):
    @pytest.fixture
    def store(self) -> BookingStore:
        return django_app.DjangoStore()


@pytest.mark.usefixtures("tables")
def test_the_views_of_the_django_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_app, "DIARY", Diary({"anna": ANNA}, django_app.DjangoStore(), clock=FixedClock()))
    shop = Client()
    day = "/calendars/anna/slots?day=2026-11-24"
    first = shop.get(day).json()["slots"][0]["start"]
    book = partial(shop.post, "/calendars/anna/bookings", content_type="application/json")
    booked = book({"start": first, "customer": "Болд"})
    assert (booked.status_code, booked.json()["status"], booked.json()["start"]) == (201, "confirmed", first)
    again = book({"start": first, "customer": "Болд"})
    assert (again.status_code, again.json()["code"]) == (409, "booking.slot_taken")
    assert shop.delete(f"/bookings/{booked.json()['id']}").json()["status"] == "cancelled"
    assert shop.get(day).json()["slots"][0]["start"] == first
    assert book({"start": first}).status_code == 400
    assert book({"start": "2026-11-24T02:00", "customer": "Болд"}).status_code == 422
    assert shop.get("/calendars/nobody/slots?day=2026-11-24").status_code == 404
    assert shop.delete(f"/bookings/{UUID(int=1)}").status_code == 404
