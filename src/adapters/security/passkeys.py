"""Passkeys with the library `webauthn`."""

import json
from collections.abc import Sequence
from typing import Any, Final

from booking_domain.identity.passkeys import (
    CHALLENGE_LIFE,
    InvalidPasskey,
    NewCredential,
    Passkey,
    PasskeyCeremonies,
    PasskeyResponse,
)
from booking_domain.shared.ids import UserId

_MILLISECONDS: Final = int(CHALLENGE_LIFE.total_seconds()) * 1_000


class WebAuthnCeremonies(PasskeyCeremonies):
    """The ceremonies of one relying party, which people see as `name`.

    The library is imported where it is used: that takes a fifth of a second.
    """

    def __init__(self, rp_id: str, origins: Sequence[str], name: str) -> None:
        self._rp_id = rp_id
        self._name = name
        self._origins = list(origins)

    def creation_options(
        self, challenge: bytes, user_id: UserId, name: str, existing: Sequence[Passkey]
    ) -> dict[str, Any]:
        import webauthn  # noqa: PLC0415
        from webauthn.helpers import structs  # noqa: PLC0415

        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=self._name,
            user_id=user_id.bytes,
            user_name=name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in existing],
        )
        return _json(webauthn.options_to_json(options))

    def request_options(self, challenge: bytes) -> dict[str, Any]:
        import webauthn  # noqa: PLC0415
        from webauthn.helpers import structs  # noqa: PLC0415

        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            timeout=_MILLISECONDS,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return _json(webauthn.options_to_json(options))

    def read(self, response: str) -> PasskeyResponse:
        from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415

        try:
            credential = json.loads(response)
            answer = credential["response"]
            handle = answer.get("userHandle")
            return PasskeyResponse(
                challenge=base64url_to_bytes(json.loads(base64url_to_bytes(answer["clientDataJSON"]))["challenge"]),
                credential_id=base64url_to_bytes(credential["rawId"]),
                user_handle=None if handle is None else base64url_to_bytes(handle),
                text=response,
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise InvalidPasskey from None

    def verify_new(self, answer: PasskeyResponse) -> NewCredential:
        import webauthn  # noqa: PLC0415

        try:
            made = webauthn.verify_registration_response(
                credential=answer.text,
                expected_challenge=answer.challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except Exception as error:  # the library lets errors of its parsers through
            raise InvalidPasskey from error
        return NewCredential(
            credential_id=made.credential_id, public_key=made.credential_public_key, counter=made.sign_count
        )

    def verify(self, answer: PasskeyResponse, passkey: Passkey) -> int:
        import webauthn  # noqa: PLC0415

        try:
            done = webauthn.verify_authentication_response(
                credential=answer.text,
                expected_challenge=answer.challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.counter,
                require_user_verification=True,
            )
        except Exception as error:  # the library lets errors of its parsers through
            raise InvalidPasskey from error
        return done.new_sign_count


def _json(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options
