"""A bank account changes while transfers to it are approved and closed: no money goes where nobody approved it."""

from datetime import timedelta
from typing import Final

from tests.contract.conftest import OpenStudio

from booking_domain.bookings.transitions import Status
from booking_domain.identity.bank_accounts import BankAccount, BankAccountTooNew
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.payments.transfers import ApprovalOutdated
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.identity.bank_accounts import SetBankAccount, set_bank_account
from booking_domain.use_cases.identity.not_me_links import NotMeLink, disown_bank_account
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.payments.refund_transfers import approve_refund_transfer, settle_refund_transfer
from booking_domain.use_cases.payments.transfers import ApproveTransfer, SettleTransfer
from booking_domain.use_cases.platform.views import TransferStep

OLD: Final = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
NEW: Final = BankDetails(bank="Golomt Bank", account_number="6666666666", holder_name="Thief")
TRIES: Final = 3


class Scene:
    """A customer who is signed in, with a confirmed bank account and a refund."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._weeks = 0

    async def refund(self) -> Refund:
        self._weeks += 1
        booking = await self.studio.book(TOMORROW + self._weeks * timedelta(days=7))
        await self.studio.paid(booking)
        await self.studio.move(booking, Status.CANCELLED, by=self.studio.owner)
        [refund] = await self.studio.refunds(booking)
        await self.studio.enter_bank_account(self.studio.customer, OLD)
        return refund

    async def proof(self) -> PasswordCheck:
        user = await self.studio.reads.users.get(UserId(self.studio.customer.id))
        assert user is not None
        session = Builder(self._weeks).session(user)
        async with self.studio.backend.begin() as tx:
            await tx.sessions.add(session)
        return PasswordCheck(user=user, right=True, current=session.id)

    async def change(self, proof: PasswordCheck, details: BankDetails = NEW) -> BankAccount:
        command = SetBankAccount(proof=proof, details=details)
        return await self.studio.run(set_bank_account, command, by=self.studio.customer)

    async def approve(self, refund: Refund) -> Refund:
        return await self.studio.run(
            approve_refund_transfer, ApproveTransfer(transfer_id=refund.id), by=self.studio.admin
        )

    async def settle(self, refund: Refund) -> Refund:
        command = SettleTransfer(transfer_id=refund.id, bank_reference=f"FT{refund.id.hex}")
        return await self.studio.run(settle_refund_transfer, command, by=self.studio.admin)

    async def account(self) -> BankAccount:
        account = await self.studio.reads.bank_accounts.get(UserId(self.studio.customer.id))
        assert account is not None
        return account


async def test_a_change_and_an_approval_at_once_leave_no_approval_of_the_new_account(open_studio: OpenStudio) -> None:
    scene = Scene(await open_studio())
    for _ in range(TRIES):
        refund = await scene.refund()
        proof = await scene.proof()
        _, refusals = await race([scene.approve(refund), scene.change(proof), scene.approve(refund)])
        assert {type(refusal) for refusal in refusals} <= {BankAccountTooNew}
        transfer = await scene.studio.reads.refund_transfers.get(refund.id)
        assert transfer is not None
        assert (transfer.waits_for, transfer.transfer.payee in {None, OLD}) == (TransferStep.APPROVAL, True)


async def test_a_change_and_a_settlement_at_once_record_the_account_that_was_approved(open_studio: OpenStudio) -> None:
    scene = Scene(await open_studio())
    for _ in range(TRIES):
        refund = await scene.approve(await scene.refund())
        proof = await scene.proof()
        _, refusals = await race([scene.settle(refund), scene.change(proof), scene.settle(refund)])
        assert {type(refusal) for refusal in refusals} <= {ApprovalOutdated}
        after = await scene.studio.reads.refunds.get(refund.id)
        assert after is not None
        assert after.payee == OLD
        assert (after.status is RefundStatus.PENDING) == (len(refusals) == 2)


async def test_of_two_changes_at_once_each_waits_and_the_last_one_stays(open_studio: OpenStudio) -> None:
    scene = Scene(await open_studio())
    await scene.refund()
    proof = await scene.proof()
    third = BankDetails(bank="Trade Bank", account_number="7777777777", holder_name="Thief")
    before = await scene.account()
    changed, refusals = await race([scene.change(proof), scene.change(proof, third)])
    assert refusals == []
    after = await scene.account()
    assert after in changed
    assert after.version == before.version + 2
    assert len({before.id, *(each.id for each in changed)}) == 3
    assert {each.confirmed_at for each in changed} == {None}


async def test_a_link_that_is_followed_many_times_at_once_acts_once(open_studio: OpenStudio) -> None:
    scene = Scene(await open_studio())
    await scene.refund()
    await scene.proof()
    before = await scene.account()
    link = NotMeLink(user_id=before.user_id, changed_at=NOW.replace(microsecond=0))
    followed, refusals = await race([scene.studio.run(disown_bank_account, link, by=SYSTEM) for _ in range(6)])
    assert (len(followed), refusals) == (6, [])
    after = await scene.account()
    assert (after.frozen_at is None, after.version) == (False, before.version + 1)
    user = await scene.studio.reads.users.get(before.user_id)
    assert user is not None
    assert user.password_hash is None
    assert await scene.studio.reads.sessions.live(user.id, NOW, 9) == []
    ended = [each for each in await scene.studio.backend.outbox_events() if each.topic == "account.sessions_ended"]
    assert len(ended) == 1
