"""Write prompt templates to a folder that `--prompts` takes: `export` ours, `import` those of a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts.importing import read_templates, tasks_folder
from swallow_metrics.prompts.judge_importing import check_judge_prompts, read_judge_prompts, write_judge_prompts
from swallow_metrics.prompts.load import read_template


def builtin_folder() -> Path:
    """Our own templates: with the benchmarks, which an installation has beside this package. Raises UsageError."""
    beside = Path(__file__).parents[2]
    folders = [beside / name / "prompts" for name in ("benchmarks", "swallow_benchmarks")]
    for folder in folders:
        if folder.is_dir():
            return folder
    raise UsageError(f"expected the built-in prompts in {folders[0]} or {folders[1]}; install pytest-swallow again")


def export_prompts(folder: Path, *, force: bool = False) -> list[Path]:
    """Write our templates to a folder. Raises UsageError, before anything is written."""
    templates = {path.stem: read_template(path) for path in sorted(builtin_folder().glob("*.txt"))}
    return write_templates(templates, folder, force=force)


def import_prompts(checkout: Path, folder: Path, *, force: bool = False) -> tuple[list[Path], list[str]]:
    """Write a checkout's templates to a folder; returns what was written, and a line for each that is missing.

    Judge prompts become `judge_prompts_<language>.jsonl`, for `--judge-prompts`. Raises UsageError when this is no
    checkout, or a file is in the way; then nothing is written.
    """
    templates, problems = read_templates(checkout)
    judging, missing = read_judge_prompts(tasks_folder(checkout))
    check_judge_prompts(judging, folder, force=force)
    written = write_templates(templates, folder, force=force)
    return written + write_judge_prompts(judging, folder), problems + missing


def write_templates(templates: Mapping[str, str], folder: Path, *, force: bool = False) -> list[Path]:
    """Write `<benchmark>.txt` files: each template plus one line feed. Raises UsageError."""
    files = {folder / f"{benchmark}.txt": template for benchmark, template in templates.items()}
    there = sorted(path.name for path in files if path.exists())
    if there and not force:
        others = f" and {len(there) - 1} others" if len(there) > 1 else ""
        raise UsageError(f"{folder} has {there[0]}{others} already; add --force to write over them")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, template in files.items():
            path.write_bytes(f"{template}\n".encode())  # bytes: text mode would change line ends on some systems
    except OSError as error:
        raise UsageError(f"cannot write prompts to {folder} ({error.strerror or error})") from error
    return list(files)
