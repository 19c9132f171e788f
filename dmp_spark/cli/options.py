"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[
    Path | None,
    typer.Option("-p", "--project", help="Folder or zip of the project; else $DMP_PROJECT, else the current folder."),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change what a file says, by its address.")
]
StageOption = Annotated[list[str] | None, typer.Option("--stage", help="Only this stage; may be repeated.")]
FromOption = Annotated[str | None, typer.Option("--from", help="This stage and those after it.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="This stage and those before it.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The moment to judge at: a date, or a time with offset.")]
FullOption = Annotated[bool, typer.Option("--full", help="Run every stage, whether there is anything new or not.")]
WaitOption = Annotated[str | None, typer.Option("--wait", help="How long to wait for another run: '30 minutes'.")]
StartedAtOption = Annotated[
    str | None, typer.Option("--started-at", metavar="T", help="When a scheduler started the run: it judges as one begun then.")
]
PartOption = Annotated[bool, typer.Option("--part", help="One of several calls that are one run: publish nothing.")]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json.")]
