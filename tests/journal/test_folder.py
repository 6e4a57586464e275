"""A run's folder: whose it is, what it holds, what it is called."""

import re

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.journal.folder import RunDir, default_path
from swallow_metrics.journal.lock import FolderLock


def test_names(tmp_path):
    """The time and the last part of the model's name, as a file name; never one that is there."""
    first = default_path(tmp_path, "org/My Model:v1/")
    assert first.parent == tmp_path / "reports"
    assert re.fullmatch(r"\d{8}T\d{6}Z-My-Model-v1", first.name)
    for name in ("", "..", "/", "日本"):
        assert re.fullmatch(r"\d{8}T\d{6}Z-run", default_path(tmp_path, name).name)
    made = set()
    for _ in range(4):
        path = default_path(tmp_path, "m")
        path.mkdir(parents=True)
        made.add(path)
    assert len(made) == 4
    numbers = [path.name.rpartition("-m")[2] for path in sorted(made, key=lambda path: path.stat().st_ino)]
    assert set(numbers) <= {"", "-2", "-3", "-4"}
    assert "" in numbers
    assert "-2" in numbers


def test_workers_journals_become_one(tmp_path):
    """In the workers' order, after what is there; torn reports of a killed run go, other files stay."""
    (tmp_path / "responses.jsonl").write_text("1\n")
    (tmp_path / "responses.gw1.jsonl").write_text("3\n4")
    (tmp_path / "responses.gw0.jsonl").write_text("2\n")
    (tmp_path / ".report.json.123").write_text("{")
    (tmp_path / "report.json").write_text("{}")
    folder = RunDir(tmp_path, resume=True)
    assert len(folder.journals()) == 3
    folder.merge()
    assert (tmp_path / "responses.jsonl").read_text() == "1\n2\n3\n"  # a torn line is no line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "responses.jsonl"]
    folder.merge()
    assert (tmp_path / "responses.jsonl").read_text() == "1\n2\n3\n"


@pytest.mark.parametrize("size", [1, 3])
def test_a_journal_that_was_joined_already_is_not_joined_again(tmp_path, size):
    """A run killed between joining a worker's journal and removing it."""
    part = "".join(f"{n}\n" for n in range(size))
    (tmp_path / "responses.jsonl").write_text("before\n" + part)
    (tmp_path / "responses.gw0.jsonl").write_text(part)
    RunDir(tmp_path, resume=True).merge()
    assert (tmp_path / "responses.jsonl").read_text() == "before\n" + part
    assert not (tmp_path / "responses.gw0.jsonl").exists()


def test_a_folder_is_one_runs(tmp_path):
    """It is refused while another run writes it, and where it holds a run that is not to go on."""
    folder = RunDir(tmp_path / "run", resume=False)
    folder.check()
    folder.create()
    other = RunDir(tmp_path / "run", resume=True)
    with pytest.raises(UsageError):
        other.check()
    with pytest.raises(UsageError):
        other.create()
    RunDir(tmp_path / "run", resume=True, worker="gw0").create()  # a worker writes for the run that holds it
    folder.release()
    other.check()
    folder.journal.write_text("")
    with pytest.raises(UsageError, match="already holds"):
        RunDir(tmp_path / "run", resume=False).check()
    other.check()
    (tmp_path / "file").write_text("")
    for method in ("check", "create"):
        with pytest.raises(UsageError, match="file"):
            getattr(RunDir(tmp_path / "file", resume=False), method)()


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(5, "Input/output error"), "Input/output error"), (OSError("x"), "x")]
)
def test_a_folder_that_cannot_be_locked(tmp_path, monkeypatch, error, said):
    """One line says why, in the system's words, and what to do."""

    def broken(_path):
        raise error

    monkeypatch.setattr("filelock.FileLock", broken)
    with pytest.raises(UsageError) as raised:
        FolderLock(tmp_path).acquire()
    assert str(raised.value) == f"cannot lock the run's folder {tmp_path}: {said}; choose another --run-dir"
