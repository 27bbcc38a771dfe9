"""What is recorded of a person can be told to them in words, in Swedish and English."""

import dataclasses
from datetime import date, datetime
from typing import get_type_hints

import pytest

from domain.catalogue import ENTRIES, Entry
from domain.labels import Label
from domain.wording import field_label, holds_a_moment, in_words

_OF_A_PERSON = ("person.", "referral.", "case.", "deadline.")
NEXUS = {"nexus": Label("Nexus vuxen", "Nexus for adults")}
OF_A_PERSON = [entry for entry in ENTRIES if entry.name.startswith(_OF_A_PERSON)]


@pytest.mark.parametrize("entry", OF_A_PERSON, ids=lambda entry: entry.kind or entry.name)
def test_every_field_has_a_name_in_words(entry: Entry) -> None:
    """All but ids, which tell a person nothing."""
    hints = get_type_hints(entry.event)
    for field in dataclasses.fields(entry.event):
        if "UUID" not in str(hints[field.name]):
            assert field_label(field.name).sv.strip() != ""
            assert field_label(field.name).en.strip() != ""


@pytest.mark.parametrize(
    ("kind", "name", "value", "sv", "en"),
    [
        ("referral.received", "concern", "prostitution", "Prostitution", "Prostitution"),
        ("referral.received", "role", "exposed", "Utsatt person", "Exposed person"),
        ("referral.received", "acute", False, "nej", "no"),
        ("case.opened", "compartment", "a", "Spår A", "Track A"),
        ("case.opened", "unit", "nexus", "Nexus vuxen", "Nexus for adults"),
        ("case.opened", "unit", "gone", "gone", "gone"),
        (
            "case.consent-given",
            "scope",
            ["identity", "contact"],
            "Identitet, Kontaktuppgifter",
            "Identity, Contact details",
        ),
        ("case.note-recorded", "text", "Ja.", "Ja.", "Ja."),
    ],
)
def test_a_value_is_told_by_what_its_field_declares(
    kind: str, name: str, value: object, sv: str, en: str
) -> None:
    """Codes by their labels, units by their names, and free text as it was written."""
    assert in_words(kind, name, value, NEXUS) == Label(sv, en)


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_what_says_nothing_is_not_told(nothing: object) -> None:
    """No line without a value."""
    assert in_words("case.note-recorded", "text", nothing, NEXUS) is None


def test_moments_are_told_from_days() -> None:
    """So that a moment can be shown by the clocks of whoever reads it."""
    assert holds_a_moment("deadline.set", "due") is datetime
    assert holds_a_moment("person.registered", "born") is date
    assert holds_a_moment("case.note-recorded", "text") is None
