"""Domain events of statistics."""

from typing import Final

from booking_domain.shared.events import Event
from booking_domain.statistics.model import ReportId


class ReportReady(Event, topic="report.ready", subject="report_id"):
    """The month of a report is over, and its reader has subscribed."""

    report_id: ReportId


EVENTS: Final[tuple[type[Event], ...]] = (ReportReady,)
