"""What a project's own test body scores: whatever it is, the run goes on, and every question is accounted for."""

import pytest

BODY = """
import fractions, decimal, enum, numpy
from swallow_metrics import MeasurementError

class Odd:
    def __repr__(self):
        raise RuntimeError("no repr")

def pairs(value):
    one, two = value
    return (one, two)

MINI = __import__("dataclasses").replace(MINI, metrics=(
    Metric("extractive_match", voted=True), Metric("pair", statistics=pairs), Metric("known", unmeasured=True),
))
LOOP = []
LOOP.append(LOOP)

@pytest.mark.english
@pytest.mark.llm_eval(MINI)
{marks}
def test_mini(sample, responses, score):
    if sample.id != "1":
        return score("extractive_match", True)
    {body}
"""
RIGHT = "score('extractive_match', True)"


def write(mini, body, marks=""):
    module = mini.path / "benchmarks" / "test_mini.py"
    head = module.read_text().split("@pytest.mark.english")[0]
    lines = "\n    ".join(body.split("\n"))
    module.write_text(head + BODY.replace("{body}", lines).replace("{marks}", marks))


def error_of_one(mini, result, folder="run"):
    """The error of question 1, after a run in which the other five were measured."""
    assert result.ret == 1, result.stdout.str() + result.stderr.str()
    report = mini.report(folder)
    part = report["swallow"]["benchmarks"]["mini"]
    assert (part["samples"], part["scored"], part["errors"], part["skipped"]) == (6, 5, 1, 0)
    assert part["metrics"]["extractive_match"]["mean"] == 1.0
    (one,) = [test["metadata"] for test in report["tests"] if test["metadata"]["error"]]
    assert one["sample"] == "1" and "extractive_match" not in one["scores"]
    assert "INTERNALERROR" not in result.stdout.str() and "Traceback" not in result.stdout.str()
    assert "\n" not in one["error"]
    return one["error"]


NOT_A_NUMBER = [
    "None", "'abc'", "''", "b'1'", "1j", "{}", "{1}", "object()", "Odd()", "float", "(i for i in [1])", "10**400", "1e308",
    "float('nan')", "float('inf')", "-float('inf')", "decimal.Decimal('NaN')", "decimal.Decimal('sNaN')",
    "numpy.float64('nan')", "numpy.float32('inf')", "numpy.complex128(1)", "numpy.str_('1')", "numpy.datetime64('2024')",
    "[None]", "[1, 'abc']", "[float('nan')]", "(1, float('inf'))", "[[1]]", "[1j]", "[Odd()]", "LOOP", "numpy.eye(2)",
    "numpy.array([1, numpy.nan])", "numpy.array(['a'])",
]  # fmt: skip


def test_no_number(mini):
    """Each is refused by itself, with the metric, the value and what to do, whatever metric it is scored for."""
    body = f"""errors = 0
for value in ({", ".join(NOT_A_NUMBER)},):
    for metric in ("extractive_match", "pair"):
        for say in (lambda: score(metric, value), lambda: score.repeats(metric, [1, value])):
            try:
                say()
            except MeasurementError as error:
                assert repr(metric) in str(error) and "expected a finite number (up to 1e+300)" in str(error)
                errors += 1
            else:
                assert value is None and errors, value  # what a repeat scored may be unknown
raise MeasurementError(str(errors))"""
    write(mini, body)
    assert int(error_of_one(mini, mini.run())) == 4 * len(NOT_A_NUMBER) - 2


@pytest.mark.parametrize("value", ["None", "'abc'", "1j", "[]", "float('nan')", "[1, None]", "object()"])
def test_a_wrong_score(mini, value):
    """Of its question alone: the others are measured, and the report is written."""
    write(mini, f"score('extractive_match', {value})")
    error = error_of_one(mini, mini.run())
    assert "'extractive_match'" in error and "but got" in error and ";" in error


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("score('extractive_match', [1, 0])", ["'extractive_match'", "[1, 0]", "a number"]),
        (f"{RIGHT}\nscore('pair', 1)", ["'pair'", "but got 1"]),
        (f"{RIGHT}\nscore('pair', [1, 2])\nscore('pair', [3, 4])", ["'pair'", "[1, 2, 3, 4]"]),
        ("score('extractive_match', 1)\nscore('extractive_match', [1])", ["a number", "but got [1]"]),
        (f"{RIGHT}\nscore('pair', [1])\nscore('pair', 1)", ["a list", "but got 1"]),
        ("", ["'extractive_match' or 'pair'", "scored nothing"]),
        ("score.extract('A')\nscore.count('tries')", ["'extractive_match' or 'pair'", "scored nothing"]),
        ("score('known', 1)", ["'extractive_match' or 'pair'"]),
    ],
)
def test_what_does_not_add_up(mini, body, said):
    """A list for a mean, a number for a list, too long a list, two kinds, nothing at all."""
    write(mini, body or "pass")
    error = error_of_one(mini, mini.run())
    assert all(words in error for words in said), error


@pytest.mark.parametrize("said", ["score('pair', [1])\nscore('pair', [2])", "score.repeats('pair', [[1], None])"])
def test_what_a_repeat_scored_does_not_add_up(mini, said):
    """The two lists joined would, but each repeat has a score of its own as well."""
    write(mini, f"{RIGHT}\n{said}")
    mini.engine("return 'A'")
    error = error_of_one(mini, mini.run("--data-dir", "data", "--model", "m", "--repeats", "2"))
    assert "'pair'" in error and "but got [1]" in error


@pytest.mark.parametrize("value", ["None", "[]", "float('nan')", ""])
def test_the_same_under_workers(mini, value):
    """A wrong score and none; a worker goes on with its share."""
    write(mini, f"score('extractive_match', {value})" if value else "pass")
    one = error_of_one(mini, mini.run("--run-dir", "one"), "one")
    assert error_of_one(mini, mini.run("-n", "2", "--run-dir", "two", subprocess=True), "two") == one


def test_a_known_value_that_does_not_add_up_goes_with_its_question(mini):
    """What is scored of a metric that is `unmeasured` counts in spite of an error, unless it is what is wrong."""
    write(mini, "score('known', 1)\nscore('extractive_match', None)")
    error_of_one(mini, mini.run("--run-dir", "one"), "one")
    assert mini.report("one")["swallow"]["benchmarks"]["mini"]["metrics"]["known"]["mean"] == 1
    write(mini, "score('known', [1])\nscore('extractive_match', None)")
    error_of_one(mini, mini.run("--run-dir", "two"), "two")
    assert "known" not in mini.report("two")["swallow"]["benchmarks"]["mini"]["metrics"]


ACCEPTED = {
    "True": 1.0, "1": 1.0, "0.5": 0.5, "fractions.Fraction(1, 2)": 0.5, "decimal.Decimal('0.5')": 0.5,
    "enum.IntEnum('E', 'A').A": 1.0, "numpy.bool_(True)": 1.0, "numpy.int64(1)": 1.0, "numpy.float32(0.5)": 0.5,
    "numpy.array(0.5)": 0.5,
}  # fmt: skip
ACCEPTED_PAIRS = ["(1, 2)", "[True, 2.0]", "[numpy.int64(1), numpy.float32(2)]", "numpy.array([1, 2])"]


def test_what_is_a_number_is_scored_as_one(mini):
    """As JSON's own numbers, with workers too, which hand on nothing else."""
    values = f"({', '.join(ACCEPTED)},)"
    body = f"for value in {values}:\n    score('extractive_match', value)\n"
    body += f"for pair in ({', '.join(ACCEPTED_PAIRS)},):\n    score('known', 0.5)\nscore('pair', pair)"
    write(mini, body)
    for name, workers in (("one", ()), ("two", ("-n", "2"))):
        result = mini.run("--run-dir", name, *workers, subprocess=bool(workers))
        assert result.ret == 0, result.stdout.str()
        (one,) = [test["metadata"] for test in mini.report(name)["tests"] if test["metadata"]["sample"] == "1"]
        mean = sum(ACCEPTED.values()) / len(ACCEPTED)
        assert one["scores"] == {"extractive_match": mean, "known": 0.5, "pair": [1, 2]}


@pytest.mark.parametrize("pair", ACCEPTED_PAIRS)
def test_a_list_of_numbers(mini, pair):
    """For a metric that adds them up."""
    write(mini, f"{RIGHT}\nscore('pair', {pair})")
    assert mini.run().ret == 0
    (one,) = [test["metadata"] for test in mini.report()["tests"] if test["metadata"]["sample"] == "1"]
    assert one["scores"]["pair"] == [1, 2]


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("pytest.skip('not today')", ""),
        ("pytest.xfail('known trouble')", ""),
        ("pass", "@pytest.mark.xfail(condition=True, reason='known trouble')"),
    ],
)
def test_a_question_that_is_left_out_needs_no_score(mini, body, marks):
    """It is skipped, not measured and not an error."""
    write(mini, body, marks)
    assert mini.run().ret == 0
    part = mini.report()["swallow"]["benchmarks"]["mini"]
    assert (part["samples"], part["scored"], part["errors"], part["skipped"]) == (6, 5, 0, 1)


def test_what_else_is_kept_is_written_somehow(mini):
    """Spans, details, answers and warnings that JSON has no form for become text, the same with workers."""
    body = """score("extractive_match", True, extracted={1}, answer=1)
score("extractive_match", True, extracted=decimal.Decimal(1), answer="1")
score.extract((1, numpy.float64(2)))
for number, value in enumerate((LOOP, {(1, 2): 3}, {1: 2}, (1, 2), Odd, float("nan"))):
    score.detail(number, value)
score.warn(ValueError("of mine"))
score.count(("a", 1))
score.issue(3)"""
    write(mini, body)
    records = []
    for name, workers in (("one", ()), ("two", ("-n", "2"))):
        result = mini.run("--run-dir", name, *workers, subprocess=bool(workers))
        assert result.ret == 0, result.stdout.str() + result.stderr.str()
        records += [test["metadata"] for test in mini.report(name)["tests"] if test["metadata"]["sample"] == "1"]
    one, two = records
    assert one == two
    assert one["extracted"][:2] == ["{1}", "1"]
    assert (one["details"]["2"], one["details"]["3"], one["details"]["5"]) == ({"1": 2}, [1, 2], None)
    assert "of mine" in one["warnings"][0]
