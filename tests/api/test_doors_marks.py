"""What a door hands out is recognised when it comes back, and only then."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.door.marks import Marks
from domain.errors import CursorIsFaulty
from tests.fakes import MemoryVault

CASE, OTHER_CASE, ANNA, BO = (UUID(int=n) for n in (1, 2, 3, 4))


@dataclass(frozen=True)
class Cursor:
    at: datetime
    case: UUID


HERE = Cursor(datetime(2023, 4, 3, 8, tzinfo=UTC), CASE)


@pytest.fixture
async def marks() -> Marks:
    made = Marks(MemoryVault())
    await made.ready()
    return made


def test_an_etag_is_for_one_viewer_one_file_and_one_version(marks: Marks) -> None:
    """Strong, quoted, and another one whenever something is different."""
    seen = {
        marks.etag(viewer, (case, version))
        for viewer in (ANNA, BO)
        for case in (CASE, OTHER_CASE)
        for version in (1, 2)
    }
    assert len(seen) == 8
    assert all(etag[0] == etag[-1] == '"' and len(etag) == 24 for etag in seen)
    assert marks.etag(ANNA, (CASE, 1)) == marks.etag(ANNA, (CASE, 1))


def test_a_file_is_current_whatever_was_shown_with_it(marks: Marks) -> None:
    """An act is decided on the file; what stands beside it only makes the answer another one."""
    alone, beside = marks.etag(ANNA, (CASE, 2)), marks.etag(ANNA, (CASE, 2), (OTHER_CASE, 7))
    assert alone != beside
    assert marks.is_current(alone, ANNA, CASE, 2)
    assert marks.is_current(beside, ANNA, CASE, 2)
    assert not marks.is_current(beside, ANNA, CASE, 3)
    assert not marks.is_current(beside, BO, CASE, 2)
    assert not marks.is_current(beside, ANNA, OTHER_CASE, 7)


def test_a_cursor_comes_back_as_it_was(marks: Marks) -> None:
    """With the types it had."""
    assert marks.last_seen(b"place", marks.cursor(b"place", HERE), Cursor) == HERE


def test_a_cursor_is_good_in_its_own_place_only(marks: Marks) -> None:
    """Another list, other filters or another reader refuse it."""
    with pytest.raises(CursorIsFaulty):
        marks.last_seen(b"elsewhere", marks.cursor(b"place", HERE), Cursor)


@pytest.mark.parametrize("invented", ["", ".", "x", "W10.", "W10.AAAAAAAAAAAAAAAAAAAAAA", "é.é"])
def test_an_invented_cursor_is_refused(marks: Marks, invented: str) -> None:
    """Nobody makes one but the house."""
    with pytest.raises(CursorIsFaulty):
        marks.last_seen(b"place", invented, Cursor)


def test_every_changed_character_is_noticed(marks: Marks) -> None:
    """Also in the part that can be read."""
    cursor = marks.cursor(b"place", HERE)
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(CursorIsFaulty):
            marks.last_seen(b"place", changed, Cursor)


async def test_a_repeated_command_is_recognised_across_the_month(marks: Marks) -> None:
    """In the new month the old mark is made, too."""
    night, morning = datetime(2023, 3, 31, 23, 59, tzinfo=UTC), datetime(2023, 4, 1, tzinfo=UTC)
    march = await marks.of_command(night, b"POST /x {}")
    april = await marks.of_command(morning, b"POST /x {}")
    earlier = await marks.of_earlier_command(morning, b"POST /x {}")
    assert march in earlier
    assert april not in earlier
    assert await marks.of_command(morning, b"POST /x {1}") != april


async def test_an_erased_month_is_no_hindrance() -> None:
    """Marks are forgotten with their key; the new month's commands go on."""
    vault, april = MemoryVault(), datetime(2023, 4, 1, tzinfo=UTC)
    await vault.erase(["commands/2023-03"])
    assert await Marks(vault).of_command(april, b"x")
    assert await Marks(vault).of_earlier_command(april, b"x") == []


async def test_thirty_days_may_touch_three_months(marks: Marks) -> None:
    """From the end of January to the beginning of March."""
    january = await marks.of_command(datetime(2023, 1, 31, 12, tzinfo=UTC), b"x")
    earlier = await marks.of_earlier_command(datetime(2023, 3, 1, 12, tzinfo=UTC), b"x")
    assert len(earlier) == 2
    assert january in earlier
