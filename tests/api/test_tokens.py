import asyncio
import hmac
import json
import stat
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from structlog.testing import capture_logs

from api.house import Identities
from api.runtime.clock import SeededIds, SimulatedClock
from api.runtime.serving.issuer_keys import PublishedKeys
from api.runtime.serving.local_issuer import LONGEST, LocalIssuer, SigningKeyIsReadableByOthers
from api.runtime.serving.tokens import LARGEST_TOKEN, BearerTokens, TrustedIssuer
from domain.errors import IssuerUnavailable, TokenIsRefused

NAME = "https://login.example"
AUDIENCE = "samordna"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STAFF = SeededIds("a staff member").new()

EC = ECKey.generate_key("P-256", parameters={"kid": "ec"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
OKP = OKPKey.generate_key("Ed25519", parameters={"kid": "okp"})
NEXT = ECKey.generate_key("P-256", parameters={"kid": "next"})
STRANGER = ECKey.generate_key("P-256", parameters={"kid": "ec"})  # claims to be ours


@dataclass
class Stopwatch:
    """Monotonic time that the test moves."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Issuer:
    """An identity provider that publishes its keys over HTTP, or is away."""

    keys: list[Key] = field(default_factory=lambda: [EC, RSA, OKP])
    asked: int = 0
    answer: Callable[[], web.Response] | None = None
    slow: float = 0.0

    async def jwks(self, _: web.Request) -> web.Response:
        self.asked += 1
        await asyncio.sleep(self.slow)
        if self.answer is not None:
            return self.answer()
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})


@dataclass(kw_only=True)
class Door:
    """Our side: the tokens as a door judges them, with time in the test's hands."""

    tokens: BearerTokens
    issuer: Issuer
    server: BaseTestServer
    clock: SimulatedClock
    watch: Stopwatch

    async def lets_in(self, token: str) -> bool:
        return await self.tokens.staff_id(token) == STAFF

    async def refuses(self, token: str) -> Any:
        """The reason of the refusal, which quotes nothing of the token."""
        with pytest.raises(TokenIsRefused) as refusal:
            await self.tokens.staff_id(token)
        assert refusal.value.status == 401
        assert refusal.value.context.keys() == {"reason"}
        assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
        assert not [part for part in token.split(".") if part and part in repr(refusal.value)]
        return refusal.value.context["reason"]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    issuer, clock, watch = Issuer(), SimulatedClock(NOON), Stopwatch()
    app = web.Application()
    app.router.add_get("/jwks", issuer.jwks)
    with capture_logs():
        async with TestServer(app) as server:
            address = str(server.make_url("/jwks"))
            keys = PublishedKeys(address, patience=0.3, monotonic=watch)
            trusted = TrustedIssuer(issuer=NAME, audience=AUDIENCE, jwks=address)
            tokens = BearerTokens(trusted, clock, keys=keys, remembered=3)
            yield Door(tokens=tokens, issuer=issuer, server=server, clock=clock, watch=watch)


def claims(**changed: object) -> dict[str, Any]:
    now = int(NOON.timestamp())
    all_of_them = {
        "iss": NAME,
        "aud": AUDIENCE,
        "sub": str(STAFF),
        "iat": now,
        "exp": now + 600,
    } | changed
    return {name: value for name, value in all_of_them.items() if value is not None}


def signed(key: Key = EC, algorithm: str = "ES256", header: Any = None, **changed: object) -> str:
    full = {"alg": algorithm, "kid": key.kid} | (header or {})
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode(full, claims(**changed), key, registry=registry)


def encoded(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def by_hand(header: object, payload: object, signature: bytes = b"") -> str:
    return f"{encoded(header)}.{encoded(payload)}.{encoded(signature)}"


# --- what is let in --------------------------------------------------------------------------


async def test_a_good_token_names_its_staff_member(door: Door) -> None:
    """A token of the trusted issuer, meant for us and in its time, gives the staff id."""
    identities: Identities = door.tokens
    assert await identities.staff_id(signed()) == STAFF


async def test_every_allowed_algorithm_verifies(door: Door) -> None:
    """ES256, RS256 and EdDSA (also by its new name) verify with the issuer's published keys."""
    assert await door.lets_in(signed(EC, "ES256"))
    assert await door.lets_in(signed(RSA, "RS256"))
    assert await door.lets_in(signed(OKP, "Ed25519"))
    with pytest.warns(SecurityWarning):  # the signer's; verifying gives none
        token = signed(OKP, "EdDSA")
    assert await door.lets_in(token)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["another", AUDIENCE]},
        {"nbf": int(NOON.timestamp())},
        {"sub": str(STAFF).upper()},
        {"exp": NOON.timestamp() + 0.5},
        {"scope": "openid", "name": "whatever the issuer adds"},
    ],
)
async def test_what_the_standards_leave_open_is_let_in(door: Door, changed: Any) -> None:
    """Several audiences, a start, an upper-case id, fractions and further claims are no fault."""
    assert await door.lets_in(signed(**changed))


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_access_tokens_are_let_in_by_any_of_their_names(door: Door, kind: str) -> None:
    """RFC 9068's type, and the older ones, in any case."""
    assert await door.lets_in(signed(header={"typ": kind, "x5t": "ignored", "own": 1}))


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": int(NOON.timestamp()) - 31}, "expired"),
        ({"exp": None}, "claims"),
        ({"exp": "tomorrow"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": float("nan")}, "malformed"),
        ({"nbf": int(NOON.timestamp()) + 31}, "not-yet-valid"),
        ({"iat": int(NOON.timestamp()) + 31}, "not-yet-valid"),
        ({"iat": None}, "claims"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["another"]}, "audience"),
        ({"aud": {"samordna": 1}}, "audience"),
        ({"aud": None}, "claims"),
        ({"iss": "https://login.example.org"}, "issuer"),
        ({"iss": [NAME]}, "issuer"),
        ({"iss": None}, "claims"),
        ({"sub": None}, "claims"),
        ({"sub": "anna.andersson"}, "subject"),
        ({"sub": STAFF.hex}, "subject"),
        ({"sub": f"{{{STAFF}}}"}, "subject"),
        ({"sub": 17}, "subject"),
    ],
)
async def test_claims_are_judged(door: Door, changed: Any, reason: str) -> None:
    """A claim that is missing, strange or not for us refuses the token, with a coded reason."""
    assert await door.refuses(signed(**changed)) == reason


async def test_leeway_is_small(door: Door) -> None:
    """Half a minute between our clock and the issuer's is forgiven, not more."""
    token = signed(exp=int(NOON.timestamp()) + 600)
    door.clock.set(NOON + timedelta(seconds=629))
    assert await door.lets_in(token)
    door.clock.set(NOON + timedelta(seconds=630))
    assert await door.refuses(token) == "expired"


async def test_nobody_else_signs(door: Door) -> None:
    """A stranger's signature, one for other claims, one cut short and none are all refused."""
    token = signed()
    header, payload, signature = token.split(".")
    forged = encoded(claims(sub=str(UUID(int=0))))
    assert await door.refuses(signed(STRANGER)) == "signature"
    assert await door.refuses(f"{header}.{forged}.{signature}") == "signature"
    assert await door.refuses(f"{header}.{payload}.{signature[:-4]}") == "signature"
    assert await door.refuses(f"{header}.{payload}.") == "signature"
    assert await door.refuses(f"{header}.{payload}") == "malformed"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, ["ES256"], {}, 1])
async def test_no_algorithm_is_none(door: Door, name: object) -> None:
    """A token that says it needs no signature is refused, however it spells that."""
    token = by_hand({"alg": name, "kid": "ec"}, claims())
    assert await door.refuses(token) in {"algorithm", "malformed"}
    assert await door.refuses(by_hand({"kid": "ec"}, claims())) == "malformed"


@pytest.mark.parametrize("key", [EC, RSA, OKP])
async def test_a_public_key_is_no_shared_secret(door: Door, key: Any) -> None:
    """HS256 over the issuer's public key, in any of its spellings, is refused."""
    for secret in (key.as_pem(private=False), key.as_der(private=False)):
        text = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(claims())}"
        token = f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256'))}"
        assert await door.refuses(token) == "algorithm"


@pytest.mark.parametrize("name", ["ES384", "ES256K", "RS512", "PS256", "HS512", "RSA-OAEP"])
async def test_only_named_algorithms_count(door: Door, name: str) -> None:
    """What is not on the list is refused, good or not."""
    assert await door.refuses(by_hand({"alg": name, "kid": "ec"}, claims(), b"x")) == "algorithm"


async def test_an_algorithm_fits_its_key(door: Door) -> None:
    """A key verifies by its own algorithm only."""
    for name, kid in [("RS256", "ec"), ("ES256", "rsa"), ("EdDSA", "ec"), ("ES256", "okp")]:
        token = by_hand({"alg": name, "kid": kid}, claims(), bytes(64))
        assert await door.refuses(token) == "algorithm"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "dpop+jwt"},
        {"typ": "logout+jwt"},
        {"typ": 7},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
    ],
)
async def test_other_kinds_of_token_are_no_access_tokens(door: Door, header: Any) -> None:
    """A token for another purpose, or with extensions we do not understand, is refused."""
    full = {"alg": "ES256", "kid": "ec"} | header
    assert await door.refuses(by_hand(full, claims(), b"x")) in {"type", "malformed"}


@pytest.mark.parametrize("header", [{"jwk": STRANGER.as_dict(private=False)}, {"jku": NAME}])
async def test_a_token_brings_no_key_of_its_own(door: Door, header: Any) -> None:
    """A key, or where to find one, in the token's header is never believed."""
    assert await door.refuses(signed(STRANGER, header=header)) == "signature"
    assert door.issuer.asked == 1


async def test_a_huge_token_is_not_even_read(door: Door) -> None:
    """More than 8 KiB is refused before anything is parsed or asked."""
    fitting = signed(padding="x" * 5800)
    assert len(fitting) <= LARGEST_TOKEN
    assert await door.lets_in(fitting)
    assert await door.refuses(signed(padding="x" * 8000)) == "malformed"
    assert await door.refuses("x" * 2_000_000) == "malformed"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "Bearer",
        "å.ä.ö",
        "\udcff.\udcff.\udcff",
        "\0.\0.\0",
        by_hand([], {}),
        by_hand("alg", {}),
        by_hand(None, {}),
        by_hand(["alg"], {}),
        by_hand(b"{" * 300, {}),
        by_hand(b"[" * 300, {}),
        by_hand(b"[" * 5000, {}),
        by_hand(b'{"alg":' * 50, {}),
        by_hand({"alg": "ES256", "kid": ["ec"]}, {}),
        by_hand({"alg": "ES256", "kid": {}}, {}),
        by_hand({"alg": "ES256", "kid": "ec"}, b"[" * 5000, b"x" * 64),
        by_hand({"alg": "ES256", "kid": "ec"}, b"\xff\xfe", bytes(64)),
    ],
)
async def test_garbage_is_refused(door: Door, token: str) -> None:
    """Whatever is no token gets the same clear refusal, never a fault of ours."""
    assert await door.refuses(token) in {"malformed", "key", "signature"}


@pytest.mark.parametrize("payload", [b"[" * 5000, b"[1]", b'"sub"', b"null", b"\xff", b"", b"{"])
async def test_a_signed_payload_may_be_garbage_too(door: Door, payload: bytes) -> None:
    """A good signature over something that is no claims set is refused."""
    token = jws.serialize_compact({"alg": "ES256", "kid": "ec"}, payload, EC)
    assert await door.refuses(token) == "malformed"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
headers = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.sampled_from(["ES256", "ec", "JWT"])
        for name in ("alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "cty")
    },
)


@settings(deadline=None)  # a busy machine is no fault
@given(header=headers | json_values, payload=json_values, text=st.text(max_size=60))
def test_nothing_but_a_refusal_comes_out(header: object, payload: object, text: str) -> None:
    """Any header, payload or text at all is refused as a token, and raises nothing else."""

    async def judge() -> None:
        issuer = TrustedIssuer(issuer=NAME, audience=AUDIENCE, jwks="/nonexistent")
        tokens = BearerTokens(issuer, SimulatedClock(NOON))
        for token in (by_hand(header, payload, b"x" * 64), text):
            with pytest.raises((TokenIsRefused, IssuerUnavailable)):
                await tokens.staff_id(token)

    asyncio.run(judge())


# --- the issuer's keys -----------------------------------------------------------------------


async def test_keys_are_asked_for_once(door: Door) -> None:
    """Many people at once cause one question to the issuer, and a token seen before none."""
    door.issuer.slow = 0.05
    assert all(await asyncio.gather(*(door.lets_in(signed()) for _ in range(50))))
    assert door.issuer.asked == 1


async def test_a_new_key_is_found_when_its_first_token_comes(door: Door) -> None:
    """An unknown key id makes us ask again, but never sooner than the pause allows."""
    assert await door.lets_in(signed())
    door.issuer.keys = [NEXT]
    assert await door.refuses(signed(NEXT)) == "key"  # the pause is not over
    assert door.issuer.asked == 1
    door.watch.seconds += 10
    assert await door.lets_in(signed(NEXT))
    assert door.issuer.asked == 2


async def test_made_up_key_ids_do_not_flood_the_issuer(door: Door) -> None:
    """A thousand tokens with invented key ids cost the issuer one question per pause."""
    for number in range(1000):
        token = by_hand({"alg": "ES256", "kid": f"made-up-{number}"}, claims(), bytes(64))
        assert await door.refuses(token) == "key"
    assert door.issuer.asked == 1


async def test_a_withdrawn_key_takes_its_tokens_along(door: Door) -> None:
    """A token that was verified before is refused once its key is no longer published."""
    token = signed()
    assert await door.lets_in(token)
    door.issuer.keys = [NEXT]
    door.watch.seconds += 300
    assert await door.lets_in(token)  # asks in the background
    await asyncio.sleep(0.1)
    assert await door.refuses(token) == "key"
    assert await door.lets_in(signed(NEXT))


async def test_a_replaced_key_takes_its_tokens_along(door: Door) -> None:
    """The same key id over another key does not let the old key's tokens in."""
    token = signed()
    assert await door.lets_in(token)
    door.issuer.keys = [STRANGER]  # the same id
    door.watch.seconds += 10
    assert await door.refuses(signed(NEXT)) == "key"  # makes us ask again
    assert await door.refuses(token) == "signature"


async def test_known_keys_outlive_a_short_absence(door: Door) -> None:
    """While the issuer is away known keys go on verifying, for an hour; then nothing is believed,
    and the answer says that it is the issuer, not the token."""
    token = signed()
    assert await door.lets_in(token)
    await door.server.close()
    for _ in range(6):
        door.watch.seconds += 599
        assert await door.lets_in(token)
        assert await door.lets_in(signed(RSA, "RS256", jti=str(door.watch.seconds)))
        await asyncio.sleep(0.02)
    with pytest.raises(IssuerUnavailable):
        await door.tokens.staff_id(signed(NEXT))
    door.watch.seconds += 10
    for known_or_new in (token, signed(RSA, "RS256")):
        with pytest.raises(IssuerUnavailable) as refusal:
            await door.tokens.staff_id(known_or_new)
        assert refusal.value.status == 503


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(status=302, headers={"Location": "/jwks"}),
        lambda: web.Response(body=b"<html>"),
        lambda: web.Response(body=b"\xff\xff"),
        lambda: web.Response(body=b"[" * 100_000),
        lambda: web.Response(body=b" " * 300_000),
        lambda: web.json_response([]),
        lambda: web.json_response({"keys": {}}),
    ],
)
async def test_a_strange_answer_is_no_answer(door: Door, answer: Any) -> None:
    """An error page, a redirection or an endless document keeps the known keys; the issuer is
    asked again when the pause is over, and is believed when it is itself again."""
    token = signed()
    assert await door.lets_in(token)
    door.issuer.answer = answer
    door.watch.seconds += 10
    with pytest.raises(IssuerUnavailable):
        await door.tokens.staff_id(signed(NEXT))
    assert await door.lets_in(token)
    door.issuer.answer, door.issuer.keys = None, [EC, NEXT]
    door.watch.seconds += 10
    assert await door.lets_in(signed(NEXT))


async def test_a_hanging_issuer_holds_nobody_for_long(door: Door) -> None:
    """Who needs the answer waits for the issuer's time limit, who does not need it not at all."""
    token = signed()
    assert await door.lets_in(token)
    door.issuer.slow = 60
    door.watch.seconds += 300
    async with asyncio.timeout(0.2):
        assert await door.lets_in(token)
        assert await door.lets_in(signed(RSA, "RS256"))
    async with asyncio.timeout(2):
        with pytest.raises(IssuerUnavailable):
            await door.tokens.staff_id(signed(NEXT))


async def test_who_gives_up_waiting_takes_nobody_along(door: Door) -> None:
    """A request that is cancelled while keys are fetched does not cancel the fetch for others."""
    door.issuer.slow = 0.1
    first = asyncio.create_task(door.tokens.staff_id(signed()))
    second = asyncio.create_task(door.tokens.staff_id(signed(RSA, "RS256")))
    await asyncio.sleep(0.03)
    first.cancel()
    assert await second == STAFF
    assert door.issuer.asked == 1


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # of 1024 bits
async def test_unusable_keys_are_passed_over(door: Door) -> None:
    """Weak, secret, encrypting, unknown and broken keys never verify; the good one beside does."""
    weak = RSAKey.generate_key(1024, parameters={"kid": "weak"})
    published: list[Mapping[str, Any] | str] = [
        weak.as_dict(private=False),
        OctKey.generate_key(256, parameters={"kid": "secret"}).as_dict(),
        {**NEXT.as_dict(private=False), "use": "enc"},
        {"kty": "AKP", "kid": "after-quantum"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "!", "y": ""},
        {"kty": "EC"},
        {"kty": ["EC"]},
        "not even a key",
        EC.as_dict(private=False),
    ]
    door.issuer.answer = lambda: web.json_response({"keys": published})
    assert await door.lets_in(signed())
    assert await door.refuses(signed(NEXT)) == "key"
    assert await door.refuses(signed(weak, "RS256")) == "key"
    for kid in ("secret", "broken", "after-quantum"):
        token = by_hand({"alg": "RS256", "kid": kid}, claims(), bytes(128))
        assert await door.refuses(token) == "key"


# --- what is remembered ----------------------------------------------------------------------


async def test_a_remembered_token_does_not_outlive_itself(door: Door) -> None:
    """Neither expiry nor a clock past the leeway is passed over because a token was seen before."""
    token = signed()
    assert await door.lets_in(token)
    assert await door.lets_in(token)
    door.clock.set(NOON + timedelta(seconds=631))
    assert await door.refuses(token) == "expired"


async def test_memory_is_bounded_and_holds_no_token(door: Door) -> None:
    """The longest unused token is verified anew, and what is kept is no token."""
    tokens = [signed(jti=str(number)) for number in range(5)]
    for token in tokens:
        assert await door.lets_in(token)
    kept = door.tokens._verified  # noqa: SLF001 - what memory holds is the point
    assert len(kept) == 3
    assert not any(token.encode() in repr(kept).encode() for token in tokens)
    assert all(await asyncio.gather(*map(door.lets_in, tokens)))


# --- the local issuer ------------------------------------------------------------------------


async def test_the_local_issuer_is_believed_when_asked_for(tmp_path: Path) -> None:
    """Its tokens name the staff member, from a key file only its owner reads."""
    clock = SimulatedClock(NOON)
    issuer = LocalIssuer(tmp_path / "issuer", clock)
    assert await BearerTokens(issuer.trusted, clock).staff_id(issuer.issue(STAFF)) == STAFF
    key = tmp_path / "issuer" / "signing-key.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "d" not in json.loads((tmp_path / "issuer" / "jwks.json").read_bytes())["keys"][0]
    again = LocalIssuer(tmp_path / "issuer", clock)
    assert await BearerTokens(issuer.trusted, clock).staff_id(again.issue(STAFF)) == STAFF


async def test_the_local_issuer_is_not_believed_otherwise(door: Door, tmp_path: Path) -> None:
    """A server that trusts another issuer refuses its tokens."""
    assert await door.refuses(LocalIssuer(tmp_path, door.clock).issue(STAFF)) == "key"


async def test_an_old_key_stays_until_its_last_token_has_expired(tmp_path: Path) -> None:
    """After a renewal both keys verify in a running server; the old one goes with its tokens."""
    clock, watch = SimulatedClock(NOON), Stopwatch()
    issuer = LocalIssuer(tmp_path, clock)
    keys = PublishedKeys(issuer.trusted.jwks, monotonic=watch)
    tokens = BearerTokens(issuer.trusted, clock, keys=keys)
    old = issuer.issue(STAFF, LONGEST)
    assert await tokens.staff_id(old) == STAFF
    issuer.renew()
    watch.seconds += 10
    assert await tokens.staff_id(issuer.issue(STAFF)) == STAFF
    assert await tokens.staff_id(old) == STAFF
    jwks = tmp_path / "jwks.json"
    assert len(json.loads(jwks.read_bytes())["keys"]) == 2
    clock.advance(LONGEST + timedelta(seconds=1))
    issuer.renew()
    assert len(json.loads(jwks.read_bytes())["keys"]) == 2


def test_local_tokens_live_for_a_day_at_most(tmp_path: Path) -> None:
    """A longer life, or none, is refused."""
    issuer = LocalIssuer(tmp_path, SimulatedClock(NOON))
    for lifetime in (timedelta(0), timedelta(hours=-1), timedelta(days=2)):
        with pytest.raises(ValueError, match="a day at most"):
            issuer.issue(STAFF, lifetime)


def test_a_signing_key_that_others_can_read_signs_nothing(tmp_path: Path) -> None:
    """A key file that somebody opened up is no longer used."""
    issuer = LocalIssuer(tmp_path, SimulatedClock(NOON))
    (tmp_path / "signing-key.json").chmod(0o644)
    with pytest.raises(SigningKeyIsReadableByOthers):
        issuer.issue(STAFF)
