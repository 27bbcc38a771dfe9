"""What may tell of a hidden file: every list, asked in every way that its document allows."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from uuid import UUID

import pytest
import structlog

from api.door import Route
from api.runtime.postgres.sessions import Sessions
from tests.acceptance.doors import READ, SCHEMAS, Json, needed_query, operation
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Settled

LISTS: Final = [route for route in READ if route.method == "GET" and not route.names]

_OF_NO_FILE: Final = {"cursor", "since", "atPosition", "purpose"}
_PASSING: Final = {"traceparent", "Date", "Content-Length"}
_MOVING: Final = {"position", "mark"}  # what any event moves, whoever it is about


def questions(route: Route, hidden: list[UUID], now: str, position: int) -> Iterator[str]:
    """Every parameter with every value of its list, or with values that touch what is hidden."""
    needed = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    yield needed
    for told in operation(route)["parameters"]:
        if told.get("in") == "query" and told["name"] not in _OF_NO_FILE:
            for value in _values(told["schema"], hidden, now, position):
                yield "&".join(filter(None, (needed, f"{told['name']}={value}")))


def _values(  # noqa: PLR0911 - some for each kind
    schema: Json, hidden: list[UUID], now: str, position: int
) -> list[object]:
    if "$ref" in schema:
        return _values(SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]], hidden, now, position)
    if "enum" in schema:
        return list(schema["enum"])
    match schema.get("type"), schema.get("format"):
        case "boolean", _:
            return ["true", "false"]
        case "integer", _:
            return [1, position]
        case _, "uuid":
            return [*hidden]
        case _, "date-time":
            return [now]
        case _, "date":
            return [now[:10]]
        case _:
            return ["support-line-two", "nexus"]


def without_what_moves(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: without_what_moves(it) for name, it in told.items() if name not in _MOVING}
    return [without_what_moves(it) for it in told] if isinstance(told, list) else told


def all_of(heard: Heard) -> Any:
    """Status, headers and body, but for what any event moves."""
    headers = {name: value for name, value in heard.headers.items() if name not in _PASSING}
    body = without_what_moves(heard.json)
    body.pop("instance", None)
    return heard.status, headers, body


@asynccontextmanager
async def round_trips() -> AsyncIterator[list[str]]:
    """Which questions reached a database for a request meanwhile, by the request."""
    asked: list[str] = []
    with _counted(asked):
        yield asked


@contextmanager
def _counted(asked: list[str]) -> Iterator[None]:
    real = Sessions.ask

    async def ask(self: Sessions, question: Any) -> Any:
        correlation = structlog.contextvars.get_contextvars().get("correlation")
        if correlation:  # whoever follows or listens asks for nobody
            asked.append(str(correlation))
        return await real(self, question)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Sessions, "ask", ask)
        yield


async def lived_on_the_other_side(settled: Settled) -> list[UUID]:
    """Something new, hidden from everybody but one unit of the other side: its ids."""
    name, manager, town = "hidden from all", "line manager", settled.town
    body = {
        "source": "police",
        "channel": "phone",
        "concern": "prostitution",
        "account": "Dold berättelse.",
        "person": {"role": "buyer", "name": f"Namn {name}.", "bornOn": "1980-01-01"},
    }
    sent = await town["police officer"].post("/referrals", body, expect=201)
    referral = sent["referralId"]
    town[manager].position = sent["position"]
    case = (await town[manager].post(f"/referrals/{referral}/acceptances"))["caseId"]
    path, worker = f"/cases/{case}", town["line worker"]
    etag = (await town[manager].get(path)).headers["ETag"]
    assigned = {"workerId": str(worker.staff_id)}
    await town[manager].post(f"{path}/assignments", assigned, etag=etag)
    worker.position = town[manager].position
    await worker.post(f"{path}/notes", {"text": "Dold."}, expect=201)
    await town.level()
    for person in town.people.values():
        person.position = 0
    return [UUID(case), UUID(referral), worker.staff_id]
