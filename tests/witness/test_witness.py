"""A witness cosigns what grows, and nothing else; it remembers before it answers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from api.runtime.clock import SimulatedClock
from api.tree.notes import COSIGNATURE, Signer, read_note
from api.witness.memory import Memory, MemoryIsMissing
from api.witness.witness import SIZE, Answer, Witness
from tests.witnessing import ZERO, SmallLog

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIGNER = Signer("witness.example/one", bytes(range(32)), algorithm=COSIGNATURE)
LOG = SmallLog()
FORK = SmallLog("fork", parts_at=20)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    Memory.create(tmp_path / "memory")
    memory = Memory(tmp_path / "memory")
    yield memory
    memory.close()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture
def witness(memory: Memory, clock: SimulatedClock) -> Witness:
    keys = [LOG.signer.verifier]
    return Witness(SIGNER, {LOG.signer.verifier.name: keys}, memory, clock.now)


def cosigned_at(answer: Answer, size: int) -> int | None:
    assert answer.status == HTTPStatus.OK
    return SIGNER.verifier.cosigned_at(read_note(f"{LOG.note(size)}{answer.body}"))


def test_cosigns_what_grows(witness: Witness, clock: SimulatedClock) -> None:
    """From nothing, by any step, and again when nothing is new; each time with the moment."""
    for old, new in ((0, 1), (1, 7), (7, 7), (7, 300), (300, 301)):
        clock.advance(timedelta(seconds=1))
        answer = witness.add_checkpoint(LOG.submission(old, new))
        assert cosigned_at(answer, new) == int(clock.now().timestamp())


@pytest.mark.parametrize("size", [0, 24, 30, 63, 64])
def test_another_size_than_the_known_one(witness: Witness, size: int) -> None:
    """Whoever does not begin at what is known is told how much that is: a log that was rolled back
    learns so, and gets no cosignature."""
    witness.add_checkpoint(LOG.submission(0, 25))
    answer = witness.add_checkpoint(LOG.submission(size, max(size, 24)))
    assert answer == Answer(HTTPStatus.CONFLICT, "25\n", SIZE)


def test_forks_are_refused_and_kept(witness: Witness, memory: Memory) -> None:
    """Another tree of the same size is a fork, whatever is sent with it; of another size, there is
    no proof for it. Both are kept as the log had signed them."""
    witness.add_checkpoint(LOG.submission(0, 25))
    same = witness.add_checkpoint(FORK.submission(25, 25))
    assert (same.status, same.body) == (HTTPStatus.CONFLICT, "25\n")
    for path in (None, [], [ZERO] * 5):
        more = witness.add_checkpoint(FORK.submission(25, 30, path))
        assert more.status == HTTPStatus.UNPROCESSABLE_ENTITY
    kept = {(it.note, it.is_fork) for it in memory.all_refused()}
    assert kept == {(str(FORK.note(25)), True), (str(FORK.note(30)), False)}
    assert memory.all()[LOG.signer.verifier.name].note == str(LOG.note(25))
    assert cosigned_at(witness.add_checkpoint(LOG.submission(25, 30)), 30)


def test_a_wrong_proof_is_no_fork(witness: Witness, memory: Memory) -> None:
    """What anybody sent with a wrong proof stands against the log only until it is proven."""
    witness.add_checkpoint(LOG.submission(0, 25))
    witness.add_checkpoint(LOG.submission(25, 30, [ZERO]))
    assert [it.is_fork for it in memory.all_refused()] == [False]
    witness.add_checkpoint(LOG.submission(25, 30))
    assert memory.all_refused() == []


def test_strangers(witness: Witness) -> None:
    """Logs that are not listed, keys that are not the log's, and what is no submission."""
    unknown = SmallLog(origin="other.example/log").submission(0, 5)
    assert witness.add_checkpoint(unknown).status == HTTPStatus.NOT_FOUND
    forged = SmallLog(seed=bytes(range(32))).submission(0, 5)
    assert witness.add_checkpoint(forged).status == HTTPStatus.FORBIDDEN
    sound = LOG.submission(2, 5)
    unsound = (
        *(b"", b"\xff", sound[4:], sound.replace(b"old 2", b"old 02"), LOG.submission(6, 5)),
        *(sound.replace(b"\n\n", b"\nAAAA\n\n", 1), LOG.submission(0, 5, [ZERO] * 64)),
        sound.replace(b"\n\n", b"\n", 1),
    )
    for body in unsound:
        assert witness.add_checkpoint(body).status == HTTPStatus.BAD_REQUEST, body


def test_a_clock_set_back(witness: Witness, clock: SimulatedClock) -> None:
    """No cosignature says that more was known earlier."""
    first = cosigned_at(witness.add_checkpoint(LOG.submission(0, 5)), 5)
    clock.advance(timedelta(hours=-1))
    assert cosigned_at(witness.add_checkpoint(LOG.submission(5, 6)), 6) == first


def test_many_at_once(witness: Witness, memory: Memory, tmp_path: Path) -> None:
    """Of all who come at once, from one process or two, one after the other is judged by what is
    known then: of two trees of one size one at most is cosigned."""
    other = Memory(tmp_path / "memory")
    second = Witness(SIGNER, {LOG.signer.verifier.name: [LOG.signer.verifier]}, other, lambda: NOW)
    witness.add_checkpoint(LOG.submission(0, 20))
    asked = [
        (who, log, size)
        for size in range(21, 41)
        for who in (witness, second)
        for log in (LOG, FORK)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda it: it[0].add_checkpoint(it[1].submission(20, it[2])), asked)
        cosigned = [
            (log, size)
            for (_, log, size), answer in zip(asked, answers, strict=True)
            if answer.status == HTTPStatus.OK
        ]
    other.close()
    assert len(cosigned) == 1
    [(log, size)] = cosigned
    assert memory.all()[LOG.signer.verifier.name].note == str(log.note(size))


def test_no_witness_without_its_memory(tmp_path: Path) -> None:
    """A witness that lost what it knew does not begin anew by itself."""
    with pytest.raises(MemoryIsMissing):
        Memory(tmp_path / "memory")
