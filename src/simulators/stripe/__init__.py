"""A standalone simulator of the parts of Stripe's API that the adapter uses.

    PYTHONPATH=src python -m simulators.stripe --host 127.0.0.1 --port 8002 --state .data/stripe.sqlite

Endpoints: customers, their payment methods, setup and payment intents, refunds and charges under `/v1`; the page on
which a developer acts as the customer under `/checkout/{intent}`; and the simulator's own control API under
`/simulator`: `health`, `switches` (GET, PUT), `deliveries`, `refunds/{id}/{outcome}` (POST),
`payment_methods/{id}/{behaviour}` (POST) and `reset` (POST). A test can also run it in-process:
`app.create_simulator(config)`.

It follows Stripe's API reference: form-encoded requests, idempotency keys that are bound to their parameters, errors
with type, code and param, events with signatures that are delivered at least once. It differs in this:

- A failed delivery is retried after 0.2, 0.5 and 1 second, not for three days.
- Refunds succeed at once, unless the payment method is `pm_card_pendingRefund` or a switch says otherwise.
- A customer who is there authenticates at once. Away, a kept card behaves as its test card says, or as the control API
  does: `accepted`, `card_declined` or `authentication_required`.
- There are no disputes, balances, fees or pages of 3-D Secure.
"""
