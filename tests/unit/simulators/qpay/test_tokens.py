import time

import httpx
import pytest
from litestar.testing import TestClient
from tests.unit.simulators.qpay.merchant import Merchant

from simulators.qpay.app import create_simulator
from simulators.qpay.config import SimulatorConfig

DAY_SECONDS = 24 * 60 * 60


def test_a_login_returns_every_documented_field(merchant: Merchant) -> None:
    token = merchant.log_in()
    assert set(token) == {
        *("token_type", "access_token", "refresh_token", "expires_in", "refresh_expires_in"),
        *("scope", "not-before-policy", "session_state"),
    }
    assert token["token_type"] == "bearer"
    assert token["not-before-policy"] == "0"


def test_the_token_expires_at_an_absolute_time_a_day_ahead(merchant: Merchant) -> None:
    before = int(time.time())
    token = merchant.log_in()
    assert isinstance(token["expires_in"], int)
    assert before + DAY_SECONDS <= token["expires_in"] <= time.time() + DAY_SECONDS
    assert isinstance(token["refresh_expires_in"], int)


def test_wrong_credentials_are_refused(client: httpx.Client) -> None:
    response = client.post("/v2/auth/token", auth=("SIMULATOR", "wrong"))
    assert response.status_code == 401
    assert response.json()["error"] == "AUTHENTICATION_FAILED"


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic c29tZW9uZQ==", "Bearer c29tZW9uZQ=="])
def test_a_malformed_authorization_header_is_unauthorised(client: httpx.Client, header: str) -> None:
    response = client.post("/v2/auth/token", headers={"authorization": header})
    assert response.status_code == 401
    assert response.json()["error"] in {"AUTHENTICATION_FAILED", "NO_CREDENDIALS"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/invoice"),
        ("GET", "/invoice/some"),
        ("DELETE", "/invoice/some"),
        ("POST", "/payment/check"),
        ("POST", "/payment/list"),
        ("GET", "/payment/some"),
        ("DELETE", "/payment/refund/some"),
        ("DELETE", "/payment/cancel/some"),
    ],
)
def test_every_call_requires_the_token(client: httpx.Client, method: str, path: str) -> None:
    without = client.request(method, f"/v2{path}")
    assert (without.status_code, without.json()["error"]) == (401, "NO_CREDENDIALS")
    wrong = client.request(method, f"/v2{path}", headers={b"authorization": "Bearer ключ".encode()})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "NO_CREDENDIALS")


def test_another_login_revokes_the_token(client: httpx.Client) -> None:
    first, second = Merchant(client), Merchant(client)
    first.log_in()
    second.log_in()
    assert first.call("GET", "/invoice/none").status_code == 401
    assert second.call("GET", "/invoice/none").status_code == 422


def test_a_refresh_rotates_both_tokens(merchant: Merchant) -> None:
    old = merchant.token
    headers = {"authorization": f"Bearer {old['refresh_token']}"}
    new = merchant.client.post("/v2/auth/refresh", headers=headers)
    assert new.status_code == 200
    assert new.json()["access_token"] != old["access_token"]
    assert merchant.call("GET", "/invoice/none").status_code == 401
    assert merchant.client.post("/v2/auth/refresh", headers=headers).status_code == 401
    merchant.token = new.json()
    assert merchant.call("GET", "/invoice/none").status_code == 422


def test_an_access_token_cannot_refresh(merchant: Merchant) -> None:
    headers = {"authorization": f"Bearer {merchant.token['access_token']}"}
    assert merchant.client.post("/v2/auth/refresh", headers=headers).status_code == 401


def test_an_expired_token_is_refused() -> None:
    with TestClient(create_simulator(SimulatorConfig(token_lifetime_seconds=0))) as client:
        token = client.post("/v2/auth/token", auth=("SIMULATOR", "simulator")).json()
        response = client.get("/v2/invoice/none", headers={"authorization": f"Bearer {token['access_token']}"})
        assert response.status_code == 401
