"""`swallow judge-check`: does a judge still judge as it did, and what sways it?"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from swallow_metrics.cli.parameters import Number, headers, url, variable, warn
from swallow_metrics.datatypes import Sampling
from swallow_metrics.defaults import JUDGE_RETRIES, KEY_ENV
from swallow_metrics.errors import UsageError
from swallow_metrics.reference import DEFAULT, REFERENCES, Version

if TYPE_CHECKING:
    from swallow_metrics.judge.check.asking import Verdict
    from swallow_metrics.judge.prompts import JudgePrompts

_PATH = click.Path(path_type=Path, dir_okay=False)
_COUNT = click.IntRange(1)


@click.command("judge-check")
@click.option("--judge-model", required=True, metavar="NAME", help="The judge.")
@click.option(
    "--judge-base-url", callback=url, metavar="URL", help="An OpenAI-compatible endpoint; OpenAI's own without it."
)
@click.option(
    "--judge-api-key-env", callback=variable, default=KEY_ENV, metavar="NAME", help=f"Where its key is ({KEY_ENV})."
)
@click.option(
    "--judge-generation", multiple=True, metavar="KEY=VALUE", help="A setting of its requests, as in a run (repeat)."
)
@click.option(
    "--judge-header",
    "judge_headers",
    multiple=True,
    callback=headers,
    metavar="NAME=VARIABLE",
    help="An HTTP header, with its value from an environment variable (repeat).",
)
@click.option("--judge-prompts", type=_PATH, metavar="FILE", help="Judge prompts instead of the built-in ones.")
@click.option(
    "--judge-retries",
    type=click.IntRange(0),
    default=JUDGE_RETRIES,
    metavar="N",
    help=f"How often an unreadable verdict is asked for again ({JUDGE_RETRIES}).",
)
@click.option(
    "--repeats", type=click.IntRange(1, 1000), default=3, metavar="N", help="Verdicts on an answer at each place (3)."
)
@click.option("--max-in-flight", type=_COUNT, default=16, metavar="N", help="Open requests (16).")
@click.option(
    "--request-timeout",
    type=Number(0, min_open=True),
    default=1800.0,
    metavar="SECONDS",
    help="For one attempt of a request (1800).",
)
@click.option(
    "--price",
    type=(Number(0), Number(0)),
    metavar="PROMPT COMPLETION",
    help="US dollars per million tokens, for costs.",
)
@click.option("--prices", type=_PATH, metavar="FILE", help="The same as a TOML file with a table per model.")
@click.option(
    "--reference",
    type=click.Choice(list(REFERENCES)),
    default=DEFAULT,
    help=f"Whose judge settings hold for its own judge ({DEFAULT}).",
)
@click.option("--estimate", "only_estimate", is_flag=True, help="Tell what it would cost, and ask nothing.")
@click.option("--compare", "earlier", type=_PATH, metavar="FILE", help="An earlier check to compare with.")
@click.option("--out", "output", type=_PATH, metavar="FILE", help="Where the check goes (a new file in reports).")
@click.option("--resume", is_flag=True, help="Go on with the interrupted check of --out.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print (table).")
def judge_check(
    judge_model: str, judge_base_url: str | None, judge_api_key_env: str, judge_generation: tuple[str, ...],
    judge_headers: Mapping[str, str], judge_prompts: Path | None,
    judge_retries: int, repeats: int, max_in_flight: int, request_timeout: float, price: tuple[float, float] | None,
    prices: Path | None, reference: Version, earlier: Path | None, output: Path | None, form: str,
    *, only_estimate: bool, resume: bool,
) -> int:  # fmt: skip
    """Check how far a judge can be trusted.

    It is asked about 40 bundled dialogues, Japanese and English ones of two turns, with ratings of our own. Each
    answer is judged in the first and in the second turn. Exit status 1: a verdict is missing, or the judge differs
    from --compare.
    """
    from swallow_metrics.io import dumps
    from swallow_metrics.judge.check.asking import estimate
    from swallow_metrics.judge.check.dialogues import read_dialogues
    from swallow_metrics.judge.check.document import compare_documents, make_document, read_document, write_document
    from swallow_metrics.judge.check.run import prepare_output, run_check
    from swallow_metrics.judge.check.table import comparison_lines, estimate_lines, figure_lines
    from swallow_metrics.judge.panel import judge_sampling
    from swallow_metrics.sending import read_generation
    from swallow_metrics.settings import JudgeSettings, Settings, api_key
    from swallow_metrics.wiring.engines import judge_engine

    given, left_out = read_generation("--judge-generation", judge_generation, (), Sampling())
    if prices is not None:
        price = _price(prices, judge_model, price)
    prompts = _prompts(judge_prompts)
    before = read_document(earlier) if earlier else None
    expected = estimate(read_dialogues(), prompts, repeats)
    click.echo("\n".join(estimate_lines(expected, price)), err=form == "json")
    if only_estimate:
        if form == "json":
            click.echo(dumps({**asdict(expected), "cost_usd": expected.cost(price)}).decode())
        return 0
    if not api_key(judge_api_key_env) and judge_base_url is None:
        raise UsageError(f"the judge {judge_model} needs a key: set ${judge_api_key_env}, or give --judge-base-url")
    path = _output(output, judge_model, resume=resume)
    prepare_output(path, resume=resume)
    judge = JudgeSettings(
        (judge_model,), base_url=judge_base_url, key_env=judge_api_key_env, reference=reference, headers=judge_headers,
        sampling=given, left_out=left_out,
    )  # fmt: skip
    sampling = judge_sampling(judge, judge_model)
    settings = Settings(mode="model", judge=judge, request_timeout_s=request_timeout)
    engine = judge_engine(settings, lambda _: None, judge_model, max_in_flight)
    verdicts = _with_progress(
        lambda keep: run_check(
            engine, judge_model, prompts, path, keep, warn,
            retries=judge_retries, repeats=repeats, slots=max_in_flight, sampling=sampling, seeds=judge.seeds,
        ),
        expected.requests,
        path,
    )  # fmt: skip
    document = make_document(verdicts, {**engine.describe(), "sampling": sampling.to_json()}, prompts, repeats)
    if before is not None:
        document["compared_with"] = {"file": str(earlier), **compare_documents(document, before)}
    write_document(path, document)
    lines = [*figure_lines(document, price), *comparison_lines(document), f"check: {path}"]
    click.echo(dumps(document).decode() if form == "json" else "\n".join(lines))
    changed = before is not None and document["compared_with"]["changed"]
    return int(changed or any(verdict.rating is None for verdict in verdicts))


def _price(file: Path, model: str, given: tuple[float, float] | None) -> tuple[float, float]:
    """The judge's prices in a file. Raises UsageError."""
    from swallow_metrics.judge.prices import KINDS, read_prices

    if given is not None:
        raise UsageError("--price and --prices both tell what tokens cost; give one of them")
    if (table := read_prices(file).get(model)) is None:
        raise UsageError(f'--prices {file} has no table for {model!r}; add ["{model}"] with prompt and completion')
    prompt, completion = (table[kind] for kind in KINDS)
    return prompt, completion


def _prompts(given: Path | None) -> Mapping[str, JudgePrompts]:
    """The judge prompts of each language. Raises UsageError."""
    from swallow_metrics.judge.check.dialogues import LANGUAGES
    from swallow_metrics.judge.prompts import read_prompts
    from swallow_metrics.prompts.folder import builtin_folder

    if given is not None:
        return dict.fromkeys(LANGUAGES, read_prompts(given))
    folder = builtin_folder().parent / "judge_prompts"
    return {language: read_prompts(folder / f"{name}.toml") for language, name in LANGUAGES.items()}


def _output(given: Path | None, model: str, *, resume: bool) -> Path:
    """The file of a check, named by time and judge where the user names none. Raises UsageError."""
    if given is not None:
        return given
    if resume:
        raise UsageError("--resume needs the --out of the check to go on with")
    name = re.sub(r"[^\w.-]+", "-", model).strip("-.") or "judge"
    return Path("reports", f"judge-check-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}.json")


def _with_progress(run: Callable[[Callable[[Verdict], Any]], None], total: int, path: Path) -> list[Verdict]:
    """What `run` hands over, counted on stderr."""
    verdicts: list[Verdict] = []
    with click.progressbar(length=total, label="verdicts", file=sys.stderr) as bar:

        def keep(verdict: Verdict) -> None:
            verdicts.append(verdict)
            bar.update(1)

        try:
            run(keep)
        except KeyboardInterrupt:
            click.echo(f"\n{len(verdicts)} of {total} verdicts are kept; go on with --out {path} --resume", err=True)
            raise
    return verdicts
