"""What a caller sends is read strictly; every fault is found at once and no value is told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from multidict import MultiDict
from pydantic import ValidationError

from api.door.faults import WHAT_TO_DO, Fault, FieldFault, faults_in
from api.door.fields import Body, Day, Id, Line, Passage, PastDay, PastMoment, Percentage, UnitCode
from api.door.query import read_query
from api.resources.case_work import AgeFinding
from api.resources.cases import CaseloadQuery, CaseOrder, DueWithin
from api.resources.referrals import NewReferral
from domain.errors import FieldsAreFaulty

NOW = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
SENT: dict[str, Any] = {
    "source": "police",
    "channel": "phone",
    "concern": "prostitution",
    "account": "Möttes vid stationen.\nVille tala med någon.",
    "person": {"role": "exposed"},
}


class Everything(Body):
    line: Line | None = None
    passage: Passage | None = None
    id: Id | None = None
    unit: UnitCode | None = None
    day: Day | None = None
    past_day: PastDay | None = None
    past_moment: PastMoment | None = None
    percentage: Percentage | None = None


def faults(kind: type[Body], sent: dict[str, Any]) -> dict[str, Fault]:
    """What is wrong, by place; nothing where it is accepted."""
    try:
        kind.model_validate_json(_json(sent), context={"now": NOW})
    except ValidationError as error:
        return {fault.place: fault.fault for fault in faults_in(error)}
    return {}


def _json(sent: dict[str, Any]) -> bytes:

    return json.dumps(sent).encode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("line", "Åsa Öberg-Nordström"),
        ("line", "x" * 200),
        ("line", "👩🏽‍⚕️"),
        ("passage", "Rad ett\nrad två\tslut\r\n"),
        ("passage", "x" * 10_000),
        ("id", "7D3C1F0E-5B2A-4C7E-9F1D-2A6B8E4C0D11"),
        ("unit", "support-line-two"),
        ("day", "2999-12-31"),
        ("pastDay", "2023-04-03"),
        ("pastMoment", "2023-04-03T09:00:00+02:00"),
        ("pastMoment", "2023-04-03T06:59:59.999Z"),
        ("percentage", 100),
        ("percentage", None),
    ],
)
def test_what_is_meant_is_accepted(field: str, value: object) -> None:
    """Any script, any zone, whole days."""
    assert faults(Everything, {field: value}) == {}


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("line", "", Fault.BLANK),
        ("line", " \u00a0 ", Fault.BLANK),
        ("line", "x" * 201, Fault.TOO_LONG),
        ("line", "a\nb", Fault.CONTROL_CHARACTER),
        ("line", "a\x00b", Fault.CONTROL_CHARACTER),
        ("line", "a\u2028b", Fault.CONTROL_CHARACTER),
        ("line", 7, Fault.WRONG_TYPE),
        ("passage", "a\x00", Fault.CONTROL_CHARACTER),
        ("passage", "a\x1b[2J", Fault.CONTROL_CHARACTER),
        ("passage", "x" * 10_001, Fault.TOO_LONG),
        ("passage", ["x"], Fault.WRONG_TYPE),
        ("id", "7d3c1f0e5b2a4c7e9f1d2a6b8e4c0d11", Fault.NOT_AN_ID),
        ("id", "urn:uuid:7d3c1f0e-5b2a-4c7e-9f1d-2a6b8e4c0d11", Fault.NOT_AN_ID),
        ("unit", "Nexus", Fault.UNKNOWN_CODE),
        ("unit", "x" * 61, Fault.UNKNOWN_CODE),
        ("day", "2023-02-30", Fault.NOT_A_DATE),
        ("day", "20230401", Fault.NOT_A_DATE),
        ("day", "2023-04-01T00:00:00Z", Fault.NOT_A_DATE),
        ("day", 1680508800, Fault.NOT_A_DATE),
        ("day", "0001-01-01", Fault.NOT_A_DATE),
        ("pastDay", "2023-04-04", Fault.IN_THE_FUTURE),
        ("pastMoment", "2023-04-03T07:00:01Z", Fault.IN_THE_FUTURE),
        ("pastMoment", "2023-04-03T07:00:00", Fault.NOT_A_MOMENT),
        ("pastMoment", "2023-04-03 07:00:00Z", Fault.NOT_A_MOMENT),
        ("pastMoment", "9999-12-31T23:59:59-14:00", Fault.NOT_A_MOMENT),
        ("pastMoment", "1680508800", Fault.NOT_A_MOMENT),
        ("percentage", 0, Fault.OUT_OF_RANGE),
        ("percentage", 101, Fault.OUT_OF_RANGE),
        ("percentage", "50", Fault.WRONG_TYPE),
        ("percentage", True, Fault.WRONG_TYPE),
        ("percentage", 50.5, Fault.WRONG_TYPE),
        ("somethingElse", 1, Fault.UNKNOWN_FIELD),
    ],
)
def test_what_cannot_be_meant_is_named(field: str, value: object, fault: Fault) -> None:
    """Each fault has its own name, and the place where it is."""
    assert faults(Everything, {field: value}) == {f"/{field}": fault}


def test_every_fault_is_found_at_once() -> None:
    """Also in what lies within."""
    sent = {"source": "nobody", "account": "\x00", "person": {"name": " ", "bornOn": "x"}}
    assert faults(NewReferral, sent) == {
        "/source": Fault.UNKNOWN_CODE,
        "/channel": Fault.REQUIRED,
        "/concern": Fault.REQUIRED,
        "/account": Fault.CONTROL_CHARACTER,
        "/person/role": Fault.REQUIRED,
        "/person/name": Fault.BLANK,
        "/person/bornOn": Fault.NOT_A_DATE,
    }


def test_no_fault_tells_the_value() -> None:
    """A mistyped personal number must not stand in an answer or a log."""
    sent = {**SENT, "person": {"role": "exposed", "number": "20070519-2384", "name": "\x00Runa"}}
    with pytest.raises(ValidationError) as refused:
        NewReferral.model_validate_json(_json(sent), context={"now": NOW})
    told = str(faults_in(refused.value)) + str(
        refused.value.errors(include_url=False, include_input=False)
    )
    assert "2384" not in told
    assert "Runa" not in told


def test_every_fault_says_what_to_do_in_both_languages() -> None:
    """Swedish and English."""
    assert set(WHAT_TO_DO) == set(Fault)
    assert all(told.sv.strip() and told.en.strip() for told in WHAT_TO_DO.values())


@pytest.mark.parametrize(
    ("person", "born"),
    [
        ({"number": "20070519-2383"}, "2007-05-19"),
        ({"number": "20070519-2383", "bornOn": "2007-05-21"}, "2007-05-21"),
        ({"number": "070579-2380"}, None),
        ({"bornOn": "1990-03-02"}, "1990-03-02"),
        ({}, None),
    ],
)
def test_a_personal_number_gives_the_birth_date(person: dict[str, str], born: str | None) -> None:
    """Where none is given; a coordination number gives none."""
    sent = {**SENT, "person": {"role": "exposed", **person}}
    details = NewReferral.model_validate_json(_json(sent), context={"now": NOW}).details()
    assert (details.born.isoformat() if details.born else None) == born
    assert details.number is None or len(details.number) == 12


def test_a_birth_date_must_not_contradict_the_number() -> None:
    """One of them is wrong, and only the sender knows which."""
    person = {"role": "exposed", "number": "20070519-2383", "bornOn": "2004-05-19"}
    assert faults(NewReferral, {**SENT, "person": person}) == {
        "/person/bornOn": Fault.CONTRADICTS_NUMBER
    }


@pytest.mark.parametrize(
    ("finding", "fault"),
    [
        ({"bornOn": "2004-01-01"}, None),
        ({"age": "young-adult"}, None),
        ({"age": "adult", "bornOn": None}, None),
        ({}, Fault.ONE_OF_THEM),
        ({"age": "adult", "bornOn": "2004-01-01"}, Fault.ONE_OF_THEM),
    ],
)
def test_an_age_is_a_date_or_a_band(finding: dict[str, Any], fault: Fault | None) -> None:
    """Not both, and not none."""
    found = faults(AgeFinding, {"basis": "Pass.", **finding})
    assert found == ({"/age": fault} if fault else {})


# --- in the address --------------------------------------------------------------------------


def ask(*pairs: tuple[str, str]) -> CaseloadQuery:
    query = read_query(CaseloadQuery, MultiDict(pairs), NOW)
    assert isinstance(query, CaseloadQuery)
    return query


def test_a_list_is_asked_for_by_attributes() -> None:
    """Filters are named after what they filter, order after what it orders by."""
    query = ask(("unassigned", "true"), ("order", "-openedAt"), ("limit", "100"))
    assert query.unassigned
    assert query.order is CaseOrder.LATEST_OPENED
    assert query.order.descending
    assert query.limit == 100
    assert query.filters() == {"unassigned": "True", "order": "-openedAt"}


@pytest.mark.parametrize(
    ("pair", "fault"),
    [
        (("limit", "0"), Fault.OUT_OF_RANGE),
        (("limit", "101"), Fault.OUT_OF_RANGE),
        (("limit", "1e1"), Fault.WRONG_TYPE),
        (("limit", "+5"), Fault.WRONG_TYPE),
        (("limit", "٥"), Fault.WRONG_TYPE),  # noqa: RUF001 - a digit, but not of ours
        (("unassigned", "yes"), Fault.WRONG_TYPE),
        (("worker", "me"), Fault.NOT_AN_ID),
        (("status", "half-open"), Fault.UNKNOWN_CODE),
        (("handover", "sideways"), Fault.UNKNOWN_CODE),
        (("dueBefore", "tomorrow"), Fault.NOT_A_MOMENT),
        (("cursor", ""), Fault.WRONG_TYPE),
        (("page", "2"), Fault.UNKNOWN_FIELD),
        (("purpose", "curiosity"), Fault.UNKNOWN_CODE),
        (("atPosition", "-1"), Fault.WRONG_TYPE),
        (("asOf", "yesterday"), Fault.NOT_A_MOMENT),
        (("asOf", (NOW + timedelta(microseconds=1)).isoformat()), Fault.IN_THE_FUTURE),
        (("asOfPosition", "-1"), Fault.WRONG_TYPE),
    ],
)
def test_a_faulty_parameter_is_named(pair: tuple[str, str], fault: Fault) -> None:
    """By its name in the address."""
    with pytest.raises(FieldsAreFaulty) as refused:
        ask(pair)
    assert refused.value.context["errors"] == [FieldFault(pair[0], fault, in_query=True)]


def test_a_parameter_is_given_once() -> None:
    """Of two, which one was meant?"""
    with pytest.raises(FieldsAreFaulty) as refused:
        ask(("limit", "1"), ("limit", "2"))
    assert refused.value.context["errors"] == [FieldFault("limit", Fault.REPEATED, in_query=True)]


@pytest.mark.parametrize(
    ("more", "place"),
    [
        (("asOfPosition", "7"), "asOfPosition"),
        (("order", "lastEventAt"), "order"),
        (("order", "-lastEventAt"), "order"),
    ],
)
def test_some_parameters_are_not_given_together(more: tuple[str, str], place: str) -> None:
    """A list is looked back to by a moment or a position, and never in the order of last events."""
    with pytest.raises(FieldsAreFaulty) as refused:
        ask(("asOf", NOW.isoformat()), more)
    assert refused.value.context["errors"] == [FieldFault(place, Fault.NOT_TOGETHER, in_query=True)]
    with pytest.raises(FieldsAreFaulty):
        ask(("asOfPosition", "0"), ("order", "lastEventAt"))
    assert not ask(more).looks_back or more[0] == "asOfPosition"


@pytest.mark.parametrize(
    ("due", "before"),
    [
        (DueWithin.OVERDUE, "2023-04-03T07:00:00+00:00"),
        (DueWithin.TODAY, "2023-04-03T22:00:00+00:00"),
        (DueWithin.THIS_WEEK, "2023-04-09T22:00:00+00:00"),
    ],
)
def test_a_day_ends_where_the_work_is_done(due: DueWithin, before: str) -> None:
    """At midnight in Sweden, and the week with its Sunday."""
    assert due.before(NOW).astimezone(UTC).isoformat() == before
