"""Remember a device, list the remembered devices, forget them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import InvalidToken, SecondFactorMissing, SignInTooOld
from booking_domain.identity.events import DeviceRemembered, account_event
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.remembered_devices import MOST_DEVICES, DeviceNotFound, RememberedDevice
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import DeviceId, SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.reauthentication import is_fresh
from booking_domain.use_cases.identity.sessions import end_sessions, lock_own_account


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberDevice:
    """Remember the device of the current session."""

    current: SessionId
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetDevice:
    """Forget one of the actor's devices; `current`, the session of the request, must be live."""

    device_id: DeviceId
    current: SessionId


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that is remembered, and its token."""

    device: RememberedDevice
    token: str = field(repr=False)


async def _remember(command: RememberDevice, tx: IdentityTx, context: UseCaseContext) -> NewDevice:
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    if not own.current.second_factor:
        raise SecondFactorMissing
    if own.current.device_id is not None or not is_fresh(own.current, context):
        raise SignInTooOld
    device, token = RememberedDevice.make(
        DeviceId(context.entropy.new_id()),
        own.user.id,
        command.client,
        context.entropy,
        context.now,
        life=context.get(SecurityPorts).lifetimes.remembered_device,
    )
    for least_used in (await tx.remembered_devices.live(own.user.id, context.now))[MOST_DEVICES - 1 :]:
        await tx.remembered_devices.remove(least_used.id)
    await tx.remembered_devices.add(device)
    await tx.outbox.put([account_event(DeviceRemembered, own.user.id, context)])
    context.note("device.remembered", Subject("user", own.user.id))
    return NewDevice(device, token)


async def _forget(command: ForgetDevice, tx: IdentityTx, context: UseCaseContext) -> None:
    """Forget the device, and end the other sessions that began with its token."""
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    devices = await tx.remembered_devices.live(own.user.id, context.now)
    if all(device.id != command.device_id for device in devices):
        raise DeviceNotFound
    await tx.remembered_devices.remove(command.device_id)
    await end_sessions([each for each in own.others if each.device_id == command.device_id], tx, context)
    context.note("device.forgotten", Subject("user", own.user.id))


async def _forget_all(current: SessionId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Forget all devices, and end the other sessions that began with their tokens."""
    own = await lock_own_account(context.actor.id, current, tx, context)
    await tx.remembered_devices.remove_all(own.user.id)
    await end_sessions([each for each in own.others if each.device_id is not None], tx, context)
    context.note("devices.forgotten", Subject("user", own.user.id))


async def _list(current: SessionId, tx: IdentityTx, context: UseCaseContext) -> Sequence[RememberedDevice]:
    own = await lock_own_account(context.actor.id, current, tx, context)
    return await tx.remembered_devices.live(own.user.id, context.now)


async def _sweep(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.remembered_devices.remove_expired(context.now)


remember_device: Final = UseCase(
    Permission.MANAGE_SECOND_FACTOR, _remember, raises=(InvalidToken, SecondFactorMissing, SignInTooOld)
)
forget_device: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _forget, raises=(InvalidToken, DeviceNotFound))
forget_all_devices: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _forget_all, raises=(InvalidToken,))
list_devices: Final = UseCase(Permission.MANAGE_SECOND_FACTOR, _list, raises=(InvalidToken,))
sweep_devices: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
