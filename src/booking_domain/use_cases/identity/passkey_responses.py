"""Use the response of a passkey: its challenge is good once, and the account of the passkey is locked."""

from booking_domain.identity.model import User
from booking_domain.identity.passkeys import InvalidPasskey, PasskeyResponse, digest_of
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import UserId


async def use_challenge(
    answer: PasskeyResponse, user_id: UserId | None, tx: IdentityTx, context: UseCaseContext
) -> None:
    """Use up the challenge of a response, made for this account or for signing in, or raise `InvalidPasskey`."""
    challenge = await tx.passkeys.use_challenge(digest_of(answer.challenge))
    if challenge is None or challenge.user_id != user_id or context.now >= challenge.expires_at:
        raise InvalidPasskey


async def verify_response(answer: PasskeyResponse, user: User, tx: IdentityTx, context: UseCaseContext) -> None:
    """Verify the response of a passkey of this account, whose challenge is used up, or raise `InvalidPasskey`."""
    if answer.user_handle != user.id.bytes:
        raise InvalidPasskey
    for passkey in await tx.passkeys.of_user(user.id):
        if passkey.credential_id == answer.credential_id:
            counter = context.get(SecurityPorts).passkeys.verify(answer, passkey)
            await tx.passkeys.save(passkey.used(counter, context.now))
            return
    raise InvalidPasskey
