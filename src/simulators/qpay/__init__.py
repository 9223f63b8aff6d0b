"""A standalone simulator of the QPay merchant API v2.

    PYTHONPATH=src python -m simulators.qpay --host 127.0.0.1 --port 8001 --state .data/qpay.sqlite

Endpoints: the API under `/v2`, the customer's checkout page under `/checkout/{invoice_id}`, and the simulator's control
API under `/simulator`: `health`, `switches` (GET, PUT), `invoices?sender_invoice_no=` and `callbacks?invoice_id=`. A
test can also run it in-process: `app.create_simulator(config)`.

Undocumented behaviour of the real QPay is configurable (`state.switches`), or fixed here:

- A failed callback is retried after 0.2, 0.5 and 1 second; pending callbacks survive a restart.
- The error code of a 409 is SENDER_INVOICE_NO_DUPLICATED; clients should rely on the status.
- `count` of a check counts every row; `paid_amount` sums the PAID rows and is present if there is any row.
- An expired invoice stays OPEN and accepts no payment. A canceled invoice may have an earlier, partial payment.
- A refund sends no callback and does not reopen the invoice.
- Dates without an offset are in Ulaanbaatar time; the bounds of a list are inclusive.
"""
