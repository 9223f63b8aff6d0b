"""What the simulator remembers, in SQLite: the live token, invoices, payments, callbacks, switches."""
