"""Permissions as one table: role × action × relation of the object to the actor.

Use cases and queries check it; docs/develop/reference.md is generated from it. The lifecycle of a booking says in
addition which party may make which move (`bookings.transitions`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import UserId


class Permission(StrEnum):
    """An action that a role may be allowed to take."""

    MANAGE_SESSIONS = "session.manage"
    MANAGE_ACCOUNT = "account.manage"
    """Edit, export and delete an account."""
    DELETE_ACCOUNTS = "account.delete"
    MANAGE_SECOND_FACTOR = "second_factor.manage"
    LINK_IDENTITIES = "identity.link"
    """Link an identity of another service to an account, to sign in with it."""
    MANAGE_PROFILE = "profile.manage"
    DECIDE_ON_PROFILES = "profile.decide"
    MODERATE_PROFILES = "profile.moderate"
    """Suspend, reinstate, correct and delete profiles of others."""
    MANAGE_CALENDAR = "calendar.manage"
    SEE_CALENDAR_INSIDE = "calendar.see_inside"
    """See a calendar before its provider is approved, and the notes of its blocks."""
    SEE_OCCUPIED_TIME = "calendar.see_occupied"
    """See what occupies the time of a calendar: its blocks, and whether a time is blocked, booked, held or busy."""
    SHARE_CALENDAR = "calendar.share"
    MANAGE_SALONS = "salon.manage"
    JOIN_SALONS = "salon.join"
    DELETE_SALONS = "salon.delete"
    END_SALON_MEMBERSHIPS = "salon.end_membership"
    SEE_SALON_INVITATIONS = "salon.see_invitations"
    MANAGE_SERVICES = "service.manage"
    """Add, change and delete the services of a profile or salon."""
    OFFER_SERVICES = "service.offer"
    """Offer a service of the salon, as its member."""
    HOLD_SLOTS = "hold.place"
    WAIT = "waitlist.join"
    PLACE_BOOKINGS = "booking.place"
    BOOK_FOR_OTHERS = "booking.place_for_others"
    """Enter an appointment for a customer, also off the grid and outside opening hours."""
    ASK_FOR_CONSENT = "consent.ask"
    """Give customers a code with which they consent to bookings that the provider places for them."""
    GIVE_CONSENT = "consent.give"
    """Let a provider place bookings for oneself, or no longer."""
    SEE_BOOKINGS = "booking.see"
    MOVE_BOOKINGS = "booking.move"
    SHARE_IDEAS = "idea.share"
    """Write ideas on a booking."""
    EDIT_IDEAS = "idea.edit"
    DELETE_IDEAS = "idea.delete"
    KEEP_CUSTOMERS = "customer.keep"
    """See the customers of own bookings, or of those of members of the salon, and keep private notes on them."""
    DELETE_WALK_INS = "walk_in.delete"
    """Delete what is known of a customer without an account."""
    PAY = "payment.start"
    TAKE_AT_DESK = "desk_payment.record"
    """Record what a customer paid at the desk for a booking, and void the record."""
    MANAGE_TRANSFERS = "bank_transfer.manage"
    """See and make the transfers of refunds and to providers, and see the accounts of providers."""
    RECONCILE = "reconciliation.manage"
    """See how the gateways' books differ from the platform's, reconcile a day, and close findings."""
    SEE_EARNINGS = "earnings.see"
    """See the account and the payouts of the actor's profile."""
    SEE_TAKINGS = "takings.see"
    """See the day of a salon, and what its members earn, receive and refund."""
    SET_COMMISSION = "commission.set"
    ADJUST_LEDGERS = "ledger.adjust"
    """Add to the ledger of a booking or take from it, with a reason."""
    ADJUST_EARNINGS = "earnings.adjust"
    """Add to the account of a provider or take from it, with a reason."""
    ADJUST_LOYALTY = "loyalty.adjust"
    """Add to the points of a user or take from them, with a reason."""
    SELL_GIFT_CARDS = "gift_card.sell"
    """Sell gift cards at the desk, see those that were sold, and take them back."""
    REDEEM_GIFT_CARDS = "gift_card.redeem"
    """Pay a booking by gift card."""
    LOOK_UP_GIFT_CARDS = "gift_card.look_up"
    """See what is on the gift card with a code."""
    MANAGE_GIFT_CARDS = "gift_card.manage"
    """Block gift cards, and replace lost codes."""
    SEE_GIFT_CARDS = "gift_card.see"
    """See gift cards that the actor has bought or sold, with what changed them."""
    REFUND_ORDERS = "order.refund"
    """See an order, and have it refunded."""
    RUN_PROMOTIONS = "promotion.run"
    """Start and end promotions, and see what is used of them."""
    RUN_LOYALTY = "loyalty.run"
    """Start and end loyalty programmes."""
    SELL_PACKAGES = "package.sell"
    """Offer packages and sell them at the desk, see those that were sold, and give money of unused visits back."""
    SEE_PACKAGES = "package.see"
    """See packages that the actor has bought or sold, with what changed them."""
    TRANSFER_PACKAGES = "package.transfer"
    """Give visits of own packages to others."""
    SELL_PLANS = "plan.sell"
    """Offer plans, and see those that customers have taken."""
    SEE_PLANS = "plan.see"
    """See plans that the actor has taken or sold."""
    HOLD_PLANS = "plan.hold"
    """Pause and resume own plans, and change the card to which they are charged."""
    END_PLANS = "plan.end"
    """End plans that the actor has taken or sold."""
    WRITE_REVIEWS = "review.write"
    REPLY_TO_REVIEWS = "review.reply"
    MODERATE_REVIEWS = "review.moderate"
    MANAGE_WEBHOOKS = "webhook.manage"
    """Keep webhook endpoints: a provider for the events of its own bookings, an admin for all."""
    SEE_DISPUTES = "dispute.see"
    TAKE_PART_IN_DISPUTES = "dispute.take_part"
    """Open a dispute about a booking, make statements, withdraw it."""
    DECIDE_ON_DISPUTES = "dispute.decide"
    """See all disputes with their evidence, open one for a party, resolve it."""
    READ_NOTIFICATIONS = "notification.read"
    """List the notifications that the actor received, and mark them as read."""
    MANAGE_PUSH = "push.manage"
    """Choose on which devices the actor's notifications are shown."""
    MANAGE_FLAGS = "flag.manage"
    """Say who has a feature that not everybody has yet."""
    MANAGE_ANNOUNCEMENTS = "announcement.manage"
    """Publish announcements of the platform, change and delete them."""
    DISMISS_ANNOUNCEMENTS = "announcement.dismiss"
    """Mark an announcement as not to be shown to the actor any more."""
    MANAGE_JOBS = "job.manage"
    """See the jobs of the worker that failed after all their attempts, and repeat one."""
    SEE_MESSAGES = "message.see"
    """See which messages were sent to whom, when, and why they failed; not their texts."""
    SEE_MESSAGE_TEMPLATES = "message_template.see"
    """See the texts of messages in each language, with the fields that they name."""
    EDIT_MESSAGE_TEMPLATES = "message_template.edit"
    """Write other texts of messages, and get a test of one."""
    UPLOAD_FILES = "file.upload"
    """Upload files; see and delete uploaded files of the caller."""
    MODERATE_FILES = "file.moderate"
    """Delete files of others."""
    MANAGE_PORTFOLIO = "portfolio.manage"
    MODERATE_PORTFOLIOS = "portfolio.moderate"
    """Take down items of portfolios, and restore them."""
    SEE_USERS = "user.see"
    """See accounts of others."""
    MANAGE_USERS = "user.manage"
    """Change accounts of others: role and status, sessions, removal of a lost second factor."""
    BLOCK_NETWORKS = "network.block"
    """Refuse requests from an address or a network, see which are refused, and lift it."""
    SEE_BUSINESS = "business.see"
    """List and export the bookings and the movements of money of the whole platform."""
    SEE_AUDIT_LOG = "audit.see"
    RUN_PLATFORM = "platform.run"


class Relation(StrEnum):
    """The relation of an object to the actor."""

    OWN = "own"
    """The actor owns it: a profile, calendar, salon, hold, waiting-list entry, payment."""
    MANAGED = "managed"
    """It belongs to a member of a salon that the actor manages."""
    PARTY = "party"
    """The actor is a party to the booking: its customer or its provider."""
    MEMBER = "member's salon"
    """The actor is a member of the salon, or invited."""
    ANY = "any"
    """Any object."""


_OWN: Final = frozenset({Relation.OWN})
_MANAGED: Final = frozenset({Relation.MANAGED})
_PARTY: Final = frozenset({Relation.PARTY})
_MEMBER: Final = frozenset({Relation.MEMBER})
_ANY: Final = frozenset({Relation.ANY})
_PARTY_OR_MANAGED: Final = _PARTY | _MANAGED
_PEOPLE: Final = (Role.CUSTOMER, Role.PROVIDER, Role.MANAGER, Role.ADMIN)
_PEOPLE_THEIR_OWN: Final = dict.fromkeys(_PEOPLE, _OWN)

PERMISSIONS: Final[Mapping[Permission, Mapping[Role, frozenset[Relation]]]] = {
    Permission.MANAGE_SESSIONS: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_ACCOUNT: _PEOPLE_THEIR_OWN,
    Permission.DELETE_ACCOUNTS: {Role.ADMIN: _ANY},
    Permission.MANAGE_SECOND_FACTOR: _PEOPLE_THEIR_OWN,
    Permission.LINK_IDENTITIES: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_PROFILE: {Role.PROVIDER: _OWN},
    Permission.DECIDE_ON_PROFILES: {Role.ADMIN: _ANY},
    Permission.MODERATE_PROFILES: {Role.ADMIN: _ANY},
    Permission.MANAGE_CALENDAR: {Role.PROVIDER: _OWN},
    Permission.SEE_CALENDAR_INSIDE: {Role.PROVIDER: _OWN, Role.ADMIN: _ANY},
    Permission.SEE_OCCUPIED_TIME: {Role.PROVIDER: _OWN, Role.MANAGER: _MANAGED, Role.ADMIN: _ANY},
    Permission.SHARE_CALENDAR: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_SALONS: {Role.MANAGER: _OWN},
    Permission.JOIN_SALONS: {Role.PROVIDER: _MEMBER},
    Permission.DELETE_SALONS: {Role.MANAGER: _OWN, Role.ADMIN: _ANY},
    Permission.END_SALON_MEMBERSHIPS: {Role.MANAGER: _OWN, Role.PROVIDER: _MEMBER},
    Permission.SEE_SALON_INVITATIONS: {Role.MANAGER: _OWN, Role.PROVIDER: _MEMBER},
    Permission.MANAGE_SERVICES: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.OFFER_SERVICES: {Role.PROVIDER: _MEMBER},
    Permission.HOLD_SLOTS: _PEOPLE_THEIR_OWN,
    Permission.WAIT: _PEOPLE_THEIR_OWN,
    Permission.PLACE_BOOKINGS: dict.fromkeys(_PEOPLE, _ANY),
    Permission.BOOK_FOR_OTHERS: {Role.PROVIDER: _OWN, Role.MANAGER: _MANAGED, Role.ADMIN: _ANY},
    Permission.ASK_FOR_CONSENT: {Role.PROVIDER: _OWN},
    Permission.GIVE_CONSENT: dict.fromkeys((Role.CUSTOMER, Role.PROVIDER, Role.MANAGER), _OWN),
    Permission.SEE_BOOKINGS: {**dict.fromkeys(_PEOPLE, _PARTY), Role.MANAGER: _PARTY_OR_MANAGED, Role.ADMIN: _ANY},
    Permission.MOVE_BOOKINGS: {**dict.fromkeys(_PEOPLE, _PARTY), Role.MANAGER: _PARTY_OR_MANAGED, Role.ADMIN: _ANY},
    Permission.SHARE_IDEAS: {Role.CUSTOMER: _PARTY, Role.PROVIDER: _PARTY, Role.MANAGER: _PARTY_OR_MANAGED},
    Permission.EDIT_IDEAS: {**dict.fromkeys(_PEOPLE, _OWN), Role.ADMIN: _ANY},
    Permission.DELETE_IDEAS: {**dict.fromkeys(_PEOPLE, _OWN), Role.ADMIN: _ANY},
    Permission.KEEP_CUSTOMERS: {Role.PROVIDER: _OWN, Role.MANAGER: _MANAGED},
    Permission.DELETE_WALK_INS: {Role.PROVIDER: _OWN, Role.MANAGER: _MANAGED, Role.ADMIN: _ANY},
    Permission.PAY: _PEOPLE_THEIR_OWN,
    Permission.TAKE_AT_DESK: {Role.PROVIDER: _OWN, Role.MANAGER: _MANAGED, Role.ADMIN: _ANY},
    Permission.MANAGE_TRANSFERS: {Role.ADMIN: _ANY},
    Permission.RECONCILE: {Role.ADMIN: _ANY},
    Permission.SEE_EARNINGS: {Role.PROVIDER: _OWN},
    Permission.SEE_TAKINGS: {Role.MANAGER: _OWN, Role.ADMIN: _ANY},
    Permission.SET_COMMISSION: {Role.ADMIN: _ANY},
    Permission.ADJUST_LEDGERS: {Role.ADMIN: _ANY},
    Permission.ADJUST_EARNINGS: {Role.ADMIN: _ANY},
    Permission.ADJUST_LOYALTY: {Role.ADMIN: _ANY},
    Permission.SELL_GIFT_CARDS: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.REDEEM_GIFT_CARDS: {
        **dict.fromkeys(_PEOPLE, _PARTY),
        Role.MANAGER: _PARTY_OR_MANAGED,
        Role.ADMIN: _ANY,
    },
    Permission.LOOK_UP_GIFT_CARDS: dict.fromkeys(_PEOPLE, _ANY),
    Permission.MANAGE_GIFT_CARDS: {Role.ADMIN: _ANY},
    Permission.SEE_GIFT_CARDS: {**_PEOPLE_THEIR_OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.REFUND_ORDERS: {**_PEOPLE_THEIR_OWN, Role.ADMIN: _ANY},
    Permission.RUN_PROMOTIONS: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.RUN_LOYALTY: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.SELL_PACKAGES: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.SEE_PACKAGES: {**_PEOPLE_THEIR_OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.TRANSFER_PACKAGES: _PEOPLE_THEIR_OWN,
    Permission.SELL_PLANS: {Role.PROVIDER: _OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.SEE_PLANS: {**_PEOPLE_THEIR_OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.HOLD_PLANS: _PEOPLE_THEIR_OWN,
    Permission.END_PLANS: {**_PEOPLE_THEIR_OWN, Role.MANAGER: _OWN | _MANAGED, Role.ADMIN: _ANY},
    Permission.WRITE_REVIEWS: _PEOPLE_THEIR_OWN,
    Permission.REPLY_TO_REVIEWS: {Role.PROVIDER: _OWN},
    Permission.MODERATE_REVIEWS: {Role.ADMIN: _ANY},
    Permission.MANAGE_WEBHOOKS: {Role.PROVIDER: _OWN, Role.ADMIN: _ANY},
    Permission.SEE_DISPUTES: {**dict.fromkeys(_PEOPLE, _PARTY), Role.ADMIN: _ANY},
    Permission.TAKE_PART_IN_DISPUTES: dict.fromkeys(_PEOPLE, _PARTY),
    Permission.DECIDE_ON_DISPUTES: {Role.ADMIN: _ANY},
    Permission.READ_NOTIFICATIONS: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_PUSH: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_JOBS: {Role.ADMIN: _ANY},
    Permission.MANAGE_FLAGS: {Role.ADMIN: _ANY},
    Permission.MANAGE_ANNOUNCEMENTS: {Role.ADMIN: _ANY},
    Permission.DISMISS_ANNOUNCEMENTS: dict.fromkeys(_PEOPLE, _ANY),
    Permission.SEE_MESSAGES: {Role.ADMIN: _ANY},
    Permission.SEE_MESSAGE_TEMPLATES: {Role.ADMIN: _ANY},
    Permission.EDIT_MESSAGE_TEMPLATES: {Role.ADMIN: _ANY},
    Permission.UPLOAD_FILES: _PEOPLE_THEIR_OWN,
    Permission.MODERATE_FILES: {Role.ADMIN: _ANY},
    Permission.MANAGE_PORTFOLIO: {Role.PROVIDER: _OWN},
    Permission.MODERATE_PORTFOLIOS: {Role.ADMIN: _ANY},
    Permission.SEE_USERS: {Role.ADMIN: _ANY},
    Permission.MANAGE_USERS: {Role.ADMIN: _ANY},
    Permission.BLOCK_NETWORKS: {Role.ADMIN: _ANY},
    Permission.SEE_BUSINESS: {Role.ADMIN: _ANY},
    Permission.SEE_AUDIT_LOG: {Role.ADMIN: _ANY},
    Permission.RUN_PLATFORM: {Role.SYSTEM: _ANY},
}


def may(actor: Actor | None, action: Permission, relation: Relation | None = None) -> bool:
    """Whether the actor may take the action on an object in this relation (None: no relation).

    An action that is not in the table is allowed to no role. Without an actor (None) nothing is allowed.
    """
    if actor is None:
        return False
    allowed = PERMISSIONS.get(action, {}).get(actor.role, frozenset())
    return Relation.ANY in allowed or relation in allowed


def may_ever(actor: Actor, action: Permission) -> bool:
    """Whether the actor's role may take the action on some object; `may` says on which."""
    return bool(PERMISSIONS.get(action, {}).get(actor.role))


def owned(actor: Actor | None, owner_id: UserId) -> Relation | None:
    """The relation to the actor of an object that this user owns."""
    return Relation.OWN if actor is not None and actor.id == owner_id else None


def managed(actor: Actor | None, manager_id: UserId | None) -> Relation | None:
    """The relation to the actor of what belongs to a member of this manager's salon (None: of no salon)."""
    return Relation.MANAGED if actor is not None and actor.id == manager_id else None


def authorise(actor: Actor, action: Permission) -> None:
    """Raise `NotPermitted` unless `may_ever`."""
    if not may_ever(actor, action):
        raise NotPermitted(permission=action)
