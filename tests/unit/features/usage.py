"""What people and programs do with the platform."""

from typing import Final

from tests.unit.features.declarations import Feature, Row

from booking_domain.shared.permissions import Permission

FEATURE: Final = Feature(routes={"GET /admin/analytics": Row(Permission.SEE_BUSINESS)})
