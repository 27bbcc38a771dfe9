"""An organisation is whole or cannot be made, and says everything that is wrong with it."""

from dataclasses import replace
from itertools import product

import pytest

from api.runtime.organisation import UPPSALA, load_organisation, read_organisation
from domain.codes import AgeKnowledge, Compartment, Concern, PersonRole, Residence, Source, UnitKind
from domain.organisation import AnswerDue, OrganisationIsFaulty, Seats, Settings
from domain.routing import Facts, route

TOML = UPPSALA.read_text(encoding="utf-8")
ORGANISATION = load_organisation()


def test_uppsala_has_the_parties_of_the_paper() -> None:
    """The units that the paper names are there, each with its kind of work (S4-S20, S42)."""
    kinds = {unit.code: unit.kind for unit in ORGANISATION.units}
    assert kinds["nexus"] is kinds["childrens-intake"] is UnitKind.AUTHORITY_WORK
    assert kinds["youth-outreach"] is kinds["homeless-outreach"] is UnitKind.ADVICE_AND_SUPPORT
    assert kinds["strategic-support"] is UnitKind.ADMINISTRATION
    assert kinds["police"] is kinds["civil-society-htb"] is UnitKind.EXTERNAL


def test_only_units_of_the_administration_send_on() -> None:
    """The police and civil society hold nothing once they have told of it (S34, S69)."""
    assert ORGANISATION.unit("homeless-outreach").sends_on
    assert not ORGANISATION.unit("police").sends_on
    assert not ORGANISATION.unit("regional-coordinators").sends_on


def test_an_answer_is_due_sooner_when_it_is_acute() -> None:
    """Acute 1 working day, otherwise 5 (c)."""
    due = ORGANISATION.settings.handover_answer_working_days
    assert (due.working_days(acute=True), due.working_days(acute=False)) == (1, 5)


def test_a_unit_is_found_by_its_code() -> None:
    """An unknown code is a KeyError, and can be asked for first."""
    assert ORGANISATION.unit("nexus").name_sv == "Nexus"
    assert not ORGANISATION.has_unit("no-such-unit")
    with pytest.raises(KeyError):
        ORGANISATION.unit("no-such-unit")


def test_children_are_met_where_the_rules_may_send_them() -> None:
    """R13: at their entry point, and where it was before; not at a line to which the rules send
    adults alone, though it leaves its ages unsaid."""
    lines = ("support-line-two", "support-line-three")
    units = tuple(
        replace(unit, youngest=None) if unit.code in lines else unit for unit in ORGANISATION.units
    )
    unsaid = replace(ORGANISATION, units=units)
    for organisation in (ORGANISATION, unsaid):
        assert organisation.meets_children("childrens-intake")
        assert organisation.meets_children("an-intake-that-is-no-more")
        assert not any(map(organisation.meets_children, ("nexus", *lines)))


def test_a_unit_carries_cases_of_one_side() -> None:
    """Nexus never carries the perpetrator side, nor its line another; intake all (S76-S78)."""
    carried = {
        unit.code: {c.value for c in Compartment if ORGANISATION.carries_cases(unit.code, c)}
        for unit in ORGANISATION.units
    }
    assert {code: "".join(sorted(sides)) for code, sides in carried.items() if sides} == {
        "nexus": "at",
        "childrens-intake": "abct",
        "support-line-two": "b",
        "support-line-three": "c",
    }
    assert not ORGANISATION.carries_cases("no-such-unit", Compartment.EXPOSED)


@pytest.mark.parametrize("unit", ["police", "youth-outreach", "strategic-support"])
def test_only_authority_work_can_be_responsible(unit: str) -> None:
    """The rules point to units that may open an investigation (S42)."""
    with pytest.raises(OrganisationIsFaulty, match="does no authority work"):
        replace(ORGANISATION, targets=replace(ORGANISATION.targets, relatives_line=unit))


def test_all_contradictions_are_named_at_once() -> None:
    """Whoever writes the file mends it in one go."""
    nexus = ORGANISATION.unit("nexus")
    with pytest.raises(OrganisationIsFaulty) as fault:
        replace(
            ORGANISATION,
            municipality="Upp Sala",
            name_sv=" ",
            units=(*ORGANISATION.units, nexus, replace(nexus, code="Nya", name_en="", oldest=3)),
            targets=replace(
                ORGANISATION.targets,
                child_entry="nexus",
                perpetrator_line="nexus",
                relatives_line="police",
                out_of_scope="nowhere",
                regional_coordinators="nobody",
            ),
            settings=replace(
                ORGANISATION.settings,
                handover_answer_working_days=AnswerDue(acute=0, otherwise=-1),
            ),
        )
    assert [mistake.partition(":")[0] for mistake in fault.value.mistakes] == [
        "municipality",
        "municipality",
        "units.nexus",
        "units.Nya",
        "units.Nya",
        "units.Nya",
        "targets.relatives_line",
        "targets.out_of_scope",
        "targets.regional_coordinators",
        "targets.child_entry",
        "targets.perpetrator_line",
        "settings.handover_answer_working_days.acute",
        "settings.handover_answer_working_days.otherwise",
    ]


@pytest.mark.parametrize(
    ("code", "name_sv", "name_en"),
    [
        ("buyers-line", "Stödlinje två", "Support Line Two"),
        ("support-line-two", "Mottagningen för köpare", "Support Line Two"),
        ("support-line-two", "Stödlinje två", "Perpetrators' Line"),
    ],
)
def test_a_line_must_not_tell_whom_it_meets(code: str, name_sv: str, name_en: str) -> None:
    """The code and names of a side's unit stand in the clear, and are neutral (S76-S78)."""
    line = ORGANISATION.unit("support-line-two")
    others = tuple(unit for unit in ORGANISATION.units if unit is not line)
    telling = replace(line, code=code, name_sv=name_sv, name_en=name_en)
    targets = replace(ORGANISATION.targets, perpetrator_line=code)
    with pytest.raises(OrganisationIsFaulty, match="tell whom it meets"):
        replace(ORGANISATION, units=(*others, telling), targets=targets)


def test_a_file_is_read_whole_or_not_at_all() -> None:
    """Missing and unknown keys, wrong types and unknown codes are all named, with their place."""
    broken = (
        TOML.replace('name_en = "Nexus"', 'naem_en = "Nexus"')
        .replace('kind = "administration"', 'kind = "admin"')
        .replace("oldest = 17", 'oldest = "17"')
        .replace("acute = 1", "acute = true")
    )
    with pytest.raises(OrganisationIsFaulty) as fault:
        read_organisation(broken)
    assert {mistake.partition(":")[0] for mistake in fault.value.mistakes} == {
        "units.nexus.name_en",
        "units.nexus.naem_en",
        "units.strategic-support.kind",
        "units.administration.kind",
        "units.childrens-intake.oldest",
        "settings.referral_answer_working_days.acute",
        "settings.handover_answer_working_days.acute",
    }


def test_a_child_is_protected_within_a_day() -> None:
    """The immediate assessment takes 24 hours at the latest, wherever: a setting may only shorten
    it (section 4)."""
    with pytest.raises(OrganisationIsFaulty, match="must be at most 24"):
        replace(ORGANISATION, settings=Settings(protection_assessment_hours=25))


def test_the_team_has_two_seats_and_one() -> None:
    """S10: of Nexus and of children's intake."""
    given = {of.unit: of.seats for of in ORGANISATION.settings.team_seats}
    assert given == {"nexus": 2, "childrens-intake": 1}


@pytest.mark.parametrize(
    ("seats", "fault"),
    [
        ((Seats(unit="nowhere", seats=1),), "there is no unit"),
        ((Seats(unit="regional-coordinators", seats=1),), "S10"),
        ((Seats(unit="support-line-two", seats=1),), "S10"),
        ((Seats(unit="nexus", seats=0),), "at least 1"),
        ((Seats(unit="nexus", seats=101),), "at most 100"),
        ((Seats(unit="nexus", seats=2), Seats(unit="nexus", seats=1)), "twice"),
    ],
)
def test_seats_are_of_units_that_meet_exposed_persons(seats: tuple[Seats, ...], fault: str) -> None:
    """The team works across units on one side; no regional coordinator fills a seat (S10, S11)."""
    with pytest.raises(OrganisationIsFaulty, match=fault):
        replace(ORGANISATION, settings=Settings(team_seats=seats))


@pytest.mark.parametrize("coordinators", ["nexus", "police"])
def test_an_operation_is_handled_by_two(coordinators: str) -> None:
    """Nexus and the regional coordinators, and the police apart (R6)."""
    targets = replace(ORGANISATION.targets, regional_coordinators=coordinators)
    with pytest.raises(OrganisationIsFaulty, match="R6"):
        replace(ORGANISATION, targets=targets)


@pytest.mark.parametrize(
    "line",
    [
        "at_once_working_days = 1",
        "outcome_notified_working_days = 5",
        "team_full_year_kronor = 2_600_000",
        "full_time_points = 60",
        "deadline = 1",
        "otherwise = 5",
    ],
)
def test_a_slip_of_the_pen_is_a_fault(line: str) -> None:
    """No setting is absurd: a deadline in a million working days would never be found."""
    name, _, _ = line.partition(" ")
    for value in (-1, 10**12):
        with pytest.raises(OrganisationIsFaulty) as fault:
            read_organisation(TOML.replace(line, f"{name} = {value}"))
        assert all(name in mistake for mistake in fault.value.mistakes)


@pytest.mark.parametrize("text", ["", "= 3", "units = 3", "[units]\nnexus = 3", "targets = []"])
def test_a_file_of_another_shape_is_a_fault(text: str) -> None:
    """Whatever the text is, the answer is what is wrong with it, never a crash."""
    with pytest.raises(OrganisationIsFaulty):
        read_organisation(text)


def test_another_municipality_is_routed_by_its_own_units() -> None:
    """No unit's code stands in the rules: renamed everywhere, the answers are renamed too."""
    renamed = read_organisation(
        TOML.replace("nexus", "vuxen")
        .replace("childrens-intake", "barn")
        .replace("support-line-two", "linje-b")
        .replace("support-line-three", "linje-c")
    )
    for role, age, concern in product(PersonRole, AgeKnowledge, Concern):
        facts = Facts(
            role=role,
            age=age,
            concern=concern,
            source=Source.POLICE,
            residence=Residence.UNKNOWN,
        )
        assert route(facts, renamed).unit in {"vuxen", "barn", "linje-b", "linje-c"}


@pytest.mark.parametrize(
    ("unit", "ages", "mistake"),
    [
        ("childrens-intake", {"oldest": 15}, "targets.child_entry"),
        ("childrens-intake", {"oldest": 18}, "targets.child_entry"),
        ("childrens-intake", {"youngest": 3}, "targets.child_entry"),
        ("nexus", {"youngest": 20}, "targets.adult_entry"),
        ("nexus", {"youngest": 16}, "targets.adult_entry"),
        ("nexus", {"oldest": 64}, "targets.adult_entry"),
        ("support-line-two", {"youngest": 16}, "targets.perpetrator_line"),
        ("support-line-two", {"youngest": 21}, "targets.perpetrator_line"),
        ("support-line-two", {"oldest": 17, "youngest": None}, "targets.perpetrator_line"),
        ("support-line-three", {"oldest": 64}, "targets.relatives_line"),
    ],
)
def test_ages_have_no_gap_and_no_overlap(
    unit: str, ages: dict[str, int | None], mistake: str
) -> None:
    """Everybody of whatever age has one entry point (S22, S23), on every side (R9, R15)."""
    changed = replace(ORGANISATION.unit(unit), **ages)  # type: ignore[arg-type]  # ages are ages
    others = tuple(one for one in ORGANISATION.units if one.code != unit)
    with pytest.raises(OrganisationIsFaulty) as fault:
        replace(ORGANISATION, units=(*others, changed))
    assert [one.partition(":")[0] for one in fault.value.mistakes] == [mistake]
