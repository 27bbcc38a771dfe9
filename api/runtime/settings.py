"""Every setting, its default and what it is for. From flags of the command line, else from the
environment (SAMORDNA_<NAME>), else the default. Secrets are files, never values."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

_PORTS = range(65536)
_MUNICIPALITY = re.compile(r"[a-z][a-z0-9_]{0,30}")


class SettingsAreFaulty(Exception):
    """The settings cannot be used; the message names every mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Raises SettingsAreFaulty when made with mistakes."""

    data: Path = Path(".samordna")
    """The folder for embedded servers, secrets and the local token issuer."""
    municipality: str = "uppsala"
    """The PostgreSQL schema of this municipality."""
    organisation: Path | None = None
    """A TOML file with units, targets and settings; Uppsala's by default."""
    database: str | None = None
    """URL of the log's PostgreSQL server (15 or newer), as its owner; embedded by default."""
    vault: str | None = None
    """URL of the vault's PostgreSQL server, another one than the log's; embedded by default."""
    postgres_bin: Path | None = None
    """The folder with PostgreSQL's programs for the embedded servers; the wheel's by default."""
    host: str = "127.0.0.1"
    port: int = 8080
    issuer: str = "https://issuer.samordna.invalid"
    """The `iss` of the bearer tokens that are accepted."""
    audience: str = "samordna"
    """The `aud` of the bearer tokens that are accepted."""
    jwks: str | None = None
    """File or URL of the issuer's public keys; with the local issuer, its own."""
    local_issuer: bool = False
    """Whether a token issuer on this machine is trusted: for trying things out, never for real."""
    log_format: str = "human"
    """human or json."""

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise SettingsAreFaulty("\n".join(["The settings cannot be used:", *mistakes]))

    def _mistakes(self) -> list[str]:
        mistakes = []
        if not _MUNICIPALITY.fullmatch(self.municipality):
            mistakes.append("municipality: lower-case letters, digits and _, 31 at most")
        if (self.database is None) is not (self.vault is None):
            mistakes.append("database, vault: give both or neither (the vault is a server apart)")
        if self.organisation and not self.organisation.is_file():
            mistakes.append(f"organisation: there is no file {self.organisation}")
        if self.postgres_bin and not (self.postgres_bin / "postgres").is_file():
            mistakes.append(f"postgres_bin: there is no program postgres in {self.postgres_bin}")
        if self.port not in _PORTS:
            mistakes.append("port: 0 (any free one) to 65535")
        if self.log_format not in {"human", "json"}:
            mistakes.append("log_format: human or json")
        return mistakes

    @property
    def secrets(self) -> Path:
        """Passwords of database roles and the key-encryption keyring, 0600 each."""
        return self.data / "secrets"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **flags: Any) -> "Settings":
        """From flags that are not None, else from the environment, else the defaults."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            flag = flags.get(field.name)
            text = environment.get(f"SAMORDNA_{field.name.upper()}")
            if flag is not None:
                values[field.name] = flag
            elif text:
                values[field.name] = _parsed(field.name, text)
        return cls(**values)


def _parsed(name: str, text: str) -> Any:
    if name in {"data", "organisation", "postgres_bin"}:
        return Path(text)
    if name == "port":
        if not text.isdigit():
            raise SettingsAreFaulty(f"SAMORDNA_PORT: a number, not {text!r}")
        return int(text)
    if name == "local_issuer":
        return text.lower() in {"1", "true", "yes", "on"}
    return text
