"""Examples for the API's documentation."""

from typing import Any, Final

USER: Final[dict[str, Any]] = {
    "id": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77",
    "name": "Dorj",
    "email": "dorj@example.com",
    "role": "customer",
    "status": "active",
    "locale": "en",
    "timeZone": "Asia/Ulaanbaatar",
    "createdAt": "2026-11-20T03:15:00Z",
    "emailVerifiedAt": "2026-11-20T03:17:00Z",
}
REGISTER: Final[dict[str, Any]] = {
    "email": "dorj@example.com",
    "password": "correct-horse-battery",
    "name": "Dorj",
    "role": "customer",
}
LOGIN: Final[dict[str, Any]] = {"email": "customer@example.com", "password": "correct-horse-battery"}
SIGNED_IN: Final[dict[str, Any]] = {
    "user": USER,
    "accessToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk5ZjNhMCJ9.c2lnbmF0dXJl",
    "refreshToken": "AZnzoFwefUKPCzxanixtd5uJ3eFqv0r0sU5c3sQ0oXb9q8pEwq2o5H8mN1dGk7LzR4tYw6Vb0KxQeJfH3sPiUcZa7Mn2DgXo",
    "expiresIn": 1800,
}
REFRESH: Final[dict[str, Any]] = {"refreshToken": SIGNED_IN["refreshToken"]}
SEND_OTP: Final[dict[str, Any]] = {"phone": "9911 2233", "purpose": "login"}
CODE_SENT: Final[dict[str, Any]] = {"expiresIn": 300, "retryAfter": 60}
ISSUED_CODE: Final[dict[str, Any]] = {
    "id": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b79",
    "userId": USER["id"],
    "purpose": "login",
    "channel": "phone",
    "to": "+976****2233",
    "createdAt": "2026-11-23T01:40:00Z",
    "expiresAt": "2026-11-23T01:45:00Z",
    "usedAt": "2026-11-23T01:41:10Z",
    "wrongGuesses": 1,
    "outcome": "used",
}
VERIFY_OTP: Final[dict[str, Any]] = {"phone": "9911 2233", "purpose": "login", "code": "402519"}
COMPLETE_PROFILE: Final[dict[str, Any]] = {"name": "Dorj", "role": "customer"}
VERIFY_EMAIL: Final[dict[str, Any]] = {"code": "402519"}
CHANGE_PASSWORD: Final[dict[str, Any]] = {
    "currentPassword": "correct-horse-battery",
    "newPassword": "nine blue lanterns",
}
FORGOT_PASSWORD: Final[dict[str, Any]] = {"email": "dorj@example.com"}
RESET_PASSWORD: Final[dict[str, Any]] = {
    "email": "dorj@example.com",
    "code": "402519",
    "newPassword": "nine blue lanterns",
}
NOT_ME: Final[dict[str, Any]] = {"token": "AZnzwaJEfR6bClxt" + "x" * 40}
PROOF: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
TELEGRAM: Final[dict[str, Any]] = {
    "initData": "user=%7B%22id%22%3A99281932%2C%22first_name%22%3A%22Dorj%22%2C%22language_code%22%3A%22mn%22%7D"
    "&auth_date=1795392900&signature=Yq0rjM2oQ&hash=5c8b8a2b7d0e4f6a9b1c3d5e7f90a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4",
}
TELEGRAM_LINK: Final[dict[str, Any]] = {
    "url": "https://t.me/example_bot?start=AZnzoFwefUKPCzxanS0bggGZ86BcHn1CjwsekJ0tG4Jq_mVk8L2Kq1x0Yw6mT3rN",
    "expiresAt": "2026-11-20T03:30:00Z",
}
TOTP: Final[dict[str, Any]] = {"active": True, "confirmedAt": "2026-11-20T03:20:00Z", "recoveryCodesLeft": 9}
SET_UP_TOTP: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
NEW_TOTP: Final[dict[str, Any]] = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauthUri": "otpauth://totp/booking.example.com:dorj%40example.com"
    "?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=booking.example.com",
}
CONFIRM_TOTP: Final[dict[str, Any]] = {"code": "402519"}
SECOND_FACTOR: Final[dict[str, Any]] = {"code": "k7wq-3mzt-9hxe-vp4n-c2yd-6rsu"}
RECOVERY_CODES: Final[dict[str, Any]] = {
    "recoveryCodes": [
        "k7wq-3mzt-9hxe-vp4n-c2yd-6rsu",
        "b5fg-x8jk-2nqv-7twa-e3mc-z9hp",
        "r4ds-u6yb-p9ek-3gxt-n7vf-h2wj",
        "m2cz-a7qh-w5rd-8ykb-t4pe-g6xs",
        "v9jn-f3tg-6sue-x2mw-d8ka-r5cy",
        "e6py-h4bv-c7zk-5jnd-q3xr-w8tg",
        "t8xm-2kwe-j5fa-r9gs-y6hc-b4nv",
        "z3vh-q9dp-8gtm-4bcu-k5ws-a7ej",
        "g5rk-n2ya-v6xc-w3hq-9fbt-p8md",
        "d7ue-s4jw-y3nr-6qzf-h9gv-k2xb",
    ]
}
SESSIONS: Final[dict[str, Any]] = {
    "items": [
        {
            "id": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b78",
            "createdAt": "2026-11-20T03:15:00Z",
            "lastUsedAt": "2026-11-23T01:40:00Z",
            "expiresAt": "2026-12-23T01:40:00Z",
            "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X)",
            "platform": "web",
            "address": "203.0.113.7",
            "current": True,
        }
    ]
}
LOGINS: Final[dict[str, Any]] = {
    "items": [
        {
            "at": "2026-11-20T03:15:00Z",
            "address": "203.0.113.7",
            "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X)",
            "platform": "web",
            "method": "password",
            "outcome": "succeeded",
        }
    ],
}
REMEMBERED_DEVICE: Final[dict[str, Any]] = {
    "id": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b81",
    "createdAt": "2026-11-20T03:15:00Z",
    "lastUsedAt": "2026-11-23T01:40:00Z",
    "expiresAt": "2026-12-20T03:15:00Z",
    "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X)",
    "platform": "web",
    "address": "203.0.113.7",
}
START_OPENID: Final[dict[str, Any]] = {"service": "google"}
_FLOW: Final = "AAAAAGpiY0J1eXQ4bXJqV0h2eE1hZFNlS3ZKb3BjbEJ3Z0ZrUW5V"
_STATE: Final = "p3Jd0Wm8hXbq0r1yHqk2uYw3v5nQeZ7sT9cL1aFgKxE"
OPENID_START: Final[dict[str, Any]] = {
    "authorizationUrl": f"https://accounts.google.com/o/oauth2/v2/auth?response_type=code&state={_STATE}",
    "flow": _FLOW,
    "expiresIn": 600,
}
_BACK: Final = {"service": "google", "code": "4/0AfJohXl7mQ", "state": _STATE, "flow": _FLOW}
OPENID: Final[dict[str, Any]] = {**_BACK, "role": "customer"}
LINK_OPENID: Final[dict[str, Any]] = {**_BACK, **PROOF}
LINKED: Final[dict[str, Any]] = {"items": [{"service": "google", "linkedAt": "2026-11-20T03:20:00Z"}]}
PASSKEY: Final[dict[str, Any]] = {
    "id": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b82",
    "name": "phone",
    "secondFactor": False,
    "createdAt": "2026-11-20T03:15:00Z",
    "lastUsedAt": "2026-11-23T01:40:00Z",
}
PASSKEY_RESPONSE: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"signature": "MEU…"}}'
}
ADD_PASSKEY: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"attestationObject": "o2N…"}}',
    "name": "phone",
}
PASSKEY_OPTIONS: Final[dict[str, Any]] = {
    "options": {
        "challenge": "dVZ0R2hQbEtqM3hRd0E4c1luTW9CNXJDZTJpRmE5elRrTDZwSDdkV3ZYMQ",
        "timeout": 300000,
        "rpId": "booking.example.com",
        "allowCredentials": [],
        "userVerification": "required",
    }
}
NEW_PASSKEY_OPTIONS: Final[dict[str, Any]] = {
    "options": {
        "rp": {"name": "booking.example.com", "id": "booking.example.com"},
        "user": {"id": "AZnzoFwefUKPCzxanSG3dw", "name": "dorj@example.com", "displayName": "dorj@example.com"},
        "challenge": "dVZ0R2hQbEtqM3hRd0E4c1luTW9CNXJDZTJpRmE5elRrTDZwSDdkV3ZYMQ",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "timeout": 300000,
        "excludeCredentials": [],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
    }
}
