"""The bank account of a user, to which refunds are transferred."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import UserId


class BankAccountMissing(NotFound):
    """You have not added a bank account."""

    code: ClassVar[str] = "user.bank_account_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """The bank account of a user."""

    user_id: UserId
    details: BankDetails
    updated_at: datetime
    version: int = 1

    def changed(self, details: BankDetails, now: datetime) -> "BankAccount":
        """The account with other details; the same object if they are equal."""
        if details == self.details:
            return self
        return replace(self, details=details, updated_at=now, version=self.version + 1)


class BankAccounts(Protocol):
    """Bank accounts inside a database transaction, at most one per user."""

    async def get(self, user_id: UserId) -> BankAccount | None:
        """The user's bank account."""
        ...

    async def save(self, account: BankAccount) -> None:
        """Store the account in place of the user's former one."""
        ...

    async def remove(self, user_id: UserId) -> None:
        """Remove the user's bank account, if there is one."""
        ...


class BankAccountReads(Protocol):
    """Reads of bank accounts, outside any database transaction."""

    async def get(self, user_id: UserId) -> BankAccount | None:
        """The user's bank account."""
        ...
