"""Acceptances of legal documents in memory."""

from collections.abc import Callable, Sequence

from booking_domain.identity.legal import Acceptance, AcceptanceReads, Acceptances
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import ACCEPTANCES, require_user
from booking_domain.testing.kit.tables import State


def _of_user(state: State, user_id: UserId) -> Sequence[Acceptance]:
    found = (acceptance for acceptance in state[ACCEPTANCES].values() if acceptance.user_id == user_id)
    return sorted(found, key=lambda each: (each.accepted_at, each.document, each.document_version), reverse=True)


class MemoryAcceptances(Acceptances):
    """The acceptances of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, acceptance: Acceptance) -> None:
        require_user(self._state, acceptance.user_id)
        key = (acceptance.user_id, acceptance.document, acceptance.document_version)
        self._state[ACCEPTANCES].setdefault(key, acceptance)

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        return _of_user(self._state, user_id)


class MemoryAcceptanceReads(AcceptanceReads):
    """Committed acceptances."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        return _of_user(self._committed(), user_id)
