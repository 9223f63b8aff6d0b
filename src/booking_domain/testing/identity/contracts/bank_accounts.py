"""The contract of `BankAccounts` and `BankAccountReads`."""

from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.ids import BankAccountId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Cast, StorageContract

OTHER = BankDetails(bank="Хаан банк", account_number="MN120005001234567890", holder_name="Бат-Эрдэнэ")


class BankAccountsContract(StorageContract):
    """Bank accounts, at most one per user."""

    async def test_a_new_account_replaces_the_former_one(self, cast: Cast) -> None:
        assert await self.reads.bank_accounts.get(cast.customer.id) is None
        first, theirs = self.make.bank_account(cast.customer.id), self.make.bank_account(cast.owner.id)
        for account in (
            first,
            first.changed(OTHER, BankAccountId(self.make.entropy.new_id()), NOW + HOUR),
            first.frozen(NOW),
        ):
            async with self.begin() as tx:
                await tx.bank_accounts.save(account)
                await tx.bank_accounts.save(theirs)
                assert await tx.bank_accounts.get(cast.customer.id) == account
            assert await self.reads.bank_accounts.get(cast.customer.id) == account
        assert await self.reads.bank_accounts.get(cast.owner.id) == theirs

    async def test_a_removed_account_is_gone_and_removing_it_again_changes_nothing(self, cast: Cast) -> None:
        theirs = self.make.bank_account(cast.owner.id)
        async with self.begin() as tx:
            await tx.bank_accounts.save(self.make.bank_account(cast.customer.id))
            await tx.bank_accounts.save(theirs)
        for _ in range(2):
            async with self.begin() as tx:
                await tx.bank_accounts.remove(cast.customer.id)
                assert await tx.bank_accounts.get(cast.customer.id) is None
            assert await self.reads.bank_accounts.get(cast.customer.id) is None
        assert await self.reads.bank_accounts.get(cast.owner.id) == theirs

    async def test_an_account_of_a_rolled_back_transaction_is_not_stored(self, cast: Cast) -> None:
        await self.rolled_back(lambda tx: tx.bank_accounts.save(self.make.bank_account(cast.customer.id)))
        assert await self.reads.bank_accounts.get(cast.customer.id) is None
