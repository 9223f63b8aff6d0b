"""A public generator makes a working client from the unmodified OpenAPI document of the running product."""

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType
from tests.acceptance.people import PASSWORD, customer, open_studio
from tests.acceptance.product import Product

PACKAGE: Final = "generated_booking_client"


class Generated:
    """The modules of the generated client."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.models = self.module("models")

    def module(self, name: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def ask(self, operation: str, *path: Any, token: str | None = None, **request: Any) -> Any:
        """Call `api.<operation>`; the result has the client's own types."""
        package = importlib.import_module(PACKAGE)
        more = {"base_url": self.url, "httpx_args": {"trust_env": False}}
        client = package.Client(**more) if token is None else package.AuthenticatedClient(token=token, **more)
        with client:
            return self.module(f"api.{operation}").sync(*path, client=client, **request)


@pytest.fixture(scope="module")
def document(product: Product) -> bytes:
    return httpx.get(f"{product.url}/schema", trust_env=False).content


@pytest.fixture(scope="module")
def client(product: Product, document: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("client")
    assert generated(document, folder) == []
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(folder))
        yield Generated(product.url)
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def generated(document: bytes, folder: Path) -> list[str]:
    """Generate the client; return what the generator could not translate."""
    source = folder / "openapi.json"
    source.write_bytes(document)
    nothing_more = ConfigFile(post_hooks=[])
    config = Config.from_sources(
        nothing_more, MetaType.NONE, source, "utf-8", overwrite=False, output_path=folder / PACKAGE
    )
    return [f"{error.header}: {error.detail}" for error in generate(config=config)]


def test_a_client_signs_in_books_and_lists_its_bookings(product: Product, client: Generated) -> None:
    studio, person, models = open_studio(product), customer(product), client.models
    signed_in = client.ask("auth.log_in", body=models.LoginBody(email=person.email, password=PASSWORD))
    assert isinstance(signed_in, models.SignedIn)
    assert signed_in.user.id == UUID(person.id)
    token = signed_in.access_token

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    window: dict[str, Any] = {"from_": tomorrow, "to": tomorrow + timedelta(days=2)}
    offered = client.ask("providers.list_slots", UUID(studio.id), **window)
    assert isinstance(offered, models.Slots)
    body = models.PlaceBookingBody(provider_id=UUID(studio.id), slot=offered.slots[0].start)
    booked = client.ask("bookings.place_booking", token=token, body=body, idempotency_key="the-first")
    assert isinstance(booked, models.Booking)
    assert (booked.start, booked.provider_id) == (offered.slots[0].start, UUID(studio.id))

    page = client.ask("bookings.list_bookings", token=token, status=[models.BookingStatus(booked.status)], limit=10)
    assert isinstance(page, models.Appointments)
    [listed] = page.items
    assert (listed.id, listed.start, listed.provider.id) == (booked.id, booked.start, UUID(studio.id))
    assert models.AvailableAction.CANCEL in listed.actions
    assert page.next_cursor is None


def test_a_client_reads_problems(product: Product, client: Generated) -> None:
    models = client.models
    refused = client.ask("bookings.list_bookings", token="not-a-token")
    assert isinstance(refused, models.Problem)
    assert (refused.status, refused.code) == (401, "auth.invalid_token")
    twin = client.ask("bookings.get_booking", UUID(int=0), token=customer(product).token)
    assert isinstance(twin, models.Problem)
    assert (twin.status, twin.code) == (404, "booking.not_found")


def test_a_document_that_the_generator_cannot_translate_is_reported(document: bytes, tmp_path: Path) -> None:
    constant = b'{"type":"boolean","const":true}'
    assert constant in document
    assert generated(document.replace(constant, b'{"enum":[true]}'), tmp_path) != []
