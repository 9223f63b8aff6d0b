"""The salons that an exported account manages."""

from typing import Final

from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.salons.schemas import SalonJson, salon_json


async def _salons(source: ExportSource) -> list[SalonJson]:
    return [salon_json(salon, source.links) for salon in await source.reads.salons.of_manager(source.user.id)]


SALONS: Final = value("salons", tuple[SalonJson, ...], _salons, about="The salons that the user manages.")
