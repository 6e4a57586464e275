"""The live table on a real pseudo-terminal, read back by a terminal emulator: what a user sees, line by line."""

import fcntl
import io
import os
import pty
import select
import struct
import sys
import termios
import time

import pyte
import pytest

from places import ROOT
from swallow_metrics.datatypes import Record
from swallow_metrics.plugin.live import LiveTable

ROWS = 32
ENGINE = """
from swallow_metrics.engines.fake import FakeEngine

def pytest_swallow_make_engine(config, model):
    return FakeEngine(lambda request: "Answer: A", latency_s=0.15)
"""


class Terminal:
    """A program on a pseudo-terminal; `seen` are its screens over time, without empty lines."""

    def __init__(self, arguments, folder, columns, resize=None, **environment):
        self.seen = []
        process, self._descriptor = pty.fork()
        if process == 0:
            os.chdir(folder)
            path = os.pathsep.join([str(ROOT), str(folder)])
            for name in ("COLUMNS", "LINES", "CI", "BUILD_NUMBER", "NO_COLOR", "FORCE_COLOR", "PY_COLORS"):
                os.environ.pop(name, None)
                os.unsetenv(name)  # readline sets two of them where `os.environ` does not see it
            os.environ.update({"TERM": "xterm-256color", "PYTHONPATH": path, **environment})
            os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])
        self._resize(columns)
        self.screen = pyte.Screen(columns, ROWS)
        stream, start = pyte.ByteStream(self.screen), time.monotonic()
        while True:
            try:
                data = os.read(self._descriptor, 1 << 16)
            except OSError:  # Linux: the other side is closed
                break
            stream.feed(data)
            if resize and any("hellaswag" in line for line in self.lines()):
                self._resize(resize)
                self.screen.resize(ROWS, resize)
                resize = None
            if not select.select([self._descriptor], [], [], 0.02)[0]:  # a screen may be more than one read
                self.seen.append(self.lines())
            assert time.monotonic() - start < 180
        os.close(self._descriptor)
        self.status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def _resize(self, columns):
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))

    def lines(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]


def run(tmp_path, columns, *more, resize=None, limit=16, **environment):
    (tmp_path / "slow_engine.py").write_text(ENGINE)
    fixed = ["-p", "slow_engine", "-p", "no:cacheprovider", "-p", "no:anyio", "-c", os.devnull, "--rootdir", str(ROOT)]
    asked = [str(ROOT / "benchmarks/test_hellaswag.py"), "--model", "m", "--max-in-flight", "2", "--run-dir", "run"]
    data = tmp_path / "data"
    if not data.exists():
        data.mkdir()
        (data / "hellaswag.jsonl").write_bytes((ROOT / "benchmarks/demo/hellaswag.jsonl").read_bytes())
    arguments = [*fixed, *asked, "--data-dir", "data", "--limit", str(limit), *more]
    return Terminal(arguments, tmp_path, columns, resize, **environment)


def is_live(line):
    return "/" in line and line.startswith("hellaswag ") and "±" in line


@pytest.mark.parametrize(
    "columns", [pytest.param(60, marks=pytest.mark.slow), 80, pytest.param(200, marks=pytest.mark.slow)]
)
def test_the_table_moves_and_leaves_nothing_behind(tmp_path, columns):
    """While items run: what is done and the running score. Afterwards: the results, and no line of the table."""
    terminal = run(tmp_path, columns)
    assert terminal.status == 0
    moving = [line for lines in terminal.seen for line in lines if is_live(line)]
    assert len(set(moving)) > 1, terminal.seen
    assert all(len(line) <= columns for line in moving)
    heads = [line for lines in terminal.seen for line in lines if line.startswith("benchmark ") and " done " in line]
    assert all("q/s tok/s left" in head for head in heads)
    assert all(sum(map(is_live, lines)) <= 1 for lines in terminal.seen)
    end = terminal.lines()
    joined = "".join(end)
    assert not any(is_live(line) for line in end), end
    assert "benchmark done" not in " ".join(joined.split())
    assert joined.count("swallow results") == 1
    assert "report: " in joined
    assert " passed in " in end[-1]


@pytest.mark.slow
def test_a_terminal_that_becomes_narrower(tmp_path):
    """The table is drawn for the new width, and the lines before it are still there once."""
    terminal = run(tmp_path, 120, resize=60)
    assert terminal.status == 0
    assert sum("= test s" in line for line in terminal.lines()) == 1
    assert not any(is_live(line) for line in terminal.lines())


@pytest.mark.slow
def test_with_workers_there_is_one_table(tmp_path):
    """Xdist's own lines do not stand in it."""
    terminal = run(tmp_path, 80, "-n", "2")
    assert terminal.status == 0
    assert all(sum(map(is_live, lines)) <= 1 for lines in terminal.seen)
    assert not any(line.startswith("benchmark ") and " done " in line for line in terminal.lines())
    assert "swallow results" in "".join(terminal.lines())


@pytest.mark.slow
@pytest.mark.parametrize("option", ["-v", "-q", "-s"])
def test_where_pytest_writes_itself_there_is_no_table(tmp_path, option):
    """Lines of -v, letters of -q, and whatever tests print with -s stay whole."""
    terminal = run(tmp_path, 80, option, limit=4)
    assert terminal.status == 0
    assert not any(is_live(line) for lines in terminal.seen for line in lines)
    joined = "".join(terminal.lines())  # a long path wraps within a word
    assert ("WRONG" if option == "-v" else "x") in joined


@pytest.mark.slow
def test_without_colour_there_is_none(tmp_path):
    """NO_COLOR is respected, and the table is still shown."""
    terminal = run(tmp_path, 80, NO_COLOR="1")
    cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
    assert terminal.status == 0
    assert {cell.fg for cell in cells} == {"default"}
    assert any(is_live(line) for lines in terminal.seen for line in lines)


def text_of(table, columns):
    from rich.console import Console

    console = Console(width=columns, file=io.StringIO())
    with console.capture() as capture:
        console.print(table)
    return capture.get().splitlines()


@pytest.fixture
def many():
    """23 benchmarks: some done, one under way, the others not begun."""
    return LiveTable(
        {f"benchmark_{n}": 10 for n in range(23)}, lambda _: {"mean": 0.5, "ci95": [0.4, 0.6]}, "wait", sys.stdout
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("height", [5, 10, 50])
def test_no_line_is_too_long_and_the_table_fits(many, columns, height):
    """Whatever the size of the terminal: those under way are shown, then those that ended last."""
    for number in range(12):
        for sample in range(10 if number < 11 else 3):
            many.update(
                Record(
                    f"benchmark_{number}",
                    str(sample),
                    counts={"completion_tokens": 7},
                    error="e" if sample == 1 else None,
                )
            )
    lines = text_of(many.table(columns, height, time.monotonic()), columns)
    assert len(lines) <= height
    assert all(len(line) <= columns for line in lines)
    assert any("3/10" in line for line in lines)
    assert "113/230" in lines[-1]


def test_a_running_score_is_never_of_less_than_half_of_what_is_done():
    """However fast answers come."""
    asked = []
    live = LiveTable({"b": 1000}, lambda _: asked.append(live.rows["b"].done), "wait", sys.stdout)
    for number in range(1000):
        live.update(Record("b", str(number)))
        live.table(80, 24, 0.0)
        assert live.rows["b"].done <= 2 * asked[-1]
    assert len(asked) < 15


def test_before_the_first_answer_it_says_what_it_waits_for(many):
    """And for how long."""
    assert text_of(many.table(80, 24, time.monotonic() + 40), 80)[-1].strip().startswith("wait, 40 s")
