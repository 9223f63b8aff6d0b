"""Users refer others by a code: who enters it before their first booking was referred, once."""

from dataclasses import dataclass
from typing import Final

from booking_domain.loyalty.referrals import (
    MONTH,
    Referral,
    ReferralId,
    ReferralRefused,
    ReferredAlready,
    UnknownReferralCode,
    new_referral_code,
    same_mailbox,
)
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterReferralCode:
    """Say who has referred the actor."""

    referral_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    """A user's referral, and what came of their code."""

    referral: Referral
    visits: int
    """How many users whom they have referred had their first visit in the last 30 days."""

    @property
    def referred(self) -> bool:
        """Whether somebody has referred the user."""
        return self.referral.referrer_id is not None


async def _open(_: None, tx: Repositories, context: UseCaseContext) -> ReferralView:
    """The actor's referral, with a code; made if there is none."""
    referral = await _of_actor(tx, context)
    visits = await tx.referrals.count_rewarded(referral.user_id, context.now - MONTH)
    return ReferralView(referral=referral, visits=visits)


async def _of_actor(tx: Repositories, context: UseCaseContext) -> Referral:
    found = await tx.referrals.lock_of(context.actor.id)
    if found is not None:
        return found
    referral = Referral(
        id=ReferralId(context.entropy.new_id()),
        user_id=context.actor.id,
        referral_code=new_referral_code(context.entropy),
        created_at=context.now,
    )
    await tx.referrals.add(referral)
    return referral


async def _enter(command: EnterReferralCode, tx: Repositories, context: UseCaseContext) -> ReferralView:
    mine = await _of_actor(tx, context)
    referrer = required(await tx.referrals.by_code(command.referral_code.strip().upper()), UnknownReferralCode)
    after = mine.referred_by(referrer)
    users = [await tx.users.get(each.user_id) for each in (mine, referrer)]
    mails = [None if user is None else user.email for user in users]
    if (
        same_mailbox(*mails)
        or await tx.referrals.has_brought(mine.user_id, referrer.user_id)
        or await tx.ties.of_accounts(mine.user_id, referrer.user_id)
        or not await tx.promotions.is_new(context.actor.id, None)
    ):
        raise ReferralRefused
    await tx.referrals.save(after, was=mine)
    return ReferralView(referral=after, visits=0)


open_referral: Final = UseCase(Permission.MANAGE_ACCOUNT, _open, lambda _, view: Subject("user", view.referral.user_id))
enter_referral_code: Final = UseCase(
    Permission.MANAGE_ACCOUNT,
    _enter,
    lambda _, view: Subject("user", view.referral.user_id),
    raises=(UnknownReferralCode, ReferralRefused, ReferredAlready),
)
