"""Examples for the API's documentation."""

from typing import Any, Final

PAY: Final[dict[str, Any]] = {"bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03", "purpose": "deposit"}
PAYMENT: Final[dict[str, Any]] = {
    "id": "0199f3a8-3c5d-7f20-9b61-8d4e2a7c1f96",
    **PAY,
    "gateway": "qpay",
    "status": "pending",
    "amount": 2000000,
    "currency": "MNT",
    "qpayInvoiceId": "6e4d7f1a-9c2b-4b58-8a3e-1f0d5c7b2e94",
    "qrText": "0002010102121531279404962794049600022310027138152045734530349654052000058",
    "qrImage": "data:image/png;base64,iVBORw0KGgo=",
    "checkoutUrl": "http://127.0.0.1:8001/pay/6e4d7f1a",
    "deepLinks": [{"name": "Khan bank", "link": "khanbank://q?qPay_QRcode=0002010102"}],
    "expiresAt": "2026-11-20T03:30:00Z",
}
