"""What the region of a platform decides where nobody has chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The region of the platform; the composition root gives it to the executor."""

    currency: str = "MNT"
    """The currency (ISO 4217) of profiles and of services of salons that name none."""
