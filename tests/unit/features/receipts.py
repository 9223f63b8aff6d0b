"""Receipts and credit notes of bookings."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import BOOKING
from tests.unit.features.declarations import CANARY, Feature, Ids, Row, World

from booking_domain.bookings.transitions import Status
from booking_domain.payments.receipts import Receipt, ReceiptKind, ReceiptLine
from booking_domain.shared.ids import BookingId, ReceiptId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.payments.receipts import issue_receipts
from booking_domain.use_cases.platform.ports import Repositories


async def issued(api: Api, booking_id: str) -> None:
    """Issue receipts, as the worker does after money has moved."""
    container = api.container
    await issue_receipts(BookingId(UUID(booking_id)), reads=container.reads(), executor=container.executor())


async def receipt(world: World, who: str) -> Ids:
    """A receipt of one's own booking, or of one with the provider."""
    booking_id = (await BOOKING.make(world, who))["booking_id"]
    container = world.api.container
    booking = await container.reads().bookings.get(BookingId(UUID(booking_id)))
    assert booking is not None
    new_id = ReceiptId(container.entropy().new_id())
    async with container.database().begin() as tx:
        number = await tx.receipts.next_number(booking.provider_id, ReceiptKind.RECEIPT)
        await tx.receipts.add(replace(Builder().receipt(booking, sequence=number), id=new_id))
    return {"receipt_id": str(new_id)}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A receipt with the names of both."""
    made = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(made, [make.event(made)])
    await tx.receipts.add(
        replace(
            make.receipt(made),
            issuer_name=f"{CANARY} studio",
            issuer_address=f"{CANARY} street",
            customer_name=f"{CANARY} name",
        )
    )
    await tx.receipts.next_number(cast.profile.id, make.receipt(made).kind)


RECEIPT: Final = replace(BOOKING, make=receipt)
_LINES: Final = st.lists(
    st.builds(ReceiptLine, name=st.sampled_from(["Small tattoo", "Шивээс"]), price=st.just(Money.of(1, "MNT"))),
    max_size=2,
).map(tuple)

FEATURE: Final = Feature(
    routes={
        "GET /bookings/{booking_id}/receipts": Row(Permission.SEE_BOOKINGS, BOOKING),
        "GET /receipts": Row(Permission.SEE_BOOKINGS),
        "GET /receipts/{receipt_id}": Row(Permission.SEE_BOOKINGS, RECEIPT, tagged=True),
    },
    events={"receipt.issued": {"bookingId", "receiptId"}},
    samples={(Receipt, "lines"): _LINES},
    personal_data=personal_data,
)
