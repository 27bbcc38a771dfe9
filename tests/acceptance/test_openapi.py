"""The running server keeps to its OpenAPI document, whatever is sent, and what it serves keeps to
the national profile. Schemathesis comes with real tokens of real roles, and real ids among others.
"""

import asyncio
import json
import re
import secrets
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from api.app import ROUTES
from api.door import Kind
from api.door.problems import BASE
from tests.acceptance.doors import DOCUMENT, Json
from tests.acceptance.settled import Settled

# --- whatever is sent ------------------------------------------------------------------------

FUZZED: Final = "examples,coverage,fuzzing"
RUNS: Final = (  # the administrator comes last, ending other people's positions
    ("homeless outreach", FUZZED, 12),
    ("nexus manager", FUZZED, 14),
    ("administrator", "stateful", 25),
    *(
        pytest.param(who, phases, 240, marks=pytest.mark.full)
        for phases in (FUZZED, "stateful")
        for who in (
            "homeless outreach",
            "auditor",
            "nexus worker",
            "nexus manager",
            "administrator",
        )
    ),
)
LEAST: Final = 100  # requests, on a slow machine
SEED: Final = 83611  # the same always, but for the long runs

# A good body may be refused for reasons that no schema tells: check digits, days that have not
# come, what has happened before.
LEFT_OUT: Final = "positive_data_acceptance"
CHECKS: Final = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 428]
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 405, 409, 415, 422, 428]
"""


@pytest.mark.parametrize(("who", "phases", "seconds"), RUNS)
async def test_whatever_is_sent_the_document_holds(
    settled: Settled, tmp_path: Path, who: str, phases: str, seconds: int
) -> None:
    """No 5xx, no undeclared status, header or media type, no answer outside its schema, nothing
    accepted that the schema forbids, no door that forgets to ask who."""
    config, report = tmp_path / "schemathesis.toml", tmp_path / "report.json"
    seed = SEED if seconds < 60 else secrets.randbits(32)
    config.write_text(CHECKS + "\n".join(_real_values(settled, who)))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(config), "run", f"{settled.call.base}/openapi.json"),
        *("--url", settled.call.base, "--header", f"Authorization: Bearer {settled.token(who)}"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT, "--mode", "all", "--phases", phases),
        *("--max-time", str(seconds), "--continue-on-failure", "--no-color"),
        *("--generation-database", "none", "--seed", str(seed)),
        *("--report", "json", "--report-json-path", str(report)),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-8000:]
    told = json.loads(report.read_text())
    settled.call.elsewhere += told["test_cases"]["generated"]
    assert told["operations"]["errored"] == 0
    assert told["test_cases"]["generated"] > LEAST, told["test_cases"]
    if phases == FUZZED:  # a machine that is busy may not come round in a short run
        assert told["operations"]["tested"] > len(ROUTES) * (0.5 if seconds < 60 else 0.99)


def _real_values(settled: Settled, who: str) -> Iterator[str]:
    """Real ids, more often than made-up ones, wherever the document asks for one."""
    staff = [viewer.staff for name, viewer in settled.viewers.items() if name != who]
    for name, ids in (
        ("caseId", [known.id for known in settled.ids_of("case")]),
        ("referralId", [known.id for known in settled.ids_of("referral")]),
        ("handoverId", [offer.id for offer in settled.handovers.values()]),
        ("teamId", [settled.team]),
        ("operationId", [settled.operation]),
        ("activityId", [settled.activity]),
        ("mandateId", [settled.mandate]),
        ("inquiryId", [settled.inquiry]),
        ("reviewId", [settled.review]),
        ("staffId", staff),
    ):
        yield _dictionary(name, ids)
    yield _dictionary("unit", ["nexus", "childrens-intake", "support-line-two", "police"])
    yield "[parameters]"
    for place, names, values in (
        ("path", ("caseId", "referralId", "handoverId", "teamId", "staffId"), ""),
        ("path", ("operationId", "activityId", "mandateId", "inquiryId", "reviewId"), ""),
        ("body", ("workerId", "successorId", "staffId"), "staffId"),
        ("body", ("toUnit", "unit", "leadUnit"), "unit"),
        ("query", ("worker",), "staffId"),
        ("query", ("toUnit",), "unit"),
    ):
        for name in names:
            yield f"'{place}.{name}' = {{dictionary = '{values or name}', probability = 0.7}}"


def _dictionary(name: str, values: list[UUID] | list[str]) -> str:
    return f"[dictionaries.{name}]\nvalues = {json.dumps([str(value) for value in values])}"


# --- what is served --------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def document(settled: Settled) -> Json:
    heard = await settled.call("GET", "/openapi.json")
    assert heard.headers["Content-Type"].startswith("application/json")
    served: Json = heard.json
    return served


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        yield from ((path, method, told) for method, told in methods.items())


def test_the_served_document_is_ours_and_valid(document: Json) -> None:
    """OpenAPI 3.1, by the specification's own schema; addresses may be relative."""
    assert document == json.loads(json.dumps(DOCUMENT))
    jsonschema_rs.Draft202012Validator(OPENAPI_31, validate_formats=False).validate(document)


async def test_api_info_says_what_the_profile_asks(settled: Settled, document: Json) -> None:
    """Name, whole semantic version, day of release, where the documentation is, status."""
    told = (await settled.call("GET", "/api-info")).json
    asked = {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"}
    assert asked <= set(told)
    assert all(isinstance(told[name], str) and told[name] for name in asked)
    assert re.fullmatch(r"\d+\.\d+\.\d+([-+][\w.-]+)?", told["apiVersion"])
    assert told["apiVersion"] == document["info"]["version"]
    assert date.fromisoformat(told["apiReleased"]).isoformat() == told["apiReleased"]
    page = await settled.call("GET", told["apiDocumentation"].removeprefix(BASE))
    assert page.status == 200
    assert document["info"]["title"].split(":")[0] in page.body.decode()


def test_only_the_major_version_stands_in_the_address(document: Json) -> None:
    """`/{api}/v{major}` in `servers`, relative keys in `paths`."""
    [server] = document["servers"]
    assert re.fullmatch(r"/[a-z]+(-[a-z]+)*/v\d+", server["url"])
    assert all(path.startswith("/") and "/v1" not in path for path in document["paths"])


def test_what_others_specify_is_not_listed(document: Json) -> None:
    """The document itself, pages, health and metrics are other people's formats."""
    listed = " ".join(document["paths"])
    for other in ("openapi", "docs", "problems", "health", "metrics"):
        assert f"/{other}" not in listed


def test_get_has_no_body_and_headers_no_payload(document: Json) -> None:
    """What is read is asked for in the address; headers are about the exchange only."""
    allowed = {"ETag", "Location", "Retry-After", "WWW-Authenticate", "traceparent"}
    allowed |= {"Samordna-Parked"}
    for path, method, told in operations(document):
        assert method in {"get", "post"}
        assert (method == "get") <= ("requestBody" not in told), path
        for answer in told["responses"].values():
            assert set(answer["headers"]) <= allowed


def test_paging_and_filters_are_named_after_what_they_are(document: Json) -> None:
    """`cursor` and `limit` (20 by default); no page, offset, filter[x], $filter or sort-by."""
    for path, _, told in operations(document):
        names = {it["name"]: it for it in told["parameters"] if it.get("in") == "query"}
        assert not {"page", "offset", "sort", "sortBy", "filter"} & set(names), path
        assert not any(re.search(r"[\[\]$_-]", name) for name in names)
        assert ("cursor" in names) is ("limit" in names)
        if "limit" in names:
            assert names["limit"]["schema"]["default"] == 20
            assert not names["limit"]["required"]


def test_bearer_is_the_only_way_in(document: Json) -> None:
    """No Basic, no Digest, no key in an address or a cookie; api-info asks for nothing."""
    [scheme] = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    public = {route.path for route in ROUTES if route.door.kind is Kind.PUBLIC}
    for path, _, told in operations(document):
        assert told.get("security", document["security"]) == (
            [] if path in public else [{"bearer": []}]
        )
        assert not any(it.get("in") == "cookie" for it in told["parameters"])


def test_the_next_act_is_linked_where_it_is_known(document: Json) -> None:
    """Richardson's third level: what was made leads on."""
    for path, method, told in operations(document):
        made = told["responses"].get("201", {})
        if method == "post" and "Location" in made.get("headers", {}):
            assert made["links"], path


async def test_errors_have_their_form_wherever_they_come_from(settled: Settled) -> None:
    """404 for an address, 405 for a method, 401 for a token: the same members everywhere."""
    for status, method, path, token in (
        (404, "GET", "/nowhere", None),
        (405, "DELETE", "/cases", None),
        (401, "GET", "/cases", None),
        (404, "GET", f"/cases/{settled.team}", settled.token("nexus manager")),
        (403, "GET", "/cases", settled.token("police officer")),
        (422, "GET", "/cases", settled.token("nexus manager")),
    ):
        query = "limit=0" if status == 422 else ""
        heard = await settled.call(method, path, token=token, query=query)
        assert heard.status == status
        assert set(heard.json) >= {"type", "title", "status", "detail", "instance"}
        assert all(not isinstance(value, dict) for value in heard.json.values())  # flat
