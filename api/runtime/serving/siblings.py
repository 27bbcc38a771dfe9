"""The numbers of several processes as one answer.

Each tells its own on a socket in a folder that they share; whoever is asked, asks all. What one
counts carries its name, so that sums and comparisons are the reader's to choose.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
from aiohttp import web

PARENT = "parent"

_PATIENCE = aiohttp.ClientTimeout(total=1.0)  # seconds; who stands still is left out
_LABEL = "worker"
_TELLS = "# HELP samordna_tells 1 when it does.\n# TYPE samordna_tells gauge\nsamordna_tells {}\n"


@asynccontextmanager
async def telling(folder: Path, name: str, tell: Callable[[], str]) -> AsyncIterator[None]:
    """Whoever asks in the folder is told, under this name."""

    async def told(_: web.Request) -> web.Response:
        return web.Response(text=tell())

    app = web.Application()
    app.router.add_get("/", told)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    socket = folder / name
    try:
        socket.unlink(missing_ok=True)  # of a process that was killed
        await web.UnixSite(runner, str(socket)).start()
        yield
    finally:
        await runner.cleanup()
        socket.unlink(missing_ok=True)


async def told_by_all(folder: Path, siblings: Sequence[str]) -> str:
    """What all tell, in Prometheus' text format; and who tells nothing."""
    told = await asyncio.gather(*(_told(folder / name) for name in siblings))
    return merged(dict(zip(siblings, told, strict=True)))


async def _told(socket: Path) -> str:
    with suppress(aiohttp.ClientError, TimeoutError):
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(socket)), timeout=_PATIENCE
            ) as session,
            session.get("http://sibling/") as answer,
        ):
            return _TELLS.format(1) + await answer.text()
    return _TELLS.format(0)


def merged(texts: Mapping[str, str]) -> str:
    """Each family once, and who counted what as a label."""
    families: dict[str, list[str]] = {}
    for name, text in texts.items():
        about, samples = "", list[str]()
        for line in text.splitlines():
            if line.startswith("# HELP "):
                about = line
            elif line.startswith("# TYPE "):
                samples = families.setdefault(f"{about}\n{line}\n", [])
            else:
                samples.append(_labelled(line, f'{_LABEL}="{name}"'))
    return "".join(about + "".join(samples) for about, samples in families.items())


def _labelled(sample: str, label: str) -> str:
    name, brace, rest = sample.partition("{")
    if brace:
        return f"{name}{{{label},{rest}\n"
    name, _, value = sample.rpartition(" ")
    return f"{name}{{{label}}} {value}\n"
