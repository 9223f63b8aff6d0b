"""Builders of accounts, sessions and sign-in attempts."""

from hashlib import sha256

from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.model import User
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE, Client, Login, LoginMethod, LoginOutcome, Session
from booking_domain.shared.actor import Role
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.ids import BankAccountId, LoginId, SessionId, UserId
from booking_domain.testing.kit.builders import NOW, BaseBuilder


class IdentityBuilder(BaseBuilder):
    """Builds accounts, sessions and sign-in attempts."""

    def user(self, role: Role = Role.CUSTOMER) -> User:
        """An account with an e-mail address and a phone number."""
        number = next(self._numbers)
        return User(
            id=UserId(self.entropy.new_id()),
            email=f"user{number}@example.com",
            phone=f"+976{88_000_000 + number}",
            name=f"Болд {number}",
            role=role,
            time_zone="Asia/Ulaanbaatar",
            password_hash=f"hash of {number}",
            created_at=NOW,
        )

    def session(self, user: User) -> Session:
        """A live session."""
        session_id = SessionId(self.entropy.new_id())
        return Session(
            id=session_id,
            user_id=user.id,
            family_digest=sha256(session_id.bytes + b"family").digest(),
            token_digest=sha256(session_id.bytes).digest(),
            created_at=NOW,
            last_used_at=NOW,
            expires_at=NOW + REFRESH_TOKEN_LIFE,
            client=Client("2001:db8::7", "Mozilla/5.0 (X11; Linux x86_64)"),
        )

    def login(self, user: User | None) -> Login:
        """A successful sign-in attempt."""
        return Login(
            id=LoginId(self.entropy.new_id()),
            user_id=None if user is None else user.id,
            at=NOW,
            client=Client("192.0.2.7", "curl/8.5.0"),
            method=LoginMethod.PASSWORD,
            outcome=LoginOutcome.SUCCEEDED,
        )

    def bank_account(self, user_id: UserId) -> BankAccount:
        """A bank account that an admin has confirmed."""
        details = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
        account_id = BankAccountId(self.entropy.new_id())
        return BankAccount(id=account_id, user_id=user_id, details=details, updated_at=NOW, confirmed_at=NOW)
