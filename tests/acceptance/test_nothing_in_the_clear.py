"""Who gets hold of a dump, a backup or a log file reads no name, no number and no circumstance."""

import base64
import hashlib
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.keys.key_encryption import KeyringFile, Wrapped
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from domain.codes import (
    AgeKnowledge,
    ApplicationKind,
    CaseOutcome,
    Concern,
    DeclineReason,
    DisclosureGround,
    Exploitation,
    ExternalAnswer,
    InterventionKind,
    PersonRole,
    Provider,
    ReferralKind,
    Residence,
    Source,
)
from domain.organisation import Organisation
from domain.routing import Rule
from tests.acceptance import test_a_day as a_day
from tests.acceptance import test_case_stories as case_stories
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
    *case_stories.TOLD_IN_THE_WORK,
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

TOLD_OF_THE_WORK = (
    InterventionKind.COUNSELLING,
    Provider.WITH_THE_REGION,
    ApplicationKind.REFLECTION_PERIOD,
    ExternalAnswer.WAITING_LIST,
    DisclosureGround.SERIOUS_CRIME,
    Exploitation.SEXUAL,
)


def telling_words(organisation: Organisation) -> list[str]:
    """Every code that tells circumstances, but for those that name a unit, too."""
    codes = {code.value for codes in TELLING_CODES for code in codes} | {*TOLD_OF_THE_WORK}
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
            await case_stories.what_is_done_in_a_case(town, "nexus colleague")
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
    await town["nexus manager"].post_any("/mandates")


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
