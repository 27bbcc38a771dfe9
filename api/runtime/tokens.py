"""Who a bearer token is for: an OpenID Connect access token, judged by its issuer's public keys.

Nothing of a token stands in an error or a log: a refusal says a coded reason, never what it saw.
"""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyCurveError,
    JoseError,
    KeyParameterError,
    MissingClaimError,
)
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from domain.errors import IssuerUnavailable, TokenIsRefused
from domain.ports import Clock

# Signatures by private keys only: with "none" anybody could sign, with HS256 whoever knows the
# public key. Ed25519 is what RFC 9864 calls EdDSA over that curve.
ALGORITHMS: Final = frozenset({"ES256", "RS256", "EdDSA", "Ed25519"})
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
LARGEST_TOKEN: Final = 8 * 1024

_LARGEST_KEY_SET: Final = 256 * 1024
_SHORTEST_RSA_KEY: Final = 2048
_KEY_TYPES: Final[Mapping[str, type[ECKey | RSAKey | OKPKey]]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}
_REASONS: Final = {
    "iss": "issuer",
    "aud": "audience",
    "sub": "subject",
    "nbf": "not-yet-valid",
    "iat": "not-yet-valid",
}

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedIssuer:
    """Whose tokens are believed, for whom they must be meant, and where its keys are published."""

    issuer: str
    audience: str
    jwks: str  # an https:// or http:// address, or the path of a file


class _Verified(NamedTuple):
    staff_id: UUID
    until: float
    kid: str
    key: Key


class BearerTokens:
    """The staff ids in the access tokens of one issuer.

    A token that was verified once is remembered by its SHA-256, and believed without a second
    look only while its `exp` has not come and the key it was verified with is still published.
    """

    def __init__(
        self,
        trusted: TrustedIssuer,
        clock: Clock,
        *,
        leeway: int = 30,  # seconds that our clock and the issuer's may differ
        remembered: int = 10_000,
        keys: "PublishedKeys | None" = None,
    ) -> None:
        self._clock = clock
        self._keys = keys or PublishedKeys(trusted.jwks)
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=leeway,
            iss={"essential": True, "value": trusted.issuer},
            aud={"essential": True, "value": trusted.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._remembered = remembered
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()  # longest unused first

    async def staff_id(self, token: str) -> UUID:
        """The staff id in a valid token. Raises TokenIsRefused, IssuerUnavailable."""
        if len(token) > LARGEST_TOKEN or not token.isascii():
            raise TokenIsRefused(reason="malformed")
        digest = sha256(token.encode()).digest()
        if verified := self._recall(digest):
            return verified.staff_id
        kid = _key_id(token)
        verified = self._verify(token, kid, await self._keys.find(kid))
        self._verified[digest] = verified
        if len(self._verified) > self._remembered:
            self._verified.popitem(last=False)
        return verified.staff_id

    def _recall(self, digest: bytes) -> _Verified | None:
        verified = self._verified.get(digest)
        if verified is None:
            return None
        if (
            verified.until <= self._clock.now().timestamp()
            or self._keys.known(verified.kid) is not verified.key
        ):
            del self._verified[digest]
            return None
        self._verified.move_to_end(digest)
        return verified

    def _verify(self, token: str, kid: str, key: Key) -> _Verified:
        try:
            signed = jws.deserialize_compact(token, key, registry=_REGISTRY)
            claims = json.loads(signed.payload or b"")
            self._claims.validate(claims)
            return _Verified(_uuid(claims["sub"]), claims["exp"], kid, key)
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
            # never chained: the cause could quote the token
            raise TokenIsRefused(reason=_reason(error)) from None


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


class _Algorithms(jws.JWSRegistry):
    """Our algorithms, without a warning per token that EdDSA has a newer name."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


_REGISTRY: Final = _Algorithms(algorithms=ALGORITHMS, strict_check_header=False)


def _key_id(token: str) -> str:
    """Which key a token says it was signed with, when its header is one that we take."""
    try:
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
        _REGISTRY.check_header(header)  # each known parameter has its type
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenIsRefused(reason="malformed") from None
    if header["alg"] not in ALGORITHMS:
        raise TokenIsRefused(reason="algorithm")
    # What is marked critical must be understood, and we understand no extension.
    if "crit" in header or "b64" in header or header.get("typ", "JWT").lower() not in TYPES:
        raise TokenIsRefused(reason="type")
    if "kid" not in header:
        raise TokenIsRefused(reason="key")
    kid: str = header["kid"]
    return kid


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


def _uuid(text: str) -> UUID:
    """A staff id in its one spelling."""
    try:
        staff_id = UUID(text)
    except ValueError:
        raise ClaimError("sub") from None
    if str(staff_id) != text.lower():
        raise ClaimError("sub")
    return staff_id


def _reason(error: Exception) -> str:
    match error:
        case BadSignatureError():
            return "signature"
        case KeyParameterError() | InvalidKeyCurveError():
            return "algorithm"
        case ExpiredTokenError():
            return "expired"
        case MissingClaimError():
            return "claims"
        case ClaimError(claim=claim):
            return _REASONS.get(claim, "malformed")
    return "malformed"
