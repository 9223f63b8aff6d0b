"""Builders of profiles and salons."""

from booking_domain.catalogue.model import Location, Profile, ProfileStatus
from booking_domain.catalogue.salons import Salon
from booking_domain.catalogue.venues import Venue
from booking_domain.identity.model import User
from booking_domain.shared.ids import ProviderId, SalonId, VenueId
from booking_domain.testing.kit.builders import NOW, BaseBuilder


class CatalogueBuilder(BaseBuilder):
    """Builds profiles and salons."""

    def profile(self, owner: User, status: ProfileStatus = ProfileStatus.APPROVED) -> Profile:
        """A complete profile."""
        return Profile(
            id=ProviderId(self.entropy.new_id()),
            owner_id=owner.id,
            display_name=f"Ink of {owner.name}",
            bio="Шугам, цэг ✒️",
            styles=("fine line", "монгол хээ"),
            languages=("mn", "en"),
            instagram="ink.of_mongolia",
            address="Энхтайваны өргөн чөлөө 1",
            location=Location(47.918873, 106.917701),
            status=status,
            created_at=NOW,
        )

    def venue(self, profile: Profile, name: str = "Зайсан") -> Venue:
        """A venue of a provider."""
        return Venue(
            id=VenueId(self.entropy.new_id()),
            provider_id=profile.id,
            name=name,
            address="Зайсангийн гудамж 4",
            location=Location(47.8864, 106.9177),
            created_at=NOW,
        )

    def salon(self, manager: User, name: str = "Номад", time_zone: str = "UTC") -> Salon:
        """A salon without members."""
        return Salon(
            id=SalonId(self.entropy.new_id()), manager_id=manager.id, name=name, time_zone=time_zone, created_at=NOW
        )
