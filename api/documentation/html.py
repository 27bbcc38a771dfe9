"""The few shapes of HTML that the documentation is made of: no script, nothing from elsewhere."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from typing import Any, Final

_STYLE: Final = """
body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1.05rem/1.55 system-ui, sans-serif;
  color: #1a1a1a; background: #fff }
pre { overflow-x: auto; padding: .8rem; background: #f3f3f0; border: 1px solid #767676 }
code { font-size: .95em }
table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #767676; text-align: left;
  vertical-align: top }
section { border-top: 2px solid #005a9c; margin-top: 2.5rem }
a { color: #005a9c } a:focus { outline: 3px solid #b35900; outline-offset: 2px }
.skip { position: absolute; left: -99rem } .skip:focus { position: static }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161616 } pre { background: #262626 } a { color: #8ec9ff }
}
"""
CONTENT_SECURITY: Final = (
    "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + b64encode(sha256(_STYLE.encode()).digest()).decode()
    + "'"
)


def page(title: str, body: Iterable[str]) -> str:
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            '<a class="skip" href="#content">To the content</a>\n<main id="content">',
            *body,
            "</main>\n</body>\n</html>\n",
        )
    )


def heading(level: int, text: str, anchor: str = "") -> str:
    place = f' id="{anchor}"' if anchor else ""
    return f"<h{level}{place}>{text}</h{level}>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def code(text: object) -> str:
    return f"<code>{escape(str(text))}</code>"


def swedish(text: str) -> str:
    return f'<span lang="sv">{inline(text)}</span>'


def inline(text: str) -> str:
    """Text with `code` and **strong** marked, as the OpenAPI document has them."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked)


def prose(text: str) -> str:
    return "\n".join(f"<p>{inline(part)}</p>" for part in text.split("\n\n"))


def json_text(value: Any) -> str:
    return f"<pre><code>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</code></pre>"
