"""What was stored once decodes for ever.

One file per event name and schema version, as it was stored: the clear payload, and what each
sealed value opens to. A file is written once (tests/history/record.py) and never changed.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.runtime.log.mapper import Mapper
from domain.case.outward import ExternalReferralMade
from domain.catalogue import ENTRIES
from domain.referral import ReferralRouted
from domain.sealed import Sealed, Veiled

FOLDER = Path(__file__).parent / "stored"
STREAM = UUID("00000000-0000-4000-8000-000000000001")
FILES = sorted(FOLDER.glob("*.json"))


@dataclass
class KeptPlain:
    """A vault whose seals were opened when the file was written."""

    plain: dict[str, Any]

    async def ensure(self, keys: Collection[str]) -> None: ...

    async def load(self, keys: Collection[str]) -> None: ...

    def seal(self, key: str, place: str, plain: bytes) -> str:
        raise AssertionError("history is read, never written")

    def sealer(self, key: str) -> Callable[[str, bytes], str]:
        return partial(self.seal, key)

    def open(self, sealed: str, place: str) -> bytes | None:
        return json.dumps(self.plain[place.rsplit("/", 1)[1]]).encode()

    async def reserve_person(self, compartment: str, number: str, candidate: UUID) -> UUID:
        raise AssertionError("history knows no numbers")

    async def release_number(self, compartment: str, number: str, person: UUID) -> None:
        raise AssertionError("history knows no numbers")

    async def find_person(self, compartment: str, number: str) -> UUID | None:
        raise AssertionError("history knows no numbers")

    async def keep_reference(
        self, sender: str, reference: str, referrals: Collection[UUID]
    ) -> None:
        raise AssertionError("history knows no references")

    async def find_references(
        self, sender: str, references: Collection[str]
    ) -> dict[str, list[UUID]]:
        raise AssertionError("history knows no references")


def test_every_event_has_its_stored_form() -> None:
    """Each name, kind and version of the catalogue is kept here in its stored form."""
    expected = {f"{e.name}{f'+{e.kind}' if e.kind else ''}@{e.version}.json" for e in ENTRIES}
    assert {path.name for path in FILES} >= expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stored_event_decodes(path: Path) -> None:
    """A stored event decodes closed, and opens to what was sealed."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    mapper = Mapper(KeptPlain(kept["sealed"]))
    event = mapper.decode(kept["name"], json.dumps(kept["payload"]).encode(), STREAM, 1)
    opened = mapper.opened(event)
    assert not isinstance(opened, Veiled)
    assert type(opened).__name__ == kept["event"]
    for name in kept["payload"]:
        value = getattr(opened, name, None)
        assert not isinstance(value, Sealed) or value.is_open


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (ReferralRouted, {"referral.routed", "referral.routed-narrowly"}),
        (ExternalReferralMade, {"case.external-referral-made", "case.external-referral-sent"}),
    ],
)
def test_a_kind_is_found_under_every_name_that_it_has(kind: type, names: set[str]) -> None:
    """Whoever asks a stream for routings is told of the narrow ones, and so on."""
    assert set(Mapper(KeptPlain({})).names([kind])) == names
