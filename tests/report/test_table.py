"""The terminal's table: golden lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.report.table import aligned, fitted, gate_line, results_table

PART = {"primary": "m", "samples": 4, "scored": 4, "errors": 0, "counts": {}}
FIGURE = {"mean": 0.75, "ci95": [0.25, 0.95], "method": "score"}
JUDGE = {"judge_score": {"mean": 0.5}, "missing": 1, "verdicts": 8, "retried": 2, "self_agreement": {"alpha": 0.8}}
SILENT = {"judge_score": None, "missing": 8, "verdicts": 8, "retried": 8, "self_agreement": {"alpha": None}}


def lines(part, **more):
    document = {"benchmarks": {"b": PART | part}, "gates": [], "incomplete": None} | more
    return [text for text, _ in results_table(document)][1:]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"metrics": {"m": FIGURE}}, "b 4 m 0.7500 0.2500 – 0.9500 (score) none"),
        ({"metrics": {}, "errors": 4}, "b 4 m - - 4 errors"),
        ({"metrics": {"m": FIGURE | {"ci95": [None, None]}}}, "b 4 m 0.7500 - none"),
        ({"metrics": {"m": FIGURE}, "partial": {"n": 3, "of": 9}}, "b 3 of 9 m 0.7500 0.2500 – 0.9500 (score) none"),
        (
            {"metrics": {"m": FIGURE}, "issues": ["time_out"], "counts": {"time_out": 2, "unnamed": 7}},
            "b 4 m 0.7500 0.2500 – 0.9500 (score) 2 time out",
        ),
    ],
)
def test_a_benchmarks_line(part, expected):
    """What was not measured has no figure, and what is an issue is counted."""
    assert [" ".join(line.split()) for line in lines(part)] == [expected]


def test_repeats_have_a_line():
    """Their deviation, and the majority's score where answers were voted on; one over a part says so."""
    figure = FIGURE | {"repeats": {"n": 2, "stdev": 0.25}}
    assert lines({"metrics": {"m": figure}})[1] == "b over 2 repeats: standard deviation between them 0.2500"
    several = {"m_maj@2:2": {"mean": 0.5}, "m_pass@2:2": {"mean": 1.0, "partial": {"n": 3, "of": 4}}}
    assert lines({"metrics": {"m": figure} | several})[1] == (
        "b over 2 repeats: standard deviation between them 0.2500, maj@2 0.5000, pass@2 1.0000 (3 of 4)"
    )


def test_judges_have_a_line_each():
    """Score, missing verdicts, agreement and cost, as far as they are known."""
    judges = {"x": JUDGE | {"cost_usd": 1.5}, "": SILENT | {"cost_usd": None}}
    judge = {"judges": judges, "agreement": {"alpha": 0.9, "distance": 0.5}}
    assert lines({"metrics": {}, "judge": judge})[1:] == [
        "b judged by x: 0.5000, 1 of 8 verdicts missing, 2 asked again, self-agreement 0.80, $1.50",
        "b judged by an unnamed judge: no score, 8 of 8 verdicts missing, 8 asked again",
        "b agreement of its judges: alpha 0.90, 0.50 points apart on average",
    ]
    unknown = {"judges": {}, "agreement": {"alpha": None}}
    assert len(lines({"metrics": {}, "judge": unknown})) == 1


@pytest.mark.parametrize(("level", "weak"), [("full", False), ("no-namespaces", False), ("limits-only", True)])
def test_a_weak_sandbox_is_loud(level, weak):
    """The level that programs ran at, whatever it is."""
    line = lines({"metrics": {}}, sandbox={"level": level})[1]
    assert line.startswith(f"sandbox: {level}")
    assert ("WEAKER THAN RECOMMENDED" in line) == weak


def test_averages_gates_and_what_is_missing():
    """A family of one has no line of its own; an incomplete run says why, where that is known."""
    one = {"mean": 0.5, "benchmarks": ["b"], "missing": []}
    none = {"mean": None, "benchmarks": [], "missing": ["c", "d"]}
    gate = {"expression": "b.m>=0.5", "threshold": 0.5, "value": 0.75, "passed": True}
    for reason, told in ((None, ""), ("no credit", " (no credit)")):
        incomplete = {"missing": 1, "selected": 4, "reason": reason}
        assert lines({"metrics": {}}, families={"f1": one, "judge": none}, gates=[gate], incomplete=incomplete)[1:] == [
            "average judge score over 0 of 2 benchmarks: - (none; without c, d)",
            "gate passed: b.m>=0.5 (measured 0.75, 0.25 to spare)",
            f"INCOMPLETE: 1 of 4 questions were not measured{told}",
        ]
    both = {"mean": 0.5, "benchmarks": ["b", "c"], "missing": []}
    parts = {"b": PART | {"metrics": {}, "partial": {"n": 1, "of": 4}}, "c": PART | {"metrics": {}}}
    assert (
        lines({}, families={"f1": both}, benchmarks=parts)[2] == "average F1 over 2 benchmarks: 0.5000 (b in part, c)"
    )


LOUD = {
    "NOT COMPARED": {"red": True, "bold": True},
    "INCOMPLETE": {"red": True, "bold": True},
    "gate FAILED: measured": {"red": True, "bold": True},
    "gate FAILED: b.m>=0.5 was": {"red": True, "bold": True},
    "gate UNDERPOWERED: strict": {"red": True, "bold": True},
    "gate UNDERPOWERED: lenient": {"yellow": True},
    "gate passed": {"green": True},
    "sandbox: none (WEAKER": {"yellow": True, "bold": True},
    "warning: odd": {"yellow": True},
    "b m: few": {"yellow": True},
    "average judge score": {"yellow": True},
    "average F1": {},
    "benchmark": {"bold": True},
    "b ": {"bold": False},
    "chance": {},
}


def test_what_needs_attention_is_seen():
    """What makes a run fail or incomplete is red and bold, what is doubtful yellow, what passed green, the rest plain."""
    gate = {"expression": "strict", "threshold": 0.5, "value": 0.5}
    document = {
        "benchmarks": {"b": PART | {"metrics": {"m": FIGURE | {"note": "few"}}, "chance": 0.25}, "c": PART | {"metrics": {}}},
        "families": {
            "judge": {"mean": 0.5, "benchmarks": ["b"], "missing": ["d"]},
            "f1": {"mean": 0.5, "benchmarks": ["b", "c"], "missing": []},
        },
        "sandbox": {"level": "none"},
        "gates": [
            gate | {"expression": "measured", "passed": False},
            gate | {"expression": "b.m>=0.5", "passed": False, "value": None},
            gate | {"passed": False, "verdict": "underpowered"},
            gate | {"expression": "lenient", "passed": True, "verdict": "underpowered"},
            gate | {"passed": True},
        ],
        "baseline": {"refused": "another version"},
        "incomplete": {"missing": 1, "selected": 4},
    }  # fmt: skip
    shown = results_table(document, ["odd"])
    for begins, markup in LOUD.items():
        assert next(m for text, m in shown if text.startswith(begins)) == markup, begins


@pytest.mark.parametrize(
    ("gate", "line"),
    [
        ({"value": 0.4, "passed": False}, "gate FAILED: b.m>=0.5 (measured 0.4, 0.1 off)"),
        ({"value": None, "passed": False}, "gate FAILED: b.m>=0.5 was not measured"),
        (
            {"value": None, "passed": False, "partial": {"n": 1, "of": 2}},
            "gate FAILED: b.m>=0.5 was not measured: only 1 of 2 questions have it",
        ),
        (
            {"value": 0.75, "passed": True, "partial": {"n": 1, "of": 2}},
            "gate passed: b.m>=0.5 (measured 0.75, 0.25 to spare; over 1 of 2 questions)",
        ),
    ],
)
def test_a_gates_line(gate, line):
    """What was measured and by how much, or why it could not be checked."""
    assert gate_line({"expression": "b.m>=0.5", "threshold": 0.5} | gate)[0] == line


def test_wide_characters_take_two_columns():
    """Columns stand below each other on a terminal."""
    assert aligned([("日本", "x"), ("abcd", "y"), ("a", "z")]) == ["日本  x", "abcd  y", "a     z"]


@given(
    st.lists(st.text("ab日 ", min_size=1).map(str.strip).filter(bool), min_size=1),
    st.sampled_from([" ", "  "]),
    st.integers(8, 120),
)
def test_lines_fit_a_terminal_and_lose_no_word(words, gap, width):
    """Only a word (or a column) that is wider than the terminal goes beyond it; a line that fits stays as it is."""
    text = gap.join(words)
    found = [line for line, _ in fitted([(text, {})], width)]
    assert " ".join(found).split() == text.split()
    for line in found:
        alone = line.strip() in words or " " not in line.strip()
        assert sum(2 if character == "日" else 1 for character in line) <= width or alone
    if len(text) * 2 <= width:
        assert found == [text]


def test_a_line_is_broken_behind_columns_first():
    """Words of a column stay together where the column fits."""
    line = ("one two  three four five  six", {})
    assert [text for text, _ in fitted([line], 24)] == ["one two  three four five", "    six"]
    assert [text for text, _ in fitted([line], 21)] == ["one two", "    three four five", "    six"]
    assert [text for text, _ in fitted([line], 20)] == ["one two  three four", "    five  six"]
    assert [text for text, _ in fitted([("aaaa bbbb cccc", {})], 10)] == ["aaaa bbbb", "    cccc"]


def test_a_baselines_refusal_and_early_decisions_have_lines():
    """And what is doubtful is counted."""
    part = {"metrics": {"m": FIGURE}, "early": {"decided_after": 1200, "not_needed": 5897}, "doubtful_rows": 2}
    told = lines(part, baseline={"refused": "the runs differ in prompt"})
    assert (
        "b: decided after 1,200 questions, 5,897 not needed; the score of what was asked leans away from the gate"
        in told
    )
    assert "NOT COMPARED with the baseline: the runs differ in prompt" in told
    assert any(line.startswith("audit: 0 doubtful answers, 2 rows that cannot measure") for line in told)


def test_a_gate_on_a_baseline_shows_threshold_and_interval_of_the_difference():
    """One that could not see the drop says how many questions it needs."""
    gate = {
        "expression": "b.m>=baseline-0.01", "value": 0.5, "threshold": 0.52, "passed": True, "verdict": "underpowered",
        "ci95": [-0.1, 0.06], "n": 80, "n_needed": 5000, "decided_after": 70,
    }  # fmt: skip
    text, colour = gate_line(gate)
    assert text == (
        "gate UNDERPOWERED: b.m>=baseline-0.01 (measured 0.5, threshold 0.52; 95 % interval of the difference "
        "-0.1000 … +0.0600; needs 5,000 questions, has 80; decided after 70 questions)"
    )
    assert colour == {"yellow": True}


def test_a_note_about_a_score_has_a_line():
    """Such as a BLEU of 0 that is no wrong translation."""
    assert lines({"metrics": {"m": FIGURE | {"note": "0 by definition"}}})[1] == "b m: 0 by definition"
