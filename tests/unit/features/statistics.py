"""Figures of providers and salons."""

from typing import Final

from tests.unit.features.declarations import Feature, Row
from tests.unit.features.salons import SALON

from booking_domain.shared.permissions import Permission

FEATURE: Final = Feature(
    routes={
        "GET /analytics/providers/me": Row(Permission.SEE_EARNINGS),
        "GET /analytics/providers/me/export": Row(Permission.SEE_EARNINGS),
        "GET /analytics/salons/{salon_id}/export": Row(Permission.SEE_TAKINGS, SALON, foreign=403),
        "GET /analytics/salons/{salon_id}": Row(Permission.SEE_TAKINGS, SALON, foreign=403),
    },
)
