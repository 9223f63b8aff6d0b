"""Demo data for development: three accounts, and a provider who is open. Seeding twice changes nothing."""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import User
from booking_domain.identity.use_cases.sign_in import Register, register
from booking_domain.scheduling.model import Hours
from booking_domain.scheduling.use_cases.calendars import AddRule, add_rule
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.money import Money
from booking_domain.shared.time import WallTime
from booking_domain.workflows.provider_profiles import (
    DecideOnProfile,
    ProfileChange,
    TermsChange,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from entrypoints.container import Container
from entrypoints.settings import Environment, Settings

PASSWORD: Final = "correct-horse-battery"  # noqa: S105 - development only, as the banner says
DEPOSIT: Final = Money.of(20_000, "MNT")
PRICE: Final = Money.of(80_000, "MNT")
OPEN: Final = Hours(WallTime.parse("10:00"), WallTime.parse("19:00"))
MONDAY_TO_SATURDAY: Final = range(1, 7)


class SeedRefused(Exception):
    """Demo accounts have a password that everybody knows."""


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account."""

    email: str
    name: str
    role: Role


ADMIN: Final = Account("admin@example.com", "Admin", Role.ADMIN)
PROVIDER: Final = Account("provider@example.com", "Sarnai", Role.PROVIDER)
CUSTOMER: Final = Account("customer@example.com", "Bold", Role.CUSTOMER)
ACCOUNTS: Final = (ADMIN, PROVIDER, CUSTOMER)


async def seed(settings: Settings, url: str) -> None:
    """Add what is missing, each step by the use case that a person would have used; in production, `SeedRefused`."""
    if settings.environment is Environment.PRODUCTION:
        raise SeedRefused("demo data is for development: everybody knows its passwords")
    container = Container(settings=replace(settings, database_url=url))
    await container.database().open()
    try:
        admin, provider, _ = [await _account(container, account) for account in ACCOUNTS]
        await _provider(container, provider, admin)
    finally:
        await container.database().close()


async def _account(container: Container, account: Account) -> User:
    there: User | None = await container.reads().users.by_login(account.email)
    if there is not None:
        return there
    command = Register(
        email=account.email,
        phone=None,
        name=account.name,
        role=account.role,
        password_hash=await container.password_hasher().hash(PASSWORD),
        by_platform=True,
    )
    user: User = await container.executor().run(register, command, actor=SYSTEM)
    return user


async def _provider(container: Container, owner: User, admin: User) -> None:
    executor, reads = container.executor(), container.reads()
    view = await reads.providers.by_owner(owner.id)
    if view is None:
        profile = ProfileChange(
            display_name="Sarnai Tattoo",
            bio="Fine lines and ornament, by appointment.",
            styles=("fine line", "ornamental"),
            address="Peace Avenue 1, Ulaanbaatar",
            time_zone="Asia/Ulaanbaatar",
            terms=TermsChange(deposit_amount=DEPOSIT.amount, price_amount=PRICE.amount, currency=DEPOSIT.currency),
        )
        view = await executor.run(open_profile, profile, actor=owner.actor)
    calendar = await reads.schedules.calendar(view.profile.id)
    open_days = {rule.day for rule in calendar.rules} if calendar is not None else set()
    # A provider who has closed days since, or opened others, keeps them: hours are added to an empty calendar only.
    if not open_days and view.profile.status is ProfileStatus.DRAFT:
        for day in MONDAY_TO_SATURDAY:
            await executor.run(add_rule, AddRule(day=day, hours=OPEN), actor=owner.actor)
    if view.profile.status is ProfileStatus.DRAFT:
        await executor.run(submit_profile, None, actor=owner.actor)
        decision = DecideOnProfile(provider_id=view.profile.id, approved=True)
        await executor.run(decide_on_profile, decision, actor=admin.actor)
