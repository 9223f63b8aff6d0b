"""The contract of `CodeHistory` and `CodeHistoryReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.identity.code_history import CODES_KEPT, CodeFilter, IssuedCode
from booking_domain.identity.one_time_codes import CODE_LIFE, CodePurpose, ContactChannel
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, jumbled

INSTANT = timedelta(microseconds=1)


class CodeHistoryContract(StorageContract):
    """What became of the codes that were issued."""

    def _issued(self) -> IssuedCode:
        return IssuedCode(
            id=CodeId(self.make.entropy.new_id()),
            user_id=None,
            purpose=CodePurpose.SIGNUP,
            channel=ContactChannel.PHONE,
            to_masked="+976****2233",
            issued_at=NOW,
            expires_at=NOW + CODE_LIFE,
        )

    async def test_uses_and_wrong_guesses_are_noted_and_codes_are_kept_for_30_days(self) -> None:
        user, history = self.make.user(), self.reads.code_history
        login = replace(self._issued(), user_id=user.id, purpose=CodePurpose.LOGIN, channel=ContactChannel.EMAIL)
        signup, recent = self._issued(), replace(self._issued(), issued_at=NOW + INSTANT)
        async with self.begin() as tx:
            await tx.users.add(user)
            for code in jumbled(login, signup, recent):
                await tx.code_history.add(code)
            await tx.code_history.record_use(login.id, NOW + INSTANT)
            for _ in range(2):
                await tx.code_history.record_wrong_guess(signup.id)
            await tx.code_history.record_use(CodeId(self.make.entropy.new_id()), NOW)  # issued by an earlier version
        used, guessed = login.used(NOW + INSTANT), signup.with_wrong_guess().with_wrong_guess()
        every = CodeFilter(limit=9)
        for chosen, expected in (
            (every, [recent, guessed, used]),
            (replace(every, limit=1), [recent]),
            (replace(every, after=recent.id), [guessed, used]),
            (replace(every, user_id=user.id), [used]),
            (replace(every, purpose=CodePurpose.SIGNUP), [recent, guessed]),
        ):
            assert list(await history.page(chosen)) == expected, chosen
        await self.alone.code_history.remove_expired(NOW + CODES_KEPT)
        assert list(await history.page(every)) == [recent]
