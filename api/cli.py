"""The command line: samordna COMMAND. Every command as a list; its help says what it is for."""

import sys
from importlib.metadata import version as version_of
from typing import Annotated

import psycopg
import typer

from api.command_line import (
    bundling,
    databases,
    disclosing,
    disposal,
    examining,
    exporting,
    following,
    inspecting,
    keys,
    measuring,
    organisations,
    policies,
    proving,
    restoring,
    reviewing,
    serving,
    standing,
    subject_access,
    trying,
    verifying,
    views,
    witnessing,
)
from api.command_line.progress import ERRORS
from api.demo.running import DemoIsIncomplete
from api.runtime.audit.restoring import LogMoved, NothingIsLost
from api.runtime.audit.sealing import TreeIsDamaged
from api.runtime.audit.served_evidence import LogIsNotServed
from api.runtime.audit.tree_store import RowsAreMissing
from api.runtime.keys.key_file import KeyringIsUnusable
from api.runtime.postgres import database
from api.runtime.postgres.postgres_ground import PostgresCannotRun
from api.runtime.rebuilding import BuilderFailed
from api.runtime.serving.serve import AddressCannotBeUsed
from api.runtime.serving.workers import WorkerCannotServe
from api.runtime.settings import SettingsAreFaulty
from api.runtime.wiring import VaultDoesNotFit
from api.witness.folder import WitnessIsFaulty
from api.witness.memory import MemoryIsMissing
from domain.errors import Refusal
from domain.organisation import OrganisationIsFaulty
from projections.parking import CannotBeFolded
from projections.rebuild import KeptByAnotherVersion, NothingIsKept, RebuildIsRunning
from projections.releasing import ViewIsOfAnotherVersion

app = typer.Typer(
    help="Samordna: case coordination on immutable events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(trying.demo)
app.command()(serving.serve)
app.command(hidden=True)(serving.worker)
app.command()(following.follow)
app.command()(views.rebuild)
app.command()(trying.token)
app.command()(verifying.verify)
app.command()(verifying.audit_keys)
app.command()(bundling.bundle)
app.command()(restoring.restored)
app.command()(measuring.bench)
app.command()(policies.policy)
app.command()(examining.doctor)

proof = typer.Typer(help="Proofs of the audit logs, for anybody.", no_args_is_help=True)
proof.command()(proving.inclusion)
proof.command()(proving.consistency)
app.add_typer(proof, name="proof")

projections = typer.Typer(invoke_without_command=True)
projections.callback()(standing.show)
projections.command()(standing.release)
app.add_typer(projections, name="projections")

db = typer.Typer(help="The schemas of the log and the vault.", no_args_is_help=True)
db.command()(databases.create)
db.command()(databases.migrate)
db.command()(databases.status)
app.add_typer(db, name="db")

ring = typer.Typer(help="The key-encryption keys of the vault.", no_args_is_help=True)
ring.command()(keys.rotate)
ring.command()(keys.retire)
ring.command()(keys.show)
app.add_typer(ring, name="keys")

witness = typer.Typer(
    help="A witness of logs, run by another body than the one that runs the log.",
    no_args_is_help=True,
)
witness.command()(witnessing.create)
witness.command()(witnessing.key)
witness.command()(witnessing.serve)
witness.command()(witnessing.show)
app.add_typer(witness, name="witness")

app.command()(disclosing.disclosures)
app.command(name="subject-access")(subject_access.subject_access)

events = typer.Typer(help="The event log, as an auditor inspects it.", no_args_is_help=True)
events.command(name="list")(inspecting.list_events)
events.command()(inspecting.state)
events.command()(inspecting.differences)
events.command(name="export")(exporting.export_events)
app.add_typer(events, name="events")

readings = typer.Typer(help="The access log, as an auditor inspects it.", no_args_is_help=True)
readings.command(name="list")(inspecting.list_readings)
readings.command(name="export")(exporting.export_readings)
app.add_typer(readings, name="readings")

disposals = typer.Typer(
    help="What is disposed of, and what is kept (SoL 16:1-4).", no_args_is_help=True
)
disposals.command()(disposal.plan)
disposals.command()(disposal.approve)
disposals.command()(disposal.reject)
disposals.command()(disposal.execute)
disposals.command()(disposal.certificate)
app.add_typer(disposals, name="disposal")

review = typer.Typer(
    help="Confidentiality reviews: who has read what, checked (SoLPuL 10 §).", no_args_is_help=True
)
review.command(name="open")(reviewing.open_one)
review.command(name="list")(reviewing.list_all)
review.command()(reviewing.sample)
review.command()(reviewing.judge)
review.command()(reviewing.ask)
review.command()(reviewing.find)
review.command()(reviewing.findings)
review.command()(reviewing.statistics)
review.command()(reviewing.close)
review.command()(reviewing.reopen)
app.add_typer(review, name="review")

organisation = typer.Typer(help="How the municipality is organised.", no_args_is_help=True)
organisation.command()(organisations.check)
organisation.callback()(lambda: None)  # with one command only, its name would not be asked for
app.add_typer(organisation, name="organisation")


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(version_of("samordna"))
        raise typer.Exit


def main() -> None:
    """Run a command; what it cannot do is one message, not a traceback."""
    try:
        app()
    except (
        SettingsAreFaulty,
        OrganisationIsFaulty,
        PostgresCannotRun,
        KeyringIsUnusable,
        LogIsNotServed,
        exporting.ExportCannotGoOn,
        DemoIsIncomplete,
        AddressCannotBeUsed,
        VaultDoesNotFit,
        WorkerCannotServe,
        BuilderFailed,
        LogMoved,
        NothingIsLost,
        RowsAreMissing,
        TreeIsDamaged,
        WitnessIsFaulty,
        MemoryIsMissing,
        CannotBeFolded,
        KeptByAnotherVersion,
        NothingIsKept,
        RebuildIsRunning,
        ViewIsOfAnotherVersion,
        database.LogIsNoDemo,
        database.SecretsAreElsewhere,
        database.MunicipalityIsMissing,
        database.SchemaIsBehind,
        database.SchemaIsNewer,
        Refusal,
    ) as error:
        _refuse(_told(error))
    except psycopg.errors.InsufficientPrivilege:
        _refuse("the owner's role may not do this; it needs CREATEROLE, and CREATE on the database")
    except psycopg.ProgrammingError as error:
        if error.sqlstate:  # the database's own answer, and no fault of the address
            _refuse(f"the database refused ({error.sqlstate}); `samordna doctor` may say why")
        _refuse(  # its text may repeat the address, with a password
            "--database or --vault is no address of PostgreSQL; give"
            " postgresql://user@host:port/database."
        )
    except psycopg.OperationalError as error:
        _refuse(f"the database cannot be used: {error}")


def _refuse(why: str) -> None:
    ERRORS.print(f"samordna: {why}", style="red", highlight=False, markup=False)
    sys.exit(1)


def _told(error: Exception) -> str:
    """What the error says; what its kind says, when it says nothing of its own."""
    return str(error) or " ".join((type(error).__doc__ or "").split())


if __name__ == "__main__":
    main()
