"""`swallow doctor`: every finding says what to do, and nothing is asked that was not named."""

import json

import pytest

from endpoint import Endpoint
from swallow_metrics.cli.main import main
from swallow_metrics.wiring import doctor


@pytest.fixture(autouse=True)
def nothing_slow(monkeypatch):
    """No hub, and the sandbox as it was found elsewhere: it has tests of its own."""
    good = doctor.Finding("sandbox", "good", "level full")
    monkeypatch.setattr(doctor, "sandbox", lambda: good)


def findings(capsys, *arguments):
    status = main(["doctor", "--format", "json", *arguments])
    return status, {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}


def test_whatever_is_not_good_says_what_to_do(capsys, tmp_path):
    """On this machine, whatever it lacks."""
    status, found = findings(capsys, "--data-dir", str(tmp_path))
    assert status == 0
    assert list(found) == ["python", "vllm", "gpu", "data", "sandbox", "disk", "open files", "terminal"]
    for finding in found.values():
        assert finding["found"]
        assert finding["state"] == "good" or finding["advice"], finding


def test_a_model_and_a_judge_are_asked_once(capsys, tmp_path, monkeypatch):
    """With their own keys, which are not shown."""
    monkeypatch.setenv("DOCTOR_KEY", "sk-canary-1")
    monkeypatch.setenv("TEAM", "canary-2")
    with Endpoint(lambda body: "OK") as server:
        arguments = ["--model", "m", "--base-url", server.url, "--judge-model", "j", "--judge-base-url", server.url]
        status = main(["doctor", "--data-dir", str(tmp_path), "--api-key-env", "DOCTOR_KEY", *arguments,
                       "--header", "X-Team=TEAM", "--judge-header", "X-Judge=TEAM"])  # fmt: skip
    output = capsys.readouterr().out
    assert status == 0
    assert "m answers" in output
    assert "j answers" in output
    assert ["X-Team" in headers for headers in server.headers] == [True, False]
    assert ["X-Judge" in headers for headers in server.headers] == [False, True]
    assert "canary" not in output


def test_an_endpoint_that_does_not_answer_stops_every_run(capsys, tmp_path):
    """Exit status 1, and one line that names it."""
    status, found = findings(capsys, "--data-dir", str(tmp_path), "--model", "m", "--base-url", "http://127.0.0.1:1/v1")
    assert status == 1
    assert found["model"]["state"] == "bad"
    assert "http://127.0.0.1:1/v1 cannot be reached" in found["model"]["found"]


def test_folders_that_cannot_serve(capsys, tmp_path):
    """A data folder that is none is bad."""
    status, found = findings(capsys, "--data-dir", str(tmp_path / "none"))
    assert (status, found["data"]["state"]) == (1, "bad")


@pytest.mark.parametrize(("status", "says"), [(200, "answers"), (404, "answers"), (None, "cannot be reached")])
def test_the_hub_is_asked_for_one_page(monkeypatch, status, says):
    """Any answer is one; nothing at its address is none."""
    from urllib.error import HTTPError, URLError

    class Page:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def urlopen(url, timeout):
        assert timeout <= 10
        if status is None:
            raise URLError("nobody there")
        if status != 200:
            raise HTTPError(url, status, "no", {}, None)
        return Page()

    monkeypatch.setattr(doctor, "urlopen", urlopen)
    assert says in doctor.data(None).found


def test_a_model_needs_its_endpoint(capsys):
    """One line."""
    assert main(["doctor", "--model", "m"]) == 4
    assert capsys.readouterr().err == "error: --model and --base-url go together: a model is asked at its endpoint\n"
