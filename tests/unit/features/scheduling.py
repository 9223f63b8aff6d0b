"""`/scheduling`: slots computed from the request alone."""

from typing import Final

from tests.unit.features.declarations import PUBLIC, Feature, Row

FEATURE: Final = Feature(
    routes={
        "POST /scheduling/slots": Row(PUBLIC),
        "POST /scheduling/explain": Row(PUBLIC),
    }
)
