"""report.html at the end of a run. Whatever happens to it, the run's figures are written already and stay."""

from __future__ import annotations

from importlib.util import find_spec

from swallow_metrics.journal.folder import RunDir
from swallow_metrics.settings import Settings

_NEEDS = ("jinja2", "itables", "vl_convert")
INSTALL = "pip install 'pytest-swallow[html]'"


def can_write_page() -> bool:
    """Whether the extra `html` is installed."""
    return all(find_spec(name) is not None for name in _NEEDS)


def note(settings: Settings) -> str:
    """What the line about the report says of its page."""
    if not settings.html:
        return ""
    return " and report.html" if can_write_page() else f" (for report.html: {INSTALL})"


def write_run_page(run_dir: RunDir, settings: Settings) -> list[str]:
    """Write the page beside the report, if it is wanted and can be; returns what could not be shown or written."""
    if not (settings.html and can_write_page()):
        return []
    from swallow_metrics.html import PAGE, write_page

    said: list[str] = []
    try:
        write_page([run_dir.path], run_dir.path / PAGE, settings.report_lang, said.append)
    except Exception as error:  # noqa: BLE001  # a page must never cost a run its exit status
        said.append(f"REPORT.HTML NOT WRITTEN: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    return said
