"""The documentation as pages that anybody can read, made from the declarations that serve."""

import json
from asyncio import to_thread
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from aiohttp import web

from api.documentation import about
from api.documentation.html import (
    CONTENT_SECURITY,
    code,
    heading,
    inline,
    json_text,
    link,
    page,
    prose,
    swedish,
    table,
)
from api.documentation.openapi import openapi_document
from api.documentation.parts import REF, Json
from api.door import Route
from api.door.problems import BASE, ProblemType, problem_types
from api.house import House

_CACHED: Final = {"Cache-Control": "public, max-age=300"}


def documentation_routes(house: House, routes: Sequence[Route]) -> list[web.RouteDef]:
    problems = {f"{BASE}/problems": _problems()}
    problems |= {kind.uri: _problem(kind) for kind in problem_types()}

    @cache
    def document() -> Json:
        return openapi_document(house.desk.organisation, routes)

    @cache
    def openapi() -> bytes:
        return json.dumps(document(), ensure_ascii=False, indent=1).encode()

    @cache
    def doors() -> str:
        return doors_page(document())

    async def machine_readable(_: web.Request) -> web.Response:
        body = await to_thread(openapi)  # made for whoever asks first; others are served meanwhile
        return web.Response(body=body, content_type="application/json", headers=_CACHED)

    async def readable(_: web.Request) -> web.Response:
        return _page(await to_thread(doors))

    async def problem(request: web.Request) -> web.Response:
        return _page(problems[request.path])

    return [
        web.get(f"{BASE}/openapi.json", machine_readable),
        web.get(f"{BASE}/docs", readable),
        *(web.get(path, problem) for path in problems),
    ]


def _page(text: str) -> web.Response:
    headers = {**_CACHED, "Content-Security-Policy": CONTENT_SECURITY}
    return web.Response(text=text, content_type="text/html", headers=headers)


# --- the doors -------------------------------------------------------------------------------


def doors_page(document: Json) -> str:
    return page(f"{about.NAME} API {about.VERSION}", _chapters(document))


def _chapters(document: Json) -> Iterator[str]:
    yield heading(1, swedish(about.TITLE.sv))
    yield f"<p>{about.TITLE.en}</p>"
    yield _colophon(document)
    for head, text in about.SECTIONS:
        yield heading(2, f"{swedish(head.sv)} / {inline(head.en)}")
        yield f'<p lang="sv">{inline(text.sv)}</p>\n<p>{inline(text.en)}</p>'
    yield heading(2, f"{swedish('Dörrar')} / Doors")
    yield table(
        ("Method", "Address", "What"),
        (
            (method, code(BASE + path), link(f"#{operation['operationId']}", operation["summary"]))
            for path, method, operation in _operations(document)
        ),
    )
    for path, method, operation in _operations(document):
        yield from _door(path, method, operation)
    yield heading(2, f"{swedish('Former')} / Schemas")
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)


def _colophon(document: Json) -> str:
    parts = (
        f"Version {about.VERSION}, {about.RELEASED}",
        link(f"{BASE}/openapi.json", "OpenAPI 3.1"),
        link(f"{BASE}/problems", "Problems"),
        f"Contact: {inline(document['info']['contact']['name'])}",
        f"Licence: {link(about.LICENCE_URL, about.LICENCE)}",
    )
    return f"<p>{'. '.join(parts)}.</p>"


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _door(path: str, method: str, operation: Json) -> Iterator[str]:
    yield "<section>"
    yield heading(3, inline(operation["summary"]), operation["operationId"])
    yield f"<p>{code(f'{method} {BASE}{path}')}</p>"
    yield prose(operation["description"])
    parameters = [each for each in operation["parameters"] if "name" in each]
    if parameters:
        yield table(
            ("Parameter", "In", "What"),
            (
                (code(it["name"]), it["in"], f"{inline(it['description'])} {_type(it['schema'])}")
                for it in parameters
            ),
        )
    if "requestBody" in operation:
        yield from _json_content("Request", operation["requestBody"])
    for status, answer in operation["responses"].items():
        if "application/json" in answer.get("content", {}):
            yield from _json_content(status, answer)
        else:
            yield _refusal(status, answer)
    yield "</section>"


def _json_content(head: str, described: Json) -> Iterator[str]:
    content = described["content"]["application/json"]
    yield heading(4, f"{head}: {_type(content['schema'])}")
    yield json_text(content["examples"]["full"]["value"])


def _refusal(status: str, answer: Json) -> str:
    slugs = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
    links = ", ".join(link(f"{BASE}/problems/{slug}", slug) for slug in slugs)
    return f"<p><strong>{status}</strong> {links or inline(answer['description'])}</p>"


def _schema(name: str, schema: Json) -> Iterator[str]:
    yield heading(3, name, f"schema-{name}")
    yield f"<p>{inline(schema.get('description', ''))} {_codes(schema)}</p>"
    required = schema.get("required", ())
    if fields := schema.get("properties", {}):
        yield table(
            ("Field", "Type", "What"),
            (
                (
                    code(field),
                    _type(told) + ("" if field in required else " (may be left out)"),
                    inline(told.get("description", "")),
                )
                for field, told in fields.items()
            ),
        )


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return link(f"#schema-{name}", name)
    if some := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(_type(each) for each in some)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}{_bounds(schema, 'Items', ' of them')}"
    kind = " ".join(schema[key] for key in ("type", "format") if key in schema)
    lengths = _bounds(schema, "Length", " characters")
    return _codes(schema) or f"{inline(kind)}{lengths}{_bounds(schema, 'imum', '')}"


def _bounds(schema: Json, kind: str, of: str) -> str:
    """How many, how long or how great it must be and may be."""
    least, most = schema.get(f"min{kind}"), schema.get(f"max{kind}")
    if most is None:
        return "" if least is None else f", {least}{of} or more"
    return f", {most}{of} at most" if least is None else f", {least} to {most}{of}"


def _codes(schema: Json) -> str:
    return ", ".join(code(value) for value in schema.get("enum", ()))


# --- the problems ----------------------------------------------------------------------------


def _problems() -> str:
    rows = (
        (str(kind.status), link(kind.uri, kind.title.en), swedish(kind.title.sv))
        for kind in problem_types()
    )
    return page(
        "Problems",
        (heading(1, "Problems"), table(("Status", "Title", swedish("På svenska")), rows)),
    )


def _problem(kind: ProblemType) -> str:
    others = link(f"{BASE}/problems", "All problems"), link(f"{BASE}/docs", "All doors")
    return page(
        kind.title.en,
        (
            heading(1, inline(kind.title.en)),
            f"<p>Status {kind.status}. {inline(kind.detail.en)}</p>",
            heading(2, swedish(kind.title.sv)),
            f'<p lang="sv">{inline(kind.detail.sv)}</p>',
            f"<p>{'. '.join(others)}.</p>",
        ),
    )
