"""A confidentiality review: given what was drawn and judged, when an auditor acts, then these
facts (section 6)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.codes import AccessFlag, AccessJudgement, FindingKind, SamplingRule
from domain.errors import (
    AccessIsNotDrawn,
    ManagerIsAsked,
    ManagerIsNotAsked,
    ManagerIsTheReader,
    ReviewIsClosed,
    ReviewIsOpen,
    ReviewIsTooWide,
    ReviewIsUnfinished,
)
from domain.review import (
    AccessesDrawn,
    Review,
    ReviewClosed,
    ReviewEvent,
    ReviewOpened,
    answer_question,
    ask_manager,
    close_review,
    fold,
    judge_accesses,
    open_review,
    record_finding,
    reopen_review,
    sample,
)

READER, OTHER, MANAGER = UUID(int=1), UUID(int=2), UUID(int=3)
READERS = {receipt: READER if receipt % 10 else OTHER for receipt in range(1, 101)}
FLAGGED = {7: (AccessFlag.OWN_NAME,), 8: (AccessFlag.BROKEN_GLASS, AccessFlag.OUTSIDE_HOURS)}
DUE = date(2024, 11, 7)
FINE, WRONG = AccessJudgement.JUSTIFIED, AccessJudgement.NOT_JUSTIFIED


def opened(**more: Any) -> list[ReviewEvent]:
    told: dict[str, Any] = {
        "period": (date(2024, 4, 1), date(2024, 4, 30)),
        "unit": "nexus",
        "rule": SamplingRule.RANDOM,
        "size": 0,
        "seed": 1,
        "receipts": 100,
        "readers": READERS,
        "flagged": FLAGGED,
        "ground": "Tips.",
    }
    return open_review(**{**told, **more})


def review(*more: list[ReviewEvent]) -> Review:
    found = fold([*opened(), *(event for events in more for event in events)])
    assert found
    return found


def judged(receipt: int, judgement: AccessJudgement = FINE) -> list[ReviewEvent]:
    return judge_accesses(review(), [receipt], judgement=judgement, ground="Se akten.")


def asked(receipt: int = 7) -> list[ReviewEvent]:
    return ask_manager(review(), receipt, reader=READER, unit="nexus", question="Varför?")


def test_a_sample_can_be_drawn_again() -> None:
    """The same seed draws the same; another seed another; per reader as many of each."""
    draw = {"rule": SamplingRule.RANDOM, "size": 10}
    once = sample(READERS, seed=4711, **draw)  # type: ignore[arg-type]  # as told
    assert once == sample(dict(reversed(READERS.items())), seed=4711, **draw)  # type: ignore[arg-type]  # as told
    assert once != sample(READERS, seed=4712, **draw)  # type: ignore[arg-type]  # as told
    assert len(once) == 10
    each = sample(READERS, rule=SamplingRule.PER_READER, size=3, seed=1)
    assert sorted(READERS[one] for one in each) == [READER] * 3 + [OTHER] * 3


def test_what_is_flagged_is_always_drawn() -> None:
    """Beside the sample; and of each it is known whether chance or a rule asks about it."""
    first, *some = opened(size=5)
    assert isinstance(first, ReviewOpened)
    assert first.accesses == 100
    drawn = {
        receipt: (sampled, flags)
        for event in some
        if isinstance(event, AccessesDrawn)
        for receipt, sampled, flags in zip(
            event.receipts, event.sampled, event.flags.reveal(), strict=True
        )
    }
    assert {receipt: flags for receipt, (_, flags) in drawn.items() if flags} == FLAGGED
    assert sum(sampled for sampled, _ in drawn.values()) == 5


def test_a_review_looks_at_a_thousand_at_most() -> None:
    """More is refused, and nothing recorded: one of them would not be looked at. What is drawn
    stands in facts that are small enough."""
    many = dict.fromkeys(range(1, 1002), READER)
    with pytest.raises(ReviewIsTooWide):
        opened(readers=many, size=1001, flagged={})
    _, *some = opened(readers=many, size=1000, flagged={})
    assert [len(one.receipts) for one in some if isinstance(one, AccessesDrawn)] == [200] * 5


def test_the_manager_is_asked_and_answers() -> None:
    """Until the answer nothing is judged; nobody answers for what they read themselves (c)."""
    waiting = review(asked())
    with pytest.raises(ManagerIsAsked):
        judge_accesses(waiting, [7], judgement=FINE, ground="Vet ej.")
    with pytest.raises(ManagerIsAsked):
        ask_manager(waiting, 7, reader=READER, unit="nexus", question="Igen?")
    with pytest.raises(ManagerIsTheReader):
        answer_question(waiting, 7, manager=READER, answer="Det var rätt.")
    with pytest.raises(ManagerIsNotAsked):
        answer_question(waiting, 8, manager=MANAGER, answer="Om vad?")
    answered = answer_question(waiting, 7, manager=MANAGER, answer="Jour.")
    assert judge_accesses(review(asked(), answered), [7], judgement=FINE, ground="Jour.")


def test_only_what_was_drawn_is_judged() -> None:
    """Neither judged, nor asked about, nor found."""
    with pytest.raises(AccessIsNotDrawn):
        judged(99)
    with pytest.raises(AccessIsNotDrawn):
        asked(99)
    with pytest.raises(AccessIsNotDrawn):
        found(7, 99)


def found(*receipts: int) -> list[ReviewEvent]:
    kind = FindingKind.UNJUSTIFIED_ACCESS
    return record_finding(review(), UUID(int=9), receipts=receipts, kind=kind, text="Granne.")


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], {"not_judged": 2, "not_found": 0, "asked": 0}),
        ([judged(7), judged(8, WRONG)], {"not_judged": 0, "not_found": 1, "asked": 0}),
        ([judged(7), judged(8), asked()], {"not_judged": 0, "not_found": 0, "asked": 1}),
    ],
)
def test_what_is_unfinished_is_not_closed(done: list[list[ReviewEvent]], left: object) -> None:
    """Everything judged, every question answered, what was not justified in a finding."""
    with pytest.raises(ReviewIsUnfinished) as refused:
        close_review(review(*done), conclusion="Klart.", next_due=DUE)
    assert refused.value.context == left


def test_closed_and_reopened() -> None:
    """A closed review is not worked on; reopened with a reason, it is; a later judgement stands."""
    worked = [judged(7), judged(8, WRONG), found(8)]
    closed = [*worked, close_review(review(*worked), conclusion="En granne.", next_due=DUE)]
    with pytest.raises(ReviewIsClosed):
        judge_accesses(review(*closed), [7], judgement=WRONG, ground="Nytt.")
    with pytest.raises(ReviewIsOpen):
        reopen_review(review(*worked), "Varför?")
    again = [*closed, reopen_review(review(*closed), "Nytt tips.")]
    anew = review(*again, judge_accesses(review(*again), [7], judgement=WRONG, ground="Nytt."))
    with pytest.raises(ReviewIsUnfinished):
        close_review(anew, conclusion="Klart.", next_due=DUE)


def test_one_units_review_moves_nothing() -> None:
    """When the next one is due, only a review of all units says (c)."""
    for unit, due in (("nexus", None), (None, DUE)):
        told = fold([*opened(unit=unit), *judged(7), *judged(8)])
        assert told
        [closed] = close_review(told, conclusion="Klart.", next_due=DUE)
        assert isinstance(closed, ReviewClosed)
        assert closed.next_due == due
