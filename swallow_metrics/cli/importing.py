"""`swallow import`: answers generated elsewhere, to be scored here."""

from __future__ import annotations

from pathlib import Path

import click

_PATH = click.Path(path_type=Path)


@click.command("import")
@click.argument("path", metavar="FILE|FOLDER", type=_PATH)
@click.option(
    "--from",
    "form",
    type=click.Choice(["lm-eval", "lighteval", "plain"]),
    help="lm-evaluation-harness's samples_*.jsonl, lighteval's details, or lines with id and response "
    "(default: what the file's names tell).",
)
@click.option("--benchmark", required=True, metavar="ID", help="Whose questions were answered, such as swallow_jmmlu.")
@click.option("--data-dir", type=_PATH, metavar="DIR", help="Local datasets instead of the hub.")
@click.option("--out", type=_PATH, required=True, metavar="FILE", help="The journal to write, for --replay.")
@click.option("--force", is_flag=True, help="Write over the file.")
def import_answers(
    path: Path, form: str | None, benchmark: str, data_dir: Path | None, out: Path, *, force: bool
) -> None:
    """Turn another program's answers into a journal.

    Score it with pytest --replay FILE. Answers are matched to questions by their texts, plain ones by their ids.
    """
    from swallow_metrics.exchange.importing import import_answers as write
    from swallow_metrics.io import printable

    for line in write(path, form, benchmark, data_dir, out, force=force).told():
        click.echo(printable(line))
    click.echo(f"wrote {out}; score it with pytest --replay {out}" + (f" --data-dir {data_dir}" if data_dir else ""))
