"""The simulator's state in SQLite: the live token, invoices, payments, callbacks and switches."""
