"""Make the READMEs' pictures from a real run of the demo: `uv run python .ci/pictures.py`.

The terminal is a real pseudo-terminal read back by pyte. The page is report.html in Debian's Chromium. Both become PNG
files in docs/pictures.
"""

from __future__ import annotations

import html
import os
import pty
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import pyte
from playwright.sync_api import sync_playwright

from swallow_metrics.html import write_page

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
COLUMNS, ROWS = 120, 40
MARKERS = "swallow_jmmlu or hellaswag or jemhopqa_cot or math_500 or humaneval or wmt20_en_ja"
ARGUMENTS = ["-m", MARKERS, "--gate", "hellaswag.extractive_match>=0.5", "--run-dir", "reports/demo"]
COLOURS = {"green": "#7fc97f", "red": "#f0736a", "brown": "#e0b45c", "yellow": "#e0b45c", "cyan": "#6cc5cf"}
TEXT = "#d6d9df"
STYLE = f"margin:0;padding:18px 22px;color:{TEXT};font:14px/1.4 'DejaVu Sans Mono',monospace;display:inline-block"


def run_in_terminal(folder: Path) -> pyte.Screen:
    """Run the demo in `folder`; returns the screen as it stands at the end."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    process, descriptor = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS), "PYTHONPATH": str(folder)}
        # The header would list plugins and paths of the machine that made the picture.
        command = [sys.executable, "-m", "pytest", "benchmarks", "--no-header", *ARGUMENTS]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is needed
    while True:
        try:
            data = os.read(descriptor, 1 << 16)
        except OSError:  # the other end is closed
            break
        stream.feed(data)
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit("expected the demo to end with status 0, but got:\n" + "\n".join(screen.display))
    return screen


def as_html(screen: pyte.Screen) -> str:
    """Draw the screen as a page of its own, below the command that was typed."""
    lines = []
    for row in range(ROWS):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        spans = (
            f'<span style="color:{COLOURS.get(cell.fg, TEXT)};font-weight:{600 if cell.bold else 400}">'
            f"{html.escape(cell.data)}</span>"
            for cell in cells
        )
        lines.append("".join(spans))
    while lines and not screen.display[len(lines) - 1].strip():
        lines.pop()
    typed = html.escape(f"$ pytest benchmarks {shlex.join(ARGUMENTS)}").replace(" --", " \\\n    --")
    text = f'<span style="color:{COLOURS["cyan"]}">{typed}</span>\n' + "\n".join(lines)
    body = f'<body style="margin:0;background:#1d2026"><pre id="terminal" style="{STYLE}">{text}</pre>'
    return f'<meta charset="utf-8">{body}'


def main() -> None:
    """Write both pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "pytest-swallow"  # a copy: reports of the checkout stay as they are
        for part in ("swallow_metrics", "benchmarks"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / part, folder / part)
        drawn = folder / "terminal.html"
        drawn.write_text(as_html(run_in_terminal(folder)), "utf-8")
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 760}, device_scale_factor=1.2)
        page.goto(drawn.as_uri())
        page.locator("#terminal").screenshot(path=PICTURES / "terminal.png")
        page.goto(write_page([folder / "reports" / "demo"], folder / "report.html", "en").as_uri())
        page.wait_for_timeout(1500)  # until the page has drawn its tables
        page.screenshot(path=PICTURES / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
