"""A client that acts as the merchant of the simulator, and as the customer on its checkout page."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
from tests.gates import PATIENCE_SECONDS


def unique_number() -> str:
    return f"B{uuid.uuid4().hex[:20]}"


class Merchant:
    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._basic = ("SIMULATOR", "simulator")
        self.token: dict[str, Any] = {}

    def log_in(self) -> dict[str, Any]:
        response = self.client.post("/v2/auth/token", auth=self._basic)
        assert response.status_code == 200, response.text
        self.token = response.json()
        return self.token

    def call(self, method: str, path: str, document: object = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token['access_token']}"}
        return self.client.request(method, f"/v2{path}", json=document, headers=headers)

    def request(self, **changes: object) -> dict[str, object]:
        return {
            "invoice_code": "SIMULATOR_INVOICE",
            "sender_invoice_no": unique_number(),
            "invoice_receiver_code": "terminal",
            "invoice_description": "A haircut",
            "amount": 20_000,
            **changes,
        }

    def invoice(self, **changes: object) -> dict[str, Any]:
        response = self.call("POST", "/invoice", self.request(**changes))
        assert response.status_code == 200, response.text
        content: dict[str, Any] = response.json()
        return content

    def invoice_id(self, **changes: object) -> str:
        return str(self.invoice(**changes)["invoice_id"])

    def status(self, invoice_id: str) -> str:
        return str(self.call("GET", f"/invoice/{invoice_id}").json()["invoice_status"])

    def check(self, invoice_id: str, **changes: object) -> dict[str, Any]:
        document = {
            "object_type": "INVOICE",
            "object_id": invoice_id,
            "offset": {"page_number": 1, "page_limit": 100},
            **changes,
        }
        response = self.call("POST", "/payment/check", document)
        assert response.status_code == 200, response.text
        content: dict[str, Any] = response.json()
        return content

    def checkout(self, outcome: str, invoice_id: str, **form: str) -> httpx.Response:
        return self.client.post(
            f"/checkout/{invoice_id}", data={"outcome": outcome, **form}, headers={"accept": "application/json"}
        )

    def pay(self, outcome: str, invoice_id: str, **form: str) -> list[str]:
        """Perform the outcome on the checkout page; return the ids of its payments."""
        response = self.checkout(outcome, invoice_id, **form)
        assert response.status_code == 200, response.text
        return [str(payment_id) for payment_id in response.json()["paymentIds"]]

    def set_switches(self, **switches: object) -> None:
        response = self.client.put("/simulator/switches", json=switches)
        assert response.status_code == 200, response.text

    def callbacks(self, invoice_id: str) -> dict[str, Any]:
        response: dict[str, Any] = self.client.get("/simulator/callbacks", params={"invoice_id": invoice_id}).json()
        return response

    def settled_callbacks(self, invoice_id: str) -> list[dict[str, Any]]:
        """Wait until no callback is pending and return the delivery log of the invoice."""
        until(lambda: self.callbacks(invoice_id)["pending"] == [])
        deliveries: list[dict[str, Any]] = self.callbacks(invoice_id)["deliveries"]
        return deliveries


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the condition did not hold before the deadline"
