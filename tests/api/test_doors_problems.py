"""Every refusal is a problem answer with a page of its own, in Swedish and English."""

import json
import re
from uuid import UUID

import pytest
from aiohttp import web

from api.door.faults import Fault, FieldFault
from api.door.problems import (
    as_refusal,
    every_refusal,
    prefers,
    problem,
    problem_answer,
    problem_type,
    problem_types,
)
from api.door.swedish import REFUSALS
from domain.errors import (
    FieldsAreFaulty,
    HandoverIsWaiting,
    LogUnavailable,
    Refusal,
    TokenIsMissing,
    VaultUnavailable,
)

NOW = UUID("0af76519-16cd-43dd-8448-eb211c80319c")
EVERY = sorted(every_refusal(), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", EVERY)
def test_every_refusal_can_be_read(kind: type[Refusal]) -> None:
    """A constant title that names a state, and what to do, in both languages."""
    told = problem_type(kind)
    assert kind in REFUSALS
    assert told.title.sv != told.title.en
    assert told.detail.sv != told.detail.en
    assert told.detail.en.endswith(".")
    assert told.detail.sv.endswith(".")
    assert re.fullmatch(r"/samordna/v1/problems/[a-z]+(-[a-z]+)*", told.uri)
    assert 400 <= told.status <= 503


def test_no_two_share_an_address() -> None:
    """One page each."""
    addresses = [kind.uri for kind in problem_types()]
    assert len(addresses) == len(set(addresses)) == len(EVERY)


def test_a_problem_has_what_the_profile_asks_for() -> None:
    """type, title, status, detail, instance; what the refusal adds stands beside them, flat."""
    told = problem(HandoverIsWaiting(handover=NOW, to_unit="nexus"), NOW)
    assert told == {
        "type": "/samordna/v1/problems/handover-is-waiting",
        "title": "Handover is waiting",
        "status": 409,
        "detail": HandoverIsWaiting.message(),
        "instance": f"urn:uuid:{NOW}",
        "handover": NOW,
        "toUnit": "nexus",
    }


def test_faulty_fields_are_told_with_what_to_do() -> None:
    """A pointer into the body, or the name of a parameter; in the reader's language."""
    faults = [
        FieldFault("/person/number", Fault.IMPOSSIBLE_NUMBER),
        FieldFault("limit", Fault.OUT_OF_RANGE, in_query=True),
    ]
    pointer, parameter = problem(FieldsAreFaulty(errors=faults), NOW, "sv")["errors"]
    assert pointer["pointer"] == "/person/number"
    assert pointer["code"] == "impossible-number"
    assert pointer["detail"].startswith("Inget person-")
    assert parameter["parameter"] == "limit"
    assert "pointer" not in parameter


def test_the_vaults_names_of_keys_stay_inside() -> None:
    """They hold ids that are nobody's business outside."""
    told = json.dumps(problem(VaultUnavailable(key=f"identity/{NOW}"), NOW))
    assert told.count(str(NOW)) == 1  # the occurrence


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("fr, SV;q=0.5, en;q=0.1", "sv"),
        ("en-GB, sv", "en"),
        ("\x00,,;", "en"),
    ],
)
def test_the_language_is_the_first_that_we_speak(accept: str, language: str) -> None:
    """Swedish or English; English for everybody else."""
    assert prefers(accept) == language


def test_an_answer_says_when_to_come_again() -> None:
    """503 with Retry-After, 401 with what to log in by."""
    away = problem_answer(LogUnavailable(), NOW, "sv")
    assert away.status == 503
    assert away.headers["Retry-After"].isdigit()
    assert away.headers["Content-Language"] == "sv"
    assert away.content_type == "application/problem+json"
    stranger = problem_answer(TokenIsMissing(), NOW)
    assert stranger.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (web.HTTPNotFound(), "address-is-unknown"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), "method-is-not-allowed"),
        (web.HTTPRequestEntityTooLarge(max_size=1), "body-is-too-large"),
        (web.HTTPBadRequest(), "request-is-malformed"),
        (web.HTTPInternalServerError(), "something-is-broken"),
    ],
)
def test_the_servers_own_refusals_are_problems_too(error: web.HTTPException, slug: str) -> None:
    """Also those of the library, before any door is reached."""
    assert problem_type(type(as_refusal(error))).slug == slug
