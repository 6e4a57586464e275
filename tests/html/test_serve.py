"""`swallow view`: one page on loopback that follows the run, and clear lines for what goes wrong."""

import http.client
import json
import socket
import threading
import webbrowser
from http.server import ThreadingHTTPServer

import pytest

from pages import answer, question, small_run, unpacked
from swallow_metrics.cli.main import main
from swallow_metrics.html import serve as module


@pytest.fixture
def serving(monkeypatch):
    """Start a server in a thread; gives what asks it. Ended as Ctrl-C ends it."""
    servers, threads, said = [], [], []
    started = threading.Event()

    class Server(ThreadingHTTPServer):
        def serve_forever(self, poll_interval=0.01):
            servers.append(self)
            started.set()
            super().serve_forever(poll_interval)
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "ThreadingHTTPServer", Server)

    def start(folder, **options):
        settings = {"browser": False, "tell": said.append, "warn": said.append, **options}
        threads.append(threading.Thread(target=module.serve, args=([folder], 0, "en"), kwargs=settings))
        threads[0].start()
        assert started.wait(120)

        def get(path="/", host=None):
            connection = http.client.HTTPConnection("127.0.0.1", servers[0].server_port, timeout=120)
            connection.request("GET", path, headers={"Host": host} if host else {})
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8")

        get.said = said
        return get

    yield start
    for server in servers:
        server.shutdown()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)


def test_the_page_and_nothing_else(serving, tmp_path):
    """Other paths are not there, and no other site can ask under a name of its own."""
    get = serving(small_run(tmp_path / "run"))
    status, text = get()
    assert (status, text[:15]) == (200, "<!doctype html>")
    assert get("/report.json")[0] == 404
    assert get("/../report.json")[0] == 404
    assert get(host="evil.example:80")[0] == 404
    assert "127.0.0.1" in get.said[0]


def test_a_run_that_goes_on(serving, tmp_path):
    """Answers appear as they are written; a line that is being written waits; the scores follow at the end."""
    folder = tmp_path / "run"
    folder.mkdir()
    lines = "".join(json.dumps(question(str(k))) + "\n" for k in range(3))
    (folder / "questions.jsonl").write_text(lines)
    journal = folder / "responses.jsonl"
    journal.write_text(json.dumps(answer("0")) + "\n" + json.dumps(answer("1"))[:30])
    get = serving(folder)
    text = get()[1]
    assert "1 of 3 answered" in text
    assert unpacked(text, "part0")[0]["runs"][0]["answers"][0]["text"] == "The answer is A."
    journal.write_text("".join(json.dumps(answer(str(k))) + "\n" for k in range(2)))
    assert "2 of 3 answered" in get()[1]
    small_run(folder, 3)
    text = get()[1]
    assert "answered" not in text.partition('id="data"')[0]
    assert "0.3333" in text


def test_files_that_break_while_it_serves(serving, tmp_path):
    """The answer says why; the server stays."""
    folder = small_run(tmp_path / "run")
    get = serving(folder)
    whole = (folder / "report.json").read_bytes()
    (folder / "report.json").write_bytes(whole[:50])
    assert get()[0] == 500
    assert "truncated or was edited" in get()[1]
    (folder / "report.json").write_bytes(whole)
    assert get()[0] == 200


def test_no_browser(serving, monkeypatch, tmp_path):
    """It says so, with the address, and serves."""
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    get = serving(small_run(tmp_path / "run"), browser=True)
    assert get()[0] == 200
    assert any("no browser could be started here; open http://127.0.0.1" in line for line in get.said)


def test_a_port_in_use(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["view", str(small_run(tmp_path / "run")), "--port", port, "--no-browser"]) == 4
    error = capsys.readouterr().err
    assert error.startswith(f"error: cannot listen on port {port}: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["html", "view"])
def test_no_run(tmp_path, capsys, command):
    """A folder without a run, and no folder."""
    assert main([command, str(tmp_path)]) == 4
    assert main([command, str(tmp_path / "gone")]) == 4
    error = capsys.readouterr().err.splitlines()
    assert [line[:7] for line in error] == ["error: "] * 2


def test_html_writes_beside_the_report(tmp_path, capsys):
    """Where --out does not say otherwise."""
    folder = small_run(tmp_path / "run")
    assert main(["html", str(folder), "--report-lang", "ja"]) == 0
    assert 'lang="ja"' in (folder / "report.html").read_text("utf-8")
    assert main(["html", str(folder / "report.json"), str(folder), "--out", str(tmp_path / "two.html")]) == 0
    assert (tmp_path / "two.html").is_file()
    assert capsys.readouterr().out.count("wrote ") == 2
