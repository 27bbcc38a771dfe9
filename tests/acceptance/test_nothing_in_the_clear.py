"""Who gets hold of a dump, a backup or a log file reads no name, no number and no circumstance."""

import base64
import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.key_encryption import KeyringFile, Wrapped
from api.runtime.postgres_server import PostgresServer, start_postgres
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Concern,
    DeclineReason,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.organisation import Organisation
from domain.routing import Rule
from tests.acceptance import test_a_day as a_day
from tests.acceptance.conftest import founded_town
from tests.acceptance.dumps import Legible, dumped, rows
from tests.acceptance.town import Person, Town
from tests.api.test_doors_numbers import number_of
from tests.api.test_logging import logged

# --- what is told in the story ---------------------------------------------------------------

CHILD_BORN, ADULT_BORN, CLAIMED_BORN = date(2012, 3, 14), date(1991, 8, 23), date(1996, 11, 7)
FOUND_BORN = date(1992, 3, 14)
NUMBERS = [
    number_of(CHILD_BORN),
    number_of(ADULT_BORN),
    number_of(CLAIMED_BORN, shift=60),  # a coordination number
]
TEXTS = [
    *("Åsa-Märta Österåker", "Gun-Britt Sjöö", "Ionela Văcărescu", "Inspektör Örjan Häll"),
    *("asa.osteraker@example.se", "070-174 06 35", "Dnr 0700-K1234-26"),
    "Säljer sex via en webbsida, hotas av en man som kallas Räven.",
    "Bor hos Ingegerd på Väderkvarnsgatan 12, vill inte att pappa vet.",
    "Läkarintyg från Akademiska visar att hon är 34 år.",
    "Är vuxen, vill ha stöd att lämna mannen.",
    "Hör hemma i Tierp, där systern Kajsa-Stina bor.",
    "Ringde gråtande och vill ha stöd igen.",
]
TEXTS_OF_THE_DAY = [
    *("Alva Granlund", "Birger Qvist", "Cia Borg", "Insp. Ek"),
    *("Sover hos bekanta", "vill inte att mamma vet", "Söker hjälp.", "Pass visar 16 år."),
]
CLEAR_BY_DESIGN = ["nexus", "referral.received", "in-person"]  # so that the search is seen to see


def spellings(number: str) -> list[str]:
    """As people and programs write it."""
    century, six, four = number[:2], number[2:8], number[8:]
    return [f"{century}{six}{four}", f"{century}{six}-{four}", f"{six}{four}", f"{six}-{four}"]


PERSONAL = [
    *TEXTS,
    *TEXTS_OF_THE_DAY,
    *(spelling for number in NUMBERS for spelling in spellings(number)),
    *(born.isoformat() for born in (CHILD_BORN, ADULT_BORN, CLAIMED_BORN, FOUND_BORN)),
]
STAFF = ["Founding Administrator", "Nexus Worker", "Police Officer"]

TELLING_CODES = (
    PersonRole,
    Concern,
    AgeKnowledge,
    Residence,
    ReferralKind,
    DeclineReason,
    CaseOutcome,
    Rule,
    Source,
)


def telling_words(organisation: Organisation) -> list[str]:
    """Every code that tells circumstances, but for those that name a unit, too."""
    codes = {code.value for codes in TELLING_CODES for code in codes}
    return sorted(codes - {unit.code for unit in organisation.units})


# --- the story -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A town after the story, and what its servers and logs have kept of it."""

    town: Town
    log: Legible
    log_rows: Legible
    vault: Legible
    said: str  # by the house and by both servers, while it happened


@pytest.fixture(scope="module")
def log_server() -> Iterator[PostgresServer]:
    """A server with nothing else in it."""
    with _server("clear-log") as server:
        yield server


@pytest.fixture(scope="module")
def vault_server() -> Iterator[PostgresServer]:
    with _server("clear-vault") as server:
        yield server


@contextmanager
def _server(name: str) -> Iterator[PostgresServer]:
    place = Path(tempfile.mkdtemp(prefix="samordna-clear-"))
    place.chmod(0o755)
    with start_postgres(place / "server", name=name, settings={"fsync": "off"}) as server:
        yield server
    shutil.rmtree(place)


@pytest.fixture(scope="module")
async def told(
    log_server: PostgresServer,
    vault_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Told]:
    with logged(level="DEBUG") as lines:
        async with founded_town(log_server, vault_server, tmp_path_factory.mktemp("town")) as town:
            await a_day.test_a_day(town)
            await everything_is_told_of_somebody(town)
            await much_goes_wrong(town, log_server, vault_server)
            await town.level()
            dump = dumped(log_server)
            yield Told(
                town=town,
                log=Legible.of(dump),
                log_rows=Legible.of(rows(dump)),
                vault=Legible.of(dumped(vault_server)),
                said=everything_said(lines, log_server, vault_server),
            )


def everything_said(lines: io.StringIO, *servers: PostgresServer) -> str:
    """The house's own lines, and the log file of each PostgreSQL server."""
    files = [(server.folder / "server.log").read_text() for server in servers]
    assert all("ready to accept connections" in file for file in files)
    return "\n".join([lines.getvalue(), *files])


async def everything_is_told_of_somebody(town: Town) -> None:
    """Every field that can hold something personal holds it, of a child, an adult, and somebody
    with a coordination number."""
    intake, nexus, police = town["intake manager"], town["nexus manager"], town["police officer"]
    child = await refer(
        police,
        name=TEXTS[0],
        number=NUMBERS[0],
        contact=f"{TEXTS[4]}, {TEXTS[5]}",
        gender="woman",
        residence="belongs-here",
    )
    case = await accepted(intake, child)
    await intake.post(f"/cases/{case}/notes", {"text": TEXTS[8]}, expect=201)
    finding = {"bornOn": FOUND_BORN.isoformat(), "basis": TEXTS[9]}
    await intake.post(f"/cases/{case}/age-findings", finding, expect=201)
    await with_etag(intake, case, "handovers", {"toUnit": "nexus", "reason": TEXTS[10]}, expect=201)

    adult = await refer(police, name=TEXTS[1], number=NUMBERS[1], residence="stays-here")
    path = f"/referrals/{adult}/declines"
    decline = {"reason": "other-municipality", "explanation": TEXTS[11]}
    nexus.position = police.position
    await nexus.post(path, decline)

    claimed = await refer(police, name=TEXTS[2], number=NUMBERS[2], assessedAdultBy=TEXTS[3])
    case = await accepted(nexus, claimed)
    await with_etag(nexus, case, "closures", {"outcome": "help-declined"})
    await with_etag(nexus, case, "reopenings", {"reason": TEXTS[12]})


async def refer(sender: Person, **person: Any) -> str:
    body = {
        "source": "police-operation",
        "channel": "in-person",
        "concern": "trafficking",
        "account": TEXTS[7],
        "sendersReference": TEXTS[6],
        "person": {"role": "exposed", **person},
    }
    return str((await sender.post("/referrals", body, expect=201))["referralId"])


async def accepted(manager: Person, referral: str) -> str:
    return str((await manager.post(f"/referrals/{referral}/acceptances"))["caseId"])


async def with_etag(
    manager: Person, case: str, act: str, body: dict[str, Any], expect: int = 200
) -> None:
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    await manager.post(f"/cases/{case}/{act}", body, etag=etag, expect=expect)


async def much_goes_wrong(town: Town, *servers: PostgresServer) -> None:
    """What is refused, and what breaks, is logged: without what it was about."""
    police, auditor = town["police officer"], town["auditor"]
    for wrong in (
        {"person": {"role": TEXTS[0], "name": TEXTS[1], "number": NUMBERS[0][:-1] + "x"}},
        {"account": TEXTS[7], TEXTS[2]: NUMBERS[1]},
    ):
        await police.post("/referrals", wrong, expect=422)
    await auditor.get(f"/referrals/{quote(TEXTS[0])}", expect=404)
    await auditor.get("/cases", order=TEXTS[1], expect=422)
    for server in servers:
        with psycopg.connect(server.url(), autocommit=True) as owner:
            with pytest.raises(psycopg.Error):
                owner.execute("SELECT %s::int", [TEXTS[0]])
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'samordna %'"
            )
    await town.level()
    await town["nexus manager"].post_any("/teams")


# --- what can be read ------------------------------------------------------------------------


def test_the_log_tells_nothing_about_anybody(told: Told) -> None:
    """No name, number, birth date, contact or free text, of clients or of staff, in any coding."""
    assert told.log.texts(PERSONAL + STAFF) == {}


def test_the_log_tells_no_circumstances(told: Told) -> None:
    """Beside what the program itself says, no role, concern, age, rule, reason or outcome."""
    organisation = told.town.rooms.house.desk.organisation
    assert told.log_rows.words(telling_words(organisation)) == {}


def test_the_search_sees_what_may_stand_in_the_clear(told: Told) -> None:
    """Units, names of events and neutral codes are found in the same dump by the same search."""
    assert told.log_rows.words(CLEAR_BY_DESIGN).keys() == set(CLEAR_BY_DESIGN)
    assert told.log_rows.texts(CLEAR_BY_DESIGN).keys() == set(CLEAR_BY_DESIGN)


def test_the_vault_tells_nothing_about_anybody(told: Told) -> None:
    """It holds wrapped keys and a blind index: no name, no number, nor anything that numbers could
    be tried against without a key."""
    assert told.vault.texts(PERSONAL + STAFF) == {}
    digests = [
        hashlib.new(kind, spelling.encode()).digest()
        for kind in ("md5", "sha1", "sha256", "sha512")
        for number in NUMBERS
        for spelling in spellings(number)
    ]
    assert told.vault.bytes(digests) == told.log.bytes(digests) == []


def test_no_key_stands_unwrapped_in_a_dump(told: Told) -> None:
    """Nor does the key-encryption key; and the log's server has no key at all, wrapped or not."""
    town, schema = told.town, told.town.settings.municipality
    keyring = KeyringFile(town.settings.secrets / "keyring")
    with psycopg.connect(town.addresses.vault) as owner:
        held = SQL("SELECT name, wrapped_by, wrapped FROM {}.keys WHERE erased_at IS NULL")
        wrapped = owner.execute(held.format(Identifier(schema))).fetchall()
    keys = [keyring.unwrap(name, Wrapped(by, key)) for name, by, key in wrapped]
    assert len(keys) > 50
    outermost = [
        base64.b64decode(line.split()[-1])
        for line in (town.settings.secrets / "keyring").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert told.vault.bytes(keys + outermost) == []
    assert told.log.bytes(keys + outermost + [key for _, _, key in wrapped]) == []


def test_no_log_line_tells_anything_about_anybody(told: Told) -> None:
    """Neither the house's own lines at their most talkative, nor PostgreSQL's, when it goes wrong:
    no name, no number, no circumstance."""
    assert "answered" in told.said
    assert "terminating connection" in told.said
    said = Legible.of(told.said.encode())
    assert said.texts(PERSONAL + STAFF) == {}
    telling = {*PersonRole, *Concern, *Rule} - {PersonRole.UNKNOWN}
    assert said.words(telling) == {}


@pytest.mark.parametrize(
    "hide",
    [
        lambda raw: raw,
        lambda raw: raw.decode().upper().encode(),
        lambda raw: b"\\\\x" + raw.hex().encode(),
        lambda raw: raw.hex().upper().encode(),
        lambda raw: base64.b64encode(b"{" + raw),
        lambda raw: base64.urlsafe_b64encode(b'{"' + raw).rstrip(b"="),
        lambda raw: base64.b64encode(b"12" + raw).hex().encode(),
        lambda raw: raw.decode().encode("ascii", "backslashreplace"),
        lambda raw: msgspec.json.encode({"a": raw.hex()}),
        lambda raw: quote(raw).encode(),
        lambda raw: "".join(f"\\{byte:03o}" for byte in raw).encode(),
    ],
)
def test_nothing_hides_from_the_search(hide: Callable[[bytes], bytes]) -> None:
    """Text is found in hexadecimal, base64 and escapes, and in one within the other."""
    for text in (TEXTS[0], TEXTS[7], NUMBERS[0]):
        dump = b"1\t" + hide(text.encode()) + b"\tnexus\n"
        assert text in Legible.of(dump).texts([text])


# --- what can be inferred --------------------------------------------------------------------

SOMEBODY = {"role": "exposed", "name": "Någon Någonsson", "bornOn": "1990-02-03"}
TWINS: dict[str, dict[str, str]] = {
    "a buyer": {"role": "buyer"},
    "a perpetrator": {"role": "perpetrator"},
    "of another birth date": {"bornOn": "1961-12-24"},
    "a young adult": {"bornOn": a_day.born(19)},
    "a child": {"bornOn": a_day.born(13)},
    "a young buyer": {"role": "buyer", "bornOn": a_day.born(16)},
    "of another concern": {"concern": "forced-marriage"},
    "of no known name": {"name": ""},
}
WHO_ANSWERS = {
    ("nexus", "a"): "nexus",
    ("childrens-intake", "a"): "intake",
    ("support-line-two", "b"): "line",
    ("childrens-intake", "b"): "other intake",
}


@pytest.mark.parametrize("twin", TWINS)
async def test_lives_look_alike(town: Town, twin: str) -> None:
    """Who reads both logs without a key sees the same events with the same fields, values and
    sizes, whatever somebody's role, age, birth date and concern: only the unit and its side
    differ."""
    worker, manager = {"role": "case-worker"}, {"role": "unit-manager"}
    other = {"unit": "childrens-intake", "side": "b", "qualifiedForChildren": True}
    line = {"unit": "support-line-two", "side": "b", "qualifiedForChildren": True}
    await town.employ("line worker", **line, **worker)
    await town.employ("other intake manager", **other, **manager)
    await town.employ("other intake worker", **other, **worker)
    one, other_one = await a_life(town, SOMEBODY), await a_life(town, SOMEBODY | TWINS[twin])
    assert one.events == other_one.events
    assert one.receipts == other_one.receipts
    assert len(one.events) > 10
    assert len(one.receipts) > 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What somebody without a key sees of one person's way through the house."""

    events: list[object]
    receipts: list[object]


async def a_life(town: Town, somebody: dict[str, str]) -> Life:
    """Referred, accepted, assigned, documented, found to be twenty, closed and reopened."""
    first = await heads(town)
    told = {name: value for name, value in somebody.items() if value}
    body = {
        "source": "police",
        "channel": "phone",
        "concern": told.pop("concern", "prostitution"),
        "account": "En berättelse, lika lång för alla.",
        "person": told,
    }
    sent = await town["police officer"].post("/referrals", body, expect=201)
    await town.level()
    side = "b" if told["role"] in {"buyer", "perpetrator"} else "a"
    team = WHO_ANSWERS[sent["routing"]["unit"], side]
    manager, worker = town[f"{team} manager"], town[f"{team} worker"]
    await manager.get(f"/referrals/{sent['referralId']}")
    case = await accepted(manager, sent["referralId"])
    await with_etag(manager, case, "assignments", {"workerId": str(worker.staff_id)})
    worker.position = manager.position
    await worker.post(f"/cases/{case}/notes", {"text": "En anteckning."}, expect=201)
    await worker.get(f"/cases/{case}/notes")
    finding = {"bornOn": a_day.born(20), "basis": "Pass uppvisat."}
    await worker.post(f"/cases/{case}/age-findings", finding, expect=201)
    await with_etag(worker, case, "closures", {"outcome": "needs-met"})
    manager.position = worker.position
    await with_etag(manager, case, "reopenings", {"reason": "Hör av sig igen."})
    return Life(
        events=[
            shape(event.name, msgspec.json.decode(event.payload))
            for event in await town.rooms.stored.read(first.events, 1000)
        ],
        receipts=receipts_after(town, first.receipts),
    )


@dataclass(frozen=True, slots=True)
class Heads:
    events: int
    receipts: int


async def heads(town: Town) -> Heads:
    await town.level()
    return Heads(await town.rooms.facts.head(), await town.rooms.access_log.head())


def receipts_after(town: Town, position: int) -> list[object]:
    """What stands in the clear of each receipt, and the size of what is sealed."""
    query = SQL("SELECT key, length(body) FROM {}.receipts WHERE position > %s ORDER BY position")
    with psycopg.connect(town.addresses.log) as owner:
        found = owner.execute(query.format(Identifier(town.settings.municipality)), [position])
        return list(found.fetchall())


SEALED = re.compile(r"([a-z]+)/[^:]*:\d+:[\w-]+=*")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
RECEIPT_NUMBER = re.compile(r"[0-9A-Z]{26}")
UNITS = re.compile("|".join({unit for unit, _ in WHO_ANSWERS} | {"police"}))


def shape(name: str, value: Any) -> object:
    """What can be compared: fields, values and sizes, without ids, moments, units and sides."""
    match value:
        case dict():
            return name, {field: shape(field, part) for field, part in value.items()}
        case list():
            return [shape(name, part) for part in value]
        case str() if name == "compartment":
            return "a side"
        case str() if sealed := SEALED.fullmatch(value):
            return f"{len(value)} characters under a key of the {sealed[1]}"
        case str():
            kinds = {"an id": ID, "a moment": MOMENT, "a receipt": RECEIPT_NUMBER, "a unit": UNITS}
            return next((kind for kind, form in kinds.items() if form.fullmatch(value)), value)
        case _:
            return value
