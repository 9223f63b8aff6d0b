"""Links to maps."""

from dataclasses import dataclass

from booking_domain.catalogue.model import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLinks:
    """Where to find the place."""

    geo: str
    openstreetmap: str
    google: str


def map_links(at: Location) -> MapLinks:
    """The place in the usual maps."""
    place = f"{at.lat:.6f},{at.lon:.6f}"
    return MapLinks(
        geo=f"geo:{place}?q={place}",
        openstreetmap=f"https://www.openstreetmap.org/?mlat={at.lat:.6f}&mlon={at.lon:.6f}#map=17/{at.lat:.6f}/{at.lon:.6f}",
        google=f"https://www.google.com/maps/search/?api=1&query={place}",
    )
