"""Benchmarks: slots against integers and an interval library; `POST /bookings` against a bare app with the same SQL."""

from adapters.zone_data import use_pinned_zone_data

use_pinned_zone_data()  # each process of a benchmark imports this package first
