"""Unpublish a profile: whatever waits for a booking with it ends in the same database transaction."""

from booking_domain.catalogue.events import ProfileSuspended, profile_event
from booking_domain.catalogue.model import Profile, ProfileAction, SuspensionCause
from booking_domain.identity.model import User, UserStatus
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.platform.ports import Repositories


def may_publish(owner: User | None) -> bool:
    """Whether the account can have a published profile: it is active, and a provider's."""
    return owner is not None and owner.status is UserStatus.ACTIVE and owner.role is Role.PROVIDER


async def release_offers(provider_id: ProviderId, tx: Repositories) -> None:
    """Delete all holds on the provider's time; customers to whom time was offered wait again. Needs the lock."""
    for entry in await tx.waiting_list.open_for(provider_id):
        if entry.status is WaitingStatus.OFFERED:
            await tx.waiting_list.save(entry.retracted())
    await tx.claims.release_holds(provider_id)


async def suspend(
    profile: Profile, cause: SuspensionCause, tx: Repositories, context: UseCaseContext, reason: str = ""
) -> Profile:
    """Suspend a profile that is locked, release what is held, and announce it.

    Raises:
        InvalidProfileTransition: the profile is neither published nor withdrawn.
    """
    after = profile.suspended(Role.ADMIN, cause, context.now, reason)
    await tx.profiles.save(after, was=profile)
    await release_offers(profile.id, tx)
    context.note("provider.suspended", Subject("provider", profile.id), details={"cause": cause.value})
    await tx.outbox.put([profile_event(ProfileSuspended, after, context)])
    return after


async def suspend_unless_publishable(owner: User, tx: Repositories, context: UseCaseContext) -> None:
    """Suspend the profile of an account that is no longer an active provider's; the account is locked."""
    if may_publish(owner):
        return
    await tx.calendars.lock_provider_of(owner.id)
    profile = await tx.profiles.of_owner(owner.id)
    if profile is not None and profile.can(ProfileAction.SUSPEND):
        disabled = owner.status is UserStatus.DISABLED
        cause = SuspensionCause.ACCOUNT_DISABLED if disabled else SuspensionCause.ROLE_CHANGED
        await suspend(profile, cause, tx, context)
