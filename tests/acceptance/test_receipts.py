"""Reading is an act: every answer with personal or case data, and every refusal that names a file,
leaves exactly one receipt - and nothing leaves without one."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic.alias_generators import to_camel

from api.app import ROUTES
from api.door import Kind, Route
from api.runtime.postgres.database import role_name
from domain.codes import StaffRole
from domain.policy import Information, permitting
from domain.ports import Reading
from tests.acceptance.doors import (
    DECIDED,
    NOBODYS,
    READ,
    Json,
    address,
    good_body,
    named,
    needed_query,
)
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Settled, nothing_comes_of_it
from tests.acceptance.test_disposal import LEAST, disposed, made
from tests.api.test_logging import logged

READERS: Final = {
    Information.EVENT_METADATA: "auditor",
    Information.EVENT_CONTENT: "auditor",
    Information.ACCESS_LOG: "auditor",
    Information.REVIEW: "auditor",
    Information.RECEIPT: "police officer",
    Information.EXTERNAL_REFERRAL: "police officer",
    Information.DISPOSAL: "administrator",
    Information.ORGANISATION: "administrator",
}
OPEN: Final = [route for route in ROUTES if route.door.kind in {Kind.OPEN, Kind.PUBLIC}]


@pytest.fixture(scope="module")
async def settled(settled: Settled) -> Settled:
    """With files whose time is over: most of them are disposed of, and one is kept."""
    *gone, _ = await made(settled.town, LEAST + 1)
    settled.disposal = UUID(await disposed(settled.town, gone))
    return settled


def reader(route: Route) -> str:
    assert route.door.asks
    return READERS.get(route.door.asks[1], "nexus manager")


def known_ids(settled: Settled) -> dict[str, UUID]:
    return {
        "caseId": settled.files["assigned"].id,
        "referralId": settled.files["waits"].id,
        "handoverId": settled.handovers["child's offered"].id,
        "teamId": settled.team,
        "operationId": settled.operation,
        "activityId": settled.activity,
        "mandateId": settled.mandate,
        "inquiryId": settled.inquiry,
        "reviewId": settled.review,
        "externalReferralId": settled.external,
        "disposalId": settled.disposal,
        "streamId": settled.files["assigned"].id,
        "staffId": settled.town["nexus worker"].staff_id,
    }


def needed_of(route: Route) -> dict[str, str]:
    """What may not be left out, asked for another unit than one's own."""
    here = {"toUnit": "childrens-intake"}
    return {name: here.get(name, value) for name, value in needed_query(route).items()}


async def ask(
    settled: Settled, route: Route, who: str, ids: dict[str, UUID] | None = None, **how: Any
) -> Heard:
    needed = needed_of(route)
    query = "&".join(f"{name}={value}" for name, value in needed.items())
    method = how.pop("method", route.method)
    if method == "POST":
        how["body"] = good_body(route) if route.door.body else {}
    return await settled.call(
        method, address(route, ids), token=settled.token(who), query=query, **how
    )


@asynccontextmanager
async def receipts_of(settled: Settled) -> AsyncIterator[list[Reading]]:
    """What stands in the access log at the end, beyond what stood there before."""
    log = settled.town.rooms.access_log
    before = await log.head()
    readings: list[Reading] = []
    yield readings
    receipts = log._receipts  # noqa: SLF001 - no door shows receipts without subjects
    rows = await receipts.span(before + 1, await log.head())
    opened = await log._opened(rows)  # noqa: SLF001 - the same
    readings += [reading for _, reading in opened if reading]


async def one_receipt(settled: Settled, route: Route, who: str, heard: Heard, **of: Any) -> Reading:
    """The only one says who, as what, what for, what, and the answer's own correlation."""
    reading: Reading
    [reading] = of.pop("readings")
    viewer = settled.viewers[who]
    assert (reading.reader, reading.role, reading.unit) == (viewer.staff, viewer.role, viewer.unit)
    assert reading.what == route.door.operation
    assert reading.purpose == of.pop("purpose", route.door.purpose)
    assert reading.outcome == of.pop("outcome")
    assert reading.correlation.hex == heard.headers["traceparent"].split("-")[1]
    assert not of
    return reading


# --- readings --------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(READ))
async def test_an_answer_leaves_one_receipt(settled: Settled, route: Route) -> None:
    """Who, what, whose, at which position of the events; HEAD reads, too."""
    who = reader(route)
    for method in ("GET", "HEAD") if route.method == "GET" else ("POST",):
        async with receipts_of(settled) as readings:
            heard = await ask(settled, route, who, known_ids(settled), method=method)
            assert heard.status == 200
        told = {"readings": readings, "outcome": "answered"}
        reading = await one_receipt(settled, route, who, heard, **told)
        if method != "HEAD":
            assert reading.event_position == heard["position"]
            assert set(whose(settled, route, heard)) <= set(reading.subjects)
            assert len(set(reading.subjects)) == len(reading.subjects)


def whose(settled: Settled, route: Route, heard: Heard) -> Iterator[UUID]:
    """Those whom the answer is about: named in the path, or line by line."""
    if route.names:
        yield known_ids(settled)[route.names[0]]
        return
    things = ("referral", "case", "staff", "team", "operation", "activity", "inquiry", "mandate")
    names = [f"{thing}Id" for thing in (*things, "file", "disposal")]
    for line in heard.json.get("items", []):
        named = (line[name] for name in names if line.get(name))
        yield from map(UUID, list(named)[:1])  # a sender's receipt and a sum name none


@pytest.mark.parametrize("route", named(READ))
async def test_the_reader_says_what_for(settled: Settled, route: Route) -> None:
    """`purpose` in the address is what the receipt keeps."""
    who = reader(route)
    needed = needed_of(route)
    query = "&".join(f"{name}={value}" for name, value in {**needed, "purpose": "review"}.items())
    body = {"body": good_body(route)} if route.door.body else {}
    async with receipts_of(settled) as readings:
        where, token = address(route, known_ids(settled)), settled.token(who)
        heard = await settled.call(route.method, where, token=token, query=query, **body)
        assert heard.status == 200
    told = {"readings": readings, "outcome": "answered", "purpose": "review"}
    await one_receipt(settled, route, who, heard, **told)


@pytest.mark.parametrize("route", named([route for route in READ if route.door.has_etag]))
async def test_what_is_not_modified_was_read_all_the_same(settled: Settled, route: Route) -> None:
    """304 tells that what one has is what stands."""
    who, ids = reader(route), known_ids(settled)
    etag = (await ask(settled, route, who, ids)).headers["ETag"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        async with receipts_of(settled) as readings:
            heard = await ask(settled, route, who, ids, headers={"If-None-Match": known})
            assert (heard.status, heard.body) == (304, b"")
            assert heard.headers["ETag"] == etag
        told = {"readings": readings, "outcome": "answered"}
        await one_receipt(settled, route, who, heard, **told)


@pytest.mark.parametrize("route", named([*READ, *DECIDED]))
async def test_a_refusal_leaves_one_receipt(settled: Settled, route: Route) -> None:
    """Also what did not exist, what is hidden, and what one's role may never do."""
    files = {"caseId": settled.files["buyer's"].id, "referralId": settled.files["buyer waits"].id}
    for who in ("nexus worker", "nexus manager", "strategist"):
        for ids in ({}, files) if route.names else ():
            async with nothing_comes_of_it(settled), receipts_of(settled) as readings:
                heard = await ask(settled, route, who, ids)
                assert heard.status in {403, 404}
            outcome = "not-found" if heard.status == 404 else "not-permitted"
            told = {"readings": readings, "outcome": outcome}
            reading = await one_receipt(settled, route, who, heard, **told)
            assert reading.subjects[0] == ids.get(route.names[0], NOBODYS)


def names_files(route: Route) -> list[str]:
    """The fields of its body that name other cases."""
    fields = route.door.body[1].model_fields if route.door.body else {}
    return [to_camel(name) for name in fields if re.search(r"case_ids?$", name)]


@pytest.mark.parametrize("route", named([route for route in DECIDED if names_files(route)]))
async def test_who_names_a_file_in_a_body_is_seen_to_try(settled: Settled, route: Route) -> None:
    """It stands in the access list of that file, too, whichever field named it."""
    unseen = settled.files["buyer's"].id
    named = {n: [str(unseen)] if n.endswith("s") else str(unseen) for n in names_files(route)}
    where, token = address(route, known_ids(settled)), settled.token("nexus manager")
    async with nothing_comes_of_it(settled), receipts_of(settled) as readings:
        heard = await settled.call(route.method, where, token=token, body=good_body(route) | named)
        assert heard.status == 404
    told = {"readings": readings, "outcome": "not-found"}
    reading = await one_receipt(settled, route, "nexus manager", heard, **told)
    assert unseen in reading.subjects


@pytest.mark.parametrize("route", named([route for route in READ if route.names]))
async def test_who_has_left_is_seen_to_try(settled: Settled, route: Route) -> None:
    """A token that still is good, of somebody without a position: who tried to read what."""
    assert settled.leaver
    ids = known_ids(settled)
    needed = needed_of(route)
    query = "&".join(f"{name}={value}" for name, value in needed.items())
    async with receipts_of(settled) as readings:
        where, token = address(route, ids), settled.leaver.token
        heard = await settled.call("GET", where, token=token, query=query)
        assert heard.status == 403
    [reading] = readings
    assert (reading.reader, reading.role) == (settled.leaver.staff_id, "")
    assert (reading.what, reading.outcome) == (route.door.operation, "not-permitted")
    assert reading.subjects == [ids[route.names[0]]]


async def test_what_could_not_be_done_is_told_apart(settled: Settled) -> None:
    """Who may do it and did not say what they had seen was not kept out: another outcome."""
    files = {"caseId": settled.files["closed"].id}
    [route] = [route for route in ROUTES if route.door.operation == "offerHandover"]
    async with nothing_comes_of_it(settled), receipts_of(settled) as readings:
        heard = await ask(settled, route, "nexus manager", files)
        assert heard.status == 428
    told = {"readings": readings, "outcome": "refused"}
    await one_receipt(settled, route, "nexus manager", heard, **told)


async def test_a_list_that_is_refused_leaves_one_too(settled: Settled) -> None:
    """Somebody without the role for it tried to read it."""
    for route in READ:
        assert route.door.asks
        permitted = permitting(StaffRole.STRATEGIC_SUPPORT, *route.door.asks)
        if not route.names and not permitted:
            async with receipts_of(settled) as readings:
                heard = await ask(settled, route, "strategist")
                assert heard.status == 403
            told = {"readings": readings, "outcome": "not-permitted"}
            await one_receipt(settled, route, "strategist", heard, **told)


@pytest.mark.parametrize("route", named(OPEN))
async def test_what_holds_nothing_personal_leaves_none(settled: Settled, route: Route) -> None:
    """Units, codes, oneself, the API itself."""
    async with receipts_of(settled) as readings:
        assert (await ask(settled, route, "nexus manager")).status == 200
    assert readings == []


# --- commands --------------------------------------------------------------------------------


async def test_a_command_is_its_own_receipt_and_its_replay_needs_one(settled: Settled) -> None:
    """What was recorded says who did what; what is told again has one receipt of its own."""
    body: Json = {"source": "police", "channel": "phone", "concern": "prostitution"}
    body |= {"account": "Hörd.", "person": {"role": "exposed", "name": "Ulla Hörnfeldt"}}
    how: Json = {"token": settled.token("nexus worker"), "headers": {"Idempotency-Key": "once"}}
    async with receipts_of(settled) as readings:
        first = await settled.call("POST", "/referrals", body=body, **how)
        assert first.status == 201
    assert readings == []
    async with nothing_comes_of_it(settled), receipts_of(settled) as readings:
        again = await settled.call("POST", "/referrals", body=body, **how)
        assert (again.status, again["replayed"]) == (201, True)
    [route] = [route for route in ROUTES if route.door.operation == "receiveReferral"]
    told = {"readings": readings, "outcome": "answered"}
    reading = await one_receipt(settled, route, "nexus worker", again, **told)
    assert UUID(first["referralId"]) in reading.subjects
    assert reading.event_position == first["position"]


# --- no receipt, no answer -------------------------------------------------------------------


@contextmanager
def nobody_may_write_receipts(settled: Settled) -> Iterator[None]:
    """The server's role has lost the right to append to the access log."""
    schema = settled.town.settings.municipality
    names = Identifier(schema, "append_receipts"), Identifier(role_name(schema, "server"))
    with psycopg.connect(settled.town.addresses.log, autocommit=True) as owner:
        owner.execute(SQL("REVOKE EXECUTE ON FUNCTION {} FROM {}").format(*names))
        try:
            yield
        finally:
            owner.execute(SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(*names))


async def test_without_a_receipt_nothing_leaves(settled: Settled) -> None:
    """503 with Retry-After at every reading door, for answers, refusals and replays; no data; and
    it comes back by itself."""
    ids = known_ids(settled)
    body = {"registerNumber": "SCN-2022-00358", "decidedOn": "2022-11-22", "matter": "team"}
    how: Json = {"token": settled.token("administrator"), "headers": {"Idempotency-Key": "twice"}}
    assert (await settled.call("POST", "/mandates", body=body, **how)).status == 201
    with nobody_may_write_receipts(settled), logged():
        async with receipts_of(settled) as readings:
            unanswered = [
                await ask(settled, route, who, given)
                for route in READ
                for who, given in (
                    (reader(route), ids),
                    (reader(route), {}),
                    ("strategist", ids),
                )
            ]
            unanswered.append(await settled.call("POST", "/mandates", body=body, **how))
        assert readings == []
        alive = await ask(settled, next(iter(OPEN)), "nexus manager")
        assert alive.status == 200
    for heard in unanswered:
        assert heard.status == 503, f"{heard.asked}: {heard.body!r}"
        assert heard["type"].endswith("/receipts-unavailable")
        assert int(heard.headers["Retry-After"]) > 0
        assert b"items" not in heard.body
        assert b"Namn" not in heard.body
    async with receipts_of(settled) as readings:
        assert (await ask(settled, READ[0], reader(READ[0]), ids)).status == 200
    assert len(readings) == 1
