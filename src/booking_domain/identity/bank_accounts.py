"""The bank account of a user, to which refunds and earnings are transferred.

A thief who has a user's session would change it. So a change needs the password, or a sign-in of the last five minutes;
the user is notified over all contacts, with a link that freezes the account; and no transfer to it is approved for 48
hours, unless an admin confirms it with a second factor. That goes for the first account too, and for one that is
entered again after it was removed: every account that is entered waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, Self

from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import Conflict, NotFound
from booking_domain.shared.ids import BankAccountId, UserId

WAITS_FOR: Final = timedelta(hours=48)
"""How long no transfer to an account is approved that was entered, unless an admin confirms it."""


class BankAccountMissing(NotFound, code="user.bank_account_missing"):
    """You have not added a bank account."""


class UserHasNoBankAccount(NotFound, code="user.no_bank_account"):
    """The user has no bank account."""


class OtherBankAccount(Conflict, code="user.other_bank_account"):
    """The user has another bank account by now; look at it first."""


class BankAccountTooNew(Conflict, code="payout.bank_account_too_new"):
    """The bank account is new: transfers to it wait until {usable_from}, or until an admin confirms it."""

    usable_from: datetime
    zone: str
    """Of the admin who approves the transfer."""


class BankAccountFrozen(Conflict, code="payout.bank_account_frozen"):
    """The owner of the account says that they did not enter this bank account; they have to enter theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """The bank account of a user."""

    id: BankAccountId
    """Of these details: others have another one, and so have the same ones if they are entered again."""
    user_id: UserId
    details: BankDetails
    updated_at: datetime
    """When the details were entered."""
    confirmed_at: datetime | None = None
    """When an admin confirmed it, so that it does not wait."""
    frozen_at: datetime | None = None
    """When the user said that they did not enter it."""
    version: int = 1

    @property
    def usable_from(self) -> datetime:
        """From when transfers to it can be approved, unless it is frozen."""
        return self.updated_at + WAITS_FOR if self.confirmed_at is None else self.confirmed_at

    def changed(self, details: BankDetails, account_id: BankAccountId, now: datetime) -> Self:
        """The account with other details, which wait; the same object if they are equal and not frozen."""
        if details == self.details and self.frozen_at is None:
            return self
        return replace(
            self,
            id=account_id,
            details=details,
            updated_at=now,
            confirmed_at=None,
            frozen_at=None,
            version=self.version + 1,
        )

    def confirmed(self, now: datetime) -> Self:
        """The account that an admin has confirmed. A second confirmation changes nothing.

        Raises:
            BankAccountFrozen: its owner did not enter it.
        """
        if self.frozen_at is not None:
            raise BankAccountFrozen
        return self if self.confirmed_at is not None else replace(self, confirmed_at=now, version=self.version + 1)

    def frozen(self, now: datetime) -> Self:
        """The account that its owner did not enter; the same object if it is frozen already."""
        return self if self.frozen_at is not None else replace(self, frozen_at=now, version=self.version + 1)

    def require_usable(self, now: datetime, zone: str) -> None:
        """Raise `BankAccountFrozen` or `BankAccountTooNew` if no admin, in this zone, can approve a transfer to it."""
        if self.frozen_at is not None:
            raise BankAccountFrozen
        if now < self.usable_from:
            raise BankAccountTooNew(usable_from=self.usable_from, zone=zone)


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
