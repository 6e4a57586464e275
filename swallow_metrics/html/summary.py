"""What the page's summary shows, as plain values for the templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swallow_metrics.datatypes import ISSUES
from swallow_metrics.errors import UsageError
from swallow_metrics.html.words import Words
from swallow_metrics.runs import Run


@dataclass(frozen=True)
class Score:
    """A primary figure of one run. `low` and `high` are None for an interval that is not known."""

    run: int
    mean: float
    low: float | None
    high: float | None
    scale: float
    n: int
    method: str
    chance: float | None
    smallest: float | None
    issues: tuple[str, ...]

    @property
    def figure(self) -> str:
        """The score as text."""
        return f"{self.mean:.4f}"

    @property
    def interval(self) -> str:
        """Its 95 % interval as text."""
        return "" if self.low is None else f"{self.low:.4f} – {self.high:.4f}"

    @property
    def shown(self) -> str:
        """Score and interval as text."""
        return f"{self.figure}  [{self.interval}]" if self.interval else self.figure

    def percent(self, value: float) -> float:
        """Where a value stands in a bar, in percent of its width."""
        return round(min(1.0, max(0.0, value / self.scale)) * 100, 2)


@dataclass(frozen=True)
class Line:
    """A benchmark in the summary: a score for each run that has one, and who has none with its reason."""

    benchmark: str
    title: str
    metric: str
    scores: tuple[Score, ...]
    missing: tuple[tuple[int, str], ...]


def scale_of(metric: str) -> float:
    """The highest value of a metric: corpus BLEU counts to 100, everything else to 1."""
    return 100.0 if metric.startswith("bleu") else 1.0


def lines(runs: Sequence[Run], w: Words) -> list[Line]:
    """Every benchmark of any run."""
    found = []
    known: set[str] = set()
    for benchmark in dict.fromkeys(name for run in runs for name in run.benchmarks):
        parts = [run.benchmarks.get(benchmark) for run in runs]
        first = next(part for part in parts if part is not None)
        scores, missing = [], []
        for k, part in enumerate(parts):
            if part is None:
                missing.append((k, w["not_in_run"]))
            elif "done" in part:
                missing.append((k, w["done_so_far"].format(n=part["done"], all=part["samples"])))
            elif (score := _score(k, part, w)) is None:
                missing.append((k, ", ".join((w["not_measured"], *_issues(part, w)))))
            else:
                scores.append(score)
        title = str(first.get("title") or benchmark)
        if title in known:  # charts tell benchmarks apart by their titles
            title = f"{title} ({benchmark})"
        known.add(title)
        found.append(Line(benchmark, title, str(first["primary"]), tuple(scores), tuple(missing)))
    return found


def _score(run: int, part: Mapping[str, Any], w: Words) -> Score | None:
    figures = part["metrics"].get(part["primary"])
    if figures is None or not isinstance(figures.get("mean"), int | float):
        return None
    low, high = figures.get("ci95") or (None, None)
    chance, smallest = part.get("chance"), part.get("smallest_difference")
    return Score(
        run=run,
        mean=float(figures["mean"]),
        low=low,
        high=high,
        scale=scale_of(str(part["primary"])),
        n=int(figures.get("n") or 0),
        method=str(figures.get("method") or ""),
        chance=float(chance) if isinstance(chance, int | float) else None,
        smallest=float(smallest) if isinstance(smallest, int | float) else None,
        issues=tuple(_issues(part, w)),
    )


def _issues(part: Mapping[str, Any], w: Words) -> Iterator[str]:
    """What a reader should know before trusting the figure, `3 truncated` each."""
    for name in ("errors", "skipped", "unextracted", "truncated"):
        if number := part.get(name):
            yield f"{number:,} {w[name]}"
    counts = part.get("counts") or {}
    known = ("verdicts_missing", "answers_cut", "audit", *ISSUES)
    for name in dict.fromkeys((*known, *map(str, part.get("issues") or ()))):
        if number := counts.get(name):
            yield f"{number:,} {w.get(name, name.replace('_', ' '))}"
    if (part.get("dataset") or {}).get("warnings"):
        yield w["data_warning"]


def names(runs: Sequence[Run]) -> list[str]:
    """A name for each run, all different: the model's, with the folder where that is not enough."""
    models = [run.model for run in runs]
    if len(set(models)) == len(models):
        return models
    named = [f"{m} · {(run.folder or run.path).resolve().name}" for m, run in zip(models, runs, strict=True)]
    if len(set(named)) < len(named):
        return [f"{k}: {name}" for k, name in enumerate(named, 1)]
    return named


def averages(runs: Sequence[Run], w: Words) -> list[tuple[str, list[tuple[float | None, str]]]]:
    """Family → its macro-average in each run, with the benchmarks it covers; families that no run has are left out."""
    families = dict.fromkeys(name for run in runs for name in run.report.get("averages") or {})
    table = [(name, [_average(run.report, name, w) for run in runs]) for name in families]
    return [(name, values) for name, values in table if any(value is not None for value, _ in values)]


def _average(report: Mapping[str, Any], name: str, w: Words) -> tuple[float | None, str]:
    mean = _number((report.get("averages") or {}).get(name))
    family = (report.get("families") or {}).get(name) or {}
    partial = family.get("partial") or ()
    covers = [each + (f" ({w['in_part']})" if each in partial else "") for each in family.get("benchmarks") or ()]
    missing = ", ".join(family.get("missing") or ())
    told = [", ".join(covers), w["without"].format(missing=missing) if missing else ""]
    return mean, "; ".join(filter(None, told)) if mean is not None else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def gates(run: Run) -> list[dict[str, Any]]:
    """Gates with a verdict and what is known of the value."""
    found = []
    for gate in run.report.get("gates") or ():
        verdict = gate.get("verdict") or ("passed" if gate.get("passed") else "failed")
        found.append({**gate, "verdict": verdict})
    return found


@dataclass(frozen=True)
class Difference:
    """Comparisons of run `b` against `a`, as `swallow compare --format json` prints them."""

    a: str
    b: str
    comparisons: Sequence[Mapping[str, Any]]


def differences(runs: Sequence[Run], names: Sequence[str]) -> tuple[list[Difference], list[str]]:
    """Every further run against the first, or what one run's report says of its baseline; and what is in the way."""
    if len(runs) == 1:
        baseline = runs[0].report.get("baseline") or {}
        told = baseline.get("comparisons") or ()
        return ([Difference(str(baseline.get("path") or "baseline"), names[0], told)] if told else []), []
    from swallow_metrics.compare.compare import compare_runs

    found, notes = [], []
    for name, run in zip(names[1:], runs[1:], strict=True):
        try:
            comparisons, why = compare_runs(runs[0], run)
        except UsageError as error:
            notes.append(str(error))
            continue
        found.append(Difference(names[0], name, [each.to_json() for each in comparisons]))
        notes += why
    return found, notes


def findings(run: Run) -> dict[tuple[str, str], list[str]]:
    """(benchmark, sample) → kinds of what the audit finds there."""
    from swallow_metrics.audit.audit import audit_run

    found: dict[tuple[str, str], list[str]] = {}
    if run.mode != "running":
        audit = audit_run(run)
        places = [(each.benchmark, each.sample, each.kind) for each in audit.findings]
        for benchmark, sample, kind in (*places, *((row.benchmark, row.sample, row.kind) for row in audit.rows)):
            found.setdefault((benchmark, sample), []).append(kind)
    return found


def facts(run: Run) -> str:
    """What makes the run's numbers comparable, as lines of text to copy."""
    report = run.report
    environment = report.get("environment") or {}
    told: list[tuple[str, Any]] = [
        ("run", (run.folder or run.path).resolve().name),
        ("mode", run.mode),
        ("reference", report.get("reference")),
        *((f"model.{key}", value) for key, value in report["model"].items()),
        ("command", " ".join(_quoted(str(part)) for part in environment.get("command") or ())),
    ]
    for name, part in run.benchmarks.items():
        dataset, sampling = part.get("dataset") or {}, part.get("sampling") or {}
        known = {key: dataset.get(key) for key in ("path", "revision", "rows", "sha256")}
        known |= {"release": part.get("release"), "judge": ",".join((part.get("judge") or {}).get("judges") or ())}
        known |= {"prompt_sha256": part.get("prompt_sha256"), **{k: v for k, v in sampling.items() if k != "source"}}
        told.append((name, _pairs(known)))
    told += [(key, environment.get(key)) for key in ("python", "platform")]
    told.append(("versions", _pairs(environment.get("packages") or {})))
    if sandbox := report.get("sandbox"):
        told.append(("sandbox", sandbox.get("level") if isinstance(sandbox, Mapping) else sandbox))
    return "\n".join(f"{key}: {' '.join(str(value).split())}" for key, value in told if value not in (None, ""))


def _pairs(values: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items() if value not in (None, ""))


def _quoted(argument: str) -> str:
    return f"'{argument}'" if " " in argument else argument


def written(run: Run) -> str:
    """When the run's report was written, in UTC."""
    report = run.folder / "report.json" if run.folder is not None else run.path
    try:
        return datetime.fromtimestamp(report.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except OSError:
        return ""
