"""Acceptances of legal documents in memory."""

from collections.abc import Sequence

from booking_domain.identity.legal import Acceptance, AcceptanceReads, Acceptances
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import ACCEPTANCES, USERS
from booking_domain.testing.kit.tables import InMemory, State


def _of_user(state: State, user_id: UserId) -> Sequence[Acceptance]:
    found = state[ACCEPTANCES].where(lambda each: each.user_id == user_id)
    return sorted(found, key=lambda each: (each.accepted_at, each.document, each.document_version), reverse=True)


class MemoryAcceptances(InMemory, Acceptances):
    """The acceptances of one database transaction."""

    async def add(self, acceptance: Acceptance) -> None:
        self._state.require(USERS, acceptance.user_id)
        key = (acceptance.user_id, acceptance.document, acceptance.document_version)
        self._state[ACCEPTANCES].setdefault(key, acceptance)

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        return _of_user(self._state, user_id)


class MemoryAcceptanceReads(InMemory, AcceptanceReads):
    """Committed acceptances."""

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        return _of_user(self._state, user_id)
