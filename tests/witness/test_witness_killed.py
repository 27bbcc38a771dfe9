"""A witness as others run it: a process of its own, with its folder and nothing else, killed."""

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from api.tree.notes import Verifier, read_note
from api.witness.folder import WitnessFolder, WitnessIsFaulty
from tests.witnessing import SmallLog

SAMORDNA = str(Path(sys.executable).with_name("samordna"))
LOG, FORK = SmallLog(), SmallLog("fork")


def samordna(*words: str, folder: Path, expect: int = 0) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        [SAMORDNA, "witness", *words, "--folder", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with subprocess.Popen(  # noqa: S603 - our own program
        [SAMORDNA, "witness", "serve", "--folder", str(folder), "--port", "0"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        found = re.search(r"Witnessing at http://127\.0\.0\.1:(\d+)", said)
        assert found, said
        try:
            yield int(found[1]), process
        finally:
            process.kill()


def sent(port: int, body: bytes) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("POST", "/add-checkpoint", body)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


def known_to(folder: Path) -> None:
    """Who runs the witness lists the small log."""
    told = folder / "witness.toml"
    listed = f'logs = [\n    "{LOG.signer.verifier.vkey}",\n'
    told.write_text(told.read_text(encoding="utf-8").replace("logs = [\n", listed), "utf-8")


def test_a_witness_by_command_line(folder: Path) -> None:
    """Made once, with a key that it prints; it answers over HTTP, and shows what it knows and what
    it refused."""
    key = Verifier.read(samordna("create", "auditors.example/one", folder=folder))
    known_to(folder)
    with serving(folder) as (port, process):
        status, line = sent(port, LOG.submission(0, 5))
        assert status == HTTPStatus.OK
        assert key.cosigned_at(read_note(f"{LOG.note(5)}{line}"))
        assert sent(port, FORK.submission(0, 4)) == (HTTPStatus.CONFLICT, "5\n")
        assert sent(port, FORK.submission(5, 5)) == (HTTPStatus.CONFLICT, "5\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert str(FORK.note(5)) in samordna("show", folder=folder, expect=1)


def test_a_witness_is_made_once(folder: Path) -> None:
    """Its name, key and memory stay; what its file says must be readable as what it is."""
    made = WitnessFolder(folder)
    with pytest.raises(WitnessIsFaulty):
        made.signer()
    with pytest.raises(WitnessIsFaulty):
        made.create("auditors example")
    made.create("auditors.example/one")
    with pytest.raises(WitnessIsFaulty):
        made.create("auditors.example/two")
    assert made.logs() == {}
    told = folder / "witness.toml"
    sound = told.read_text(encoding="utf-8")
    for listed in ('"a key"', f'"{made.signer().verifier.vkey}"', "1"):
        told.write_text(sound.replace("logs = [", f"logs = [{listed},"), encoding="utf-8")
        with pytest.raises(WitnessIsFaulty):
            made.logs()


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.full)])
def test_what_was_answered_is_remembered(folder: Path, kills: int) -> None:
    """Killed at any moment, the witness knows whatever it has cosigned: from there it goes on."""
    WitnessFolder(folder).create("auditors.example/one")
    known_to(folder)
    chance, cosigned = Random(3), 0  # noqa: S311 - when to kill
    for _ in range(kills):
        with serving(folder) as (port, process):
            killer = Timer(chance.uniform(0.01, 0.4), process.kill)
            killer.start()
            try:
                size = cosigned
                while True:
                    status, told = sent(port, LOG.submission(size, size + 1))
                    if status == HTTPStatus.OK:
                        cosigned = size = size + 1
                    else:  # it had kept one more than it could answer
                        assert status == HTTPStatus.CONFLICT
                        assert int(told) == size + 1
                        size = int(told)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                killer.join()
        with WitnessFolder(folder).memory() as memory:
            known = memory.all().get(LOG.signer.verifier.name)
        assert (known.size if known else 0) in {cosigned, cosigned + 1}
        cosigned = known.size if known else 0
    assert cosigned > 0
