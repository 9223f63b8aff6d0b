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
SET_UP_TOTP: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
CONFIRM_TOTP: Final[dict[str, Any]] = {"code": "402519"}
SECOND_FACTOR: Final[dict[str, Any]] = {"code": "k7wq-3mzt-9hxe-vp4n-c2yd-6rsu"}
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
START_OPENID: Final[dict[str, Any]] = {"service": "google"}
_FLOW: Final = "AAAAAGpiY0J1eXQ4bXJqV0h2eE1hZFNlS3ZKb3BjbEJ3Z0ZrUW5V"
_STATE: Final = "p3Jd0Wm8hXbq0r1yHqk2uYw3v5nQeZ7sT9cL1aFgKxE"
_BACK: Final = {"service": "google", "code": "4/0AfJohXl7mQ", "state": _STATE, "flow": _FLOW}
OPENID: Final[dict[str, Any]] = {**_BACK, "role": "customer"}
LINK_OPENID: Final[dict[str, Any]] = {**_BACK, **PROOF}
PASSKEY_RESPONSE: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"signature": "MEU…"}}'
}
ADD_PASSKEY: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"attestationObject": "o2N…"}}',
    "name": "phone",
}
