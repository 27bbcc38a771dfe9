"""The house as it is served, but for its receipts: to measure what they cost. The bench alone has
one, in a process of its own; no setting, flag or variable of the program leaves receipts out."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import uvloop

from api.house import PastReading, WantedReadings
from api.runtime.logging import configure
from api.runtime.postgres.servers import servers
from api.runtime.serving.serve import listen
from api.runtime.serving.serve import serve as serve_house
from api.runtime.settings import Settings
from api.runtime.wiring import open_house
from domain.errors import ReceiptsUnavailable
from domain.policy import File, Viewer
from domain.ports import Reading
from projections.asking import Page


class _Unwritten:
    """Answers leave without a trace."""

    async def record(self, reading: Reading) -> int:  # noqa: ARG002 - the promise of the port
        return 0

    async def readings_of(
        self,
        viewer: Viewer,  # noqa: ARG002 - the promise of the port
        subjects: Collection[UUID],  # noqa: ARG002 - the same
        *,
        before: int | None,  # noqa: ARG002 - the same
        limit: int,  # noqa: ARG002 - the same
        file: File | None = None,  # noqa: ARG002 - the same
    ) -> Page[PastReading, int]:
        raise ReceiptsUnavailable

    async def search(
        self,
        viewer: Viewer,  # noqa: ARG002 - the promise of the port
        wanted: WantedReadings,  # noqa: ARG002 - the same
        *,
        below: int | None,  # noqa: ARG002 - the same
        limit: int,  # noqa: ARG002 - the same
    ) -> Page[PastReading, int]:
        raise ReceiptsUnavailable

    async def onward(
        self,
        viewer: Viewer,  # noqa: ARG002 - the promise of the port
        wanted: WantedReadings,  # noqa: ARG002 - the same
        *,
        after: int,  # noqa: ARG002 - the same
        limit: int,  # noqa: ARG002 - the same
    ) -> Page[PastReading, int]:
        raise ReceiptsUnavailable

    async def readings_between(
        self,
        viewer: Viewer,  # noqa: ARG002 - the promise of the port
        first: datetime,  # noqa: ARG002 - the same
        end: datetime,  # noqa: ARG002 - the same
    ) -> tuple[Sequence[PastReading], int]:
        raise ReceiptsUnavailable

    async def readings_at(
        self,
        viewer: Viewer,  # noqa: ARG002 - the promise of the port
        positions: Collection[int],  # noqa: ARG002 - the same
    ) -> Sequence[PastReading]:
        raise ReceiptsUnavailable


async def _serve(settings: Settings) -> None:
    with listen("127.0.0.1", 0) as listening, servers(settings) as addresses:
        async with open_house(settings, addresses) as rooms:
            house = replace(rooms.house, receipts=_Unwritten())
            await serve_house(house, listening=listening, ready=lambda it: print(it, flush=True))  # noqa: T201 - the bench reads it


if __name__ == "__main__":
    configure(human=True, level="WARNING")
    uvloop.run(_serve(Settings.read()))
