"""A faithful stand-in for the QPay merchant API v2, a program of its own.

    PYTHONPATH=src python -m adapters.qpay.simulator --host 127.0.0.1 --port 8001 --state .data/qpay.sqlite

The API is under `/v2`, the page on which a person plays the customer under `/checkout/{invoice_id}`, and what is asked
of the simulator itself under `/simulator`: `health`, `switches` (GET, PUT), `invoices?sender_invoice_no=` and
`callbacks?invoice_id=`. A test may also run it in its own process: `app.create_simulator(config)`.

What nobody outside knows of the real QPay is a switch (`state.switches`), or decided here:

- A callback is tried again three times, after 0.2, 0.5 and 1 second; it is kept until then, also over a restart.
- The code of a 409 is SENDER_INVOICE_NO_DUPLICATED; rely on the status.
- `count` of a check counts every row; `paid_amount` sums the PAID ones, and is there whenever there is a row.
- An expired invoice stays OPEN and takes no payment. A canceled one may hold an earlier, partial payment.
- A refund calls nobody back and does not open the invoice again.
- Dates without an offset are of Ulaanbaatar; the bounds of a list are included.
"""
