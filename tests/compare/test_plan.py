"""`swallow plan`: from one run, and from two."""

import json

import numpy as np
import pytest

from recorded import record, run_folder
from swallow_metrics.cli.main import main


def plans(capsys, *arguments):
    assert main(["plan", *map(str, arguments), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)["plans"]


def test_one_run(tmp_path, capsys):
    """Half the width of the interval stands for the standard error of a paired difference."""
    run = run_folder(tmp_path / "a", [record(str(n), float(n % 2)) for n in range(400)])
    path = run / "report.json"
    path.write_text(path.read_text().replace("[0.0, 1.0]", "[0.451, 0.549]"))
    (found,) = plans(capsys, run)
    assert found["shown"] == pytest.approx(2.8016 * 0.025, rel=1e-3)
    assert found["questions"] == pytest.approx(400 * 7.004**2, rel=1e-2)
    assert found["repeats"] is None
    assert plans(capsys, run, "--difference", "0.1")[0]["questions"] < 400
    assert main(["plan", str(run)]) == 0
    assert "19,6" in capsys.readouterr().out


def test_two_runs(tmp_path, capsys):
    """Models that agree on most questions need fewer."""
    values = [float(n % 2) for n in range(400)]
    other = [1 - value if n < 20 else value for n, value in enumerate(values)]
    a, b = (
        run_folder(tmp_path / name, [record(str(n), v) for n, v in enumerate(each)])
        for name, each in (("a", values), ("b", other))
    )
    (alone,), (paired,) = plans(capsys, a), plans(capsys, a, b)
    assert paired["questions"] < 0.2 * alone["questions"]
    assert paired["shown"] == pytest.approx(2.8 * (22 / 402 / 402) ** 0.5, rel=0.01)


def test_generations(tmp_path, capsys):
    """More of them help as far as the generations vary, and not the questions."""
    random = np.random.default_rng(0)
    parts = {"sampling": {"repeats": 4}}
    close = [record(str(n), random.binomial(4, 0.5) / 4) for n in range(2000)]
    apart = [record(str(n), float(n % 2)) for n in range(2000)]
    needed = [
        plans(capsys, run_folder(tmp_path / name, each, parts=parts), "--difference", "0.02")[0]["repeats"]
        for name, each in (("close", close), ("apart", apart))
    ]
    assert 4 <= needed[0] <= 7
    assert needed[1] is None
    assert main(["plan", str(tmp_path / "apart")]) == 0
    assert "no number" in capsys.readouterr().out
