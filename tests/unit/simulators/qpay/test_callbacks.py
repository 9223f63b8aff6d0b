import pytest
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.qpay.merchant import Merchant


def test_a_callback_carries_the_payment_id_and_keeps_the_urls_query(
    merchant: Merchant, receiver: CallbackReceiver
) -> None:
    invoice_id = merchant.invoice_id(callback_url=receiver.url("/qpay/cb?token=a%2Bb&n=1&n=2"))
    [payment_id] = merchant.pay("paid", invoice_id)
    [callback] = receiver.wait_for(1)
    assert (callback.method, callback.path) == ("GET", "/qpay/cb")
    assert callback.query == [("token", "a+b"), ("n", "1"), ("n", "2"), ("qpay_payment_id", payment_id)]


def test_a_url_without_a_query_gets_one(merchant: Merchant, receiver: CallbackReceiver) -> None:
    [payment_id] = merchant.pay("paid", merchant.invoice_id(callback_url=receiver.url("/cb")))
    assert receiver.wait_for(1)[0].query == [("qpay_payment_id", payment_id)]


def test_a_check_lists_the_payment_when_the_callback_arrives(merchant: Merchant, receiver: CallbackReceiver) -> None:
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid", invoice_id)
    [callback] = receiver.wait_for(1)
    assert [row["payment_id"] for row in merchant.check(invoice_id)["rows"]] == [callback.payment_id]


@pytest.mark.parametrize(
    ("outcome", "callbacks"),
    [
        ("paid", 1),
        ("underpaid", 1),
        ("failed", 0),
        ("paid_without_callback", 0),
        ("callback_twice", 2),
        ("paid_twice", 2),
    ],
)
def test_each_outcome_sends_its_number_of_callbacks(
    merchant: Merchant, receiver: CallbackReceiver, outcome: str, callbacks: int
) -> None:
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    payments = merchant.pay(outcome, invoice_id)
    deliveries = merchant.settled_callbacks(invoice_id)
    assert len(deliveries) == callbacks
    assert len(receiver.received) == callbacks
    assert {callback.payment_id for callback in receiver.received} <= set(payments)


def test_two_payments_send_two_ids_and_a_repeated_callback_sends_one(
    merchant: Merchant, receiver: CallbackReceiver
) -> None:
    two = merchant.pay("paid_twice", merchant.invoice_id(callback_url=receiver.url("/two")))
    one = merchant.pay("callback_twice", merchant.invoice_id(callback_url=receiver.url("/one")))
    received = receiver.wait_for(4)
    assert sorted(callback.payment_id for callback in received if callback.path == "/two") == sorted(two)
    assert [callback.payment_id for callback in received if callback.path == "/one"] == one * 2


def test_an_invoice_without_a_callback_url_sends_no_callback(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    merchant.pay("paid", invoice_id)
    assert merchant.callbacks(invoice_id) == {"deliveries": [], "pending": []}


def test_a_late_callback_is_pending_while_the_payment_is_visible(
    merchant: Merchant, receiver: CallbackReceiver
) -> None:
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid_late_callback", invoice_id, delaySeconds="3600")
    assert merchant.check(invoice_id)["count"] == 1
    log = merchant.callbacks(invoice_id)
    assert log["deliveries"] == []
    assert [callback["attempts"] for callback in log["pending"]] == [0]


def test_a_late_callback_is_sent_after_its_delay(merchant: Merchant, receiver: CallbackReceiver) -> None:
    late = merchant.invoice_id(callback_url=receiver.url("/late"))
    merchant.pay("paid_late_callback", late, delaySeconds="0.1")
    assert [callback.path for callback in receiver.wait_for(1)] == ["/late"]


def test_a_delivery_is_recorded(merchant: Merchant, receiver: CallbackReceiver) -> None:
    invoice_id = merchant.invoice_id(callback_url=receiver.url("/cb?x=1"))
    [payment_id] = merchant.pay("paid", invoice_id)
    [delivery] = merchant.settled_callbacks(invoice_id)
    assert delivery["url"] == receiver.url(f"/cb?x=1&qpay_payment_id={payment_id}")
    assert (delivery["paymentId"], delivery["invoiceId"]) == (payment_id, invoice_id)
    assert (delivery["status"], delivery["body"], delivery["attempt"]) == (200, "SUCCESS", 1)
    assert delivery["at"].endswith("Z")


@pytest.mark.parametrize("refusal", [(500, "SUCCESS"), (200, "OK"), (302, "SUCCESS")])
def test_anything_but_200_success_is_retried(
    merchant: Merchant, receiver: CallbackReceiver, refusal: tuple[int, str]
) -> None:
    receiver.responses = [refusal]
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid", invoice_id)
    deliveries = merchant.settled_callbacks(invoice_id)
    assert [(row["status"], row["body"]) for row in deliveries] == [refusal, (200, "SUCCESS")]


def test_a_callback_is_abandoned_after_three_retries(merchant: Merchant, receiver: CallbackReceiver) -> None:
    receiver.responses = [(503, "later")] * 5
    invoice_id = merchant.invoice_id(callback_url=receiver.url())
    merchant.pay("paid", invoice_id)
    assert [row["attempt"] for row in merchant.settled_callbacks(invoice_id)] == [1, 2, 3, 4]
    assert len(receiver.received) == 4


def test_an_unreachable_merchant_is_recorded(merchant: Merchant) -> None:
    with CallbackReceiver() as gone:
        url = gone.url()
    invoice_id = merchant.invoice_id(callback_url=url)
    merchant.pay("paid", invoice_id)
    deliveries = merchant.settled_callbacks(invoice_id)
    assert [row["status"] for row in deliveries] == [None] * 4
    assert "ConnectError" in deliveries[0]["body"]
