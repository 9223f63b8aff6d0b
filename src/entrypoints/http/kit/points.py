"""The JSON of locations."""

from typing import Annotated, Final

from msgspec import Meta

from booking_domain.catalogue.model import Location
from entrypoints.http.kit.fields import Body, Json
from entrypoints.http.kit.projection import projection


class PointBody(Body, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class PointJson(Json, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: float
    lon: float


location_of: Final = projection(PointBody, Location)
point_json: Final = projection(Location, PointJson)
