"""No log of the product contains secrets, personal data or forged lines, even at the level `debug`."""

import json
import re
import secrets
import socket
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psycopg
import pytest
from tests.acceptance.canaries import leaks
from tests.acceptance.people import Person, callback_url, check_out, done, open_studio, wait_for_status
from tests.acceptance.product import Api, Product, eventually
from tests.gates import PATIENCE_SECONDS

from entrypoints.settings.environment import DEVELOPMENT_SECRET

FORGED: Final = '{"event": "all is well", "level": "info"}'
WRONG_PASSWORDS: Final = 4
SEARCHED: Final = ("*.log", "*.log.*")
TWICE: Final = """
    INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid()))).*
    FROM users u WHERE email = %s
"""


class Canaries:
    """A user whose every input is a canary, and the secrets that the product gave them."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(6)
        self.said: dict[str, str] = {}
        self.given: dict[str, str] = {}
        self.phone = self.says("phone", f"+97699{secrets.randbelow(10**6):06}")
        self.email = self.says("email", f"canary-{self._mark}@example.com")
        self.name = self.says("name", f"Canary {self._mark}")
        self.password = self.says("password", f"correct horse {secrets.token_hex(6)}")

    def says(self, name: str, text: str | None = None) -> str:
        self.said[name] = text or f"{name.replace(' ', '-')}-{self._mark}"
        return self.said[name]

    def gets(self, name: str, text: str) -> str:
        assert text
        self.given[name] = text
        return text

    @property
    def all(self) -> dict[str, str]:
        return {**self.said, **self.given}


def story(product: Product, canaries: Canaries) -> None:
    """Everything that users do with secrets."""
    http = product.http
    login = {"email": canaries.email, "password": canaries.password}
    headers = {
        "User-Agent": canaries.says("user agent"),
        "X-Telegram-Bot-Api-Secret-Token": canaries.says("telegram secret"),
        "Cookie": f"session={canaries.says('cookie')}",
    }
    account = {**login, "phone": canaries.phone, "name": canaries.name, "role": "customer"}
    registered = done(http.post("/auth/register", json=account, headers=headers))
    assert http.post("/auth/register", json=account).status_code == 409
    signed_in = done(http.post("/auth/login", json=login, headers=headers))
    person = Person(product, signed_in["user"]["id"], signed_in["accessToken"])
    for number, tokens in enumerate((registered, signed_in)):
        canaries.gets(f"access token {number}", tokens["accessToken"])
        canaries.gets(f"refresh token {number}", tokens["refreshToken"])
    refreshed = done(http.post("/auth/refresh", json={"refreshToken": signed_in["refreshToken"]}))
    canaries.gets("access token 2", refreshed["accessToken"])
    canaries.gets("refresh token 2", refreshed["refreshToken"])
    for authorization in ("Bearer " + canaries.says("wrong token"), "Basic " + canaries.says("basic credentials")):
        assert http.get("/auth/me", headers={"Authorization": authorization}).status_code == 401
    codes(product, canaries, person)
    paying(product, canaries, person)
    link = canaries.gets("calendar address", person.post("/users/me/calendar-link")["url"])
    canaries.gets("calendar secret", parse_qs(urlsplit(link).query)["token"][0])
    assert httpx.get(link, trust_env=False, timeout=PATIENCE_SECONDS).status_code == 200
    for path in ("/users/me/calendar.ics", f"/webhooks/qpay/{person.id}"):
        assert http.get(path, params={"token": canaries.says(f"wrong token of {path}")}).status_code in {403, 404}
    assert http.get("/providers", params={"token": canaries.says("unknown parameter")}).status_code == 400
    broken = {**account, "colour": canaries.says("unknown member"), "password": [canaries.says("password in a list")]}
    assert http.post("/auth/register", json=broken).status_code == 400
    twilio = {"X-Twilio-Signature": canaries.says("signature")}
    assert http.post("/webhooks/sms/twilio", data={"Body": "x"}, headers=twilio).status_code == 403
    for _ in range(WRONG_PASSWORDS):
        assert not http.post("/auth/login", json={**login, "password": canaries.says("wrong password")}).is_success


def codes(product: Product, canaries: Canaries, person: Person) -> None:
    """Verify both contacts in the session of the account, which keeps it; then sign in by a code."""
    phone, email = {"phone": canaries.phone}, {"email": canaries.email}
    for contact, purpose in ((phone, "verify"), (email, "verify"), (email, "login")):
        before = set(product.messages.glob("*.json"))

        def code_sent(before: set[Path] = before) -> str:
            texts = (
                json.loads(path.read_text(encoding="utf-8"))["text"]
                for path in product.messages.glob("*.json")
                if path not in before
            )
            found = [each[0] for each in map(re.compile(r"\b\d{6}\b").search, texts) if each is not None]
            return found[0] if found else ""

        done(product.http.post("/auth/send-otp", json={**contact, "purpose": purpose}))
        named = f"{purpose} of {next(iter(contact))}"
        code = canaries.gets(f"code by {named}", eventually(code_sent, what="a code"))
        wrong = canaries.says(f"wrong code by {named}", f"{(int(code) + 1) % 10**6:06}")
        guess = {**contact, "purpose": purpose}
        assert person.ask("POST", "/auth/verify-otp", json={**guess, "code": wrong}).status_code == 401
        assert person.ask("POST", "/auth/verify-otp", json={**guess, "code": code}).is_success


def paying(product: Product, canaries: Canaries, person: Person) -> None:
    studio = open_studio(product)
    key = {"Idempotency-Key": canaries.says("idempotency key")}
    wish = {"providerId": studio.id, "slot": studio.slots()[0], "notes": canaries.says("notes")}
    booking = done(person.ask("POST", "/bookings", json=wish, headers=key))
    payment = person.start_to_pay(booking["id"])
    callback = callback_url(product, payment)
    canaries.gets("callback token", parse_qs(urlsplit(callback).query)["token"][0])
    check_out(payment, "paid")
    wait_for_status(person, booking["id"], "confirmed")
    person.ask("POST", f"/bookings/{booking['id']}/cancel", json={"reason": canaries.says("reason")})


def logs(product: Product) -> list[Path]:
    """Every file that the product has written, except its data and its messages."""
    found = [path for name in SEARCHED for path in product.folder.rglob(name)]
    assert {"data-1.log", "server.log"} <= {path.name for path in found}
    return found


def test_no_canary_is_in_a_log(product: Product) -> None:
    canaries = Canaries()
    story(product, canaries)
    canaries.says("secret key", DEVELOPMENT_SECRET)
    password = urlsplit(product.database_url).password
    assert password is not None
    log = (product.folder / "data-1.log").read_text()
    canaries.says("database's password", password)
    found = [leak for leak in leaks(logs(product), canaries.all) if "postgresql://" not in leak]
    assert found == []  # except the banner, which tells a developer how to reach the database
    assert log.count(password) == 1
    assert {"login.failed", "login.locked", "code.wrong", "token.refused", "callback.forged"} <= events(log)
    assert len(canaries.all) > 30

    # Control: with verbose errors PostgreSQL logs the address, and the search finds it.
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        connection.execute("SET log_error_verbosity = verbose")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(TWICE, [canaries.email])
    assert leaks(logs(product), {"email": canaries.email})


def events(said: str) -> set[str]:
    return {str(json.loads(line)["event"]) for line in said.splitlines() if line.startswith("{")}


def test_no_line_of_a_log_is_forged(product: Product, tmp_path: Path) -> None:
    """Line breaks are sent in every place that may end up in a log."""
    with Api(tmp_path, product.database_url, BOOKING_LOG_LEVEL="debug", BOOKING_LOG_FORMAT="json") as api:
        for broken in (f"\r\n{FORGED}\r\n", f"\n{FORGED}\n", f"\u2028{FORGED}\u0085{FORGED}"):
            for path in (f"/{quote(broken)}", f"/bookings/{quote(broken)}", f"/webhooks/qpay/{quote(broken)}?token=x"):
                assert api.http.get(path).status_code < 500
            account = {"email": f"a{broken}@example.com", "password": broken, "name": broken, "role": "customer"}
            assert 400 <= api.http.post("/auth/register", json=account).status_code < 500
            assert api.http.post("/auth/login", json={"email": broken, "password": "x"}).status_code < 500
        forwarded = f"User-Agent: x\x85{FORGED}\r\nX-Forwarded-For: \t{FORGED}"
        raw = f"GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\n{forwarded}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as line:
            line.sendall(raw.encode("latin-1"))
            assert line.recv(65_536).startswith(b"HTTP/1.1 401 ")
        said = eventually(api.log.read_text, what="a log")
    lines = said.splitlines()
    assert "token.refused" in events(said)
    assert [line for line in lines if "level" not in json.loads(line) or line.startswith(FORGED)] == []


def test_a_leak_is_found_in_every_encoding(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for planted in ("x +97688112233 y", "GET /?phone=%2B97688112233", '{"phone": "+97688112233"}'):
        log.write_text(f"fine\n{planted}\n")
        assert leaks([log], {"phone": "+97688112233"}) == [f"phone in a.log:2: {planted}"]
    for planted, found in (("code 482913.", 1), ('"482913"', 1), ("12:00:00.482913Z", 0), ("4829130", 0)):
        log.write_text(planted)
        assert len(leaks([log], {"code": "482913"})) == found
