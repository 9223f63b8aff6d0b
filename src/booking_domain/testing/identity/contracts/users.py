"""The contract of `Users` and `UserReads`."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from booking_domain.identity.errors import EmailTaken, PhoneTaken
from booking_domain.identity.model import (
    ERASED_AFTER,
    SIGN_UP_LIFE,
    Undeliverable,
    User,
    UserAction,
    UserParty,
    UserStatus,
)
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.preferences import Channels, NewsChannel, NewsKind, Preferences, QuietHours, Unsubscription
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import FileId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.time import WallTime
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, jumbled, one_wins, race, waits


class UsersContract(StorageContract):
    """Accounts. E-mail addresses and phone numbers are unique."""

    async def _add_or_look_again(self, user: User) -> None:
        async with self.begin() as tx:
            try:
                await tx.users.add(user)
            except (EmailTaken, PhoneTaken) as taken:
                raise ConcurrentChange(what="account") from taken

    async def _add(self, user: User) -> None:
        await self.alone.users.add(user)

    async def test_an_account_is_stored_with_all_fields(self) -> None:
        users = [self.make.user(role) for role in Role]
        users.append(replace(self.make.user(), email=None))
        users += [
            replace(self.make.user(), email_undeliverable_at=NOW, email_undeliverable_reason=reason)
            for reason in (None, *Undeliverable)
        ]
        users.append(replace(self.make.user(), phone=None))
        users.append(replace(self.make.user(), status=UserStatus.DISABLED, locale="mn", time_zone="Europe/Berlin"))
        users.append(replace(self.make.user(), email=None, phone=None, password_hash=None))
        users.append(replace(self.make.user(), preferences=Preferences(channels=Channels(sms=False), marketing=True)))
        off = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)
        night = QuietHours(start=WallTime.parse("22:00"), end=WallTime.parse("07:00"))
        users.append(replace(self.make.user(), preferences=Preferences(unsubscribed=(off,), quiet_hours=night)))
        users += [self.make.user().deleted(NOW), self.make.user().deleted(NOW).erased(NOW + ERASED_AFTER)]
        users.append(
            replace(
                self.make.user(),
                given_name="Бат-Эрдэнэ",
                family_name="رضایی",
                birth_date=date(1996, 2, 29),
                address="Сүхбаатар дүүрэг 8-12\nУлаанбаатар 14200",
                picture=Image(file_id=FileId(self.make.entropy.new_id()), width=1_080, height=720),
                version=7,
            )
        )
        users.append(
            replace(self.make.user(), name="Ö. Дорж 🖋 " + "а" * 100, password_hash="$argon2id$v=19$m=1$" + "x" * 200)
        )
        for user in users:
            await self._add(user)
        async with self.begin() as tx:
            assert [await tx.users.get(user.id) for user in users] == users
        assert [await self.reads.users.get(user.id) for user in users] == users

    async def test_an_unknown_account_is_not_found(self) -> None:
        stranger = self.make.user()
        assert await self.alone.users.get(stranger.id) is None
        assert await self.reads.users.get(stranger.id) is None

    async def test_only_an_active_account_has_an_active_role(self) -> None:
        for role, status in product(Role, UserStatus):
            user = replace(self.make.user(role), status=status)
            await self.alone.users.add(user)
            async with self.begin() as tx:
                expected = role if status is UserStatus.ACTIVE else None
                assert await tx.users.active_role(user.id) is expected
                assert await tx.users.active_role(UserId(self.make.entropy.new_id())) is None

    async def test_saving_replaces_one_account(self) -> None:
        user, other = self.make.user(), self.make.user()
        for each in (user, other):
            await self._add(each)
        changed = user.moved(
            UserAction.DISABLE,
            UserParty.ADMIN,
            email="elsewhere@example.com",
            phone="+97699887766",
            name="Another name",
            birth_date=date(2000, 1, 1),
            password_hash=None,
            email_verified_at=NOW,
        )
        async with self.begin() as tx:
            assert await tx.users.lock(user.id) == user
            await tx.users.save(changed)
        assert await self.reads.users.get(user.id) == changed
        assert changed.version == user.version + 1
        assert await self.reads.users.get(other.id) == other
        assert await self.reads.users.by_login("+97699887766") == changed
        assert await self.reads.users.by_login(user.phone or "") is None

    async def test_a_change_cannot_take_the_email_address_or_phone_of_another_account(self) -> None:
        user, other = self.make.user(), self.make.user()
        for each in (user, other):
            await self._add(each)
        for error, theirs in ((EmailTaken, {"email": other.email}), (PhoneTaken, {"phone": other.phone})):
            with pytest.raises(error):
                await self.alone.users.save(user.changed(**theirs))
        assert await self.reads.users.get(user.id) == user

    async def test_an_account_is_locked_until_the_commit(self) -> None:
        user = self.make.user()
        await self._add(user)
        changed = user.changed(password_hash="new hash")
        async with self.begin() as tx:
            assert await tx.users.lock(self.make.user().id) is None
            await tx.users.lock(user.id)
            other = asyncio.create_task(self.alone.users.lock(user.id))
            assert await waits(other)
            await tx.users.save(changed)
        assert await other == changed

    async def test_an_email_address_belongs_to_one_account(self) -> None:
        first = self.make.user()
        await self._add(first)
        with pytest.raises(EmailTaken):
            await self._add(replace(self.make.user(), email=first.email))

    async def test_a_phone_number_belongs_to_one_account(self) -> None:
        first = self.make.user()
        await self._add(first)
        with pytest.raises(PhoneTaken):
            await self._add(replace(self.make.user(), phone=first.phone))

    async def test_a_use_case_learns_of_a_taken_contact_before_the_commit(self) -> None:
        first = self.make.user()
        await self._add(first)
        for second in (replace(self.make.user(), email=first.email), replace(self.make.user(), phone=first.phone)):
            with pytest.raises(ConcurrentChange):
                await self._add_or_look_again(second)

    async def test_several_accounts_can_lack_an_email_address_or_a_phone(self) -> None:
        for _ in range(2):
            await self._add(replace(self.make.user(), email=None))
            await self._add(replace(self.make.user(), phone=None))

    async def test_of_concurrent_registrations_of_one_address_one_succeeds(self) -> None:
        users = [replace(self.make.user(), email="wanted@example.com") for _ in range(5)]
        await one_wins([self._add(user) for user in users], EmailTaken)

    async def test_several_accounts_are_locked_in_the_order_of_ids(self) -> None:
        first, second, third = self.make.user(), self.make.user(), self.make.user()
        for each in (second, third, first):
            await self._add(each)
        async with self.begin() as tx:
            assert list(await tx.users.lock_all([])) == []
            assert list(await tx.users.lock_all({third.id, self.make.user().id, first.id})) == [first, third]
            other = asyncio.create_task(self.alone.users.lock(third.id))
            assert await waits(other)
        assert await other == third

    async def test_locking_several_accounts_does_not_deadlock(self) -> None:
        users = [self.make.user() for _ in range(4)]
        for each in users:
            await self._add(each)

        async def change(ids: list[UserId]) -> None:
            async with self.begin() as tx:
                for user in await tx.users.lock_all(ids):
                    await tx.users.save(user.changed(name=user.name + "!"))

        ids = [user.id for user in users]
        _, refusals = await race([change(each) for each in (ids, ids[::-1], ids[2:] + ids[:2], ids[::-1])])
        assert refusals == []
        assert [user.version for user in await self.reads.users.page(UserFilter(limit=9))] == [5] * 4

    async def test_pages_of_accounts_are_newest_first(self) -> None:
        users = [self.make.user() for _ in range(5)]
        for each in jumbled(*users):
            await self._add(each)
        first = await self.reads.users.page(UserFilter(limit=2))
        rest = await self.reads.users.page(UserFilter(limit=9, after=first[-1].id))
        assert [*first, *rest] == users[::-1]

    async def test_each_filter_returns_only_matching_accounts(self) -> None:
        later = NOW + timedelta(hours=1)
        dorj = replace(
            self.make.user(),
            name="Дорж Б.",
            email="dorj@example.com",
            given_name="Дорж",
            family_name="Бат-Эрдэнэ",
            created_at=later,
        )
        admin = replace(self.make.user(Role.ADMIN), name="100% Anna_", email=None, status=UserStatus.DISABLED)
        bare = replace(self.make.user(), name="Bo", email=None, phone=None)
        for each in (dorj, admin, bare):
            await self._add(each)
        every = UserFilter(limit=9)
        for chosen, expected in (
            (every, [bare, admin, dorj]),
            (replace(every, role=Role.ADMIN), [admin]),
            (replace(every, status=UserStatus.ACTIVE), [bare, dorj]),
            (replace(every, status=UserStatus.DISABLED, role=Role.CUSTOMER), []),
            (replace(every, text="дОРж"), [dorj]),
            (replace(every, text="ДОРЖ"), [dorj]),
            (replace(every, text="١٠٠% Ánna"), [admin]),
            (replace(every, text="Dorj@"), [dorj]),
            (replace(every, text="orj"), [dorj]),
            (replace(every, text="ЭРДЭНЭ"), [dorj]),
            (replace(every, text="дорж бат-э"), [dorj]),
            (replace(every, text="бат-эрдэнэ дорж"), [dorj]),
            (replace(every, text="@EXAMPLE"), [dorj]),
            (replace(every, text="100% anna_"), [admin]),
            (replace(every, text="1%"), []),
            (replace(every, text="b_"), []),
            (replace(every, text="unknown", phone=dorj.phone), [dorj]),
            (replace(every, text="unknown", phone=(dorj.phone or "")[:-1]), []),
            (replace(every, created_from=later), [dorj]),
            (replace(every, created_before=later), [bare, admin]),
        ):
            assert list(await self.reads.users.page(chosen)) == expected, chosen

    async def test_accounts_are_found_by_the_last_digits_of_their_numbers_or_six_in_a_row(self) -> None:
        dorj, reza = (replace(self.make.user(), phone=phone) for phone in ("+97699112233", "+989123450044"))
        for each in (dorj, reza, replace(self.make.user(), name="Bo", phone=None)):
            await self._add(each)
        for text, expected in (
            ("2233", [dorj]),
            ("12233", [dorj]),
            ("9911", []),
            ("99112", []),
            ("991122", [dorj]),
            ("9911-22 33", [dorj]),
            ("+976 (99) 11", [dorj]),
            ("0097699112233", [dorj]),
            ("0912 345 0044", [reza]),
            ("۰۹۱۲۳۴۵", [reza]),
            ("٠٠٤٤", [reza]),
            ("991122334", []),
            ("1234500", [reza]),
            ("233", []),
            ("Bold 2233", []),
        ):
            assert list(await self.reads.users.page(UserFilter(text=text, limit=9))) == expected, text
        async with self.begin() as tx:
            changed = dorj.changed(phone="+97688002211", phone_verified_at=None)
            await tx.users.save(changed)
            await tx.users.save(reza.deleted(NOW).erased(NOW))
        assert list(await self.reads.users.page(UserFilter(text="2233", limit=9))) == []
        assert list(await self.reads.users.page(UserFilter(text="0044", limit=9))) == []
        assert list(await self.reads.users.page(UserFilter(text="2211", limit=9))) == [changed]

    async def test_an_account_is_found_by_email_address_or_phone(self) -> None:
        one, other = self.make.user(), self.make.user()
        await self._add(one)
        await self._add(other)
        assert await self.reads.users.by_login(one.email or "") == one
        assert await self.reads.users.by_login(other.phone or "") == other
        assert await self.alone.users.by_login(one.email or "") == one
        assert await self.alone.users.by_login(other.phone or "") == other
        assert await self.alone.users.by_login("unknown@example.com") is None

    async def test_accounts_are_due_for_erasure_a_month_after_deletion_or_a_day_after_sign_up(self) -> None:
        instant = timedelta(microseconds=1)
        month, begun = NOW - ERASED_AFTER, NOW - SIGN_UP_LIFE
        pending = replace(self.make.user(), status=UserStatus.PENDING, created_at=begun)
        due = [self.make.user().deleted(month), self.make.user().deleted(month - instant), pending]
        others = [
            self.make.user().deleted(month + instant),
            self.make.user().deleted(month).erased(NOW),
            self.make.user().deleted(month).moved(UserAction.ENABLE, UserParty.ADMIN),
            replace(pending, id=self.make.user().id, email=None, phone=None, created_at=begun + instant),
            replace(self.make.user(), created_at=begun),
        ]
        for user in (*others, *jumbled(*due)):
            await self._add(user)
        ids = sorted(user.id for user in due)
        assert list(await self.reads.users.to_erase(NOW, None, 9)) == ids
        assert list(await self.reads.users.to_erase(NOW, None, 2)) == ids[:2]
        assert list(await self.reads.users.to_erase(NOW, ids[1], 2)) == ids[2:]
        assert list(await self.reads.users.to_erase(NOW - instant, None, 9)) == [due[1].id]

    async def test_an_account_is_found_by_nothing_else(self) -> None:
        user = replace(self.make.user(), phone=None)
        await self._add(user)
        for login in ("", "unknown@example.com", "+97600000000", user.name, str(user.id), "%"):
            assert await self.reads.users.by_login(login) is None
