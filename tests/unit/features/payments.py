"""`/payments`: payments, and the gateway's callbacks."""

from dataclasses import replace
from typing import Final

from tests.unit.features.bookings import BOOKING, booking
from tests.unit.features.declarations import CANARY, PROVIDERS, PUBLIC, Feature, Ids, Kind, Row, World, asked

from booking_domain.bookings.transitions import Status
from booking_domain.payments.payer_cards import PayerCard
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def payment(world: World, who: str) -> Ids:
    booked = await booking(world, who)
    payer = "other customer" if who in PROVIDERS else who
    made = await world.done("POST", "/payments", payer, bookingId=booked["booking_id"], purpose="deposit")
    return {"payment_id": made["id"], "invoice_id": made["qpayInvoiceId"]}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    booked = replace(make.booking(cast.profile, cast.customer, status=Status.COMPLETED), due_at=None)
    await tx.bookings.add(booked, [make.event(booked)])
    await tx.payments.add(replace(make.payment(booked), raw_payload=f'{{"payer": "{CANARY}"}}'))
    await tx.refunds.add(make.refund(booked).mark_refunded(NOW))
    for user in (cast.customer, cast.owner):
        await tx.payer_cards.put(PayerCard(user_id=user.id, card_digest=CANARY.encode(), paid_at=NOW))


_SEE: Final = Permission.SEE_BOOKINGS
PAYMENT: Final = Kind(payment, relations=(Relation.PARTY,))

FEATURE: Final = Feature(
    routes={
        "POST /payments": Row(
            Permission.PAY,
            BOOKING,
            once=asked("customer", "/payments", booking, bookingId="{booking_id}", purpose="deposit"),
        ),
        "GET /payments": Row(_SEE),
        "GET /payments/{payment_id}": Row(_SEE, PAYMENT),
        "GET /payments/status/{invoice_id}": Row(_SEE, PAYMENT),
        "GET /webhooks/qpay/{transaction_id}": Row(PUBLIC, query="token=x", by_secret=True),
        "POST /webhooks/qpay/{transaction_id}": Row(PUBLIC, query="token=x", by_secret=True),
        "POST /webhooks/stripe": Row(PUBLIC, by_secret=True),
        "POST /webhooks/qpay-edge": Row(PUBLIC, by_secret=True),
    },
    permissions="payment.start customer:own provider:own manager:own admin:own",
    events={
        "payment.hinted": {"bookingId", "transactionId"},
        "payment.failed": {"bookingId", "paymentId"},
        "payment.authorised": {"bookingId", "paymentId"},
        "payment.captured": {"bookingId", "paymentId"},
        "payment.released": {"bookingId", "paymentId"},
        "payment.lapsed": {"bookingId", "paymentId"},
        "payment.capture_delayed": {"bookingId", "paymentId"},
        "payment.refund_owed": {"bookingId", "transactionId"},
    },
    personal_data=personal_data,
)
