"""`docs/scaling.md`: its console blocks run, its job scripts are bash and ask for what they need."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from places import ROOT

TEXT = (ROOT / "docs" / "scaling.md").read_text("utf-8")


def blocks(kind, page="scaling"):
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.mark.slow
def test_console_blocks_run(tmp_path):
    commands = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) >= 4
    modules = {"pytest": "pytest", "swallow": "swallow_metrics"}
    for command in commands:
        program, *arguments = shlex.split(command.replace("reports/", f"{tmp_path}/"))
        run = [sys.executable, "-m", modules[program], *arguments]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert (tmp_path / "whole" / "report.json").is_file()


@pytest.mark.parametrize("script", blocks("bash"))
def test_job_scripts_are_bash(script):
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", ["scaling", "ci"])
def test_jobs_ask_for_cpus_and_memory(page):
    """What a site gives without being asked is often one CPU and some hundred megabytes."""
    jobs = [script for script in blocks("bash", page) if "#SBATCH" in script]
    assert len(jobs) >= 2
    for script in jobs:
        assert "--exclusive" in script or "--cpus-per-task=" in script, script
        assert "--mem=" in script, script


def test_one_server_that_dies_ends_no_other():
    """Where Slurm is set up to end the whole step, the script says otherwise."""
    [fleet] = [script for script in blocks("bash") if "vllm serve" in script]
    assert "srun --kill-on-bad-exit=0 --wait=0" in fleet


def test_options_of_the_page_exist():
    """Of pytest's run, in blocks of every kind."""
    from swallow_metrics.plugin.options import DECLARED

    for line in re.findall(r"^\$? ?pytest (.*(?:\\\n.*)*)", TEXT, re.MULTILINE):
        for option in re.findall(r"--([a-z-]+)", line):
            assert option.replace("-", "_") in DECLARED, option
