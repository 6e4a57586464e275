"""Arguments that are handed over directly are those that pytest's fixtures would give, for every item."""

import pytest

MODULE = "benchmarks/test_mini.py"
OVER = {
    "an override that makes a new value": "import pytest\n@pytest.fixture\ndef responses(responses): return responses * 2\n",
    "an override that changes the value in place": (
        "import pytest\n@pytest.fixture\ndef responses(responses):\n    responses.append(responses[0])\n    return responses\n"
    ),
    "an override that first fails": (
        "import pytest\nasked = []\n@pytest.fixture\ndef responses(responses):\n"
        "    asked.append(1)\n    assert len(asked) > 1\n    return responses * 2\n"
    ),
}


def records(mini):
    return [test["metadata"] for test in mini.report()["tests"]]


COUNTING = '        score("length", len(responses))\n'


@pytest.mark.parametrize("conftest", OVER.values(), ids=OVER)
def test_a_project_s_fixture_over_ours_is_asked_for_every_item(mini, conftest):
    module = mini.path / MODULE
    module.write_text(module.read_text().replace('        score("length", len(response.text))\n', COUNTING))
    (mini.path / "benchmarks" / "conftest.py").write_text(conftest)
    mini.run()
    lengths = [record["scores"].get("length") for record in records(mini)]
    assert [length for length in lengths if length is not None] == [2.0] * (5 if "assert" in conftest else 6)


def test_a_fixture_of_the_project_and_the_test_get_the_same_objects(mini):
    """The project's fixture scores with the test's `score`, and sees its question and answers."""
    (mini.path / "benchmarks" / "conftest.py").write_text(
        "import pytest\n@pytest.fixture(autouse=True)\ndef extra(sample, responses, score):\n"
        "    assert len(responses) == 1\n    score('length', 1000 + int(sample.id))\n"
    )
    module = mini.path / MODULE
    module.write_text(module.read_text().replace('        score("length", len(response.text))\n', ""))
    assert mini.run().ret == 0
    assert [record["scores"]["length"] for record in records(mini)] == [1000.0 + n for n in range(6)]


def test_every_item_is_told_from_the_others_in_the_report(mini):
    """Line and name of each item are its own, though they are looked up once for a function."""
    mini.run()
    tests = mini.report()["tests"]
    assert [test["nodeid"] for test in tests] == [f"{MODULE}::test_mini[{n}]" for n in range(6)]
    assert len({test["lineno"] for test in tests}) == 1
    assert all(set(test["setup"]) == {"duration", "outcome"} for test in tests)
