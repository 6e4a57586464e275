"""The whole page: runs in, one self-contained file out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from swallow_metrics.errors import UsageError
from swallow_metrics.html import summary
from swallow_metrics.html.charts import charts
from swallow_metrics.html.libraries import INSTALL, Script, chart_script, packed, table_script
from swallow_metrics.html.live import open_run
from swallow_metrics.html.samples import LONGEST, pack
from swallow_metrics.html.words import Language, Words, language_of_user, words
from swallow_metrics.io import installed_version, write_atomically
from swallow_metrics.journal.folder import QUESTIONS
from swallow_metrics.journal.writer import JOURNAL
from swallow_metrics.runs import Run

PAGE = "report.html"
TEMPLATES = Path(__file__).parent / "templates"
Warn = Callable[[str], None]

# Nothing but the page itself: no address, no frame, no form, no script but those named by hash. Vega sets styles.
POLICY = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; object-src 'none'"
)


def write_page(folders: Sequence[Path], out: Path, lang: Language | None = None, warn: Warn = print) -> Path:
    """Write one page about one or several runs, whole or not at all; returns its path.

    Each of `folders` is a run folder or its report.json; of a run that is going on, the questions done so far are
    shown. `lang` is the interface's language, None for the locale's. `warn` gets one line for what cannot be shown.
    Raises UsageError.
    """
    page = build([open_run(folder, warn) for folder in folders], lang or language_of_user(), warn)
    try:
        write_atomically(out, page)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}; name another file with --out") from error
    return out


def build(runs: Sequence[Run], language: Language, warn: Warn) -> bytes:
    """The page as UTF-8. Raises UsageError."""
    w = words(language)
    names = summary.names(runs)
    runs, notes = _readable(runs, names, w, warn)
    lines = summary.lines(runs, w)
    differences, why = summary.differences(runs, names)
    notes += why
    samples = pack(runs, [summary.findings(run) for run in runs])
    if samples.longest < LONGEST:
        notes.append(w["clipped"].format(n=f"{samples.longest:,}"))
    specs = charts(runs, names, lines, samples.index, w)
    groups = {name: len(spec["data"]["values"]) for name, spec in specs.get("groups", {}).items()}
    most_groups = max(groups, key=lambda name: groups[name], default=None)
    glue = Script("glue", (TEMPLATES / "page.js").read_text("utf-8"))
    scripts = [table_script(), chart_script()]
    data = {
        "words": w,
        "language": language,
        "names": names,
        "metrics": {line.benchmark: line.metric for line in lines},
        "titles": {line.benchmark: line.title for line in lines},
        "starts": samples.starts,
        "live": any(run.mode == "running" for run in runs),
    }
    text: str = _environment().get_template("page.html.j2").render(
        w=w,
        language=language,
        runs=list(zip(names, runs, strict=True)),
        lines=lines,
        averages=summary.averages(runs, w),
        gates=[(name, gate) for name, run in zip(names, runs, strict=True) for gate in summary.gates(run)],
        differences=differences,
        titles={line.benchmark: line.title for line in lines},
        facts=[(name, summary.facts(run)) for name, run in zip(names, runs, strict=True)],
        written=[summary.written(run) for run in runs],
        notes=notes,
        specs=specs,
        most_groups=most_groups,
        policy=POLICY.format(hashes=" ".join(script.hash for script in (glue, *scripts))),
        style=(TEMPLATES / "page.css").read_text("utf-8"),
        glue=glue.text,
        scripts=scripts,
        data=_script_json(data),
        charts=packed(orjson.dumps(_plain(specs))),
        index=packed(orjson.dumps(_plain(samples.index))),
        parts=samples.parts,
        version=(installed_version("pytest-swallow") or ""),
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def _readable(runs: Sequence[Run], names: Sequence[str], w: Words, warn: Warn) -> tuple[list[Run], list[str]]:
    """The runs, without files that cannot be read, and what the page must say of that."""
    shown, notes = [], []
    for name, run in zip(names, runs, strict=True):
        prefix = f"{name}: " if len(runs) > 1 else ""
        try:
            run.question("", "")
            run.answers("", "")
        except UsageError as error:
            warn(str(error))
            notes.append(prefix + w["lacks_journal"].format(error=error))
            shown.append(replace(run, folder=None))
            continue
        for text in run.lacks:
            warn(text)
        every = sum(map(len, run.records.values()))
        for file, number in run.lacking.items():
            absent = run.folder is None or not (run.folder / file).is_file()
            notes.append(prefix + w[_ABSENT[file] if absent else "lacks_some"].format(file=file, n=number, all=every))
        shown.append(run)
    return shown, notes


_ABSENT = {QUESTIONS: "lacks_questions", JOURNAL: "lacks_answers"}


def _environment() -> Any:
    try:
        import jinja2
        from markupsafe import Markup
    except ImportError:
        raise UsageError(f"report.html needs jinja2; {INSTALL}") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,  # reports of other versions lack fields
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters["quoted"] = lambda text: quote(visible(text))
    environment.filters["trusted"] = Markup  # our own files, and base64
    return environment


# What steers a line or cannot be written: control characters, directional marks and overrides, lone surrogates.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """A text whose control characters are written out (`⟨U+202E⟩`), so that it can steer nothing."""
    return _CONTROLS.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def _plain(value: Any) -> Any:
    """JSON data whose texts can be encoded."""
    if isinstance(value, str):
        return value if value.isascii() else visible(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _script_json(value: Any) -> str:
    """JSON that may stand in a script element: no `<` can end it."""
    return orjson.dumps(_plain(value)).decode("utf-8").replace("<", "\\u003c")
