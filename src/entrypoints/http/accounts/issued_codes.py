"""The JSON of issued one-time codes, for admins and for the export of an account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from booking_domain.identity.code_history import CodeFilter, CodeOutcome, IssuedCode
from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.shared.ids import CodeId, UserId
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Json, Timestamp, one_of


class CodesQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of codes, and the page."""

    user_id: UserId | None = None
    purpose: CodePurpose | None = None

    def page(self) -> CodeFilter:
        """The page plus one code, which tells whether another page follows."""
        return CodeFilter(
            user_id=self.user_id,
            purpose=self.purpose,
            after=self.after(CodeId),
            limit=self.limit + 1,
        )


class CodeJson(Json, frozen=True, kw_only=True):
    """A one-time code that was issued; never the code itself."""

    id: UUID
    user_id: UUID | None = None
    """Null if the contact had no account, or the code was for a sign-up."""
    purpose: Annotated[str, one_of(CodePurpose)]
    channel: Annotated[str, one_of(ContactChannel)]
    """The kind of contact that the code was sent to."""
    to: str
    """The contact, masked."""
    created_at: Timestamp
    expires_at: Timestamp
    used_at: Timestamp | None = None
    """When it was used."""
    wrong_guesses: int
    """How many wrong codes were entered."""
    outcome: Annotated[str, one_of(CodeOutcome)]


class CodesJson(Page[CodeJson], frozen=True, kw_only=True):
    """A page of codes."""


def code_json(code: IssuedCode, now: datetime) -> CodeJson:
    """Show a code."""
    return CodeJson(
        id=code.id,
        user_id=code.user_id,
        purpose=code.purpose,
        channel=code.channel,
        to=code.to_masked,
        created_at=code.issued_at,
        expires_at=code.expires_at,
        used_at=code.used_at,
        wrong_guesses=code.wrong_guesses,
        outcome=code.outcome(now),
    )
