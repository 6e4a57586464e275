"""With `-n`: what is collected decides whether a run asks questions, and nothing is done before it is known."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from projects import NO_OTHER_PLUGINS
from swallow_metrics.plugin.xdist import Told

HELPER = """
import pytest
from test_mini import MINI
asks = pytest.mark.llm_eval(MINI)
"""
HELPED = """
from helper import asks

@asks
def test_helped(sample, response, score):
    score("extractive_match", response.text == sample.target)
"""


def test_a_marker_of_a_helper_asks_under_workers_too(mini):
    """The test file never says `llm_eval`; the report is as without -n."""
    folder = mini.path / "benchmarks"
    (folder / "helper.py").write_text(HELPER)
    (folder / "test_helped.py").write_text(HELPED)
    for name, workers in (("one", ()), ("two", ("-n", "2"))):
        run = mini.run("-k", "test_helped", "--run-dir", name, *workers, subprocess=bool(workers))
        run.assert_outcomes(passed=6)
    one, two = (mini.report(name)["swallow"]["benchmarks"]["mini"] for name in ("one", "two"))
    assert one == two


def test_a_suite_that_asks_nothing_runs_as_it_would_without_the_plugin(pytester):
    """Words in a file start no run: no folder, no server, xdist's own scheduler, even where an ini names a model."""
    pytester.makeini("[pytest]\nswallow_model = nobody/model\n")
    tests = "\ndef test_a(): pass\ndef test_b(): pass\n"
    for name, text in (
        ("one", "# llm_eval(sample)"),
        ("two", "def sample(): pass"),
        ("three", "SQL = 'def f(sample)'"),
    ):
        pytester.makepyfile(**{f"test_{name}": text + tests})
    result = pytester.runpytest_subprocess(*NO_OTHER_PLUGINS, "-n", "2")
    result.assert_outcomes(passed=6)
    assert not (pytester.path / "reports").exists()


def test_an_option_that_asks_nothing_stops_no_suite(pytester):
    """A run with one of our options and no question passes through the workers."""
    pytester.makepyfile(test_plain="def test_a(): pass\n")
    result = pytester.runpytest_subprocess(*NO_OTHER_PLUGINS, "-n", "2", "--limit", "3")
    result.assert_outcomes(passed=1)


def test_workers_ask_a_projects_own_engine(mini):
    """`pytest_swallow_make_engine` is heard under -n: no vLLM is looked for, and every question is asked once."""
    mini.engine('return "A"')
    mini.run("--model", "own", "--data-dir", "data", "-n", "2", subprocess=True).assert_outcomes(passed=6)
    assert sorted(line["sample"] for line in mini.journal()) == list("012345")
    assert mini.report()["swallow"]["model"]["engine"] == "fake"


def test_what_the_controller_could_not_see_is_said_by_each_item(mini):
    """A question that only a helper's fixture asks: one line says what to give, and with it the run works."""
    folder = mini.path / "benchmarks"
    fixture = "\n@pytest.fixture\ndef answer(sample, response):\n    return response\n"
    (folder / "helper.py").write_text(HELPER + fixture)
    (folder / "test_helped.py").write_text(
        "from helper import asks, answer\n@asks\ndef test_helped(answer, score):\n    score('extractive_match', 1)\n"
    )
    (folder / "test_mini.py").rename(folder / "mini_module.py")
    (folder / "helper.py").write_text((folder / "helper.py").read_text().replace("test_mini", "mini_module"))
    blind = mini.pytester.runpytest_subprocess(*NO_OTHER_PLUGINS, "benchmarks", "-n", "2")
    blind.assert_outcomes(errors=6)
    blind.stdout.fnmatch_lines(["*with -n, give --run-dir DIR as well*"])
    mini.run("-n", "2", subprocess=True).assert_outcomes(passed=6)


@given(st.integers(0, 20), st.integers(1, 5))
def test_processes_share_all_questions(total, count):
    """Each is asked by one; what a lost worker left is asked by the one that takes over."""
    items = list(range(total))
    parts = [Told(f"gw{index}", count, Path("run"), None).share_of(items) for index in range(count)]
    assert sorted(item for part in parts for item in part) == items
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert Told("gw2", 2, Path("run"), None, tuple(items[::3])).share_of(items) == items[::3]
