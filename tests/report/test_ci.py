"""What a CI job shows of a run."""

import pytest
from markdown_it import MarkdownIt

from recorded import record, report
from swallow_metrics.report.ci import gate_errors, summary, tell

FAILED = {"expression": "mini.extractive_match>=0.9", "threshold": 0.9, "value": 0.5, "passed": False}
UNMEASURED = {"expression": "mini.bleu>=1", "threshold": 1.0, "value": None, "passed": False}
PASSED = {"expression": "mini.errors<=0", "threshold": 0.0, "value": 0.0, "passed": True}
COMPARISON = {
    "benchmark": "mini", "metric": "extractive_match", "a": 0.75, "b": 0.5, "n": 4, "difference": -0.25,
    "ci95": [-0.5, 0.1], "p": 0.5, "p_holm": 0.5, "method": "mcnemar-exact", "gained": 1, "lost": 30,
    "verdict": "underpowered", "first_gained": ["3"], "first_lost": [f"a_b/{number}" for number in range(10)],
}  # fmt: skip


def document(**more):
    records = [record("0", 1.0), record("1", 0.0)]
    families = {"exact_match": {"mean": 0.5, "benchmarks": ["mini"], "missing": ["other"]}}
    document = report(records, parts={"unextracted": 1, "truncated": 0, "counts": {}}, families=families, **more)
    return document["swallow"]


def rendered(lines):
    return MarkdownIt("commonmark").enable("table").render("\n".join(lines))


def test_everything_is_in_the_summary():
    """Results, differences, first flips, failed gates and warnings, each as GitHub's Markdown shows it."""
    gates, warnings = [FAILED, UNMEASURED, PASSED], ["few *rows*", *map(str, range(12))]
    page = rendered(summary(document(gates=gates, warnings=warnings, baseline={"comparisons": [COMPARISON]})))
    assert "<h2>model</h2>" in page
    assert "<td>extractive_match</td>" in page
    assert "average exact match over 1 of 2 benchmarks: 0.5000 (mini; without other)" in page
    assert "1 unextracted" in page
    assert '<td style="text-align:right">-0.2500</td>' in page
    assert "30 lost, in order: a_b/0, a_b/1" in page
    assert "and 20 more" in page
    assert "1 gained, in order: 3<" in page
    failed = page[page.index("Failed gates") : page.index("Warnings")]
    assert "mini.extractive_match&gt;=0.9 (measured 0.5" in failed
    assert "mini.bleu&gt;=1 was not measured" in failed
    assert "errors" not in failed
    assert "few *rows*" in page
    assert "and 3 more" in page


def test_what_could_not_be_decided_or_compared_is_told():
    """A gate that this run was too small for is a warning; a refused comparison says why."""
    gate = {**PASSED, "verdict": "underpowered", "n_needed": 900, "n": 2}
    told = document(gates=[gate], baseline={"comparisons": [], "notes": [], "refused": "the runs differ in prompt"})
    page = rendered(summary(told))
    assert "gate UNDERPOWERED: mini.errors&lt;=0" in page
    assert "<h3>Not compared with the baseline</h3>\n<ul>\n<li>the runs differ in prompt</li>" in page
    assert [line.split("::")[1] for line in gate_errors(told)] == ["warning title=Gate undecided"]


def test_a_summary_without_trouble_has_no_empty_parts():
    """No baseline, no failed gate and no warning: no headings for them."""
    assert rendered(summary(document(gates=[PASSED]))).count("<h") == 1


def test_what_was_not_measured_stands_first():
    """An incomplete run, and a demo, cannot be taken for results."""
    incomplete = {"missing": 3, "selected": 5, "reason": "no credit | <b>now</b>"}
    page = rendered(summary(document(mode="demo", incomplete=incomplete)))
    assert "no model was evaluated" in page
    assert "Incomplete: 3 of 5 questions were not measured" in page
    assert "<b>" not in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a | b", "![x](http://a)", "`x`\n# y", "\x1b[31m*a*"])
def test_names_are_texts(name):
    """A model's name is not markup, whatever it is."""
    page = rendered(summary(document(name=name)))
    assert not any(tag in page for tag in ("<script", "<img", "<code", "<em", "<h1", "\x1b"))


def test_annotations_are_one_line_each():
    """A failed gate is an error on GitHub; texts cannot begin a workflow command of their own."""
    odd = FAILED | {"expression": "mini.x>=1\n::add-mask::y%"}
    assert list(gate_errors(document(gates=[odd, PASSED]))) == [
        "::error title=Gate failed::gate FAILED: mini.x>=1%0A::add-mask::y%25 (measured 0.5, 0.4 off)"
    ]


def test_only_where_a_service_asks(tmp_path):
    """Without the variables nothing is written or printed; a second run's summary follows the first one's."""
    lines, path = [], tmp_path / "summary.md"
    tell(document(gates=[FAILED]), {}, lines.append)
    assert not lines
    for more in ({}, {"GITHUB_ACTIONS": "true"}):
        tell(document(gates=[FAILED]), {"GITHUB_STEP_SUMMARY": str(path), **more}, lines.append)
    assert path.read_text("utf-8").count("## model\n") == 2
    assert [line[:30] for line in lines] == ["::error title=Gate failed::gate"[:30]] * 2


def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path):
    """The run's result does not depend on it."""
    lines = []
    tell(document(), {"GITHUB_STEP_SUMMARY": str(tmp_path)}, lines.append)
    assert lines == [f"warning: no job summary, cannot write {tmp_path}: Is a directory"]


def test_a_run_in_ci(mini, monkeypatch, tmp_path):
    """A real run writes summary and annotations, beside its table."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = mini.run("-q", "--gate", "mini.extractive_match>=0.9")
    assert result.ret == 8
    result.stdout.fnmatch_lines(["::error title=Gate failed::gate FAILED: mini.extractive_match>=0.9 *"])
    assert "| mini | 6 | extractive\\_match | 0.6667 |" in (tmp_path / "summary.md").read_text("utf-8")


def test_a_comparison_without_flips_has_no_line_of_them():
    """Such as one of corpus metrics."""
    calm = {**COMPARISON, "first_gained": [], "first_lost": []}
    page = rendered(summary(document(baseline={"comparisons": [calm]})))
    assert "Against the baseline" in page
    assert "in order:" not in page
