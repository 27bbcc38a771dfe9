"""Who has no good token is told so at every door, and who has no position does nothing there."""

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid4  # noqa: TID251 - somebody whom nobody knows

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from api.app import ROUTES
from api.door import Kind, Route
from tests.acceptance.doors import GUARDED, Json, address, good_body, named, needed_query
from tests.acceptance.knocking import MARKER, Heard
from tests.acceptance.settled import Settled, nothing_comes_of_it
from tests.api.test_tokens import encoded

REFUSED: Final = "token-is-refused"
MISSING: Final = "token-is-missing"


@pytest.fixture(autouse=True)
async def nothing_happens(settled: Settled) -> AsyncIterator[None]:
    async with nothing_comes_of_it(settled):
        yield


async def knock(settled: Settled, route: Route, ids: Mapping[str, UUID], **how: Any) -> Heard:
    """With all that the door could ask for, but for who asks."""
    if route.method == "POST":
        how["body"] = good_body(route) if route.door.body else {}
    query = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    return await settled.call(route.method, address(route, ids), query=query, **how)


# --- no good token ---------------------------------------------------------------------------


def presented(settled: Settled) -> Iterator[tuple[str, list[str], str]]:
    """What is wrong, the Authorization headers, and which problem it is."""
    good = settled.token("nexus manager")
    yield "nothing", [], MISSING
    for told in ("", "Bearer", "Bearer ", f"Basic {MARKER}", f"Digest {MARKER}", good):
        yield f"{told:.8}", [told], MISSING
    yield "twice", [f"Bearer {good}", f"Bearer {good}"], MISSING
    yield "once and another", [f"Bearer {good}", f"Basic {MARKER}"], MISSING
    for name, token in tokens(settled):
        yield name, [f"Bearer {token}"], REFUSED


def tokens(settled: Settled) -> Iterator[tuple[str, str]]:
    """Everything that somebody could hold up in place of a good token."""
    folder = settled.town.settings.data / "issuer"
    own = ECKey.import_key(json.loads((folder / "signing-key.json").read_bytes()))
    public = json.loads((folder / "jwks.json").read_bytes())["keys"][0]
    good = settled.token("nexus manager")
    header, claims = _opened(good)
    another = ECKey.generate_key("P-256", {"kid": header["kid"]})
    now = claims["iat"]

    yield "no token at all", MARKER
    yield "three parts of nothing", f"{MARKER}.{MARKER}.{MARKER}"
    yield "beyond measure", good.ljust(8100, "z")
    for what, changed in (
        ("expired", {"iat": now - 7200, "exp": now - 3600}),
        ("not yet valid", {"nbf": now + 3600}),
        ("issued tomorrow", {"iat": now + 86400, "exp": now + 90000}),
        ("wrong issuer", {"iss": f"https://{MARKER}.example"}),
        ("wrong audience", {"aud": MARKER}),
        ("wrong audiences", {"aud": [MARKER, "other"]}),
        ("for nobody", {"sub": MARKER}),
        ("for a number", {"sub": 83611}),
        ("for ever", {"exp": "never"}),
    ):
        yield what, _signed({**claims, **changed}, own, header)
    for claim in ("iss", "aud", "sub", "exp", "iat"):
        yield (
            f"without {claim}",
            _signed({n: v for n, v in claims.items() if n != claim}, own, header),
        )
    yield "another's key", _signed(claims, another, header)
    yield "an unknown key", _signed(claims, another, {**header, "kid": MARKER})
    yield "its own key", _signed(claims, another, {**header, "jwk": another.as_dict(private=False)})
    yield "something critical", _signed(claims, own, {**header, "crit": ["zq"], "zq": 1})
    yield "another type", _signed(claims, own, {**header, "typ": "logout+jwt"})
    for secret in (json.dumps(public).encode(), own.as_pem(private=False), public["x"].encode()):
        confused = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
        mark = hmac.digest(secret, confused.encode(), "sha256")
        yield "the public key as a secret", f"{confused}.{encoded(mark)}"
    for none in ("none", "None", "NONE", "nOnE", ""):
        unsigned = f"{encoded({**header, 'alg': none})}.{good.split('.')[1]}"
        yield f"alg {none}", f"{unsigned}."
        yield f"alg {none}, signed", f"{unsigned}.{good.split('.')[2]}"
    yield from _tampered(good, claims, settled)


def _tampered(good: str, claims: Json, settled: Settled) -> Iterator[tuple[str, str]]:
    head, body, signature = good.split(".")
    other = {**claims, "sub": str(settled.town["administrator"].staff_id)}
    yield "unsigned", f"{head}.{body}."
    yield "two parts", f"{head}.{body}"
    yield "for another", f"{head}.{encoded(other)}.{signature}"
    yield "longer", f"{head}.{encoded({**claims, 'exp': claims['exp'] + 1})}.{signature}"
    yield "another signature", f"{head}.{body}.{signature[::-1]}"
    yield "half a signature", f"{head}.{body}.{signature[:43]}"
    yield "zeros", f"{head}.{body}.{'A' * 86}"


def _opened(token: str) -> tuple[Json, Json]:
    header, claims = (json.loads(urlsafe_b64decode(f"{part}===")) for part in token.split(".")[:2])
    return header, claims


def _signed(claims: Json, key: ECKey, header: Json) -> str:
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    vars(registry)["check_header"] = lambda _: None  # anything goes
    return jwt.encode(header, claims, key, registry=registry)


@pytest.mark.parametrize("route", named(GUARDED))
async def test_without_a_good_token_nobody_comes_in(settled: Settled, route: Route) -> None:
    """401 with WWW-Authenticate at every door, before anything else is looked at."""
    ids = {"caseId": settled.files["assigned"].id}
    for what, told, slug in presented(settled):
        headers = [("Authorization", one) for one in told]
        heard = await knock(settled, route, ids, headers=headers)
        assert heard.status == 401, what
        assert heard["type"].endswith(slug), what
        assert "www-authenticate" in {name.lower() for name in heard.headers}
        parts = {part for one in told for part in one.split(".")[1:] if part}
        assert not [part for part in parts if part in heard.body.decode()]


@pytest.mark.parametrize("route", named(GUARDED))
async def test_a_token_stands_in_its_header_only(settled: Settled, route: Route) -> None:
    """Neither in the address nor in a cookie nor in a header of another name."""
    good = settled.token("nexus manager")
    for how in (
        {"query": f"access_token={good}"},
        {"headers": {"Cookie": f"access_token={good}; token={good}"}},
        {"headers": {"X-Authorization": f"Bearer {good}"}},
        {"headers": {"Proxy-Authorization": f"Bearer {good}"}},
    ):
        heard = await settled.call(route.method, address(route), **how)
        assert heard.status == 401
        assert good not in heard.body.decode()


async def test_strangers_are_told_about_the_api_only(settled: Settled) -> None:
    """What asks for no token tells nothing of anybody, whether or not there is one."""
    for route in ROUTES:
        if route.door.kind is Kind.PUBLIC:
            for headers in ({}, {"Authorization": f"Bearer {MARKER}"}):
                heard = await settled.call(route.method, address(route), headers=headers)
                assert heard.status == 200


async def test_the_scheme_is_spelled_in_any_case(settled: Settled) -> None:
    """RFC 9110: a scheme has no case."""
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {settled.token('nexus manager')}"}
        assert (await settled.call("GET", "/me", headers=headers)).status == 200


# --- no position -----------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(GUARDED))
async def test_without_a_position_nobody_does_anything(settled: Settled, route: Route) -> None:
    """403 for a stranger and for one who has left, and the same for a file that exists as for one
    that does not."""
    assert settled.leaver
    known = {
        "caseId": settled.files["assigned"].id,
        "referralId": settled.files["waits"].id,
        "handoverId": settled.handovers["child's offered"].id,
        "teamId": settled.team,
        "operationId": settled.operation,
        "activityId": settled.activity,
        "mandateId": settled.mandate,
        "inquiryId": settled.inquiry,
        "reviewId": settled.review,
        "staffId": settled.town["nexus worker"].staff_id,
    }
    stranger = settled.town.issuer.issue(uuid4())
    for token in (stranger, settled.leaver.token):
        language = {"Accept-Language": "en"}
        answers = [
            await knock(settled, route, ids, token=token, headers=language) for ids in (known, {})
        ]
        assert {heard.status for heard in answers} == {403}
        assert len({heard.but_for_its_occurrence for heard in answers}) == 1
