"""docs/comparing.md shows what its commands print."""

import re
import subprocess
import sys

from places import ROOT

BLOCKS = re.findall(r"```console\n\$ (.*?)\n(.*?)```", (ROOT / "docs" / "comparing.md").read_text("utf-8"), re.DOTALL)
PROGRAMS = {"pytest": "pytest -p no:cacheprovider", "swallow": "swallow_metrics"}


def test_console_blocks(tmp_path):
    """Every line that the page shows is printed. One test: later commands read what earlier ones wrote to `runs/`."""
    for command, shown in BLOCKS:
        program, arguments = command.replace("runs/", f"{tmp_path}/").split(" ", 1)
        line = f"{sys.executable} -m {PROGRAMS[program]} {arguments}"
        done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr}"
        printed = [text.rstrip() for text in done.stdout.splitlines()]
        assert [text for text in shown.splitlines() if text not in printed] == [], command
    assert BLOCKS
