"""Admins end sessions of users and remove second factors that were lost."""

from dataclasses import replace
from typing import Final

import pytest
from tests.unit.stage import Stage

from booking_domain.identity.errors import OwnAccount, SecondFactorMissing, SessionNotFound, UserNotFound
from booking_domain.identity.model import User
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.identity.sessions import Session
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditFilter, Subject
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.use_cases.identity.administration import (
    EndSessionOfUser,
    end_session_of_user,
    remove_factor_of_user,
)

RECOVERY_CODES: Final = frozenset({b"a" * 32, b"b" * 32})


async def an_admin(stage: Stage) -> User:
    return await stage.joined_by(stage.make.user(Role.ADMIN))


async def signed_in(stage: Stage, user: User, **other: object) -> Session:
    session: Session = replace(stage.make.session(user), **other)  # type: ignore[arg-type]
    async with stage.database.begin() as tx:
        await tx.sessions.add(session)
    return session


async def live(stage: Stage, user: User) -> set[SessionId]:
    return {each.id for each in await stage.database.reads.sessions.live(user.id, NOW, 99)}


def active(user: User) -> SecondFactor:
    """An active factor that is being replaced."""
    return SecondFactor(
        user_id=user.id, secret="A" * 32, new_secret="B" * 32, confirmed_at=NOW, recovery_codes=RECOVERY_CODES
    )


async def keep(stage: Stage, factor: SecondFactor) -> None:
    async with stage.database.begin() as tx:
        await tx.second_factors.save(factor)


async def factor_of(stage: Stage, user: User) -> SecondFactor | None:
    async with stage.database.begin() as tx:
        return await tx.second_factors.lock(user.id)


async def test_an_admin_ends_one_session_of_a_user_and_the_audit_log_names_it(stage: Stage) -> None:
    admin, customer = await an_admin(stage), stage.cast.customer
    phone, laptop = await signed_in(stage, customer), await signed_in(stage, customer)
    command = EndSessionOfUser(user_id=customer.id, session_id=phone.id)
    await stage.by(admin.actor, end_session_of_user, command)
    assert await live(stage, customer) == {laptop.id}
    (entry,) = await stage.database.reads.audit_log.page(AuditFilter(limit=9))
    assert (entry.actor, entry.action, entry.subject, entry.details) == (
        admin.actor,
        "user.end_session",
        Subject("user", customer.id),
        {"session": str(phone.id)},
    )
    with pytest.raises(SessionNotFound):
        await stage.by(admin.actor, end_session_of_user, command)


async def test_an_admin_cannot_end_an_ended_session_or_one_of_another_user(stage: Stage) -> None:
    admin, customer, owner = await an_admin(stage), stage.cast.customer, stage.cast.owner
    theirs, expired = await signed_in(stage, owner), await signed_in(stage, customer, expires_at=NOW)
    ended, mine = await signed_in(stage, customer, ended_at=NOW), await signed_in(stage, admin)
    for session_id in (theirs.id, expired.id, ended.id, mine.id, SessionId(stage.make.entropy.new_id())):
        with pytest.raises(SessionNotFound):
            command = EndSessionOfUser(user_id=customer.id, session_id=session_id)
            await stage.by(admin.actor, end_session_of_user, command)
    assert (await live(stage, owner), await live(stage, admin)) == ({theirs.id}, {mine.id})


async def test_removing_a_second_factor_removes_its_codes_and_ends_all_sessions(stage: Stage) -> None:
    admin, customer, owner = await an_admin(stage), stage.cast.customer, stage.cast.owner
    theirs = await signed_in(stage, owner)
    for _ in range(2):
        await signed_in(stage, customer, second_factor=True)
    await keep(stage, active(customer))
    await keep(stage, active(owner))
    await stage.by(admin.actor, remove_factor_of_user, customer.id)
    assert await factor_of(stage, customer) is None
    assert await live(stage, customer) == set()
    assert await factor_of(stage, owner) == active(owner)
    assert await live(stage, owner) == {theirs.id}
    (entry,) = await stage.database.reads.audit_log.page(AuditFilter(limit=9))
    assert (entry.actor, entry.action) == (admin.actor, "user.remove_second_factor")
    assert entry.subject == Subject("user", customer.id)


async def test_removing_a_missing_second_factor_changes_nothing(stage: Stage) -> None:
    admin, customer = await an_admin(stage), stage.cast.customer
    phone, being_set_up = await signed_in(stage, customer), SecondFactor(user_id=customer.id, new_secret="B" * 32)
    for kept in (None, being_set_up):
        if kept is not None:
            await keep(stage, kept)
        with pytest.raises(SecondFactorMissing):
            await stage.by(admin.actor, remove_factor_of_user, customer.id)
        assert (await factor_of(stage, customer), await live(stage, customer)) == (kept, {phone.id})


async def test_an_admin_can_remove_the_factor_of_another_admin_but_not_their_own(stage: Stage) -> None:
    admin, other = await an_admin(stage), await an_admin(stage)
    for each in (admin, other):
        await keep(stage, active(each))
    with pytest.raises(OwnAccount):
        await stage.by(admin.actor, remove_factor_of_user, admin.id)
    assert await factor_of(stage, admin) == active(admin)
    await stage.by(admin.actor, remove_factor_of_user, other.id)
    assert await factor_of(stage, other) is None


async def test_a_former_admin_can_neither_end_sessions_nor_remove_factors(stage: Stage) -> None:
    admin, customer = await an_admin(stage), stage.cast.customer
    phone = await signed_in(stage, customer)
    await keep(stage, active(customer))
    async with stage.database.begin() as tx:
        await tx.users.save(admin.changed(role=Role.CUSTOMER))
    command = EndSessionOfUser(user_id=customer.id, session_id=phone.id)
    with pytest.raises(NotPermitted):
        await stage.by(admin.actor, end_session_of_user, command)
    with pytest.raises(NotPermitted):
        await stage.by(admin.actor, remove_factor_of_user, customer.id)
    assert (await factor_of(stage, customer), await live(stage, customer)) == (active(customer), {phone.id})


async def test_an_unknown_account_has_no_sessions_or_factors_to_remove(stage: Stage) -> None:
    admin, nobody = await an_admin(stage), UserId(stage.make.entropy.new_id())
    mine = await signed_in(stage, admin)
    with pytest.raises(UserNotFound):
        command = EndSessionOfUser(user_id=nobody, session_id=mine.id)
        await stage.by(admin.actor, end_session_of_user, command)
    with pytest.raises(UserNotFound):
        await stage.by(admin.actor, remove_factor_of_user, nobody)
    assert await live(stage, admin) == {mine.id}
