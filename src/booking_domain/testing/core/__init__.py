"""Tests for stores of `booking_domain.core`; see `contracts`."""
