"""Links in messages, which act on a booking without a session."""

from typing import Final

from tests.unit.features.declarations import PUBLIC, Feature, Row

_BY_TOKEN: Final = Row(PUBLIC, by_secret=True, example_refused=True)

FEATURE: Final = Feature(
    routes={
        f"POST /action-links/{action}": _BY_TOKEN for action in ("open", "accept", "decline", "pay", "move", "cancel")
    }
)
