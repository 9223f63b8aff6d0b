"""Strangers try to lock the owner of an account out: the owner's clients, codes and guesses are reserved for them."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.entrypoints.http.test_one_time_codes import DORJ, MINUTE, last_code, messages, other
from tests.unit.entrypoints.http.two_factors import Member, protected
from tests.unit.passkey_device import SoftwareDevice

from booking_domain.identity.known_clients import KNOWN_FOR, MOST_CLIENTS, network_digest
from booking_domain.identity.one_time_codes import MOST_GUESSES
from booking_domain.identity.passwords import MOST_WRONG, MOST_WRONG_OF_STRANGERS
from booking_domain.testing.identity.memory.tables import KNOWN_CLIENTS
from entrypoints.settings.quotas import QUOTAS

EMAIL: Final = {"email": DORJ["email"]}
NOBODYS: Final = {"email": "nobody@example.com"}
HOME, ELSEWHERE, STRANGER = "198.51.100.7", "192.0.2.77", "203.0.113.9"
DAY: Final = timedelta(days=1)
LOCKED: Final = (403, "auth.account_locked")
WRONG: Final = (401, "auth.invalid_credentials")
PAGE: Final = "https://app.example.com"
pytestmark = pytest.mark.settings(
    BOOKING_TRUSTED_PROXIES="127.0.0.0/8", BOOKING_PASSKEY_DOMAIN="example.com", BOOKING_CORS_ORIGINS=PAGE
)


@dataclass
class Device:
    """A client at an address, which may have the token of a known client."""

    api: Api
    address: str
    token: str = ""

    async def post(self, path: str, access: str | None = None, **body: Any) -> httpx.Response:
        headers = {"X-Forwarded-For": self.address, **({"X-Client-Token": self.token} if self.token else {})}
        return await self.api.post(path, access, json=body, headers=headers)

    async def log_in(self, password: str = PASSWORD, **more: Any) -> httpx.Response:
        return await self.post("/auth/login", **{**EMAIL, "password": password, **more})

    async def ask(self, purpose: str = "login", **who: str) -> httpx.Response:
        return await self.post("/auth/send-otp", **{**EMAIL, **who}, purpose=purpose)

    async def use(self, code: str, purpose: str = "login") -> httpx.Response:
        return await self.post("/auth/verify-otp", **EMAIL, purpose=purpose, code=code)

    def at(self, address: str) -> "Device":
        return Device(self.api, address, self.token)


def kind(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, None if answer.is_success else answer.json()["code"]


async def owner(api: Api) -> Device:
    """The device of an account that has verified its contacts, at home."""
    device = Device(api, HOME)
    made = await device.post("/auth/register", **DORJ)
    assert made.status_code == 201, made.text
    await api.verify_contacts()
    return Device(api, HOME, made.json()["clientToken"])


async def attack(api: Api, *addresses: str, **who: str) -> list[tuple[int, str | None]]:
    """The wrong passwords that each of these addresses can send, and the codes that it can request."""
    answers = []
    for address in addresses:
        stranger = Device(api, address)
        answers += [await stranger.log_in("battery-staple", **who) for _ in range(MOST_WRONG)]
        for number in range(10):
            api.clock.advance(MINUTE)
            answers.append(await stranger.ask(("login", "unlock", "reset", "verify")[number % 4], **who))
    return [kind(answer) for answer in answers]


async def test_thirteen_requests_of_a_stranger_lock_out_only_the_stranger(api: Api) -> None:
    device = await owner(api)
    for _ in range(3):
        answers = await attack(api, STRANGER)
        assert answers[: MOST_WRONG + 1] == [WRONG] * MOST_WRONG + [(202, None)]
        assert kind(await Device(api, STRANGER).log_in()) == LOCKED
        assert (await device.at(ELSEWHERE).log_in()).status_code == 200, "a known client, wherever it is"
        assert (await Device(api, HOME).log_in()).status_code == 200, "without its token, where it signed in last"
        api.clock.advance(DAY)


async def test_after_thirteen_requests_an_unknown_client_elsewhere_still_gets_a_code_and_is_known_then(
    api: Api,
) -> None:
    await owner(api)
    await attack(api, STRANGER)
    new = Device(api, ELSEWHERE)
    assert (await new.ask()).status_code == 202
    signed_in = await new.use(await last_code(api))
    assert signed_in.status_code == 200, signed_in.text
    new.token = signed_in.json()["clientToken"]
    await attack(api, *(f"203.0.113.{number}" for number in range(20, 30)))
    assert (await new.at("192.0.2.78").log_in()).status_code == 200


async def test_many_addresses_have_ten_wrong_passwords_a_day_together_and_known_clients_pass(api: Api) -> None:
    device = await owner(api)
    for _ in range(3):
        tried = []
        for number in range(30):
            stranger = Device(api, f"203.0.113.{number}")
            tried += [kind(await stranger.log_in(f"battery-staple {attempt}")) for attempt in range(3)]
            api.clock.advance(MINUTE)  # below the quotas of a minute
        assert tried == [WRONG] * MOST_WRONG_OF_STRANGERS + [LOCKED] * (90 - MOST_WRONG_OF_STRANGERS)
        assert kind(await Device(api, "192.0.2.9").log_in()) == LOCKED, "the right password of a stranger tells nothing"
        assert (await device.at(ELSEWHERE).log_in()).status_code == 200
        api.clock.advance(DAY)


async def test_strangers_that_use_up_the_quotas_of_the_login_do_not_stop_a_known_client(api: Api) -> None:
    device = await owner(api)
    quota = QUOTAS["login-anywhere"].quota
    for number in range(quota):
        await Device(api, f"203.0.113.{number}").log_in("battery-staple")
    assert kind(await Device(api, ELSEWHERE).log_in()) == (429, "auth.too_many_attempts")
    assert (await Device(api, HOME).log_in()).status_code == 200
    assert (await device.at(ELSEWHERE).log_in()).status_code == 200


async def test_guesses_at_the_same_address_do_not_stop_a_known_client(api: Api) -> None:
    device = await owner(api)
    for number in range(QUOTAS["guesses"].quota):
        await Device(api, HOME).log_in("battery-staple", email=f"someone{number}@example.com")
    assert kind(await Device(api, HOME).log_in()) == (429, "auth.too_many_attempts")
    assert (await device.log_in()).status_code == 200


async def test_codes_are_reserved_for_known_clients_and_familiar_networks(api: Api) -> None:
    device = await owner(api)
    answers = await attack(api, STRANGER, "203.0.113.10", "203.0.113.11", "203.0.113.12")
    assert answers.count((202, None)) == 10
    assert kind(await Device(api, ELSEWHERE).ask()) == (429, "auth.too_many_codes")
    for known in (Device(api, HOME), device.at(ELSEWHERE)):
        assert (await known.ask()).status_code == 202
        assert (await known.use(await last_code(api))).status_code == 200
        api.clock.advance(MINUTE)


async def test_one_address_leaves_codes_for_other_strangers(api: Api) -> None:
    await owner(api)
    answers = await attack(api, STRANGER)
    assert answers.count((202, None)) == QUOTAS["codes"].quota
    assert (429, "auth.too_many_codes") in answers
    assert (await Device(api, ELSEWHERE).ask()).status_code == 202


async def test_strangers_neither_guess_at_nor_replace_a_code_of_the_reserve(api: Api) -> None:
    device, stranger = await owner(api), Device(api, STRANGER)
    assert (await device.ask()).status_code == 202
    code = await last_code(api)
    assert (await stranger.ask()).status_code == 202  # no wait after the other, and it replaces nothing
    theirs = await last_code(api)
    for number in range(MOST_GUESSES):
        assert (await stranger.use(other(theirs, number + 1))).status_code == 401
    assert (await stranger.use(code)).status_code == 401
    assert (await stranger.use(theirs)).status_code == 401
    assert (await device.use(code)).status_code == 200


async def test_a_known_client_uses_a_code_that_another_client_requested(api: Api) -> None:
    device, new = await owner(api), Device(api, ELSEWHERE)
    assert (await new.ask()).status_code == 202
    assert (await device.use(await last_code(api))).status_code == 200


async def test_a_known_client_has_three_wrong_passwords_and_locks_itself_out_only(api: Api) -> None:
    device = await owner(api)
    for _ in range(MOST_WRONG):
        assert kind(await device.log_in("battery-staple")) == WRONG
    assert kind(await device.log_in()) == LOCKED
    assert (await Device(api, HOME).log_in()).status_code == 200
    assert (await device.ask("unlock")).status_code == 202
    assert (await device.use(await last_code(api), "unlock")).status_code == 204
    assert (await device.log_in()).status_code == 200


async def test_the_right_password_with_the_second_factor_passes_while_strangers_are_locked_out(api: Api) -> None:
    dorj = await protected(api)
    for number in range(4):
        for _ in range(MOST_WRONG):
            await Device(api, f"203.0.113.{number}").log_in("battery-staple")
    new = Device(api, ELSEWHERE)
    assert kind(await new.log_in()) == LOCKED
    for password, code in ((PASSWORD, dorj.wrong()), ("battery-staple", dorj.code()), ("battery-staple", dorj.wrong())):
        assert kind(await new.log_in(password, secondFactor=code)) == LOCKED, "no answer tells which one was wrong"
    assert (await new.log_in(secondFactor=dorj.code())).status_code == 200
    assert (await Device(api, "192.0.2.79").log_in(secondFactor=dorj.recovery_codes[0])).status_code == 200


async def test_a_passkey_signs_in_while_strangers_are_locked_out(api: Api) -> None:
    device = await owner(api)
    dorj = Member(api, EMAIL["email"], (await device.log_in()).json())
    passkey = SoftwareDevice(PAGE, "example.com")
    options = (await api.post("/auth/passkeys/options", dorj.token, json={"currentPassword": PASSWORD})).json()
    body = {"response": passkey.create(options["options"]), "name": "phone"}
    assert (await api.post("/auth/passkeys", dorj.token, json=body)).status_code == 201
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    new = Device(api, ELSEWHERE)
    assert kind(await new.log_in()) == LOCKED
    asked = (await new.post("/auth/passkey/options")).json()["options"]
    assert (await new.post("/auth/passkey", response=passkey.get(asked))).status_code == 200


async def test_strangers_do_not_lock_a_signed_in_user_out_of_changes(api: Api) -> None:
    device = await owner(api)
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    token = (await device.log_in()).json()["accessToken"]
    body = {"currentPassword": PASSWORD, "newPassword": "seven red kites"}
    assert (await device.post("/auth/change-password", token, **body)).status_code == 204


async def test_answers_tell_a_stranger_neither_of_an_account_nor_of_a_known_client(api: Api) -> None:
    device = await owner(api)
    addresses = [f"203.0.113.{number}" for number in range(5)]
    with_one, without = await attack(api, *addresses), await attack(api, *addresses, **NOBODYS)
    assert with_one == without
    assert (await device.log_in()).status_code == 200
    for token in ("", "x", "A" * 43, device.token + "A"):
        guess = Device(api, ELSEWHERE, token)
        assert kind(await guess.log_in()) == kind(await guess.log_in(**NOBODYS)) == LOCKED
        assert kind(await guess.ask()) == kind(await guess.ask(**NOBODYS)) == (429, "auth.too_many_codes")


async def test_the_token_of_one_account_is_nothing_at_another(api: Api) -> None:
    device = await owner(api)
    body = {**DORJ, "email": "saraa@example.com", "phone": None}
    other_account = await Device(api, "192.0.2.1").post("/auth/register", **body)
    strange = Device(api, ELSEWHERE, other_account.json()["clientToken"])
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    assert kind(await strange.log_in()) == LOCKED
    assert (await device.log_in()).status_code == 200


async def test_the_address_of_a_known_client_cannot_be_found_without_the_secret_of_the_platform(api: Api) -> None:
    await owner(api)
    [stored] = api.database.rows(KNOWN_CLIENTS).values()
    assert stored.network_digest
    key = api.container.familiar_network_key()
    tried = {
        shown: network_digest(stored.user_id, shown)
        for shown in (HOME, hmac.digest(key, HOME.encode(), "sha256").hex())
    }
    assert [digest == stored.network_digest for digest in tried.values()] == [False, True]


async def test_a_sign_in_keeps_the_token_of_a_known_client_and_forgets_the_least_used_one(api: Api) -> None:
    device = await owner(api)
    assert (await device.log_in()).json()["clientToken"] == device.token
    refreshed = await api.post("/auth/refresh", json={"refreshToken": (await device.log_in()).json()["refreshToken"]})
    assert refreshed.json().get("clientToken") is None
    latest = device.token
    for _ in range(MOST_CLIENTS):
        api.clock.advance(MINUTE)
        latest = (await Device(api, ELSEWHERE).log_in()).json()["clientToken"]
        assert latest != device.token
    assert len(api.database.rows(KNOWN_CLIENTS)) == MOST_CLIENTS
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    assert kind(await device.at("192.0.2.79").log_in()) == LOCKED
    api.clock.advance(KNOWN_FOR)
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    assert kind(await Device(api, ELSEWHERE, latest).log_in()) == LOCKED


@pytest.mark.parametrize("path", ["/auth/sessions/revoke-all", "/auth/change-password"])
async def test_ending_the_other_sessions_forgets_the_other_clients_and_keeps_the_own(api: Api, path: str) -> None:
    device = await owner(api)
    lost = (await Device(api, ELSEWHERE).log_in()).json()["clientToken"]
    token = (await device.log_in()).json()["accessToken"]
    new = "seven red kites"
    if path == "/auth/change-password":
        assert (await device.post(path, token, currentPassword=PASSWORD, newPassword=new)).status_code == 204
    else:
        new = PASSWORD
        assert (await api.call("DELETE", "/auth/sessions", token)).status_code == 204
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    assert kind(await Device(api, ELSEWHERE, lost).log_in(new)) == LOCKED
    assert (await device.at(ELSEWHERE).log_in(new)).status_code == 200


async def test_a_reset_forgets_all_clients_and_a_code_makes_one_known_again(api: Api) -> None:
    device = await owner(api)
    assert (await device.post("/auth/forgot-password", **EMAIL)).status_code == 202
    reset = {**EMAIL, "code": await last_code(api), "newPassword": "seven red kites"}
    assert (await device.post("/auth/reset-password", **reset)).status_code == 204
    assert len(api.database.rows(KNOWN_CLIENTS)) == 0
    api.clock.advance(MINUTE)
    assert (await device.ask()).status_code == 202
    signed_in = await device.use(await last_code(api))
    device.token = signed_in.json()["clientToken"]
    await attack(api, *(f"203.0.113.{number}" for number in range(5)))
    assert (await device.at(ELSEWHERE).log_in("seven red kites")).status_code == 200


async def test_a_contact_that_is_not_verified_has_no_reserve(api: Api) -> None:
    """Otherwise an attacker would register with the contact of another person, and have more codes sent there."""
    made = await Device(api, STRANGER).post("/auth/register", **DORJ)
    stranger = Device(api, STRANGER, made.json()["clientToken"])
    sent = []
    for _ in range(20):
        api.clock.advance(MINUTE)
        sent.append((await stranger.ask("verify")).status_code)
    assert sent.count(202) == QUOTAS["codes"].quota
    assert len(await messages(api)) == QUOTAS["codes"].quota
