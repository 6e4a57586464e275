"""report.html in the folder of a run: written last, and never at the cost of the run."""

import re

import swallow_metrics.html
from swallow_metrics.plugin import page


def test_a_run_has_a_page(mini):
    """In the language that is asked for, beside the report."""
    result = mini.run("--report-lang", "ja")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["report: *report.json and report.html"])
    text = (mini.path / "run" / "report.html").read_text("utf-8")
    assert re.search(r"<html[^>]* lang=.?ja", text)
    assert "mini" in text


def test_no_html_leaves_it_out(mini):
    """And does not speak of it."""
    result = mini.run()
    assert result.ret == 0
    assert not (mini.path / "run" / "report.html").exists()
    assert "report.html" not in result.stdout.str()


def test_a_page_that_fails_costs_nothing(mini, monkeypatch):
    """Whatever goes wrong is one line; exit status and report stay."""

    def broken(*_):
        raise RuntimeError("no\nroom")

    monkeypatch.setattr(swallow_metrics.html, "write_page", broken)
    result = mini.run("--report-lang", "en")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["REPORT.HTML NOT WRITTEN: RuntimeError: no room"])
    assert mini.report()["swallow"]["benchmarks"]["mini"]["scored"] == 6


def test_without_the_extra_the_run_says_how_to_get_it(mini, monkeypatch):
    """In the line about the report."""
    monkeypatch.setattr(page, "find_spec", lambda name: None)
    result = mini.run("--report-lang", "en")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["report: *report.json (for report.html: pip install 'pytest-swallow?html?')"])
    assert not (mini.path / "run" / "report.html").exists()
