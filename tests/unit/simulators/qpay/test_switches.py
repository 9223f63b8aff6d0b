import httpx
import pytest
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.qpay.merchant import Merchant, unique_number, until

DEFAULTS = {
    "duplicateInvoices": "allow",
    "callbackMethod": "GET",
    "callbackCopies": 1,
    "callbackDelaySeconds": 0.0,
    "loseCallbacks": False,
    "busy": 0,
    "stallSeconds": 0.0,
    "emptyQrImage": False,
    "deeplinkField": "link",
    "revokeToken": False,
}


def test_the_default_switches_match_live_traffic(client: httpx.Client) -> None:
    assert client.get("/simulator/switches").json() == DEFAULTS


def test_an_omitted_switch_is_reset_to_its_default(merchant: Merchant) -> None:
    merchant.set_switches(loseCallbacks=True)
    merchant.set_switches(emptyQrImage=True)
    assert merchant.client.get("/simulator/switches").json() == {**DEFAULTS, "emptyQrImage": True}


@pytest.mark.parametrize(
    "document",
    [
        b'{"unknown": 1}',
        b'{"busy": "2"}',
        b'{"busy": -1}',
        b'{"callbackCopies": 0}',
        b'{"stallSeconds": -1}',
        b'{"callbackMethod": "PUT"}',
        b'{"duplicateInvoices": "maybe"}',
        b'{"loseCallbacks": 1}',
        b"[]",
        b"{",
    ],
)
def test_an_unknown_switch_is_refused_and_changes_nothing(client: httpx.Client, document: bytes) -> None:
    response = client.put("/simulator/switches", content=document)
    assert response.status_code == 400
    assert response.json()["message"]
    assert client.get("/simulator/switches").json() == DEFAULTS


def test_a_repeated_sender_invoice_no_can_be_rejected(merchant: Merchant) -> None:
    merchant.set_switches(duplicateInvoices="refuse")
    number = unique_number()
    merchant.invoice(sender_invoice_no=number)
    response = merchant.call("POST", "/invoice", merchant.request(sender_invoice_no=number))
    assert response.status_code == 409
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": number}).json()
    assert found["count"] == 1


def test_callbacks_can_use_post(merchant: Merchant, receiver: CallbackReceiver) -> None:
    merchant.set_switches(callbackMethod="POST")
    [payment_id] = merchant.pay("paid", merchant.invoice_id(callback_url=receiver.url("/cb?token=1")))
    [callback] = receiver.wait_for(1)
    assert callback.method == "POST"
    assert callback.query == [("token", "1"), ("qpay_payment_id", payment_id)]


def test_callbacks_can_be_duplicated(merchant: Merchant, receiver: CallbackReceiver) -> None:
    merchant.set_switches(callbackCopies=3)
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    payments = merchant.pay("paid", invoice_id)
    assert len(merchant.settled_callbacks(invoice_id)) == 3
    assert [callback.payment_id for callback in receiver.received] == payments * 3


def test_callbacks_can_be_delayed(merchant: Merchant, receiver: CallbackReceiver) -> None:
    merchant.set_switches(callbackDelaySeconds=3600)
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid", invoice_id)
    assert len(merchant.callbacks(invoice_id)["pending"]) == 1


def test_callbacks_can_be_lost(merchant: Merchant, receiver: CallbackReceiver) -> None:
    merchant.set_switches(loseCallbacks=True)
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid", invoice_id)
    assert merchant.callbacks(invoice_id) == {"deliveries": [], "pending": []}


def test_a_busy_system_rejects_that_many_calls_without_effect(merchant: Merchant) -> None:
    merchant.set_switches(busy=2)
    number = unique_number()
    for _ in range(2):
        response = merchant.call("POST", "/invoice", merchant.request(sender_invoice_no=number))
        assert (response.status_code, response.json()["error"]) == (500, "SYSTEM_BUSY")
    merchant.invoice(sender_invoice_no=number)
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": number}).json()
    assert found["count"] == 1


def test_a_login_can_be_rejected_as_busy(merchant: Merchant) -> None:
    merchant.set_switches(busy=1)
    assert merchant.client.post("/v2/auth/token", auth=("SIMULATOR", "simulator")).status_code == 500
    merchant.log_in()


def test_a_stalled_response_is_late(merchant: Merchant) -> None:
    merchant.set_switches(stallSeconds=3600)
    with pytest.raises(httpx.ReadTimeout):
        merchant.client.get("/v2/invoice/none", timeout=0.1)
    merchant.set_switches(stallSeconds=0.01)
    assert merchant.call("GET", "/invoice/none").status_code == 422


def test_a_call_that_timed_out_took_effect(merchant: Merchant) -> None:
    merchant.set_switches(stallSeconds=3600)
    number = unique_number()
    headers = {"authorization": f"Bearer {merchant.token['access_token']}"}
    with pytest.raises(httpx.ReadTimeout):
        merchant.client.post(
            "/v2/invoice", json=merchant.request(sender_invoice_no=number), headers=headers, timeout=0.5
        )

    def statuses() -> list[str]:
        found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": number}).json()
        return [row["status"] for row in found["invoices"]]

    until(lambda: bool(statuses()))  # the simulator may read the request after the client has given up
    assert statuses() == ["OPEN"]


def test_the_qr_image_can_be_empty(merchant: Merchant) -> None:
    merchant.set_switches(emptyQrImage=True)
    invoice = merchant.invoice()
    assert invoice["qr_image"] == ""
    assert invoice["qr_text"]


def test_links_can_use_their_alternative_field(merchant: Merchant) -> None:
    merchant.set_switches(deeplinkField="qPay_deeplink")
    for url in merchant.invoice()["urls"]:
        assert set(url) == {"name", "description", "logo", "qPay_deeplink"}


def test_the_live_token_can_be_revoked_once(merchant: Merchant) -> None:
    merchant.set_switches(revokeToken=True)
    assert merchant.client.get("/simulator/switches").json() == DEFAULTS
    assert merchant.call("GET", "/invoice/none").status_code == 401
    headers = {"authorization": f"Bearer {merchant.token['refresh_token']}"}
    assert merchant.client.post("/v2/auth/refresh", headers=headers).status_code == 401
    merchant.log_in()
    assert merchant.call("GET", "/invoice/none").status_code == 422
