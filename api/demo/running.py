"""The demo as a whole: the pilot year made once, then served again and again."""

import json
import socket
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from api.demo.readings import read
from api.demo.showing import show_the_demo
from api.demo.year import DemoYear, generate_year
from api.runtime.clock import SystemClock
from api.runtime.postgres.servers import Addresses
from api.runtime.serving.serve import serve
from api.runtime.settings import Settings
from api.runtime.wiring import local_issuer, open_house
from projections import ALL

_YEAR = timedelta(days=365)
_CATCH_UP = 120.0  # seconds at least
_FOLLOWED = 200  # events a second at least, on a machine that is busy with other things


class DemoIsIncomplete(Exception):
    """The database holds events that are no finished pilot year of this data folder."""


async def make_year(
    settings: Settings,
    addresses: Addresses,
    first: date,
    seed: int,
    scale: float,
    *,
    progress: Callable[[int, int], None],
) -> DemoYear | None:
    """Generate the year from `first` on, unless it is there already. Raises DemoIsIncomplete.

    Nothing follows meanwhile: the views catch up afterwards, in large steps.
    """
    async with open_house(settings, addresses, follow=False) as rooms:
        if await rooms.facts.head():
            if not _staff_file(settings).exists():
                raise DemoIsIncomplete(
                    "The database holds events that are no finished pilot year of the folder"
                    f" {settings.data.resolve()}: its making was interrupted, or it is not a"
                    " demo's. Remove that folder, or name another one with --data."
                )
            return None
        log, ids = rooms.access_log, rooms.house.desk.ids
        year = await generate_year(
            rooms.desk,
            seed=seed,
            start=first,
            end=first + _YEAR,
            scale=scale,
            progress=progress,
            read=lambda looks, events: read(log, looks, events, ids),
            receipts=log,
        )
    staff = {role: str(staff_id) for role, staff_id in year.staff.items()}
    _staff_file(settings).write_text(json.dumps(staff, indent=1), encoding="utf-8")
    return year


async def show_year(settings: Settings, addresses: Addresses, listening: socket.socket) -> None:
    """Serve it, and say what to try, until told to stop."""
    async with open_house(settings, addresses) as rooms, rooms.keeping_time():
        head = await rooms.facts.head()
        for projection in ALL:
            await rooms.house.views.wait_for(projection.name, head, _CATCH_UP + head / _FOLLOWED)
        issuer = local_issuer(settings, SystemClock())
        tokens = {
            role: issuer.issue(UUID(staff_id), timedelta(hours=24))
            for role, staff_id in demo_staff(settings).items()
        }
        await serve(
            rooms.house,
            listening=listening,
            ready=lambda address: show_the_demo(address, tokens, settings.data),
        )


def demo_staff(settings: Settings) -> dict[str, str]:
    """Demo role -> staff id, as the generator left it; nothing where there is no demo."""
    file = _staff_file(settings)
    if not file.exists():
        return {}
    staff: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return staff


def _staff_file(settings: Settings) -> Path:
    return settings.data / "demo-staff.json"
