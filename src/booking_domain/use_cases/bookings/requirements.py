"""What a customer has to do before they can book."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from booking_domain.bookings.upcoming import UpcomingLimits
from booking_domain.identity.legal import AcceptanceReads, LegalDocuments, Moment, document_states
from booking_domain.identity.ports import UserReads
from booking_domain.shared.actor import Actor
from booking_domain.shared.queries import Query


class Requirement(StrEnum):
    """What booking needs, and a customer has not done."""

    VERIFY_PHONE = "verify_phone"
    ACCEPT_DOCUMENTS = "accept_documents"


async def _list_requirements(
    actor: Actor, limits: UpcomingLimits, current: LegalDocuments, users: UserReads, acceptances: AcceptanceReads
) -> Sequence[Requirement]:
    """What the actor has to do before they can book for themselves."""
    found = []
    if limits.phone_required:
        user = await users.get(actor.id)
        if user is None or user.phone_verified_at is None:
            found.append(Requirement.VERIFY_PHONE)
    if Moment.BOOKING in current.required_for:
        states = document_states(current, await acceptances.of_user(actor.id))
        if any(state.missing for state in states):
            found.append(Requirement.ACCEPT_DOCUMENTS)
    return found


list_requirements: Final = Query(_list_requirements)
