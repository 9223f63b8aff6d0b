"""`/events`: live events. Who receives which is in `test_live.py`."""

from typing import Final

from tests.unit.features.declarations import PUBLIC, Feature, Row

FEATURE: Final = Feature(
    routes={"GET /events": Row(PUBLIC, endless="channels=system")},
    events={"notification.kept": {"notificationId", "userId"}, "calendar.changed": {"providerId", "date"}},
)
