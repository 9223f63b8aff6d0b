"""How accounts, profiles and salons name one another in what admins see."""

from typing import Annotated, Final
from uuid import UUID

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Role
from booking_domain.use_cases.platform.connections import NamedAccount, NamedProfile
from booking_domain.use_cases.platform.views import SalonName
from entrypoints.http.kit.fields import Json, one_of
from entrypoints.http.kit.projection import projection


class LinkedAccountJson(Json, frozen=True, kw_only=True):
    """An account by its name."""

    id: UUID
    name: str
    role: Annotated[str, one_of(Role)]
    status: Annotated[str, one_of(UserStatus)]


class LinkedProfileJson(Json, frozen=True, kw_only=True):
    """A profile by its name."""

    id: UUID
    display_name: str
    status: Annotated[str, one_of(ProfileStatus)]


class LinkedSalonJson(Json, frozen=True, kw_only=True):
    """A salon by its name."""

    id: UUID
    name: str
    manager_id: UUID


linked_account_json: Final = projection(NamedAccount, LinkedAccountJson)
"""Name an account."""
linked_profile_json: Final = projection(NamedProfile, LinkedProfileJson, display_name="name")
"""Name a profile."""
linked_salon_json: Final = projection(SalonName, LinkedSalonJson)
"""Name a salon."""
