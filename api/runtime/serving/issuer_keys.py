"""The token issuer's public keys: a JSON Web Key Set, fetched, kept for a while, fetched anew."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from domain.errors import IssuerUnavailable, TokenIsRefused

_LARGEST_KEY_SET: Final = 256 * 1024
_SHORTEST_RSA_KEY: Final = 2048
# Not "oct": a shared secret is no public key.
_KEY_TYPES: Final[Mapping[str, type[ECKey | RSAKey | OKPKey]]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class PublishedKeys:
    """The issuer's public keys, as it published them last.

    Invariants: the issuer is asked once at a time, and at most every `pause` seconds, whatever
    tokens say. A key that is no longer published is used for `fresh` seconds and a fetch at most
    while the issuer answers, and no key longer than `kept` seconds after the last answer.
    """

    def __init__(
        self,
        source: str,
        *,
        pause: float = 10,
        fresh: float = 300,
        kept: float = 3600,
        patience: float = 2,  # seconds for an answer of the issuer
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._pause, self._fresh, self._kept, self._patience = pause, fresh, kept, patience
        self._now = monotonic
        self._keys: dict[str, Key] = {}
        self._answered_at = self._asked_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> Key:
        """The key with that id. Raises TokenIsRefused when the issuer publishes none,
        IssuerUnavailable when it did not answer."""
        key = self.known(kid)
        if key is None and (asking := self._ask()):
            await asyncio.shield(asking)  # others wait for it too
            key = self.known(kid)
        if key is not None:
            return key
        if self._answered_at < self._asked_at:
            raise IssuerUnavailable
        raise TokenIsRefused(reason="key")

    def known(self, kid: str) -> Key | None:
        """The key with that id, as long as it may be used; asks anew in the background in time."""
        age = self._now() - self._answered_at
        if age >= self._fresh:
            self._ask()
        return self._keys.get(kid) if age < self._kept else None

    async def count(self) -> int:
        """How many there are to verify by. Raises IssuerUnavailable."""
        if asking := self._ask():
            await asyncio.shield(asking)
        if self._answered_at < self._asked_at:
            raise IssuerUnavailable
        return len(self._keys)

    def _ask(self) -> asyncio.Task[None] | None:
        if self._asking is None and self._now() - self._asked_at >= self._pause:
            self._asked_at = self._now()
            self._asking = asyncio.create_task(self._renew())
        return self._asking

    async def _renew(self) -> None:
        try:
            published = _usable(json.loads(await self._fetch()))
        except (ClientError, OSError, TimeoutError, ValueError, RecursionError) as error:
            _log.warning("issuer keys cannot be fetched", exc_info=error)
        else:
            # A key that stays is the same object, which is how remembered tokens know it.
            old = self._keys
            self._keys = {k: old[k] if old.get(k) == key else key for k, key in published.items()}
            self._answered_at = self._now()
        finally:
            self._asking = None

    async def _fetch(self) -> bytes:
        if not self._source.startswith(("https://", "http://")):
            return await asyncio.to_thread(Path(self._source).read_bytes)
        body = bytearray()
        async with (
            ClientSession(timeout=ClientTimeout(total=self._patience)) as session,
            session.get(self._source, allow_redirects=False, raise_for_status=True) as response,
        ):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _LARGEST_KEY_SET:
                    raise ValueError("the issuer's key set is too large")
        return bytes(body)


def _usable(key_set: Any) -> dict[str, Key]:
    """The keys that can verify by our algorithms; others are passed over (RFC 7517, section 5)."""
    if not isinstance(key_set, dict) or not isinstance(key_set.get("keys"), list):
        raise ValueError("not a JSON Web Key Set")  # noqa: TRY004 - a fault of the answer, not ours
    keys: dict[str, Key] = {}
    for jwk in key_set["keys"]:
        try:
            key = _KEY_TYPES[jwk["kty"]].import_key(jwk)
            key.check_use("sig")
        except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
            continue
        is_weak = isinstance(key, RSAKey) and key.raw_value.key_size < _SHORTEST_RSA_KEY
        if key.kid and not is_weak:
            keys[key.kid] = key
    return keys
