"""A token issuer for the first minute on a laptop. Nobody is asked who they are: whoever can read
its folder can be anybody. So it is off unless it is asked for, and never meant for real data."""

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey

from api.runtime.serving.tokens import TrustedIssuer
from domain.ports import Clock

ISSUER: Final = "urn:samordna:local-issuer"
AUDIENCE: Final = "samordna"
LONGEST: Final = timedelta(days=1)

_ALGORITHM: Final = "ES256"


class SigningKeyIsReadableByOthers(Exception):
    """The local issuer's signing key may be read by others than its owner. Delete the folder."""


class LocalIssuer:
    """In its folder: `signing-key.json` (0600), and `jwks.json` with its public half and the
    public halves of the keys before it, for as long as a token of theirs may live.

    The key set is written before the key: no token exists that it could not verify.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._key = folder / "signing-key.json"
        self._jwks = folder / "jwks.json"
        self._clock = clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            if not self._key.exists():
                self._change_key()

    @property
    def trusted(self) -> TrustedIssuer:
        """What a server that believes this issuer must know of it."""
        return TrustedIssuer(issuer=ISSUER, audience=AUDIENCE, jwks=str(self._jwks))

    def issue(self, staff_id: UUID, lifetime: timedelta = timedelta(hours=8)) -> str:
        """A token for a staff member."""
        if not timedelta(0) < lifetime <= LONGEST:
            raise ValueError("a token lives for a day at most")
        key = ECKey.import_key(self._read_key())
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(staff_id),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        header = {"alg": _ALGORITHM, "kid": key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])

    def renew(self) -> None:
        """Sign with a new key from now on; tokens of the old one live to their end."""
        with self._alone():
            self._change_key()

    def _change_key(self) -> None:
        now = int(self._clock.now().timestamp())
        retires = now + int(LONGEST.total_seconds())
        key = ECKey.generate_key("P-256", auto_kid=True)
        earlier = [{"exp": retires} | jwk for jwk in self._published()]
        still = [jwk for jwk in earlier if jwk["exp"] >= now]
        new = key.as_dict(private=False, use="sig", alg=_ALGORITHM)
        _write(self._jwks, {"keys": [new, *still]}, 0o644)
        _write(self._key, key.as_dict(private=True), 0o600)

    def _published(self) -> list[dict[str, Any]]:
        if not self._jwks.exists():
            return []
        keys: list[dict[str, Any]] = json.loads(self._jwks.read_bytes())["keys"]
        return keys

    def _read_key(self) -> dict[str, Any]:
        with self._key.open() as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SigningKeyIsReadableByOthers(SigningKeyIsReadableByOthers.__doc__)
            key: dict[str, Any] = json.load(file)
            return key

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, also among processes."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _write(path: Path, content: object, mode: int) -> None:
    """Readers find the whole file, the old or the new one."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)  # left by a process that died here
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(content, file)
    draft.replace(path)
