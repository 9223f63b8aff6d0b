"""Loyalty accounts: opened when they are needed, changed under their lock, adjusted by admins, seen by customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.catalogue.salons import Salon, SalonNotFound
from booking_domain.identity.errors import UserNotFound
from booking_domain.loyalty.lots import (
    MAX_LOYALTY_REASON,
    Cause,
    Issuer,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    LoyaltyEntryKind,
    Posted,
)
from booking_domain.loyalty.ports import LoyaltyReads
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.loyalty.tiers import MAX_TIER_GRACE, PERIOD, LoyaltyTier, next_tier, qualifying_points
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.platform.views import ProviderView


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustLoyalty:
    """Add points to a user's account, or take them. The balance may fall below zero."""

    user_id: UserId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """Whose points; neither: the platform's."""
    points: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeView:
    """A programme as a customer takes part in it."""

    programme: LoyaltyProgramme
    tier: LoyaltyTier | None
    """The tier that they have now."""
    next_tier: LoyaltyTier | None
    """The tier that they reach next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyAccountView:
    """An account, who issues its points, and the programmes by which they are earned and spent."""

    account: LoyaltyAccount
    provider: ProviderView | None = None
    salon: Salon | None = None
    """Neither: the platform's points."""
    spendable: int
    qualifying_points: int
    """What appointments have earned in the last 12 months."""
    programmes: Sequence[ProgrammeView]
    """Those that run, one of each currency."""


def cause(
    name: str, context: UseCaseContext, *, booking_id: BookingId | None = None, reason: str | None = None
) -> Cause:
    """The cause of an entry that is made now."""
    return Cause(
        id=LoyaltyEntryId(context.entropy.new_id()), name=name, at=context.now, booking_id=booking_id, reason=reason
    )


async def lock_account(user_id: UserId, issuer: Issuer, tx: Repositories, context: UseCaseContext) -> LoyaltyAccount:
    """Lock the account, and open it if there is none."""
    found = await tx.loyalty_accounts.lock_of(user_id, issuer)
    if found is not None:
        return found
    account = LoyaltyAccount(
        id=LoyaltyAccountId(context.entropy.new_id()),
        user_id=user_id,
        provider_id=issuer.provider_id,
        salon_id=issuer.salon_id,
        created_at=context.now,
    )
    await tx.loyalty_accounts.add(account)
    return account


async def post(posted: Posted, was: LoyaltyAccount, tx: Repositories) -> LoyaltyEntry:
    """Store a changed account with its entry."""
    account, entry = posted
    await tx.loyalty_accounts.save(account, was=was)
    await tx.loyalty_accounts.add_entry(entry)
    return entry


async def _adjust(command: AdjustLoyalty, tx: Repositories, context: UseCaseContext) -> LoyaltyEntry:
    text = command.reason.strip()
    if not command.points:
        raise InvalidValue(field="points", problem="not 0")
    if not 1 <= len(text) <= MAX_LOYALTY_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_LOYALTY_REASON} characters")
    required(await tx.users.active_role(command.user_id), UserNotFound)
    if command.provider_id is not None and command.salon_id is not None:
        raise InvalidValue(field="salon_id", problem="it is of a provider or of a salon")
    if command.provider_id is not None and await tx.profiles.get(command.provider_id) is None:
        raise ProviderNotFound
    if command.salon_id is not None:
        required(await tx.salons.lock(command.salon_id), SalonNotFound)
    issuer = Issuer(provider_id=command.provider_id, salon_id=command.salon_id)
    account = await lock_account(command.user_id, issuer, tx, context)
    why = cause(f"adjustment:{context.entropy.new_id()}", context, reason=text)
    kind = LoyaltyEntryKind.ADJUSTED
    if command.points > 0:
        return await post(account.grant(command.points, why, kind=kind), account, tx)
    return await post(account.reclaim(-command.points, why, kind=kind), account, tx)


async def _list_accounts(actor: Actor, reads: Reads, *, now: datetime) -> Sequence[LoyaltyAccountView]:
    """The actor's accounts, the oldest first."""
    authorise(actor, Permission.MANAGE_ACCOUNT)
    accounts = await reads.loyalty.of_user(actor.id)
    found = await reads.providers.of_all([each.provider_id for each in accounts if each.provider_id is not None])
    providers = {each.profile.id: each for each in found}
    salons = {}
    for salon_id in {each.salon_id for each in accounts if each.salon_id is not None}:
        view = await reads.salons.get(salon_id)
        salons[salon_id] = None if view is None else view.salon
    programmes = await reads.loyalty_programmes.running_of([each.issuer for each in accounts])
    entries = await reads.loyalty.qualifying(actor.id, now - PERIOD - MAX_TIER_GRACE)

    def view_of(programme: LoyaltyProgramme, of_account: Sequence[LoyaltyEntry]) -> ProgrammeView:
        return ProgrammeView(
            programme=programme,
            tier=programme.tier_at(of_account, now),
            next_tier=next_tier(programme.tiers, qualifying_points(of_account, now)),
        )

    by_account = {each.id: [one for one in entries if one.account_id == each.id] for each in accounts}
    return [
        LoyaltyAccountView(
            account=each,
            provider=None if each.provider_id is None else providers.get(each.provider_id),
            salon=None if each.salon_id is None else salons.get(each.salon_id),
            spendable=each.spendable(now),
            qualifying_points=qualifying_points(by_account[each.id], now),
            programmes=[view_of(one, by_account[each.id]) for one in programmes if one.issuer == each.issuer],
        )
        for each in accounts
    ]


async def _list_entries(
    actor: Actor, account_id: LoyaltyAccountId | None, after: LoyaltyEntryId | None, limit: int, loyalty: LoyaltyReads
) -> Sequence[LoyaltyEntry]:
    """The entries of the actor's account, or of all, newest first."""
    authorise(actor, Permission.MANAGE_ACCOUNT)
    return await loyalty.entries(actor.id, account_id, after, limit)


adjust_loyalty: Final = UseCase(
    Permission.ADJUST_LOYALTY,
    _adjust,
    lambda command, _: Subject("user", command.user_id),
    audited_as="loyalty.adjusted",
    raises=(UserNotFound, ProviderNotFound, SalonNotFound, InvalidValue),
)
list_loyalty_accounts: Final = Query(_list_accounts, (NotPermitted,))
list_loyalty_entries: Final = Query(_list_entries, (NotPermitted,))
