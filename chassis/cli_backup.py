"""The command line for backups: `coachworks backup`, `coachworks restore`."""

from __future__ import annotations

from pathlib import Path

import click

from chassis.plain import opened, said_plainly

_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command()
@click.argument("service")
@_FOLDER
def backup(service: str, folder: Path) -> None:
    """Writes database and bytes of a service into FOLDER/SERVICE, as they are at this moment, also while it runs."""
    from chassis.backup import backup

    with said_plainly():
        manifest = backup(opened(service, "backup"), folder)
    click.echo(
        f"{folder / service}: revision {manifest['revision']}, {len(manifest['checksums'])} files, "
        f"{manifest['waiting']} events not yet sent"
    )


@click.command()
@click.argument("service")
@_FOLDER
@click.option("--replace", is_flag=True, help="Replace all that the database holds.")
def restore(service: str, folder: Path, replace: bool) -> None:
    """Restores a service from FOLDER/SERVICE, while none of its processes runs."""
    from chassis.backup import restore

    with said_plainly():
        manifest = restore(opened(service, "restore"), folder, replace=replace)
    click.echo(f"{service} is as it was at {manifest['at']}; see coachworks projections check")
