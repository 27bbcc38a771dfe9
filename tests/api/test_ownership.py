"""Who stops a server that several use."""

from pathlib import Path
from threading import Thread

from api.runtime.postgres.ownership import Ownership


def test_one_leaves_at_a_time(tmp_path: Path) -> None:
    """While its owner is leaving, the only other user waits, and knows then that it is the last:
    otherwise each would leave the server to the other."""
    owner, other = Ownership(tmp_path), Ownership(tmp_path)
    assert owner.join()
    assert owner.take()
    assert other.join()
    assert not other.take()
    last: list[bool] = []

    def leave() -> None:
        with other.leave() as is_last:
            last.append(is_last)

    leaving = Thread(target=leave)
    with owner.leave() as is_last:
        assert not is_last
        leaving.start()
        leaving.join(0.2)
    leaving.join()
    assert last == [True]


def test_nobody_comes_in_while_it_is_stopped(tmp_path: Path) -> None:
    """Who comes while the last one stops the server waits; a killed user is no user."""
    last, newcomer = Ownership(tmp_path), Ownership(tmp_path)
    assert last.join()
    with last.leave() as is_last:
        assert is_last
        assert not newcomer.join()
    assert newcomer.join()
    assert newcomer.take()
    with newcomer.leave() as is_last:
        assert is_last
    with newcomer.leave() as is_last:
        assert not is_last
