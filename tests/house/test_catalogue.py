"""The catalogue is complete, and nothing personal can stand in the clear."""

import dataclasses
import re
import typing
from datetime import date, datetime
from enum import StrEnum
from types import UnionType
from uuid import UUID

import pytest

from domain import (
    activity,
    adoption,
    assessment,
    case,
    deadline,
    disposal,
    inquiry,
    majority,
    mandate,
    person,
    police_operation,
    referral,
    retention,
    review,
    staff,
    team,
)
from domain.catalogue import ENTRIES, Entry
from domain.codes import (
    ActivityKind,
    AgeBand,
    Audience,
    CancellationReason,
    Channel,
    Compartment,
    CorrectionReason,
    DeadlineKind,
    InformationKind,
    LeaveCorrection,
    MandateMatter,
    NeedKind,
    PlaceKind,
    Qualification,
    SamplingRule,
    StaffRole,
    StatuteVersion,
    TeamFuture,
)
from domain.sealed import Sealed

STORED: tuple[UnionType | type, ...] = (
    adoption.AdoptionEvent,
    person.PersonEvent,
    majority.MajorityEvent | majority.MonthReckoned,
    referral.ReferralEvent,
    assessment.AssessmentEvent,
    case.CaseEvent,
    deadline.DeadlineEvent,
    retention.RetentionEvent,
    disposal.DisposalEvent | disposal.FactsKept,
    staff.StaffEvent,
    police_operation.OperationEvent,
    activity.ActivityEvent,
    mandate.MandateEvent,
    inquiry.InquiryEvent,
    review.ReviewEvent,
    team.TeamEvent,
)

NEUTRAL_CODES: tuple[type[StrEnum], ...] = (
    ActivityKind,  # an activity is about nobody
    MandateMatter,  # a decision of the board is public
    NeedKind,
    TeamFuture,
    AgeBand,
    Audience,
    CancellationReason,
    CorrectionReason,
    PlaceKind,
    Channel,
    Compartment,
    DeadlineKind,
    InformationKind,
    LeaveCorrection,
    Qualification,
    SamplingRule,
    StaffRole,
    StatuteVersion,
)

CLEAR_TEXT = {
    ("referral.received", "receipt"),  # random
    ("operation.announced", "receipt"),  # the same
    ("operation.announced", "sender_unit"),
    ("team.mandated", "register_number"),  # of a public decision
    *((entry.name, field) for entry in ENTRIES for field in ("unit", "holder")),
    ("referral.received", "sender_unit"),
    ("referral.routed", "informed"),
    ("referral.routed-narrowly", "informed"),
    ("referral.routing-overridden", "to_unit"),
    ("referral.forwarded", "to_unit"),
    ("case.handover-offered", "from_unit"),
    ("case.handover-offered", "to_unit"),
    ("deadline.escalated", "units"),
    ("team.established", "lead_unit"),
    ("operation.announced", "handled_by"),
    ("activity.planned", "responsible"),
    ("activity.planned", "cooperating"),
    ("activity.planned", "partners"),
    ("activity.held", "partners"),
    ("mandate.decided", "register_number"),
    ("team.future-decided", "register_number"),
    ("inquiry.need-expressed", "met_by"),
    ("inquiry.need-met", "met_by"),
}
"""Unit codes, and what is random or public; everything else that is text is sealed."""


def _hints(entry: Entry) -> dict[str, object]:
    return typing.get_type_hints(entry.event)


def test_every_event_is_in_the_catalogue_exactly_once() -> None:
    """Every event of every aggregate has one permanent name."""
    events = [event for union in STORED for event in typing.get_args(union) or (union,)]
    assert sorted(e.event.__name__ for e in ENTRIES) == sorted(e.__name__ for e in events)


def test_names_are_permanent_in_form() -> None:
    """A name says the stream's kind and what happened, in the past tense, and no more."""
    for entry in ENTRIES:
        assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", entry.name), entry.name


def test_no_name_tells_what_it_must_not() -> None:
    """Names are read in every dump: no role, no age, no health in them."""
    telling = re.compile(r"age|adult|child|buyer|perpetrator|victim|exposed|majority|identit|risk")
    assert not [entry.name for entry in ENTRIES if telling.search(entry.name)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.event.__name__)
def test_every_field_is_clear_or_sealed(entry: Entry) -> None:
    """The catalogue speaks for every field; what it does not list as clear is sealed."""
    fields = {field.name for field in dataclasses.fields(entry.event)}
    if entry.veil:
        assert set(entry.clear) <= fields
        assert not entry.sealed
        return
    assert fields == set(entry.clear) | set(entry.sealed)
    assert not set(entry.clear) & set(entry.sealed)
    for name, hint in _hints(entry).items():
        assert (typing.get_origin(hint) is Sealed) is (name in entry.sealed), name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.event.__name__)
def test_what_is_clear_is_harmless(entry: Entry) -> None:
    """In the clear stand random ids, dates, numbers, neutral codes and units, nothing else."""
    for name in entry.clear:
        hint = _hints(entry)[name]
        for kind in _members(hint):
            if kind is str:
                assert (entry.name, name) in CLEAR_TEXT, f"{entry.name}: {name}"
            else:
                assert kind in (UUID, date, datetime, int, bool, *NEUTRAL_CODES), f"{name}: {kind}"


def test_a_veil_hides() -> None:
    """Several kinds share the name, what else stands in the clear, and the kind of key, which every
    sealed value names."""
    veiled = [entry for entry in ENTRIES if entry.veil]
    for name in {entry.name for entry in veiled}:
        sharing = [entry for entry in ENTRIES if entry.name == name]
        assert len({entry.kind for entry in sharing}) > 1, name
        assert len({(entry.veil, entry.clear) for entry in sharing}) == 1, name


def test_free_text_has_a_person() -> None:
    """A text's key is that of (file, identity), so the event says whose text it is."""
    for entry in ENTRIES:
        if "text" in {scope.value for scope in entry.sealed.values()}:
            assert "person" in entry.clear, entry.name


def _members(hint: object) -> list[object]:
    arguments = [a for a in typing.get_args(hint) if a is not type(None) and a is not Ellipsis]
    return [kind for argument in arguments for kind in _members(argument)] or [hint]
