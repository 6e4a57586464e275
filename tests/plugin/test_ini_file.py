"""A path in a word of its own may hide the ini file from pytest: one line says so, and what cures it works."""

import os
import shlex

import pytest

from projects import NO_OTHER_PLUGINS, usage_line

INI = "[pytest]\nswallow_gates = mini.extractive_match>=0.9\n"
OPTIONS = ("--data-dir", "--run-dir", "--prompts", "--replay", "--model", "--baseline")
FILES = {
    "pytest.ini": "[pytest]\nswallow_limit = 1\n",
    ".pytest.ini": "[pytest]\nswallow_model = x\n",
    "pytest.toml": "[pytest]\nswallow_model = 'x'\n",
    ".pytest.toml": "[pytest]\nswallow_model = 'x'\n",
    "pyproject.toml": "[tool.pytest]\nswallow_model = 'x'\n",
    "tox.ini": "[pytest]\nswallow_model = x\n",
    "setup.cfg": "[tool:pytest]\nswallow_model = x\n",
}


class Project:
    """A project with the bundled benchmark beside a folder that is elsewhere; runs begin in the project."""

    def __init__(self, mini):
        self.mini = mini
        self.path = mini.path / "project"
        self.elsewhere = mini.path / "else where"
        self.elsewhere.mkdir()
        self.path.mkdir()
        for name in ("benchmarks", "data", "answers.jsonl"):
            (mini.path / name).rename(self.path / name)
        (self.path / "run").mkdir()
        module = self.path / "benchmarks" / "test_mini.py"
        self.by_name = ("-p", "no:cacheprovider", "--pyargs", "test_mini")
        mini.pytester.syspathinsert(module.parent)

    def run(self, monkeypatch, *arguments):
        monkeypatch.chdir(self.path)
        return self.mini.pytester.runpytest_inprocess(*NO_OTHER_PLUGINS, *map(str, arguments), "--collect-only")


@pytest.fixture
def project(mini):
    return Project(mini)


def configfile(result):
    return next((line.removeprefix("configfile: ") for line in result.outlines if line.startswith("configfile")), None)


@pytest.mark.parametrize("option", OPTIONS)
def test_an_ini_file_that_an_options_value_hides_is_named(project, monkeypatch, option):
    """With option, file and cure; the cure as it is written makes pytest read the file."""
    (project.path / "pytest.ini").write_text(INI)
    line = usage_line(project.run(monkeypatch, *project.by_name, option, project.elsewhere))
    words = f"{option} '{project.elsewhere}'"
    assert line.startswith(f"ERROR: {words}: pytest takes the value for a test path")
    assert f"does not read {project.path / 'pytest.ini'}" in line
    first, second = line.partition("; write ")[2].split(", or give ")
    for cure in (shlex.split(first), [option, project.elsewhere, *shlex.split(second)]):
        result = project.run(monkeypatch, *project.by_name, *cure)
        assert "test path" not in result.stderr.str()
        assert configfile(result) in ("pytest.ini", None)  # None: another error came before pytest said so


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("above", [False, True])
def test_every_file_that_pytest_reads_is_looked_at(project, monkeypatch, name, above):
    """In the folder of the run, or in one above it."""
    file = project.path / name
    file.write_text(FILES[name])
    if above:
        project.path /= "below"
        project.path.mkdir()
    line = usage_line(project.run(monkeypatch, *project.by_name, "--data-dir", project.elsewhere))
    assert f"does not read {file}; write" in line


def test_words_of_the_environment_and_options_in_an_ini_file_count(project, monkeypatch):
    """`PYTEST_ADDOPTS` is read as the command line is; `addopts` is as good a setting as any."""
    (project.path / "pytest.ini").write_text("[pytest]\naddopts = --limit 2\n")
    with monkeypatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", shlex.join(["--data-dir", str(project.elsewhere)]))
        assert "does not read" in usage_line(project.run(monkeypatch, *project.by_name))
    rootdir = ("--rootdir", project.path)  # says nothing of the ini file
    assert "does not read" in usage_line(
        project.run(monkeypatch, *project.by_name, *rootdir, "--data-dir", project.elsewhere)
    )


@pytest.mark.parametrize(
    ("file", "text", "arguments"),
    [
        ("project/pytest.ini", INI, ["--pyargs", "test_mini", "--run-dir", "run"]),  # inside the project
        ("project/pytest.ini", INI, ["--pyargs", "test_mini", "--run-dir=../else where"]),
        ("project/pytest.ini", INI, ["--pyargs", "test_mini", "--run-dir", "../not there"]),
        ("project/pytest.ini", INI, ["benchmarks", "--run-dir", "../else where"]),  # pytest finds it by the test path
        ("pytest.ini", INI, ["--pyargs", "test_mini", "--run-dir", "../else where"]),  # above both
        ("project/pytest.ini", "[pytest]\naddopts = -ra\n", ["--pyargs", "test_mini", "--run-dir", "../else where"]),
        ("project/setup.cfg", "[other]\nswallow_model = x\n", ["--pyargs", "test_mini", "--run-dir", "../else where"]),
        ("project/pytest.ini", INI, ["--help", "--run-dir", "../else where"]),
        ("project/README", INI, ["--pyargs", "test_mini", "--run-dir", "../else where"]),
        ("project/pytest.ini", INI, ["--pyargs", "test_mini", "--basetemp", "../else where", "--limit", "2"]),
        ("project/pytest.ini", INI, ["--pyargs", "--no-html", "benchmarks/../../else where"]),  # a test path
    ],
)
def test_no_false_alarm(project, monkeypatch, file, text, arguments):
    """Where pytest reads what it should, where nothing of ours is lost, and where no option of ours is the reason."""
    (project.mini.path / file).write_text(text)
    result = project.run(monkeypatch, *arguments)
    assert "test path" not in result.stderr.str()
    assert result.ret in (0, 5)


def test_workers_are_not_needed_to_say_it(project, monkeypatch):
    """One line, before any of them starts."""
    (project.path / "pytest.ini").write_text(INI)
    monkeypatch.chdir(project.path)
    monkeypatch.setenv("PYTHONPATH", str(project.path / "benchmarks"), prepend=os.pathsep)
    arguments = (*project.by_name, "--data-dir", str(project.elsewhere), "-n", "2")
    assert "does not read" in usage_line(project.mini.pytester.runpytest_subprocess(*NO_OTHER_PLUGINS, *arguments))
