"""The options that commands share, and the settings they make."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from api.runtime.logging import configure
from api.runtime.settings import Settings


def where(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for embedded servers, secrets and the local token issuer."),
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="URL of the log's PostgreSQL server, as its owner.")
    ] = None,
    vault: Annotated[
        str | None,
        typer.Option(help="URL of the vault's PostgreSQL server, another than the log's."),
    ] = None,
    kms: Annotated[
        str | None,
        typer.Option(help="Command that opens and seals the keyring (last word: open, seal)."),
    ] = None,
    postgres_bin: Annotated[
        Path | None,
        typer.Option(help="Folder with PostgreSQL's programs for the embedded servers."),
    ] = None,
    municipality: Annotated[str | None, typer.Option(help="Which municipality (schema).")] = None,
) -> None:
    """The options of every command."""


def listening(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes any free one.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="human or json.")] = None,
) -> None:
    """The options of a command that serves."""


def meeting(
    rate_per_client: Annotated[
        int | None, typer.Option(help="Requests a second from one address; 0: no limit.")
    ] = None,
    rate_per_login: Annotated[
        int | None, typer.Option(help="Requests a second of one staff member; 0: no limit.")
    ] = None,
    behind_proxy: Annotated[
        bool | None,
        typer.Option("--behind-proxy", help="Only a proxy reaches us: believe X-Forwarded-For."),
    ] = None,
    origins: Annotated[
        str | None, typer.Option(help="Whose pages may call from a browser: https://host, ...")
    ] = None,
) -> None:
    """How callers are met."""


def sharing(
    workers: Annotated[
        int | None, typer.Option(help="How many processes serve this address together.")
    ] = None,
    follow: Annotated[
        bool | None,
        typer.Option(
            "--follow/--no-follow",
            help="Follow the views, too; or leave that to `samordna follow` or another server.",
        ),
    ] = None,
) -> None:
    """Who does the work of a server."""


def trusting(
    issuer: Annotated[str | None, typer.Option(help="The tokens' issuer.")] = None,
    audience: Annotated[str | None, typer.Option(help="The tokens' audience.")] = None,
    jwks: Annotated[str | None, typer.Option(help="File or URL of the issuer's keys.")] = None,
    local_issuer: Annotated[
        bool | None,
        typer.Option("--local-issuer", help="Trust the token issuer on this machine."),
    ] = None,
) -> None:
    """Whose tokens a server believes."""


def settled(
    *options: Callable[..., None], **fixed: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command, as its first argument, the settings that its options and `fixed` make.

    The options are the parameters of the functions named; typer reads them off the signature.
    """

    def declare(command: Callable[..., None]) -> Callable[..., None]:
        shared = {
            name: parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for declared in options
            for name, parameter in inspect.signature(declared).parameters.items()
        }
        _, *own = inspect.signature(command).parameters.values()

        @wraps(command)
        def run(**given: Any) -> None:
            flags = {name: given.pop(name) for name in shared}
            command(_settings(**flags, **fixed), **given)

        run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]  # what typer reads
        run.__annotations__ = {p.name: p.annotation for p in (*own, *shared.values())}
        return run

    return declare


def _settings(**flags: Any) -> Settings:
    settings = Settings.read(**flags)
    configure(human=settings.log_format == "human", level="WARNING")
    return settings
