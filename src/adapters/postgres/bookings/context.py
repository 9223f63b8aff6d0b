"""What bookings brings to the adapter."""

from typing import Final

from sqlalchemy import and_, bindparam, exists, or_

from adapters.postgres.bookings.appointments import PostgresAppointmentReads
from adapters.postgres.bookings.bookings import PostgresBookingReads, PostgresBookings
from adapters.postgres.bookings.consents import PostgresBookingConsentReads, PostgresBookingConsents
from adapters.postgres.bookings.ideas import PostgresIdeaReads, PostgresIdeas
from adapters.postgres.bookings.promotions import (
    CONFLICTS,
    PostgresPromotionReads,
    PostgresPromotions,
    promotion_redemptions,
    promotions,
)
from adapters.postgres.bookings.reminders import PostgresBookingReminderReads, PostgresBookingReminders
from adapters.postgres.bookings.tables import (
    IS_PARTY,
    IS_TO_COME,
    IS_UNDECIDED,
    booking_consents,
    booking_events,
    booking_reminders,
    bookings,
    consent_codes,
    ideas,
    walk_ins,
)
from adapters.postgres.bookings.walk_ins import PostgresWalkInReads, PostgresWalkIns
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.kit.personal_data import PROVIDER
from booking_domain.bookings.transitions import Status
from booking_domain.shared.errors import ConcurrentChange

_b: Final = bookings.c
_NOW: Final = bindparam("now", type_=_b.ends_at.type)
_BLOCKS: Final = or_(
    and_(IS_TO_COME, or_(_b.ends_at > _NOW, IS_UNDECIDED, _b.objection_deadline > _NOW)),
    _b.status == Status.DISPUTED.value,
)
CONTEXT: Final = PostgresContext(
    tables=(
        bookings,
        booking_events,
        booking_consents,
        consent_codes,
        walk_ins,
        ideas,
        booking_reminders,
        promotions,
        promotion_redemptions,
    ),
    conflicts={"bookings_reference_key": lambda: ConcurrentChange(what="booking reference"), **CONFLICTS},
    erasure_blockers={"bookings": exists().where(IS_PARTY, _BLOCKS)},
    profile_blockers={"bookings": exists().where(_b.provider_id == PROVIDER, _BLOCKS)},
)


class BookingRepositories(RepositoryGroup):
    """The repositories of this context."""

    bookings = part(PostgresBookings)
    booking_consents = part(PostgresBookingConsents)
    walk_ins = part_with_cipher(PostgresWalkIns)
    ideas = part(PostgresIdeas)
    booking_reminders = part(PostgresBookingReminders)
    promotions = part(PostgresPromotions)


class BookingReads(ReadGroup):
    """The reads of this context."""

    bookings = part(PostgresBookingReads)
    booking_consents = part(PostgresBookingConsentReads)
    walk_ins = part_with_cipher(PostgresWalkInReads)
    ideas = part(PostgresIdeaReads)
    booking_reminders = part(PostgresBookingReminderReads)
    promotions = part(PostgresPromotionReads)
    appointments = part_with_cipher(PostgresAppointmentReads)
