"""Benchmarks: slots against integers and an interval library; `POST /bookings` against a bare app with the same SQL."""
