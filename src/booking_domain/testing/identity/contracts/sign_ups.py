"""The contract of `SignUps` and `SignUpReads`."""

from datetime import timedelta

from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.sign_ups import SignUp
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract

INSTANT = timedelta(microseconds=1)


class SignUpsContract(StorageContract):
    """Contacts that wait for their code."""

    async def test_a_sign_up_is_kept_until_its_code_expires(self) -> None:
        addresses = {ContactChannel.PHONE: "+97699112233", ContactChannel.EMAIL: "bold@example.com"}
        sign_ups = [
            SignUp(
                code_id=CodeId(self.make.entropy.new_id()), channel=channel, address=to, locale="mn", expires_at=expires
            )
            for channel, to in addresses.items()
            for expires in (NOW, NOW + INSTANT)
        ]
        async with self.begin() as tx:
            for sign_up in sign_ups:
                await tx.sign_ups.add(sign_up)
            assert [await tx.sign_ups.get(each.code_id) for each in sign_ups] == sign_ups
        assert [await self.reads.sign_ups.get(each.code_id) for each in sign_ups] == sign_ups
        await self.alone.sign_ups.remove_expired(NOW)
        kept = [await self.reads.sign_ups.get(each.code_id) for each in sign_ups]
        assert kept == [None, sign_ups[1], None, sign_ups[3]]
