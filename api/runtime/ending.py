"""Ending tasks of ours."""

import asyncio
from typing import Final

_AGAIN: Final = 0.5  # seconds


async def ended(task: asyncio.Task[None]) -> None:
    """Cancelled until it ends: before Python 3.12, `wait_for` may swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN)
