"""Thresholds: how they are written, and when they pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate, check, parse_gate, read_gates

REPORT = {
    "b": {"samples": 200, "errors": 3, "unextracted": 0, "truncated": 10, "counts": {"timeout": 4},
          "metrics": {"pass@1": {"mean": 0.5}, "humaneval_pass@1:10": {"mean": 0.25}}},
    "code": {"samples": 9, "counts": {}, "trouble": ["timeout"],
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
    result = check([parse_gate(expression)], REPORT)[0]
    assert (result["value"], result["passed"]) == (value, passed)


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
