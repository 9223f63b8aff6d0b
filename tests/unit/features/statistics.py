"""Figures of providers and salons."""

from typing import Final

from tests.unit.features.declarations import Feature, Row
from tests.unit.features.salons import SALON

from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.statistics.contracts import a_report
from booking_domain.use_cases.platform.ports import Repositories


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A report that was announced to each."""
    for user in (cast.customer, cast.owner):
        await tx.monthly_reports.add(a_report(make, user.id, cast.profile.id))


FEATURE: Final = Feature(
    routes={
        "GET /analytics/providers/me": Row(Permission.SEE_EARNINGS),
        "GET /analytics/providers/me/export": Row(Permission.SEE_EARNINGS),
        "GET /analytics/salons/{salon_id}/export": Row(Permission.SEE_TAKINGS, SALON, foreign=403),
        "GET /analytics/salons/{salon_id}": Row(Permission.SEE_TAKINGS, SALON, foreign=403),
        "GET /analytics/providers/me/report": Row(Permission.SEE_EARNINGS),
        "GET /analytics/salons/{salon_id}/report": Row(Permission.SEE_TAKINGS, SALON, foreign=403),
    },
    events={"report.ready": {"reportId"}},
    personal_data=personal_data,
)
