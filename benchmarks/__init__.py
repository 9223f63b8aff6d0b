"""Benchmarks: slots against integers and an interval library; `POST /bookings` against a bare app with the same SQL."""

from tests.guarded import guard

from adapters.kit.zone_data import use_pinned_zone_data

guard()
use_pinned_zone_data()  # each process of a benchmark imports this package first
