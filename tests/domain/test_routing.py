"""Rules R0-R16: one short example each (R13: test_ages), then every combination there is."""

from dataclasses import fields, replace
from itertools import product

import pytest

from api.runtime.organisation import load_organisation
from domain.codes import (
    ActivityKind,
    AgeBand,
    AgeKnowledge,
    Compartment,
    Concern,
    PersonRole,
    Residence,
    Source,
)
from domain.routing import (
    Facts,
    Route,
    Rule,
    compartment_of,
    lead_activity,
    route,
)

UPPSALA = load_organisation()
UNITS = {unit.code for unit in UPPSALA.units}

ADULT_OF_R2 = Facts(
    role=PersonRole.EXPOSED,
    age=AgeKnowledge.ADULT,
    concern=Concern.PROSTITUTION,
    source=Source.SELF,
    residence=Residence.BELONGS_HERE,
)
CHILD_OF_R1 = replace(ADULT_OF_R2, age=AgeKnowledge.MINOR)

# --- one example per rule --------------------------------------------------------------------


def test_r0() -> None:
    """What no other rule decides, the unit manager of Nexus sorts (R0, c)."""
    found = route(replace(ADULT_OF_R2, concern=Concern.UNKNOWN), UPPSALA)
    assert (found.unit, found.rules, found.binds) == ("nexus", (Rule.R0,), False)


def test_r1() -> None:
    """An exposed child goes to children's intake, whatever the exploitation (S22)."""
    for concern in Concern:
        found = route(replace(CHILD_OF_R1, concern=concern), UPPSALA)
        assert (found.unit, found.rules) == ("childrens-intake", (Rule.R1,))


@pytest.mark.parametrize(
    "concern",
    [Concern.PROSTITUTION, Concern.TRAFFICKING, Concern.CLOSE_VIOLENCE, Concern.FORCED_MARRIAGE],
)
def test_r2(concern: Concern) -> None:
    """Nexus takes over an exposed adult on suspicion, and is bound to (S23, S30); violence in close
    relations is the same work (S41)."""
    found = route(replace(ADULT_OF_R2, concern=concern), UPPSALA)
    assert (found.unit, found.rules, found.binds) == ("nexus", (Rule.R2,), True)


def test_r3() -> None:
    """An unknown age is a child's, and Nexus is informed (S83, S85)."""
    found = route(replace(ADULT_OF_R2, age=AgeKnowledge.UNKNOWN), UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R3,))
    assert found.informed == ("nexus",)


def test_r3_unless_assessed_as_adult() -> None:
    """Whom a named person has assessed as adult goes to Nexus (S83, S85, c)."""
    found = route(replace(ADULT_OF_R2, age=AgeKnowledge.ASSESSED_ADULT), UPPSALA)
    assert (found.unit, found.rules, found.informed) == ("nexus", (Rule.R3, Rule.R2), ())


def test_r3_where_no_assessment_is_accepted() -> None:
    """Where the setting says so, no assessment makes an adult of an unknown age (S83, c)."""
    strict = replace(UPPSALA, settings=replace(UPPSALA.settings, accept_assessed_adult=False))
    found = route(replace(ADULT_OF_R2, age=AgeKnowledge.ASSESSED_ADULT), strict)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R3,))
    assert found.informed == ("nexus",)


def test_r4() -> None:
    """Youth outreach reports a 16-year-old to children's intake, which has it at once (S29)."""
    found = route(replace(CHILD_OF_R1, source=Source.YOUTH_OUTREACH, sent_on=True), UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R4, Rule.R1))
    assert found.report_of_concern
    assert not found.sender_holds


def test_r4_for_a_young_person() -> None:
    """What youth outreach reports of an 18-20-year-old is forwarded to Nexus (S29, S84, c)."""
    young = replace(ADULT_OF_R2, age=AgeKnowledge.YOUNG_ADULT, source=Source.YOUTH_OUTREACH)
    found = route(young, UPPSALA)
    assert (found.unit, found.rules) == ("nexus", (Rule.R4, Rule.R11, Rule.R2))
    assert found.report_of_concern


def test_r5() -> None:
    """Outreach to homeless people holds an adult until Nexus takes over (S33, S69)."""
    violence = replace(
        ADULT_OF_R2,
        concern=Concern.CLOSE_VIOLENCE,
        source=Source.HOMELESS_OUTREACH,
        sent_on=True,
    )
    found = route(violence, UPPSALA)
    assert (found.unit, found.rules) == ("nexus", (Rule.R5, Rule.R2))
    assert found.sender_holds
    assert not found.report_of_concern


def test_r5_for_a_minor() -> None:
    """A minor met by any outreach unit is a report to children's intake (S32, S83, c)."""
    minor = replace(CHILD_OF_R1, source=Source.OTHER_ADVICE_AND_SUPPORT, sent_on=True)
    found = route(minor, UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R5, Rule.R1))
    assert found.report_of_concern


def test_r6() -> None:
    """The regional coordinators learn that somebody was met, never who (S31, S48)."""
    found = route(replace(ADULT_OF_R2, source=Source.POLICE_OPERATION), UPPSALA)
    assert (found.unit, found.rules) == ("nexus", (Rule.R6, Rule.R2))
    assert (found.informed, found.informed_without_person) == ((), ("regional-coordinators",))


def test_r7() -> None:
    """Nexus leads prevention, outreach and information for ages 16-21 (S26-S28); a targeted
    campaign together with the coordinators (S37)."""
    for kind in (
        ActivityKind.PREVENTION,
        ActivityKind.OUTREACH_SHIFT,
        ActivityKind.INFORMATION,
    ):
        young = lead_activity(kind, AgeBand.AGED_16_TO_21, "nexus", UPPSALA)
        assert (young.responsible, young.cooperating) == (("nexus",), ("regional-coordinators",))
    campaign = lead_activity(ActivityKind.INFORMATION_CAMPAIGN, None, "nexus", UPPSALA)
    assert (campaign.responsible, campaign.cooperating) == (("nexus", "regional-coordinators"), ())


def test_r7_of_who_plans_it() -> None:
    """Who plans for ages 16-21 takes part; what R7 does not name, who plans it leads, an outreach
    shift with the workers of Nexus (S28)."""
    young = lead_activity(ActivityKind.PREVENTION, AgeBand.AGED_16_TO_21, "youth-outreach", UPPSALA)
    assert young.cooperating == ("regional-coordinators", "youth-outreach")
    shift = lead_activity(ActivityKind.OUTREACH_SHIFT, None, "homeless-outreach", UPPSALA)
    assert (shift.responsible, shift.cooperating) == (("homeless-outreach",), ("nexus",))
    other = lead_activity(ActivityKind.PREVENTION, AgeBand.AGED_0_TO_15, "youth-outreach", UPPSALA)
    training = lead_activity(
        ActivityKind.COMPETENCE_BUILDING, AgeBand.AGED_16_TO_21, "region", UPPSALA
    )
    assert (other.responsible, other.cooperating) == (("youth-outreach",), ())
    assert (training.responsible, training.cooperating) == (("region",), ())


def test_r8() -> None:
    """Whom civil society signposts is routed like anybody (S34): it need not report a child, but
    what it tells of one is a report, whose protection is assessed."""
    found = route(replace(CHILD_OF_R1, source=Source.CIVIL_SOCIETY), UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R8, Rule.R1))
    assert found.report_of_concern


@pytest.mark.parametrize("role", [PersonRole.BUYER, PersonRole.PERPETRATOR])
def test_r9(role: PersonRole) -> None:
    """The perpetrator side has a line of its own; its minors are the children's (S68, S76)."""
    adult = route(replace(ADULT_OF_R2, role=role), UPPSALA)
    minor = route(replace(CHILD_OF_R1, role=role), UPPSALA)
    assert (adult.unit, adult.rules) == ("support-line-two", (Rule.R9,))
    assert (minor.unit, minor.rules) == ("childrens-intake", (Rule.R9,))
    assert adult.compartment == minor.compartment == Compartment.PERPETRATOR


def test_r9_of_unknown_age() -> None:
    """Of a buyer of unknown age Nexus learns nothing (S76-S78)."""
    unknown = replace(ADULT_OF_R2, role=PersonRole.BUYER, age=AgeKnowledge.UNKNOWN)
    found = route(unknown, UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R3, Rule.R9))
    assert found.informed == ("support-line-two",)


def test_r10() -> None:
    """A child in the family of somebody exposed is a report of concern of its own (S80)."""
    found = route(replace(CHILD_OF_R1, role=PersonRole.RELATIVE), UPPSALA)
    assert (found.unit, found.rules) == ("childrens-intake", (Rule.R10,))
    assert found.compartment is Compartment.RELATIVE
    assert found.report_of_concern


def test_r11() -> None:
    """A young person of 18-20 goes to Nexus, whatever the sexual or unnamed concern (S84)."""
    young = replace(ADULT_OF_R2, age=AgeKnowledge.YOUNG_ADULT)
    assert route(young, UPPSALA).rules == (Rule.R11, Rule.R2)
    found = route(replace(young, concern=Concern.FARES_BADLY), UPPSALA)
    assert (found.unit, found.rules, found.binds) == ("nexus", (Rule.R11,), True)


def test_r12() -> None:
    """An adult exploited for labour is recorded as out of scope, never dropped (S86)."""
    found = route(replace(ADULT_OF_R2, concern=Concern.OTHER_EXPLOITATION), UPPSALA)
    assert (found.unit, found.rules, found.out_of_scope) == ("nexus", (Rule.R12,), True)


def test_r14() -> None:
    """Who stays here is met here, and the rule says on what terms (S39)."""
    found = route(replace(ADULT_OF_R2, residence=Residence.STAYS_HERE), UPPSALA)
    assert (found.unit, found.rules) == ("nexus", (Rule.R14, Rule.R2))


def test_r15() -> None:
    """An adult relative has a line and a compartment of their own (R15, c)."""
    found = route(replace(ADULT_OF_R2, role=PersonRole.RELATIVE), UPPSALA)
    assert (found.unit, found.rules) == ("support-line-three", (Rule.R15,))
    assert found.compartment is Compartment.RELATIVE


def test_r16() -> None:
    """Until the role is known it lies in triage, where the age points to (R16, c)."""
    adult = route(replace(ADULT_OF_R2, role=PersonRole.UNKNOWN), UPPSALA)
    minor = route(replace(CHILD_OF_R1, role=PersonRole.UNKNOWN), UPPSALA)
    assert (adult.unit, adult.rules) == ("nexus", (Rule.R16,))
    assert (minor.unit, minor.rules) == ("childrens-intake", (Rule.R16,))
    assert adult.compartment == minor.compartment == Compartment.TRIAGE


# --- every combination -----------------------------------------------------------------------

EVERY = [
    Facts(role=role, age=age, concern=concern, source=source, residence=residence, sent_on=sent_on)
    for role, age, concern, source, residence, sent_on in product(
        PersonRole, AgeKnowledge, Concern, Source, Residence, (False, True)
    )
]
ROUTED: list[tuple[Facts, Route]] = [(facts, route(facts, UPPSALA)) for facts in EVERY]

EXPLAINING = {Rule.R3, Rule.R4, Rule.R5, Rule.R6, Rule.R8, Rule.R11, Rule.R14}
NOT_ABOUT_REFERRALS = {Rule.R7, Rule.R13}
DECIDING = set(Rule) - EXPLAINING - NOT_ABOUT_REFERRALS | {Rule.R3, Rule.R11}


def test_every_combination_has_one_unit_and_one_deciding_rule() -> None:
    """Of whatever role (S21), nothing falls through; rules are told once, those that explain before
    the deciding one."""
    assert len(ROUTED) == 5 * 5 * 7 * 13 * 4 * 2
    for _, found in ROUTED:
        *explaining, deciding = found.rules
        assert found.unit in UNITS
        assert deciding is found.deciding
        assert deciding in DECIDING
        assert EXPLAINING.issuperset(explaining)
        assert len(set(found.rules)) == len(found.rules)


def test_nothing_else_decides() -> None:
    """Regardless of gender (S38), origin and way of life: a rule cannot even ask for them."""
    told = {field.name for field in fields(Facts)}
    assert told == {"role", "age", "concern", "source", "residence", "sent_on"}


def test_every_rule_is_used() -> None:
    """No rule about persons is dead."""
    assert {found.deciding for _, found in ROUTED} == DECIDING
    assert {rule for _, found in ROUTED for rule in found.rules} == set(Rule) - NOT_ABOUT_REFERRALS


def test_the_deciding_rule_and_unit_depend_on_role_age_and_concern_alone() -> None:
    """Source and residence add to the telling; they never move a person elsewhere."""
    answers: dict[tuple[str, ...], tuple[str, Rule]] = {}
    for facts, found in ROUTED:
        key = (facts.role, facts.age, facts.concern)
        assert answers.setdefault(key, (found.unit, found.deciding)) == (found.unit, found.deciding)


def test_whoever_may_be_a_child_never_reaches_a_unit_for_adults() -> None:
    """Under 18 or unknown is children's intake, on every side (S22, S83)."""
    for facts, found in ROUTED:
        may_be_a_child = facts.age in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
        assert (found.unit == "childrens-intake") == may_be_a_child


def test_no_route_crosses_a_compartment() -> None:
    """The two sides share neither compartment nor unit for adults, nor what it learns (S76-S78)."""
    perpetrator_side = (PersonRole.BUYER, PersonRole.PERPETRATOR)
    for facts, found in ROUTED:
        on_that_side = facts.role in perpetrator_side
        reached = {found.unit, *found.informed}
        assert (found.compartment is Compartment.PERPETRATOR) == on_that_side
        assert found.compartment is compartment_of(facts.role)
        assert not (on_that_side and "nexus" in reached)
        assert not (not on_that_side and "support-line-two" in reached)


def test_only_an_unknown_role_lies_in_triage() -> None:
    """Triage is for an unknown role, and ends with it (R16)."""
    for facts, found in ROUTED:
        is_unknown = facts.role is PersonRole.UNKNOWN
        assert (found.compartment is Compartment.TRIAGE) == is_unknown
        assert (found.deciding is Rule.R16) == is_unknown


def test_the_sender_holds_adults_that_it_sends_on_and_nobody_else() -> None:
    """A unit of the administration holds an adult until the receiver accepts (S69)."""
    for facts, found in ROUTED:
        assert found.sender_holds == (facts.sent_on and found.unit != "childrens-intake")


def test_a_child_that_the_administration_sends_on_is_a_report() -> None:
    """A child is reported by whoever must; of adults only youth outreach reports (S29, S83)."""
    for facts, found in ROUTED:
        if found.unit == "childrens-intake":
            assert found.report_of_concern or not facts.sent_on
        else:
            assert found.report_of_concern == (Rule.R4 in found.rules)


@pytest.mark.parametrize("age", [AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN])
def test_whoever_tells_of_a_child_reports_it(age: AgeKnowledge) -> None:
    """S22, S83: protection is assessed whoever tells, bound to report or not (S34); but the child
    that comes itself applies."""
    for source in Source:
        found = route(replace(CHILD_OF_R1, age=age, source=source), UPPSALA)
        assert found.report_of_concern == (source is not Source.SELF)


def test_who_is_informed() -> None:
    """Only an unknown age lets another unit learn of the person, and R6 tells no person."""
    for facts, found in ROUTED:
        assert bool(found.informed) == (facts.age is AgeKnowledge.UNKNOWN)
        assert bool(found.informed_without_person) == (Rule.R6 in found.rules)
        assert found.unit not in found.informed
