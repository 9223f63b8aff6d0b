"""Examples for the API's documentation."""

from typing import Any, Final

ADD: Final[dict[str, Any]] = {
    "url": "https://integrator.example.com/hooks/booking",
    "description": "Our calendar",
    "eventTypes": ["booking.confirmed", "booking.cancelled"],
}
ENDPOINT: Final[dict[str, Any]] = {
    "id": "0199f3c0-2d18-7a44-8f0b-5c1e9d7a3b62",
    "ownerId": "0199f3a1-6f02-7e58-b1c4-9a3d5e7f2c80",
    **ADD,
    "status": "active",
    "createdAt": "2026-11-20T03:20:00Z",
    "version": 1,
}
ADDED: Final[dict[str, Any]] = {**ENDPOINT, "secret": "whsec_T2JqZWN0aW9uIGlzIG5vdCBhIHNlY3JldCBidXQgYW4gZXhhbXBsZQ"}
ENDPOINTS: Final[dict[str, Any]] = {"items": [ENDPOINT]}
EDIT: Final[dict[str, Any]] = {"eventTypes": [], "enabled": True}
EDITED: Final[dict[str, Any]] = {**ENDPOINT, "eventTypes": [], "version": 2}
ROTATE: Final[dict[str, Any]] = {"overlapHours": 24}
ROTATED: Final[dict[str, Any]] = {
    **ENDPOINT,
    "secret": "whsec_QW5vdGhlciBleGFtcGxlOiB0aGlzIGlzIG5vdCBhIHNlY3JldCAhISE",
    "previousSecretUntil": "2026-11-21T03:20:00Z",
    "version": 2,
}
DELIVERY: Final[dict[str, Any]] = {
    "id": "0199f3c4-91b7-7d35-a6e2-4f8c0b9d1e73",
    "endpointId": ENDPOINT["id"],
    "webhookId": "msg_0199f3c491b77d35a6e24f8c0b9d1e70",
    "type": "booking.confirmed",
    "bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03",
    "status": "failed",
    "attempts": 19,
    "firstAttemptAt": "2026-11-20T03:25:00Z",
    "lastAttemptAt": "2026-11-23T03:25:00Z",
    "failure": "status",
    "responseStatus": 503,
    "responseExcerpt": "Service Unavailable",
    "createdAt": "2026-11-20T03:25:00Z",
}
PING: Final[dict[str, Any]] = {
    "id": "0199f3c5-0a4e-7c91-b8d3-6e2f4a1c5b90",
    "endpointId": ENDPOINT["id"],
    "webhookId": "msg_0199f3c50a4e7c91b8d36e2f4a1c5b91",
    "type": "webhook.ping",
    "status": "pending",
    "attempts": 0,
    "nextAttemptAt": "2026-11-20T03:25:00Z",
    "createdAt": "2026-11-20T03:25:00Z",
}
DELIVERIES: Final[dict[str, Any]] = {"items": [DELIVERY]}
SHOWN: Final[dict[str, Any]] = {
    **PING,
    "payload": '{"type":"webhook.ping","timestamp":"2026-11-20T03:25:00Z","data":'
    '{"endpointId":"0199f3c0-2d18-7a44-8f0b-5c1e9d7a3b62"}}',
}
REPLAYED: Final[dict[str, Any]] = {
    **{name: value for name, value in DELIVERY.items() if name != "firstAttemptAt"},
    "status": "pending",
    "attempts": 0,
    "nextAttemptAt": "2026-11-23T08:00:00Z",
}
REPLAY: Final[dict[str, Any]] = {"failedSince": "2026-11-20T00:00:00Z"}
COUNT: Final[dict[str, Any]] = {"replayed": 3}
