"""Every code can be read in Swedish and English, and domain/README.md keeps up with the code."""

import inspect
from enum import StrEnum
from pathlib import Path

import pytest

import domain
from domain import codes
from domain.activity import ActivityStatus
from domain.case import CaseStatus, InterventionStatus, TransferStatus
from domain.catalogue import ENTRIES
from domain.codes import Compartment, PersonRole, StaffRole
from domain.labels import code_lists, label
from domain.referral import ReferralStatus
from domain.routing import Rule
from domain.telling import event_label

README = (Path(domain.__file__).parent / "README.md").read_text(encoding="utf-8")
LISTS: list[type[StrEnum]] = [
    found
    for _, found in inspect.getmembers(codes, inspect.isclass)
    if issubclass(found, StrEnum) and found is not StrEnum
]
EVERY_LIST: list[type[StrEnum]] = [
    *LISTS,
    ActivityStatus,
    CaseStatus,
    InterventionStatus,
    TransferStatus,
    ReferralStatus,
    Rule,
]
EVERY_CODE = [code for members in EVERY_LIST for code in members]
SAME_IN_BOTH_LANGUAGES = {codes.Gender.MAN, codes.Concern.PROSTITUTION}


@pytest.mark.parametrize("code", EVERY_CODE, ids=lambda code: f"{type(code).__name__}-{code}")
def test_every_code_has_a_label_in_both_languages(code: StrEnum) -> None:
    """No label is missing or empty, and none was left untranslated."""
    found = label(code)
    assert found.sv == found.sv.strip() != ""
    assert found.en == found.en.strip() != ""
    assert (found.sv == found.en) == (code in SAME_IN_BOTH_LANGUAGES)


def test_codes_with_the_same_value_keep_their_own_labels() -> None:
    """The list decides, not the value: "unknown" of a role is not "unknown" of a gender."""
    assert label(PersonRole.UNKNOWN) != label(codes.Gender.UNKNOWN)


@pytest.mark.parametrize("name", sorted({n for e in ENTRIES for n in (e.name, e.kind) if n}))
def test_every_event_can_be_told_in_both_languages(name: str) -> None:
    """Each public name has a label, and each kind that a veil hides."""
    assert event_label(name).sv.strip() != event_label(name).en.strip() != ""


def test_every_list_is_served_under_a_public_name() -> None:
    """The API serves all lists of codes, by names of lower-case words."""
    served = code_lists()
    assert {type(members[0]) for members in served.values()} == set(EVERY_LIST)
    assert served["staff-role"] == tuple(StaffRole)


def test_codes_are_lower_case_words_with_hyphens() -> None:
    """A code's value is stored and served: English, lower case, hyphens."""
    for code in EVERY_CODE:
        if not isinstance(code, Rule):
            assert code.value == code.name.lower().replace("_", "-") or isinstance(
                code, Compartment
            )


def test_a_compartment_tells_nothing() -> None:
    """Neither the code nor the label of a compartment tells a side (S76-S78)."""
    telling = [label(role).sv.lower() for role in PersonRole] + ["utsatt", "köp", "våld", "anhör"]
    for compartment in Compartment:
        assert len(compartment.value) == 1
        assert not any(word in label(compartment).sv.lower() for word in telling)


@pytest.mark.parametrize("rule", list(Rule))
def test_the_readme_has_every_rule_word_for_word(rule: Rule) -> None:
    """The rules in domain/README.md are the rules in the code, grounds and words."""
    grounds = ", ".join(rule.grounds) or "(c)"
    assert f"| {rule} | {grounds} | {label(rule).en} |" in README.splitlines()
