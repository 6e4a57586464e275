"""`docs/report.schema.json` says what reports are, and refuses what they are not."""

import copy
import json

import pytest

from recorded import record, report
from schema import checked, validator
from swallow_metrics.cli.main import main


def test_a_real_report(mini):
    """With gates, groups, an unextracted and an errored question; `mini.report` checks every report in these tests."""
    mini.engine("if request.sample == '3': raise EngineError('lost')\nreturn 'A'")
    conftest = mini.path / "conftest.py"
    conftest.write_text("from swallow_metrics.errors import EngineError\n" + conftest.read_text())
    mini.run("--model", "m", "--data-dir", "data", "--gate", "mini.extractive_match>=0.9", "--gate", "mini.errors<=3")
    swallow = mini.report()["swallow"]
    assert len(swallow["gates"]) == 2
    assert swallow["benchmarks"]["mini"]["errors"] == 1
    assert 0.3 < swallow["benchmarks"]["mini"]["smallest_difference"] < 1.5


def full_report(tmp_path):
    """A report with everything that the contract adds, and comparisons as the command prints them."""
    paths = []
    for name, values in (("a", [1.0, 0.0, 1.0]), ("b", [1.0, 1.0])):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(report([record(str(n), value) for n, value in enumerate(values)])))
        paths.append(str(path))
    assert main(["compare", *paths, "--format", "json", "--out", str(tmp_path / "out.json")]) == 0
    document = report([record("0", 1.0, counts={"truncated": 1})])
    part = document["swallow"]["benchmarks"]["mini"]
    part |= {"unextracted": 0, "truncated": 0, "counts": {}, "dataset": {"revision": None, "sha256": None}}
    part |= {"prompt_sha256": None, "sampling": {}, "skipped": 0, "fingerprint": {}, "chance": 0.25}
    part |= {"smallest_difference": 0.02}
    gate = {"expression": "mini.extractive_match>=baseline-0.01", "value": 0.5, "passed": True}
    document["swallow"]["gates"] = [gate | {"threshold": 0.49, "verdict": "underpowered"}]
    document["swallow"]["baseline"] = json.loads((tmp_path / "out.json").read_text())
    return document


def test_everything_that_the_contract_adds(tmp_path):
    """Comparisons, verdicts, fingerprints, chance, smallest differences."""
    checked(full_report(tmp_path))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("swallow", "schema"), 2),
        (("swallow", "mode"), "else"),
        (("swallow", "benchmarks", "mini", "samples"), -1),
        (("swallow", "benchmarks", "mini", "metrics", "extractive_match", "ci95"), [0.1]),
        (("swallow", "benchmarks", "mini", "metrics", "extractive_match", "method"), "guess"),
        (("swallow", "benchmarks", "mini", "chance"), 2),
        (("swallow", "gates", 0, "verdict"), "perhaps"),
        (("swallow", "baseline", "comparisons", 0, "verdict"), "equal"),
        (("swallow", "baseline", "comparisons", 0, "p"), 1.5),
        (("tests", 0, "metadata", "scores", "extractive_match"), "1.0"),
        (("exitcode",), 7),
    ],
)
def test_what_reports_are_not(tmp_path, path, value):
    """Each field of the contract is checked."""
    document = copy.deepcopy(full_report(tmp_path))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not validator().is_valid(document)
