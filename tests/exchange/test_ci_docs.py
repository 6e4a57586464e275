"""docs/ci.md: its workflows parse, its scripts too, and its commands do what the page says."""

import os
import re
import subprocess
import sys

import pytest

from places import ROOT
from projects import NO_OTHER_PLUGINS, read_jsonl, write_jsonl
from swallow_metrics.cli.main import main

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
YAML = [text for kind, text in BLOCKS if kind == "yaml"]
SCRIPTS = [text for kind, text in BLOCKS if kind == "bash"]
CONSOLE = [text for kind, text in BLOCKS if kind == "console"]


def scripts_of(workflow):
    """The shell scripts of a GitHub workflow or a GitLab file."""
    if "jobs" in workflow:
        return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    return [line for job in workflow.values() for line in job["script"]]


@pytest.fixture(scope="module")
def workflows():
    yaml = pytest.importorskip("yaml", reason="PyYAML, which pre-commit brings, reads the workflows")
    return [yaml.safe_load(text) for text in YAML]


def test_workflows_have_the_parts_of_their_service(workflows):
    """GitHub's and GitLab's: triggers, jobs with steps, caches, and the artifact that is the next baseline."""
    github, gitlab = workflows
    assert github[True].keys() == {"push", "pull_request"}  # YAML 1.1 reads `on` as true; GitHub does not
    (job,) = github["jobs"].values()
    assert job["runs-on"]
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    used = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout", "astral-sh/setup-uv", "actions/cache", "actions/upload-artifact"]
    upload = job["steps"][-1]
    assert upload["with"] == {"name": "run", "path": "run"}
    assert upload["if"] == "always()"
    assert "--name run --dir baseline" in "".join(scripts_of(github))
    assert gitlab["evaluation"]["artifacts"]["reports"] == {"junit": "junit.xml"}


def test_scripts_are_scripts(workflows):
    """Bash reads each of them."""
    found = [*SCRIPTS, *CONSOLE, *(script for workflow in workflows for script in scripts_of(workflow))]
    assert len(found) > 8
    for script in found:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_options_are_options(pytester, capsys):
    """Every option of every pytest and swallow command of the page exists."""
    helps = {"pytest": pytester.runpytest_inprocess(*NO_OTHER_PLUGINS, "--help").stdout.str()}
    for name in ("export", "import", "merge"):
        capsys.readouterr()
        assert main([name, "--help"]) == 0
        helps[f"swallow {name}"] = capsys.readouterr().out
    scripts = " ".join(block.replace("\\\n", " ") for kind, block in BLOCKS if kind != "text")
    for name, text in helps.items():
        known = text + " --junitxml"  # another name of --junit-xml, which help leaves out
        used = {
            option for line in re.findall(rf"{name} ([^\n|]*)", scripts) for option in re.findall(r"--[a-z-]+", line)
        }
        used |= set(re.findall(r"gates\+?=\((--[a-z]+)", scripts)) if name == "pytest" else set()
        assert used, name
        assert not {option for option in used if not re.search(rf"{option}\b", known)}, name


def test_the_commands_do_what_the_page_says(tmp_path):
    """Console blocks in order, on bundled questions: summary, JUnit, exports, and answers that come back."""
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")
    demo = ROOT / "benchmarks" / "demo"
    rows, answers = (read_jsonl(demo / name)
                     for name in ("swallow_jmmlu.jsonl", "swallow_jmmlu.responses.jsonl"))  # fmt: skip
    samples = [{"doc_id": n, "doc": row, "resps": [[answers[n]["text"]]]} for n, row in enumerate(rows)]
    write_jsonl(tmp_path / "samples" / "samples_jmmlu_2026.jsonl", samples)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("pytest", "swallow"):
        module = name if name == "pytest" else "swallow_metrics"
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tools / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    told = ""
    for block in CONSOLE:
        script = "set -eu\n" + block.replace("uv run ", "")
        done = subprocess.run(
            ["bash"], input=script, capture_output=True, text=True, check=False, cwd=tmp_path, env=env
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        told += done.stdout
    assert "| swallow\\_jmmlu | 16 |" in (tmp_path / "summary.md").read_text("utf-8")
    assert '<property name="extractive_match"' in (tmp_path / "junit.xml").read_text("utf-8")
    assert (tmp_path / "run" / "questions.parquet").is_file()
    assert len(list((tmp_path / "logs").glob("*.eval"))) == 1
    assert "16 answers (lm-eval) to 16 of 16 questions" in told
    assert (tmp_path / "scored" / "report.json").is_file()
