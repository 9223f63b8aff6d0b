"""The size of the earth."""

from typing import Final

EARTH_RADIUS_METRES: Final = 6_371_008.8
"""The mean radius (IUGG)."""
