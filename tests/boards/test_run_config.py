"""The bundled run file asks for what the leaderboard shows."""

import tomllib

from test_benchmarks import BENCHMARKS

from places import ROOT
from swallow_metrics.boards.columns import TABLES
from swallow_metrics.reference import REFERENCES
from swallow_metrics.wiring.versions import followed


def test_the_leaderboards_run_file():
    """Every column's benchmark and no other, with the version's own generations and sampling (LB-3, LB-4)."""
    wanted = tomllib.loads((ROOT / "swallow_metrics/run_configs/leaderboard.toml").read_text("utf-8"))
    assert wanted.pop("reference") == "202604"
    columns = {column.benchmark for table in TABLES["202604"] for column in table.columns}
    asked = wanted.pop("benchmarks")
    assert not wanted
    assert set(asked) == columns
    for name, settings in asked.items():
        benchmark = followed(BENCHMARKS[name], REFERENCES["202604"], None, "model")
        assert settings.get("repeats", 1) == benchmark.repeats
        sampling = {"temperature": 0.0} if benchmark.judge is None else {}
        assert settings.get("generation", sampling) == benchmark.sampling.to_json()
