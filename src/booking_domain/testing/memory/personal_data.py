"""What accounts have left in all tables in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Profile
from booking_domain.identity.model import ERASED_NAME
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.waiting import OPEN
from booking_domain.shared.ids import UserId
from booking_domain.testing.memory.state import State
from booking_domain.workflows.personal_data import TO_COME, ErasureBlockers, PersonalData


def _drop(table: dict[Any, Any], theirs: Callable[[Any], bool]) -> None:
    for key in [key for key, row in table.items() if theirs(row)]:
        del table[key]


class MemoryPersonalData(PersonalData):
    """The traces of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        theirs = [
            each for each in self._state.bookings.values() if user_id in {each.customer_id, each.provider_user_id}
        ]
        ids = {booking.id for booking in theirs}
        return ErasureBlockers(
            bookings=any(
                booking.status is Status.DISPUTED or (booking.status in TO_COME and booking.span.end > now)
                for booking in theirs
            ),
            money=any(
                each.status is PaymentStatus.REFUND_PENDING and each.booking_id in ids
                for each in self._state.payments.values()
            ),
        )

    async def leave_queues(self, user_id: UserId) -> None:
        _drop(self._state.claims, lambda claim: claim.customer_id == user_id and claim.kind is ClaimKind.HOLD)
        for waiting in tuple(self._state.waiting.values()):
            if waiting.customer_id == user_id and waiting.status in OPEN:
                self._state.waiting[waiting.id] = waiting.left()

    async def clear(self, user_id: UserId) -> None:
        state = self._state
        for table in (
            state.sessions,
            state.logins,
            state.one_time_codes,
            state.phone_changes,
            state.calendar_links,
            state.external_identities,
        ):
            _drop(table, lambda row: row.user_id == user_id)
        state.wrong_passwords.pop(user_id, None)
        state.second_factors.pop(user_id, None)
        for key in [key for key in state.answers if key[0] == user_id]:
            del state.answers[key]
        _drop(state.waiting, lambda row: row.customer_id == user_id)
        _drop(state.claims, lambda row: row.customer_id == user_id and row.kind is ClaimKind.HOLD)
        self._clear_bookings(user_id)
        for sms in tuple(state.sms_messages.values()):
            if sms.user_id == user_id:
                state.sms_messages[sms.id] = replace(sms, to_masked="", to_digest=b"")
        for profile in tuple(state.profiles.values()):
            if profile.owner_id == user_id:
                self._clear_desk(profile)

    def _clear_bookings(self, user_id: UserId) -> None:
        state = self._state
        for booking in tuple(state.bookings.values()):
            if user_id not in {booking.customer_id, booking.provider_user_id}:
                continue
            state.events[booking.id] = tuple(
                replace(event, reason=None) if event.by.id == user_id else event
                for event in state.events.get(booking.id, ())
            )
            if booking.customer_id != user_id:
                continue
            if booking.notes:
                state.bookings[booking.id] = replace(booking, notes="", version=booking.version + 1)
            for each in tuple(state.payments.values()):
                if each.booking_id == booking.id and each.raw_payload is not None:
                    state.payments[each.id] = replace(each, raw_payload=None, version=each.version + 1)

    def _clear_desk(self, profile: Profile) -> None:
        state = self._state
        state.profiles[profile.id] = replace(
            profile,
            display_name=ERASED_NAME,
            bio="",
            styles=(),
            address="",
            location=None,
            review_note=None,
            version=profile.version + 1,
        )
        state.calendars[profile.id] = replace(state.calendars[profile.id], rules=(), exceptions=(), blocks=())
        own = state.feeds.get(profile.id, OwnFeeds())
        state.feeds[profile.id] = replace(own, feeds=())
        for feed in own.feeds:
            state.feeds_due.pop(feed.id, None)
        state.salon_members.pop(profile.id, None)
        for key in [key for key in state.salon_invitations if key[1] == profile.id]:
            del state.salon_invitations[key]
