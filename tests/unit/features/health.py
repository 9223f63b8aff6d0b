"""`/health`: whether the process runs, and whether it can serve."""

from typing import Final

from tests.unit.features.declarations import PUBLIC, Feature, Row

FEATURE: Final = Feature(routes={"GET /health/live": Row(PUBLIC), "GET /health/ready": Row(PUBLIC)})
