"""`/scheduling`: slots computed from the request alone."""

from typing import Final

from tests.unit.features.declarations import PUBLIC, Feature, Row

_COMPUTES: Final = "computes, and stores nothing"

FEATURE: Final = Feature(
    routes={
        "POST /scheduling/slots": Row(PUBLIC, keyless=_COMPUTES),
        "POST /scheduling/explain": Row(PUBLIC, keyless=_COMPUTES),
    }
)
