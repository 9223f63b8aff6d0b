"""The contract of `MessageOverrides` and `MessageOverrideReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.notifications.overrides import MessageOverride
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract


def _override(key: str, language: str) -> MessageOverride:
    return MessageOverride(
        template_key=key, language=language, subject="Захиалга {reference}", text="Тавтай морил.", changed_at=NOW
    )


class MessageOverridesContract(StorageContract):
    """Texts of messages that admins have written."""

    async def test_the_last_text_of_a_template_and_language_counts(self) -> None:
        first = _override("b.one", "mn")
        others = [_override("b.one", "en"), _override("a.two", "mn"), _override("B.three", "fa")]
        last = replace(first, subject="Х", text="Т", changed_at=NOW + timedelta(seconds=1))
        async with self.begin() as tx:
            for each in (first, *others, last):
                await tx.message_overrides.put(each)
        expected = sorted([last, *others], key=lambda each: (each.template_key, each.language))
        assert list(await self.reads.message_overrides.all()) == expected

    async def test_a_removed_override_is_gone_and_others_stay(self) -> None:
        one, other = _override("b.one", "mn"), _override("b.one", "en")
        async with self.begin() as tx:
            await tx.message_overrides.put(one)
            await tx.message_overrides.put(other)
        for found in (True, False):
            assert await self.alone.message_overrides.remove("b.one", "mn") is found
        assert list(await self.reads.message_overrides.all()) == [other]
