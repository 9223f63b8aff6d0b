"""Public generators make working clients from the unmodified OpenAPI document of the running product."""

import importlib
import json
import os
import runpy
import shutil
import subprocess
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
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages
from tests.programs import CHECKOUT

PACKAGE: Final = "generated_booking_client"
TOOLS: Final = CHECKOUT / "tests" / "clients" / "openapi"


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
    return httpx.get(f"{product.url}/schema", trust_env=False, timeout=PATIENCE_SECONDS).content


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
    nothing_more = ConfigFile(post_hooks=[], content_type_overrides={"application/pdf": "application/octet-stream"})
    config = Config.from_sources(
        nothing_more, MetaType.NONE, source, "utf-8", overwrite=True, output_path=folder / PACKAGE
    )
    return [f"{error.header}: {error.detail}" for error in generate(config=config)]


@pytest.mark.nightly
def test_a_client_signs_in_books_and_lists_its_bookings(product: Product, client: Generated) -> None:
    studio, person, models = open_studio(product), customer(product), client.models
    signed_in = client.ask("auth.log_in", body=models.LoginBody(email=person.email, password=PASSWORD))
    assert isinstance(signed_in, models.SignedIn)
    assert signed_in.user.id == UUID(person.id)
    token = signed_in.access_token

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    window: dict[str, Any] = {"from_": tomorrow, "to": tomorrow + timedelta(days=2)}
    offered = client.ask("providers.list_slots", UUID(studio.id), **window)
    assert isinstance(offered, models.FreeSlots)
    body = models.PlaceBookingBody(provider_id=UUID(studio.id), slot=offered.slots[0].start)
    booked = client.ask("bookings.place_booking", token=token, body=body, idempotency_key="the-first")
    assert isinstance(booked, models.Booking)
    assert (booked.start, booked.provider_id) == (offered.slots[0].start, UUID(studio.id))

    page = client.ask("bookings.list_bookings", token=token, status=[models.BookingStatus(booked.status)], limit=10)
    assert isinstance(page, models.Appointments)
    [listed] = page.items
    assert (listed.id, listed.start, listed.provider.id) == (booked.id, booked.start, UUID(studio.id))
    assert models.AvailableAction.CANCEL in listed.actions
    assert not page.next_cursor  # absent: an object that is false


@pytest.mark.nightly
@pytest.mark.usefixtures("client")
def test_a_program_over_the_generated_package_holds_books_pays_moves_and_cancels(product: Product) -> None:
    program = runpy.run_path(str(TOOLS / "program.py"))
    day = datetime.now(UTC).date() + timedelta(days=2)
    done = program["story"](product.url, customer(product).email, PASSWORD, UUID(open_studio(product).id), day)
    assert done == "pending cancelled"


@pytest.mark.nightly
def test_that_program_and_the_package_pass_mypy(document: bytes, tmp_path: Path) -> None:
    assert generated(document, tmp_path) == []
    shutil.copy(TOOLS / "program.py", tmp_path)
    found = run(sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py", folder=tmp_path)
    assert "Success" in found


@pytest.mark.nightly
def test_a_program_over_the_client_of_hey_api_does_the_same(product: Product, document: bytes, tmp_path: Path) -> None:
    require_packages(TOOLS)
    (tmp_path / "openapi.json").write_bytes(document)
    shutil.copy(TOOLS / "program.ts", tmp_path)
    node("@hey-api/openapi-ts/bin/run.js", "-i", "openapi.json", "-o", "client", folder=tmp_path)
    options = ("--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--module", "commonjs")
    node("typescript/bin/tsc", *options, "--moduleResolution", "node10", "program.ts", folder=tmp_path)
    day = datetime.now(UTC).date() + timedelta(days=2)
    person = (customer(product).email, PASSWORD, open_studio(product).id)
    run("node", "program.js", product.url, *person, str(day), str(day + timedelta(days=1)), folder=tmp_path)


@pytest.mark.nightly
def test_linters_find_nothing_in_the_document(document: bytes, tmp_path: Path) -> None:
    """The configurations beside the packages say which rules are off, and why."""
    require_packages(TOOLS)
    source = tmp_path / "openapi.json"
    source.write_bytes(document)
    said = node("@redocly/cli/bin/cli.js", "lint", "--config", "redocly.yaml", "--format=json", str(source))
    assert json.loads(said)["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}
    spectral = ("@stoplight/spectral-cli/dist/index.js", "lint", "-r", ".spectral.yaml", "--fail-severity", "hint")
    node(*spectral, str(source))


def node(script: str, *arguments: str, folder: Path = TOOLS) -> str:
    """Run a script of the packages; return what it printed."""
    return run("node", str(TOOLS / "node_modules" / script), *arguments, folder=folder)


def run(program: str, *arguments: str, folder: Path) -> str:
    environ = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603
        [shutil.which(program) or program, *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.nightly
def test_a_client_reads_problems(product: Product, client: Generated) -> None:
    models = client.models
    refused = client.ask("bookings.list_bookings", token="not-a-token")
    assert isinstance(refused, models.Problem)
    assert (refused.status, refused.code) == (401, "auth.invalid_token")
    twin = client.ask("bookings.get_booking", UUID(int=0), token=customer(product).token)
    assert isinstance(twin, models.Problem)
    assert (twin.status, twin.code) == (404, "booking.not_found")


def test_a_document_that_the_generator_cannot_translate_is_reported(tmp_path: Path) -> None:
    for yes, translated in (({"type": "boolean", "const": True}, True), ({"enum": [True]}, False)):
        consent = {"type": "object", "properties": {"yes": yes}}
        document = {
            "openapi": "3.1.0",
            "info": {"title": "", "version": "1"},
            "paths": {},
            "components": {"schemas": {"Consent": consent}},
        }
        assert (generated(json.dumps(document).encode(), tmp_path) == []) is translated
