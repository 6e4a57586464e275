"""A question that two items ask would count twice: one line says which, before anything is asked."""

import shutil

import pytest

from projects import usage_line

MARK = "@pytest.mark.llm_eval(MINI)\n"
COUNT = """
import pytest

@pytest.fixture
def count(request):
    return request.param

def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("count")
    metafunc.parametrize("count", range(2), indirect=True)
"""  # what pytest-repeat's --count 2 does to every test
AGAIN = """
import pytest

@pytest.fixture(params=["a", "b"], autouse=True)
def again(request):
    return request.param
"""


def copied(folder):
    shutil.copy(folder / "test_mini.py", folder / "test_other.py")


def linked(folder):
    (folder / "more").mkdir()
    (folder / "more" / "linked").symlink_to(folder, target_is_directory=True)


def second_test(folder):
    with (folder / "test_mini.py").open("a") as file:
        file.write(f"\n{MARK}def test_again(sample, response, score):\n    score('extractive_match', 1)\n")


def parametrized(folder):
    module = folder / "test_mini.py"
    text = module.read_text().replace(MARK, f"@pytest.mark.parametrize('style', ['plain', 'terse'])\n{MARK}")
    module.write_text(text.replace("(sample, responses", "(style, sample, responses"))


def fixture(folder):
    (folder / "conftest.py").write_text(AGAIN)


def repeated(folder):
    (folder / "conftest.py").write_text(COUNT)


@pytest.mark.parametrize("double", [copied, linked, second_test, parametrized, fixture, repeated])
def test_two_items_of_one_question_are_one_line(mini, double):
    """Whatever made them; with both node ids, and nothing is written."""
    folder = mini.path / "benchmarks"
    double(folder)
    for looks in ((), ("--collect-only",), ("--shard", "1/2"), ("--dry-run",)):
        line = usage_line(mini.run(*looks))
        assert "sample '0' of mini" in line
        assert line.count(".py::test_") == 2
        assert "give the copied benchmark or sample an id of its own, or select one" in line
    assert not (mini.path / "run").exists()


def test_one_of_two_may_be_selected(mini):
    """The copy itself is no fault: what is selected of both is."""
    copied(mini.path / "benchmarks")
    assert mini.run("--deselect", "benchmarks/test_other.py").ret == 0
    assert mini.report()["swallow"]["benchmarks"]["mini"]["samples"] == 6


def test_an_item_that_is_collected_twice_is_named_once(mini):
    """`--keep-duplicates` gives both the same node id."""
    line = usage_line(mini.run("--keep-duplicates", "benchmarks/test_mini.py"))
    assert "benchmarks/test_mini.py::test_mini[0], twice, ask the same question" in line


def test_two_rows_with_one_id_are_one_line(mini):
    """A `sample` that gives several rows the same id: their answers could not be told apart."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace("Sample(row.id,", "Sample('same',"))
    assert "sample 'same' of mini" in usage_line(mini.run("--replay", "answers.jsonl", "--data-dir", "data"))


def test_workers_are_told_once(mini):
    """The controller says it, before it starts them."""
    copied(mini.path / "benchmarks")
    assert "sample '0' of mini" in usage_line(mini.run("-n", "2", subprocess=True))
    assert not (mini.path / "run").exists()
