"""Thresholds: how they are written, and when they pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate, check_names, decide, parse_gate, read_gates

REPORT = {
    "b": {"samples": 200, "errors": 3, "unextracted": 0, "truncated": 10, "counts": {"timeout": 4},
          "metrics": {"pass@1": {"mean": 0.5}, "humaneval_pass@1:10": {"mean": 0.25}}},
    "code": {"samples": 9, "counts": {}, "issues": ["timeout"],
             "metrics": {"codegen_pass@1:10": {"mean": 0.5}, "codegen_pass@10:10": {"mean": 0.75}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value", "passed"),
    [
        ("b.pass@1>=0.5", 0.5, True),
        ("b.pass@1>=0.500001", 0.5, False),
        ("b.pass@1<=0.4", 0.5, False),
        ("b.humaneval_pass@1:10>=0.2", 0.25, True),
        (" b.errors <= 3 ", 3.0, True),
        ("b.errors<=2", 3.0, False),
        ("b.truncated<=0.05", 0.05, True),  # a threshold between 0 and 1 is a share of the samples
        ("b.truncated<=0.04", 0.05, False),
        ("b.errors<=0", 3.0, False),  # 0 and 1 themselves are numbers
        ("b.errors<=1", 3.0, False),
        ("b.timeout<=4", 4.0, True),
        ("code.timeout<=0", 0.0, True),  # it has a name and never happened
        ("code.pass@1>=0.5", 0.5, True),
        ("code.pass@10<=0.7", 0.75, False),
        ("code.codegen_pass@10:10>=0.75", 0.75, True),
        ("code.pass@100>=0", None, False),
        ("b.absent>=0", None, False),
        ("c.pass@1>=0", None, False),
    ],
)
def test_gates(expression, value, passed):
    """A gate compares the mean of a metric, a count, or a share; what is not there never passes."""
    result = decide([parse_gate(expression)], REPORT)[0]
    assert (result["value"], result["passed"]) == (value, passed)


def test_gates_on_a_baseline_are_left_to_the_comparison():
    """Those beside them are checked, wherever they stand."""
    gates = [parse_gate(text) for text in ("b.errors<=5", "b.pass@1>=baseline-0.01", "b.pass@1>=0.5")]
    assert [entry["expression"] for entry in decide(gates, REPORT)] == ["b.errors<=5", "b.pass@1>=0.5"]


def test_a_figure_over_a_part_says_of_what():
    """Of the questions that have the metric, where some lack it, else of those selected."""
    part = {
        "metrics": {"m": {"mean": 1.0}, "k": {"mean": 1.0, "partial": {"n": 2, "of": 5}}},
        "partial": {"n": 5, "of": 9},
    }
    own, whole = decide([parse_gate("b.k>=0.5"), parse_gate("b.m>=0.5")], {"b": part})
    assert (own["partial"], own["value"], own["passed"]) == ({"n": 2, "of": 5}, None, False)
    assert (whole["partial"], whole["value"], whole["passed"]) == ({"n": 5, "of": 9}, 1.0, True)
    assert "partial" not in decide([parse_gate("b.pass@1>=0.5")], REPORT)[0]


@given(st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:g}")), st.sampled_from([">=", "<="]))
def test_expressions_read_back(threshold, operator):
    """A gate's own expression means the same gate."""
    gate = Gate("b", "f1_score", operator, threshold)
    assert parse_gate(gate.expression) == gate


@pytest.mark.parametrize("text", ["b.m>=0.50", "b.m<=7097", "b.m>=0.123456789", "b.m>=1e-9"])
def test_a_threshold_is_shown_as_it_was_written(text):
    """Rounded, `>=0.9999999` would read as a gate that nothing passes."""
    assert parse_gate(text.replace("=", "= ")).expression == text


@pytest.mark.parametrize("rule", ["true", '"0.5"', "[0.1]", "{min = 0.1}", '"high"'])
def test_a_file_names_itself_and_the_rule_it_cannot_use(tmp_path, rule):
    """A number or a text with its comparison; anything else is shown with its place."""
    file = tmp_path / "gates.toml"
    file.write_text(f"[b]\nf1_score = {rule}\n")
    with pytest.raises(
        UsageError, match=r"gates\.toml: expected b\.f1_score to be a number or a text such as '>=0.55'"
    ):
        read_gates(file)


@pytest.mark.parametrize(
    "text", ["", "b", "b>=1", "b.m", "b.m>=", "b.m>1", "b.m==1", "b.m>=nan", "b.m>=inf", "b.m>=1 x"]
)
def test_what_is_no_gate(text):
    """Everything else is a usage error that shows what was given."""
    with pytest.raises(UsageError):
        parse_gate(text)


def test_a_file_of_gates(tmp_path):
    """Texts as on the command line, and tables: a bare number is at least for a metric and at most for a count."""
    file = tmp_path / "gates.toml"
    file.write_text('gates = ["a.f1>=0.5"]\n[b]\nf1 = 0.25\nerrors = 3\ntruncated = "<=0.05"\n"pass@1" = ">= 0.5"\n')
    assert [gate.expression for gate in read_gates(file)] == [
        "a.f1>=0.5", "b.f1>=0.25", "b.errors<=3", "b.truncated<=0.05", "b.pass@1>=0.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [('gates = "a.f1>=0.5"', "a list of texts"), ("gates = [0.5]", "a list of texts"), ("b = 0.5", r"a table \[b\]")],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, expected):
    """The file is named, and what was expected in it."""
    file = tmp_path / "gates.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=rf"gates\.toml: expected .*{expected}"):
        read_gates(file)


KNOWN = {"b": ["f1", "humaneval_pass@1:10"], "c": ["f1"]}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("bb.f1>=0.5", "names the benchmark 'bb', .*; nearest: b$"),
        ("zzz.f1>=0.5", "names the benchmark 'zzz', .*; nearest: b, c$"),
        ("b.f2>=0.5", "names 'f2', which b does not measure; nearest: f1"),
        ("b.f1>=baseline", "name it with --baseline RUN"),
        ("c.f1>=0.5", "no question of c is selected"),
    ],
)
def test_gates_that_a_run_cannot_measure(expression, told):
    """They are refused before anything is asked, with the nearest name."""
    with pytest.raises(UsageError, match=told):
        check_names([parse_gate(expression)], KNOWN, {"b"})


def test_gates_that_a_run_can_measure():
    """Metrics, their short names, counts, and differences where there is a baseline."""
    gates = map(parse_gate, ["b.f1>=0.5", "b.pass@1>=0.5", "b.errors<=3", "b.f1>=baseline"])
    check_names(gates, KNOWN, {"b"}, baseline=True)
    with pytest.raises(UsageError, match="which is not part of this run$"):
        check_names([parse_gate("b.f1>=0.5")], {}, set())
