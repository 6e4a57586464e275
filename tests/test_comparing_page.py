"""docs/comparing.md shows what its commands print."""

import re
import subprocess
import sys

import pytest

from places import ROOT

BLOCKS = re.findall(r"```console\n\$ (.*?)\n(.*?)```", (ROOT / "docs" / "comparing.md").read_text("utf-8"), re.DOTALL)
PROGRAMS = {"pytest": "pytest -p no:cacheprovider", "swallow": "swallow_metrics"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder that stands for `runs/`: later commands read what earlier ones wrote."""
    return tmp_path_factory.mktemp("runs")


@pytest.mark.parametrize(("command", "shown"), BLOCKS)
def test_a_console_block(runs, command, shown):
    """Every line that the page shows is printed."""
    program, arguments = command.replace("runs/", f"{runs}/").split(" ", 1)
    line = f"{sys.executable} -m {PROGRAMS[program]} {arguments}"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    printed = [text.rstrip() for text in done.stdout.splitlines()]
    assert [text for text in shown.splitlines() if text not in printed] == []
