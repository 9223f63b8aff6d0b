"""The contract of `BookingConsents` and `BookingConsentReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.bookings.consents import BookingConsent, ConsentAction, ConsentCode, ConsentId, ConsentView
from booking_domain.shared.ids import ProviderId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled
from booking_domain.use_cases.platform.ports import Repositories


class ConsentsContract(StorageContract):
    """Consents and consent codes in a database transaction, and reads of them."""

    def _consent(self, cast: Cast) -> BookingConsent:
        return BookingConsent(
            id=ConsentId(self.make.entropy.new_id()),
            provider_id=cast.profile.id,
            customer_id=cast.customer.id,
            changed_at=NOW + timedelta(microseconds=1),
            created_at=NOW,
        )

    async def _saved(self, *consents: BookingConsent) -> None:
        async with self.begin() as tx:
            for consent in consents:
                await tx.booking_consents.save(consent)

    async def test_a_consent_is_stored_with_all_fields_and_both_names(self, cast: Cast) -> None:
        granted = self._consent(cast)
        for consent in (granted, granted.moved(ConsentAction.REVOKE, NOW + timedelta(days=1))):
            await self._saved(consent)
            assert await self.alone.booking_consents.get(cast.customer.id, cast.profile.id) == consent
            view = ConsentView(
                consent=consent, provider_name=cast.profile.display_name, customer_name=cast.customer.name
            )
            assert await self.reads.booking_consents.get(consent.id) == view
            assert list(await self.reads.booking_consents.of_customer(cast.customer.id, None, 5)) == [view]
            assert list(await self.reads.booking_consents.of_provider(cast.profile.id, None, 5)) == [view]

    async def test_a_customer_and_a_provider_without_consent_have_none(self, cast: Cast, other: Cast) -> None:
        await self._saved(self._consent(other))
        async with self.begin() as tx:
            assert await tx.booking_consents.get(cast.customer.id, other.profile.id) is None
            assert await tx.booking_consents.get(other.customer.id, cast.profile.id) is None
        assert await self.reads.booking_consents.get(ConsentId(self.make.entropy.new_id())) is None
        assert list(await self.reads.booking_consents.of_customer(cast.customer.id, None, 5)) == []
        assert list(await self.reads.booking_consents.of_provider(cast.profile.id, None, 5)) == []

    async def test_consents_are_paged_newest_first(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        provider, customer = casts[0].profile, casts[0].customer
        to_one = [replace(self._consent(cast), provider_id=provider.id) for cast in casts]
        by_one = [to_one[0], *(replace(self._consent(cast), customer_id=customer.id) for cast in casts[1:])]
        await self._saved(*jumbled(*to_one), *jumbled(*by_one[1:]))
        reads = self.reads.booking_consents
        last = None
        for expected in (to_one[:0:-1], to_one[:1], []):
            page = [view.consent for view in await reads.of_provider(provider.id, last, 2)]
            assert page == expected
            last = page[-1].id if page else None
        last = None
        for expected in (by_one[:0:-1], by_one[:1], []):
            page = [view.consent for view in await reads.of_customer(customer.id, last, 2)]
            assert page == expected
            last = page[-1].id if page else None

    async def test_a_provider_has_one_code(self, cast: Cast, other: Cast) -> None:
        codes = [ConsentCode.make(cast.profile.id, entropy=self.make.entropy, now=NOW) for _ in range(2)]
        for code in codes:
            async with self.begin() as tx:
                await tx.booking_consents.save_code(code)
                assert await tx.booking_consents.code_of(cast.profile.id) == code
            assert await self.reads.booking_consents.code_of(cast.profile.id) == code
        for provider_id in (other.profile.id, ProviderId(self.make.entropy.new_id())):
            assert await self.reads.booking_consents.code_of(provider_id) is None
            await self.alone.booking_consents.remove_code(provider_id)
        assert await self.reads.booking_consents.code_of(cast.profile.id) == codes[1]
        async with self.begin() as tx:
            await tx.booking_consents.remove_code(cast.profile.id)
            assert await tx.booking_consents.code_of(cast.profile.id) is None

    async def test_nothing_of_a_rolled_back_transaction_stays(self, cast: Cast) -> None:

        async def work(tx: Repositories) -> None:
            await tx.booking_consents.save(self._consent(cast))
            await tx.booking_consents.save_code(ConsentCode.make(cast.profile.id, entropy=self.make.entropy, now=NOW))

        await self.rolled_back(work)
        assert list(await self.reads.booking_consents.of_customer(cast.customer.id, None, 5)) == []
        assert await self.reads.booking_consents.code_of(cast.profile.id) is None

    async def test_erasing_deletes_the_customers_consents_and_the_providers_code(self, cast: Cast) -> None:
        code = ConsentCode.make(cast.profile.id, entropy=self.make.entropy, now=NOW)
        async with self.begin() as tx:
            await tx.booking_consents.save(self._consent(cast))
            await tx.booking_consents.save_code(code)
            await tx.personal_data.clear(cast.customer.id)
        assert list(await self.reads.booking_consents.of_customer(cast.customer.id, None, 5)) == []
        assert await self.reads.booking_consents.code_of(cast.profile.id) == code
        await self.alone.personal_data.clear(cast.owner.id)
        assert await self.reads.booking_consents.code_of(cast.profile.id) is None
