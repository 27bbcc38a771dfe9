"""Who a bearer token is for: an OpenID Connect access token, judged by its issuer's public keys.

Nothing of a token stands in an error or a log: a refusal says a coded reason, never what it saw.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

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
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry

from api.runtime.serving.issuer_keys import PublishedKeys
from domain.errors import TokenIsRefused
from domain.ports import Clock

# Signatures by private keys only: with "none" anybody could sign, with HS256 whoever knows the
# public key. Ed25519 is what RFC 9864 calls EdDSA over that curve.
ALGORITHMS: Final = frozenset({"ES256", "RS256", "EdDSA", "Ed25519"})
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
LARGEST_TOKEN: Final = 8 * 1024

_REASONS: Final = {
    "iss": "issuer",
    "aud": "audience",
    "sub": "subject",
    "nbf": "not-yet-valid",
    "iat": "not-yet-valid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedIssuer:
    """Whose tokens are believed, for whom they must be meant, and where its keys are published."""

    issuer: str
    audience: str
    jwks: str  # an https:// address (http:// where nobody is in between), or the path of a file


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
        keys: PublishedKeys | None = None,
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
