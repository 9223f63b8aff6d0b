"""The conformance suite: test vectors for slots and services, and a runner for any implementation.

    python -m booking_domain.testing.conformance                     # this library
    python -m booking_domain.testing.conformance --url http://…      # a server

It needs the standard library only. `docs/library/conformance.md` describes the vectors. The distribution
`booking-domain-platform` adds histories of bookings: `histories.load_histories` and `playing.check_histories`.
"""

from typing import Final

from booking_domain.scheduling.as_json import (
    calendar_json,
    calendar_of,
    claims_of,
    opening_hours_of,
)
from booking_domain.testing.conformance.cases import SlotCase, load_slot_cases
from booking_domain.testing.conformance.questions import question_json
from booking_domain.testing.conformance.services import ServicesCase, check_services, load_services_cases
from booking_domain.testing.conformance.slot_checks import Failure, check_explanations, check_slots

FORMAT: Final = "1.14"
"""The version of the vectors and of their page."""

__all__ = [
    "FORMAT",
    "Failure",
    "ServicesCase",
    "SlotCase",
    "calendar_json",
    "calendar_of",
    "check_explanations",
    "check_services",
    "check_slots",
    "claims_of",
    "load_services_cases",
    "load_slot_cases",
    "opening_hours_of",
    "question_json",
]
