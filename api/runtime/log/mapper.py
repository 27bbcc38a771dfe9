"""Between facts and what is stored of them: permanent names, sealed fields, nothing in the clear
that the catalogue does not list.

The library's own mapper stores module paths and skips `__init__`; ours stores the catalogue's
name and msgspec JSON. A sealed value is bound to its *place* (stream, version, field), so a
ciphertext moved to another place does not open.
"""

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.catalogue import ENTRIES, Entry
from domain.ports import Vault
from domain.recorded import Recorded
from domain.sealed import KeyScope, Sealed, Veiled

T = TypeVar("T")
Decode = Callable[[bytes, UUID, int], object]  # payload, stream, version

_BODY = "body"
_FILE, _TEXT = KeyScope.FILE, KeyScope.TEXT
_JSON = msgspec.json.Encoder()


class UnknownEventName(Exception):
    """The log holds an event that this version of the program does not know. Update it."""


class Stored(NamedTuple):
    """A fact as the log's columns hold it."""

    name: str
    schema_version: int
    payload: bytes


def key_name(scope: KeyScope, stream: UUID | str, person: UUID | None) -> str:
    """The vault's name of the key that seals a field: design.md section 5."""
    if scope is _TEXT:
        return f"text/{stream}/{person}"
    if scope is _FILE:
        return f"file/{stream}"
    return f"identity/{person or stream}"


def key_of(token: str) -> str:
    """The key that opens a token."""
    return token.split("|", 1)[1].split(":", 1)[0]


def open_token(vault: Vault, token: str, kind: Callable[..., T] | Any) -> Sealed[T]:
    """Open a closed value; it stays closed when its key is erased or not at hand."""
    place, sealed = token.split("|", 1)
    plain = vault.open(sealed, place)
    if plain is None:
        return Sealed.closed(token)
    return Sealed.of(msgspec.json.decode(plain, type=kind))


class _Codec:
    """How one event of the catalogue is stored and read."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        hints = typing.get_type_hints(entry.event)
        self.sealed_types = {name: typing.get_args(hints[name])[0] for name in entry.sealed}
        self.decided_types = {name: self.sealed_types[name] for name in entry.decided}
        self.by_scope = {
            scope: [name for name in entry.sealed if entry.sealed[name] is scope]
            for scope in set(entry.sealed.values())
        }
        self.has_person = "person" in entry.clear
        stored: list[tuple[Any, ...]] = [(name, hints[name]) for name in entry.clear]
        stored += [(name, str) for name in (entry.sealed if not entry.veil else (_BODY,))]
        # a field with a default came later: what was stored before has none
        later = {f.name for f in fields(entry.event) if f.default is not MISSING}
        stored = [
            (name, kind | UnsetType, UNSET) if name in later else (name, kind)
            for name, kind in stored
        ]
        if entry.veil:
            self.body = msgspec.defstruct(
                f"{entry.event.__name__}Body",
                [(f.name, hints[f.name]) for f in fields(entry.event) if f.name not in entry.clear],
                tag_field="kind",
                tag=entry.kind,
                forbid_unknown_fields=True,
            )
        self.struct = msgspec.defstruct(
            entry.event.__name__, stored, kw_only=True, forbid_unknown_fields=True
        )
        self.decoder = msgspec.json.Decoder(self.struct)

    def keys(self, event: Any, stream: UUID) -> set[str]:
        person = event.person if self.has_person else None
        scopes = (self.entry.veil,) if self.entry.veil else self.by_scope
        return {key_name(scope, stream, person) for scope in scopes}

    def encode(self, event: Any, stream: UUID, version: int, vault: Vault) -> Stored:
        entry = self.entry
        person = event.person if self.has_person else None
        spelled = str(stream)
        place = f"{spelled}/{version}/"
        payload: dict[str, Any] = {name: getattr(event, name) for name in entry.clear}
        if entry.veil:
            body = self.body(**{n: getattr(event, n) for n in self.body.__struct_fields__})
            key = key_name(entry.veil, spelled, person)
            payload[_BODY] = vault.seal(key, place + _BODY, _JSON.encode(body))
        for scope, names in self.by_scope.items():
            seal = vault.sealer(key_name(scope, spelled, person))
            for name in names:
                payload[name] = seal(place + name, _JSON.encode(getattr(event, name).reveal()))
        return Stored(entry.name, entry.version, _JSON.encode(payload))

    def decode(self, payload: bytes, stream: UUID, version: int) -> object:
        stored = self.decoder.decode(payload)
        place = f"{stream}/{version}"
        if self.entry.veil:
            return Veiled(
                name=self.entry.name,
                person=getattr(stored, "person", None),
                body=Sealed.closed(f"{place}/{_BODY}|{getattr(stored, _BODY)}"),
            )
        clear = {
            name: value
            for name in self.entry.clear
            if (value := getattr(stored, name)) is not UNSET
        }
        closed: dict[str, Sealed[object]] = {
            name: Sealed.closed(f"{place}/{name}|{value}")
            for name in self.entry.sealed
            if (value := getattr(stored, name)) is not UNSET
        }
        return self.entry.event(**clear, **closed)

    def opened(self, event: Any, fields: Mapping[str, Any], vault: Vault) -> object:
        values = {
            name: open_token(vault, token, kind)
            for name, kind in fields.items()
            if (token := getattr(event, name).token) is not None
        }
        return replace(event, **values) if values else event


class Mapper:
    """Domain events <-> stored events, by the catalogue."""

    def __init__(self, vault: Vault, entries: Iterable[Entry] = ENTRIES) -> None:
        self._vault = vault
        codecs = [_Codec(entry) for entry in entries]
        self._by_event = {codec.entry.event: codec for codec in codecs}
        self._names = {
            kind: [codec.entry.name for codec in codecs if issubclass(codec.entry.event, kind)]
            for kind in self._by_event
        }
        self._by_name: dict[str, list[_Codec]] = {}
        for codec in codecs:
            self._by_name.setdefault(codec.entry.name, []).append(codec)

    def keys(self, event: object, stream: UUID) -> set[str]:
        """The keys that must exist before `encode`."""
        return self._by_event[type(event)].keys(event, stream)

    def encode(self, event: object, stream: UUID, version: int) -> Stored:
        """Seal and encode. The keys are in the vault's memory (see `keys`)."""
        return self._by_event[type(event)].encode(event, stream, version, self._vault)

    def decode(self, name: str, payload: bytes, stream: UUID, version: int) -> object:
        """The event with every sealed value closed. Raises UnknownEventName."""
        return self.decoder(name)(payload, stream, version)

    def decoder(self, name: str) -> Decode:
        """What decodes the events of this name. Raises UnknownEventName."""
        codecs = self._by_name.get(name)
        if codecs is None:
            raise UnknownEventName(name)
        return codecs[0].decode

    def names(self, kinds: Iterable[type]) -> list[str]:
        """The permanent names of these kinds of event, and of what is one of them by another name:
        whoever asks for routings is told of the narrow ones. Raises KeyError for a kind of none."""
        return list(dict.fromkeys(name for kind in kinds for name in self._names[kind]))

    def tokens(self, event: object) -> list[str]:
        """Every closed value of an event."""
        if isinstance(event, Veiled):
            return _closed(event.body)
        return _closed(*(getattr(event, name) for name in self._codec(event).sealed_types))

    def decided_tokens(self, event: object) -> list[str]:
        """The closed values of an event that decisions rest on."""
        if isinstance(event, Veiled):
            return _closed(event.body)
        return _closed(*(getattr(event, name) for name in self._codec(event).decided_types))

    def opened(self, event: object) -> object:
        """The event with what the vault has keys for in memory opened, veils lifted."""
        if isinstance(event, Veiled):
            return self._lifted(event)
        codec = self._codec(event)
        return codec.opened(event, codec.sealed_types, self._vault)

    def opened_for_decision(self, event: object) -> object:
        """The event with what decisions rest on opened, and nothing else."""
        if isinstance(event, Veiled):
            return self._lifted(event)
        codec = self._codec(event)
        return codec.opened(event, codec.decided_types, self._vault)

    async def opened_for_answer(self, recorded: Iterable[Recorded]) -> list[Recorded]:
        """The facts opened, with their keys fetched in one question. What is only counted, the
        notes of a case, stays closed."""
        facts = list(recorded)
        told = [fact.event for fact in facts if self._is_told(fact.event)]
        await self._vault.load({key_of(token) for event in told for token in self.tokens(event)})
        return [
            replace(fact, event=self.opened(fact.event)) if self._is_told(fact.event) else fact
            for fact in facts
        ]

    def _is_told(self, event: object) -> bool:
        return isinstance(event, Veiled) or not self._codec(event).entry.counted

    def _codec(self, event: object) -> _Codec:
        return self._by_event[type(event)]

    def _lifted(self, veiled: Veiled) -> object:
        if veiled.body.token is None:
            return veiled
        place, sealed = veiled.body.token.split("|", 1)
        plain = self._vault.open(sealed, place)
        return veiled if plain is None else self._lift(veiled, plain)

    def _lift(self, veiled: Veiled, plain: bytes) -> object:
        kind = msgspec.json.decode(plain)["kind"]
        for codec in self._by_name[veiled.name]:
            if codec.entry.kind == kind:
                body = msgspec.json.decode(plain, type=codec.body)
                values = {name: getattr(body, name) for name in body.__struct_fields__}
                clear: Mapping[str, Any] = {"person": veiled.person} if codec.has_person else {}
                return codec.entry.event(**clear, **values)
        raise UnknownEventName(veiled.name)


def _closed(*values: Sealed[Any]) -> list[str]:
    return [value.token for value in values if value.token is not None]
