"""What a door hands out and recognises when it comes back: ETags, cursors, bodies of commands.

Each is a MAC under a key of the vault. So none can be forged, none tells what it stands for, and
every process of the house recognises what another one handed out.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from api.house import Macs
from domain.errors import CursorIsFaulty, KeyIsErased

T = TypeVar("T")

COMMANDS_KEPT_DAYS: Final = 30

_ETAGS: Final = "doors/etags"
_CURSORS: Final = "doors/cursors"
_COMMANDS: Final = "doors/commands"
_SIZE: Final = 16


class Marks:
    """Made per request: `ready` first, so that the keys are at hand."""

    def __init__(self, macs: Macs) -> None:
        self._macs = macs

    async def ready(self) -> None:
        await self._macs.ensure([_ETAGS, _CURSORS])

    def etag(self, viewer: UUID, *seen: tuple[UUID, int]) -> str:
        """What was seen: the file's version first, then those of what was shown with it. Another
        viewer gets another one, so it says nothing about who else has seen what."""
        marks = (
            _spelled(self._macs.mac(_ETAGS, viewer.bytes + stream.bytes + version.to_bytes(8)))
            for stream, version in seen
        )
        return f'"{".".join(marks)}"'

    def is_current(self, etag: str, viewer: UUID, stream: UUID, version: int) -> bool:
        """Whether the file still stands as it was seen, whatever was shown with it."""
        return etag.strip('"').partition(".")[0] == self.etag(viewer, (stream, version)).strip('"')

    async def command(self, staff: UUID, key: str) -> UUID:
        """The command's id, from the caller's key: one that cannot be guessed back from the log."""
        await self._macs.ensure([_COMMANDS])
        mark = self._macs.mac(_COMMANDS, staff.bytes + key.encode())
        return UUID(bytes=mark[:16], version=4)

    def cursor(self, place: bytes, last: object) -> str:
        """Where a page ended: good in the same place only (viewer, door, filters)."""
        told = msgspec.json.encode(last)
        return f"{_base64(told)}.{_spelled(self._of_cursor(place, told))}"

    def last_seen(self, place: bytes, cursor: str, kind: type[T]) -> T:
        """Raises CursorIsFaulty."""
        told = cursor.partition(".")[0]
        try:
            plain = urlsafe_b64decode(told + "=" * (-len(told) % 4))
            ours = _base64(plain), _spelled(self._of_cursor(place, plain))
            if not hmac.compare_digest(".".join(ours), cursor):
                raise CursorIsFaulty
            return msgspec.json.decode(plain, type=kind)
        except ValueError:
            raise CursorIsFaulty from None

    async def of_command(self, now: datetime, told: bytes) -> bytes:
        """What tells a repeated command, under this month's key: with it, the mark is forgotten."""
        this, *_ = _keys_of_commands(now.date())
        await self._macs.ensure([this])
        return self._macs.mac(this, told)

    async def of_earlier_command(self, now: datetime, told: bytes) -> Sequence[bytes]:
        """The same, under the keys of the months in which it may have been sent before."""
        _, *earlier = _keys_of_commands(now.date())
        marks = []
        for month in earlier:
            with suppress(KeyIsErased):
                await self._macs.ensure([month])
                marks.append(self._macs.mac(month, told))
        return marks

    def _of_cursor(self, place: bytes, told: bytes) -> bytes:
        return self._macs.mac(_CURSORS, len(place).to_bytes(8) + place + told)


@lru_cache(maxsize=4)
def _keys_of_commands(day: date) -> Sequence[str]:
    """The keys of this month, and of those in which a command may have been sent that is kept."""
    days = (day - timedelta(days=back) for back in range(COMMANDS_KEPT_DAYS + 1))
    return tuple(dict.fromkeys(f"commands/{day:%Y-%m}" for day in days))


def _spelled(mark: bytes) -> str:
    return _base64(mark[:_SIZE])


def _base64(plain: bytes) -> str:
    return urlsafe_b64encode(plain).rstrip(b"=").decode()
