"""The vault: the keys of everything sealed, the blind index, and nothing else (design section 5).

What a key opened is forgotten when the key is erased, whatever copies of the log exist. So the
vault lives in a PostgreSQL server of its own, with backups that are kept for days only.
"""

import os
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, LiteralString, Self
from uuid import UUID

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from api.runtime.keys.key_encryption import KeyEncryption, Wrapped
from api.runtime.keys.key_file import KeyringIsUnusable
from api.runtime.keys.seal import KEY_SIZE, Key
from api.runtime.postgres.database import session_url
from api.runtime.postgres.sessions import Session, Sessions
from api.runtime.together import Together
from domain.errors import KeyCannotBeOpened, KeyIsErased, VaultUnavailable
from domain.referral import plain_reference

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_ENSURE: Final = "SELECT * FROM {schema}.ensure_keys(%b, %b, %b)"
_LOAD: Final = "SELECT name, version, wrapped, wrapped_by FROM {schema}.keys WHERE name = ANY (%b)"
_ERASE: Final = "SELECT {schema}.erase_keys(%s, %s, %s)"
_OUTDATED: Final = (
    "SELECT name, wrapped, wrapped_by FROM {schema}.keys"
    " WHERE wrapped_by <> %s AND name > %s ORDER BY name LIMIT %s"
)
_KEPT: Final = (
    "SELECT name, wrapped, wrapped_by FROM {schema}.keys"
    " WHERE wrapped IS NOT NULL AND name > %s ORDER BY name LIMIT %s"
)
_REWRAP: Final = "SELECT {schema}.rewrap_keys(%s, %s, %s, %s)"
_WRAPPED_BY: Final = (
    "SELECT wrapped_by, count(*) FROM {schema}.keys WHERE wrapped IS NOT NULL GROUP BY wrapped_by"
)
_REMAINS: Final = "SELECT {schema}.leave_no_remains()"
_MADE: Final = (
    "SELECT name FROM {schema}.keys WHERE wrapped IS NOT NULL AND made_at >= %s AND made_at < %s"
    " AND name > %s AND name NOT LIKE 'vault/%%' ORDER BY name LIMIT %s"
)
_INDEXED: Final = (
    "SELECT person FROM {schema}.people_by_number WHERE made_at >= %s AND made_at < %s"
    " UNION SELECT referral FROM {schema}.referrals_by_reference"
    " WHERE made_at >= %s AND made_at < %s"
)
_STANDING: Final = (
    "SELECT name FROM {schema}.keys WHERE name = ANY (%s) AND wrapped IS NOT NULL"
    " UNION ALL SELECT person::text FROM {schema}.people_by_number WHERE person = ANY (%s)"
    " UNION ALL SELECT referral::text FROM {schema}.referrals_by_reference"
    " WHERE referral = ANY (%s)"
)
_RESERVE: Final = "SELECT {schema}.reserve_person(%s, %s, %s)"
_RELEASE: Final = "SELECT {schema}.release_number(%s, %s, %s)"
_FIND: Final = "SELECT person FROM {schema}.people_by_number WHERE compartment = %s AND digest = %s"
_KEEP_REFERENCE: Final = (
    "INSERT INTO {schema}.referrals_by_reference (sender, digest, referral)"
    " SELECT %s, %s, unnest(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING 1"
)
_BY_REFERENCE: Final = (
    "SELECT digest, referral FROM {schema}.referrals_by_reference"
    " WHERE sender = %s AND digest = ANY (%s)"
)

# A name is a scope and ids, so that it tells nothing. Names under `vault/` are the vault's own.
_NAME: Final = re.compile(r"(?!vault/)[a-z]+(/[\w-]+)+", re.ASCII)
_CHECK: Final = "vault/check"  # opens with the right keyring only
_INDEX: Final = "vault/index/{}"  # one per compartment
_REFERENCES: Final = "vault/references/{}"  # one per sender

_SESSIONS: Final = 4
_NOTHING: Final[Mapping[Wrapped, bytes]] = {}

Kept = Mapping[str, KeyringIsUnusable | None]
"""The keys that are not erased, and why one of them cannot be opened."""


class _KeysInMemory:
    """The keys that this process has unwrapped.

    Invariant: no key is used later than `lifetime` after the server was asked for it. So a key
    that another process erased is dead here within that time, without anybody telling us.
    """

    def __init__(self, capacity: int, lifetime: float, monotonic: Callable[[], float]) -> None:
        self._capacity = capacity
        self._lifetime = lifetime
        self.now = monotonic
        self._keys: OrderedDict[str, tuple[float, Key]] = OrderedDict()  # good until; oldest first

    def get(self, name: str) -> Key | None:
        good_until, key = self._keys.get(name, (0.0, None))
        return key if self.now() < good_until else None

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those to ask for. Keys in the second half of their life are among them, so that all the
        others stay usable for as long as the half that is left."""
        soon = self.now() + self._lifetime / 2
        return [name for name in set(names) if self._keys.get(name, (0.0, None))[0] < soon]

    def put(self, key: Key, asked_at: float) -> None:
        self._keys[key.name] = asked_at + self._lifetime, key
        self._keys.move_to_end(key.name)
        while len(self._keys) > self._capacity or next(iter(self._keys.values()))[0] < asked_at:
            self._keys.popitem(last=False)

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._keys.pop(name, None)


class PostgresVault:
    """The vault on its server: `async with PostgresVault(...) as vault`.

    Every question to the server may be asked twice with the same effect. Raises VaultUnavailable
    while the server is away, KeyringDoesNotFit when the keyring is not this vault's.
    """

    def __init__(
        self,
        url: str,
        schema: str,
        encryption: KeyEncryption,
        *,
        key_lifetime: float = 60,  # seconds
        keys_in_memory: int = 100_000,  # about 450 bytes each
        patience: float = 2,  # seconds for an answer of the server
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schema = Identifier(schema)
        self._statements: dict[str, bytes] = {}
        self._encryption = encryption
        self._memory = _KeysInMemory(keys_in_memory, key_lifetime, monotonic)
        self._making = Together(self._make_together)
        self._loading = Together(self._load_together)
        self._cleaning = session_url(url, name="samordna vault cleaning", lock_timeout="2000")
        self._sessions = Sessions(
            session_url(url, name="samordna vault"), most=_SESSIONS, patience=patience
        )

    async def __aenter__(self) -> Self:
        try:
            await self._make([_CHECK])
        except KeyCannotBeOpened as closed:
            await self._sessions.close()
            raise closed.__cause__ or closed from None
        except BaseException:
            await self._sessions.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._sessions.close()

    # --- keys --------------------------------------------------------------------------------

    async def ensure(self, keys: Collection[str]) -> None:
        """Make the named keys that do not exist. Raises KeyIsErased, VaultUnavailable."""
        if lacking := self._memory.lacking(_others(keys)):
            await self._make(lacking)

    async def load(self, keys: Collection[str]) -> None:
        """Bring the named keys that exist into memory, in one question. Raises KeyCannotBeOpened:
        a key that is damaged must not look like one that is erased."""
        if lacking := self._memory.lacking(keys):
            _refuse_unusable(lacking, await self._loading.all(lacking))

    async def knows(self, key: str) -> bool:
        """Whether the key was ever made here, erased or not."""
        return bool(await self._ask(_LOAD, [key]))

    def has(self, key: str) -> bool:
        """Whether the key is in memory: after `load`, whether it exists and is not erased."""
        return self._memory.get(key) is not None

    def forget(self, keys: Iterable[str]) -> None:
        """Take the named keys out of this process's memory."""
        self._memory.forget(keys)

    async def erase(
        self,
        keys: Collection[str],
        people: Collection[UUID] = (),
        referrals: Collection[UUID] = (),
    ) -> None:
        """Erase the named keys for ever, and take people and referrals out of the blind indexes.

        The keys are dead here at once (unless a load of them was under way), and in every process
        within their lifetime in memory.
        """
        try:
            await self._ask(_ERASE, _others(keys), list(people), list(referrals))
        finally:
            self._memory.forget(keys)

    async def leave_no_remains(self) -> None:
        """Write the tables anew: an erased key stands in its old page until then. What is left in
        the vault's log and backups expires with them. It may take longer than a question."""
        statement = SQL(_REMAINS).format(schema=self._schema)
        try:
            async with await AsyncConnection.connect(self._cleaning, autocommit=True) as connection:
                await connection.execute(statement)
        except OperationalError as error:
            raise VaultUnavailable from error

    async def standing(
        self,
        keys: Collection[str],
        people: Collection[UUID] = (),
        referrals: Collection[UUID] = (),
    ) -> Collection[str]:
        """Which of them have not been erased."""
        rows = await self._ask(_STANDING, list(keys), list(people), list(referrals))
        return [name for (name,) in rows]

    async def made_between(
        self, first: datetime, last: datetime, *, after: str, limit: int
    ) -> Sequence[str]:
        """The keys that were made then and not erased, page by page, by name."""
        return [name for (name,) in await self._ask(_MADE, first, last, after, limit)]

    async def indexed_between(self, first: datetime, last: datetime) -> Collection[UUID]:
        """Whom numbers and references lead to that were kept then."""
        return [of for (of,) in await self._ask(_INDEXED, first, last, first, last)]

    async def rotate(self, batch: int = 500) -> int:
        """Wrap every key anew by the newest key-encryption key, while serving; how many it took.

        A process that has not seen the renewed keyring yet may still wrap by an older version:
        rotate again after the keys' lifetime in memory before an old version is thrown away.
        """
        encryption, taken, after = self._encryption, 0, ""
        while rows := await self._ask(_OUTDATED, encryption.newest, after, batch):
            names = [name for name, _, _ in rows]
            old = [Wrapped(by, wrapped) for _, wrapped, by in rows]
            new = [
                encryption.wrap(name, encryption.unwrap(name, wrapped))
                for name, wrapped in zip(names, old, strict=True)
            ]
            columns = [w.key for w in old], [w.key for w in new], [w.by for w in new]
            [(rewrapped,)] = await self._ask(_REWRAP, names, *columns)
            taken, after = taken + rewrapped, names[-1]
        return taken

    async def damaged(self, batch: int = 5000) -> AsyncIterator[str]:
        """The keys that are there and cannot be opened."""
        after = ""
        while rows := await self._ask(_KEPT, after, batch):
            for name, wrapped, by in rows:
                try:
                    self._encryption.unwrap(name, Wrapped(by, wrapped))
                except KeyringIsUnusable:
                    yield name
            after = rows[-1][0]

    async def wrapped_by(self) -> Mapping[str, int]:
        """How many keys each version of the key-encryption key wraps."""
        return dict(await self._ask(_WRAPPED_BY))

    # --- seals -------------------------------------------------------------------------------

    def seal(self, key: str, place: str, plain: bytes) -> str:
        """Seal with a key in memory, bound to its place; the result names the key."""
        return self._usable(key).seal(place, plain)

    def sealer(self, key: str) -> Callable[[str, bytes], str]:
        """`seal` with one key, for many places."""
        return self._usable(key).sealer()

    def open(self, sealed: str, place: str) -> bytes | None:
        """The plain bytes; None when the key is not in memory (erased or not loaded).

        Raises SealIsBroken when the value was altered or moved from its place.
        """
        key = self._memory.get(sealed.partition(":")[0])
        return None if key is None else key.open(sealed, place)

    def tokens(self, key: str, subjects: Iterable[UUID]) -> list[bytes]:
        """What stands for each subject in an index that forgets with the key."""
        return self._usable(key).tokens(b"subject", subjects)

    def mac(self, key: str, body: bytes) -> bytes:
        """What tells whether a command's body is the same as before, and nothing about it."""
        return self._usable(key).mac(b"body", body)

    # --- the blind indexes -------------------------------------------------------------------

    async def reserve_person(self, compartment: str, number: str, candidate: UUID) -> UUID:
        """The id behind a personal number in one compartment: `candidate`, when there is none."""
        digest = await self._digest(compartment, number)
        [(person,)] = await self._ask(_RESERVE, compartment, digest, candidate)
        return UUID(str(person))

    async def release_number(self, compartment: str, number: str, person: UUID) -> None:
        """A personal number leads to this person no more; to nobody, if it did until now."""
        digest = await self._digest(compartment, number)
        await self._ask(_RELEASE, compartment, digest, person)

    async def find_person(self, compartment: str, number: str) -> UUID | None:
        """The id behind a personal number in one compartment, if there is one."""
        digest = await self._digest(compartment, number)
        rows = await self._ask(_FIND, compartment, digest)
        return rows[0][0] if rows else None

    async def keep_reference(
        self, sender: str, reference: str, referrals: Collection[UUID]
    ) -> None:
        """Remember what a sender calls the referrals that it sends. Kept before they are recorded:
        what leads to no recorded referral has not arrived."""
        [digest] = await self._digests(sender, [reference])
        await self._ask(_KEEP_REFERENCE, sender, digest, list(referrals))

    async def find_references(
        self, sender: str, references: Collection[str]
    ) -> Mapping[str, Collection[UUID]]:
        """The referrals behind each of a sender's own references."""
        digests = await self._digests(sender, references)
        found: dict[bytes, list[UUID]] = {}
        for digest, referral in await self._ask(_BY_REFERENCE, sender, digests):
            found.setdefault(digest, []).append(referral)
        told = zip(references, digests, strict=True)
        return {reference: found.get(digest, ()) for reference, digest in told}

    async def _digest(self, compartment: str, number: str) -> bytes:
        """Never leaves the vault: with it, and the index key, numbers could be enumerated."""
        digits = _twelve_digits(number)
        index = await self._index(_INDEX.format(compartment))
        return index.mac(b"number", digits.encode())

    async def _digests(self, sender: str, references: Collection[str]) -> list[bytes]:
        index = await self._index(_REFERENCES.format(sender))
        return [index.mac(b"reference", plain_reference(each).encode()) for each in references]

    async def _index(self, key: str) -> Key:
        if self._memory.lacking([key]):
            await self._make([key])
        return self._usable(key)

    # --- between memory and server -----------------------------------------------------------

    def _usable(self, name: str) -> Key:
        """A key that was just ensured or loaded; it may have left memory since, or been erased."""
        key = self._memory.get(name)
        if key is None:
            raise VaultUnavailable(key=name)
        return key

    async def _make(self, names: Collection[str]) -> None:
        """Raises KeyIsErased, KeyCannotBeOpened."""
        made = await self._making.all(names)
        if erased := [name for name in names if name not in made]:
            raise KeyIsErased(keys=erased)
        _refuse_unusable(names, made)

    async def _make_together(self, names: Collection[str]) -> Kept:
        asked_for = list(names)
        secrets = [os.urandom(KEY_SIZE) for _ in asked_for]
        made = list(map(self._encryption.wrap, asked_for, secrets))
        asked_at = self._memory.now()
        rows = await self._ask(_ENSURE, asked_for, [w.key for w in made], [w.by for w in made])
        return self._remember(rows, asked_at, dict(zip(made, secrets, strict=True)))

    async def _load_together(self, names: Collection[str]) -> Kept:
        asked_at = self._memory.now()
        return self._remember(await self._ask(_LOAD, list(names)), asked_at)

    def _remember(
        self, rows: Iterable[TupleRow], asked_at: float, made: Mapping[Wrapped, bytes] = _NOTHING
    ) -> Kept:
        """`made`: keys that need no unwrapping, if they are what the vault has kept."""
        there: dict[str, KeyringIsUnusable | None] = {}
        for name, version, wrapped, by in rows:
            if wrapped is None:
                self._memory.forget([name])
                continue
            there[name] = None
            kept = Wrapped(by, wrapped)
            try:
                secret = made.get(kept) or self._encryption.unwrap(name, kept)
            except KeyringIsUnusable as unusable:
                self._memory.forget([name])
                there[name] = unusable
            else:
                self._memory.put(Key(name, version, secret), asked_at)
        return there

    async def _ask(self, query: LiteralString, *values: object) -> list[TupleRow]:
        if query not in self._statements:
            self._statements[query] = SQL(query).format(schema=self._schema).as_bytes()
        statement = self._statements[query]

        async def question(session: Session) -> list[TupleRow]:
            async with session.cursor(binary=True) as cursor:
                await cursor.execute(statement, values)
                return await cursor.fetchall()

        try:
            return await self._sessions.ask(question)
        except OperationalError as error:
            raise VaultUnavailable from error


def _refuse_unusable(names: Iterable[str], kept: Kept) -> None:
    """Only to whoever asked for such a key: others waited for the same answer."""
    for name in names:
        if unusable := kept.get(name):
            _log.error("a key cannot be opened", error=type(unusable))
            raise KeyCannotBeOpened(key=name) from unusable


def _others(keys: Collection[str]) -> list[str]:
    if not all(map(_NAME.fullmatch, keys)):
        raise ValueError("a key's name is a scope and ids, and not one of the vault's own")
    return list(keys)


def _twelve_digits(number: str) -> str:
    """One spelling of a personal or coordination number. The door has found out the century."""
    digits = number.translate(str.maketrans("", "", " -+"))
    if not (digits.isascii() and digits.isdigit() and len(digits) == len("YYYYMMDDNNNN")):
        raise ValueError("a personal number is compared by its twelve digits")
    return digits
