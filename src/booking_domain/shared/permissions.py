"""The names of what can be allowed; who is allowed what is `identity.permissions`' table."""

from enum import StrEnum


class Permission(StrEnum):
    """Something that can be allowed."""

    MANAGE_OWN_PROFILE = "profile.manage_own"
    DECIDE_ON_PROFILES = "profile.decide"
    MANAGE_OWN_CALENDAR = "calendar.manage_own"
    SHARE_OWN_CALENDAR = "calendar.share_own"
    MANAGE_OWN_SALONS = "salon.manage_own"
    JOIN_SALONS = "salon.join"
    END_SALON_MEMBERSHIPS = "salon.end_membership"
    HOLD_SLOTS = "hold.place"
    WAIT = "waitlist.join"
    PLACE_BOOKINGS = "booking.place"
    MOVE_BOOKINGS = "booking.move"
    PAY = "payment.start"
    MANAGE_OWN_SESSIONS = "session.manage_own"
    RUN_PLATFORM = "platform.run"
