"""Every setting, its default and what it is for. From flags of the command line, else from the
environment (SAMORDNA_<NAME>), else the default. Secrets are files, never values."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

_PORTS = range(65536)
_WORKERS = range(1, 65)
_DAYS = range(3651)
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_AUDIT_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9._-]+)*")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")
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
    kms: str | None = None
    """A command that seals and opens the keyring (called with `seal` or `open` as its last word,
    from its input to its output), so that it lies nowhere in the clear; by default its mode alone
    protects the file."""
    postgres_bin: Path | None = None
    """The folder with PostgreSQL's programs for the embedded servers; the wheel's by default."""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    """How many processes share the address. Each takes a core, 100 MB and up to forty sessions of
    the log's server (max_connections)."""
    follow: bool = True
    """Whether a server follows the views; otherwise it only shows what others follow."""
    issuer: str = "https://issuer.samordna.invalid"
    """The `iss` of the bearer tokens that are accepted."""
    audience: str = "samordna"
    """The `aud` of the bearer tokens that are accepted."""
    jwks: str | None = None
    """File or URL of the issuer's public keys; with the local issuer, its own."""
    local_issuer: bool = False
    """Whether a token issuer on this machine is trusted: for trying things out, never for real."""
    audit_name: str = "samordna.invalid"
    """The name by which the audit logs are known to whoever verifies them: a host name of the
    operator's, never changed once they are signed."""
    audit_policy: Path | None = None
    """A file that names the witnesses of the audit logs, their addresses, and how many must have
    cosigned a checkpoint (C2SP tlog-policy): the house asks them, `samordna verify` requires
    them."""
    checkpoint_folder: Path | None = None
    """A folder that is written once (on another machine, append-only), where checkpoints of the
    audit logs are put, too: whoever changes the log or restores an older one is found by them."""
    checkpoint_seconds: int = 60
    """How often, at most."""
    rate_per_client: int = 200
    """Requests a second from one address, in bursts of ten seconds' worth; beyond that 429. 0: no
    limit. Each worker counts for itself."""
    rate_per_login: int = 20
    """The same for one staff member, whatever tokens they have."""
    behind_proxy: bool = False
    """Whether a reverse proxy of yours is the only one that reaches this address: then the last
    X-Forwarded-For is the caller's address."""
    origins: str = ""
    """Whose pages may call from a browser (CORS), as `https://host`, separated by commas; by
    default nobody's."""
    vault_backup_days: int = 30
    """For how many days backups of the vault are kept, its write-ahead log with them: that long a
    key that was erased may still be read from one. Certificates of disposal say until when."""
    log_format: str = "human"
    """human or json."""

    def __post_init__(self) -> None:
        mistakes = [*self._mistakes(), *self._mistakes_of_the_doors()]
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
        if not _AUDIT_NAME.fullmatch(self.audit_name):
            mistakes.append("audit_name: a host name, perhaps with a path; no scheme, no spaces")
        if self.audit_policy and not self.audit_policy.is_file():
            mistakes.append(f"audit_policy: there is no file {self.audit_policy}")
        if self.checkpoint_seconds < 1:
            mistakes.append("checkpoint_seconds: 1 or more")
        if self.vault_backup_days not in _DAYS:
            mistakes.append("vault_backup_days: 0 to 3650")
        if self.log_format not in {"human", "json"}:
            mistakes.append("log_format: human or json")
        return mistakes

    def _mistakes_of_the_doors(self) -> list[str]:
        mistakes = []
        if self.port not in _PORTS:
            mistakes.append("port: 0 (any free one) to 65535")
        if self.workers not in _WORKERS:
            mistakes.append(f"workers: 1 to {_WORKERS.stop - 1}")
        if min(self.rate_per_client, self.rate_per_login) < 0:
            mistakes.append("rate_per_client, rate_per_login: requests a second, or 0")
        if not all(_ORIGIN.fullmatch(origin) for origin in self.allowed_origins):
            mistakes.append("origins: https://host[:port], separated by commas")
        return mistakes

    @property
    def allowed_origins(self) -> frozenset[str]:
        return frozenset(origin.strip() for origin in self.origins.split(",") if origin.strip())

    @property
    def secrets(self) -> Path:
        """Passwords of database roles and the key-encryption keyring, 0600 each."""
        return self.data / "secrets"

    @property
    def environment(self) -> dict[str, str]:
        """What another process reads the same settings from."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {
            f"SAMORDNA_{name.upper()}": str(value) for name, value in given if value is not None
        }

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **flags: Any) -> "Settings":
        """From flags that are not None, else from the environment, else the defaults."""
        if shown := [name for name in ("database", "vault") if _holds_password(flags.get(name))]:
            raise SettingsAreFaulty(
                f"--{', --'.join(shown)}: everybody on this machine can read a command line. Give"
                " the address without a password, which PostgreSQL's client then reads from the"
                " file PGPASSFILE names; or all of it in SAMORDNA_DATABASE and SAMORDNA_VAULT."
            )
        values: dict[str, Any] = {}
        for field in fields(cls):
            flag = flags.get(field.name)
            text = environment.get(f"SAMORDNA_{field.name.upper()}")
            if flag is not None:
                values[field.name] = flag
            elif text:
                values[field.name] = _parsed(field.name, text)
        return cls(**values)


def _holds_password(url: str | None) -> bool:
    try:
        return bool(url and conninfo_to_dict(url).get("password"))
    except ProgrammingError:  # no address at all: who connects will say so
        return "password" in (url or "")


def _parsed(name: str, text: str) -> Any:
    if name in {"data", "organisation", "postgres_bin", "audit_policy", "checkpoint_folder"}:
        return Path(text)
    if name in {
        "checkpoint_seconds",
        "port",
        "workers",
        "rate_per_client",
        "rate_per_login",
        "vault_backup_days",
    }:
        if not text.isdecimal():
            raise SettingsAreFaulty(f"SAMORDNA_{name.upper()}: a number, not {text!r}")
        return int(text)
    if name in {"local_issuer", "follow", "behind_proxy"}:
        if text.lower() not in _YES | _NO:
            raise SettingsAreFaulty(f"SAMORDNA_{name.upper()}: yes or no, not {text!r}")
        return text.lower() in _YES
    return text
