"""Other plugins' options: ours have other names, so all of them can be installed beside this one."""

import pytest

from projects import NO_OTHER_PLUGINS
from swallow_metrics.plugin.options import DECLARED

# Options of popular plugins, read from their releases of November 2026.
NEIGHBOURS = {
    "pytest-shard": "--num-shards --shard-id",
    "pytest-split": "--clean-durations --durations-path --group --splits --splitting-algorithm --store-durations",
    "pytest-retry": "--cumulative-timing --retries --retry-delay --retry-outcome",
    "pytest-html": "--css --html --self-contained-html",
    "pytest-rerunfailures": "--fail-on-flaky --force-reruns --max-suite-reruns --only-rerun --rerun-except --reruns --reruns-delay --reruns-mode",
    "pytest-timeout": "--session-timeout --timeout --timeout-disable-debugger-detection --timeout-method",
    "pytest-randomly": "--randomly-dont-reorganize --randomly-dont-reset-seed --randomly-seed",
    "pytest-benchmark": "--benchmark-autosave --benchmark-compare --benchmark-compare-fail --benchmark-json --benchmark-only --benchmark-save --benchmark-skip --benchmark-timer --benchmark-warmup",
    "pytest-cov": "--cov --cov-append --cov-branch --cov-config --cov-context --cov-fail-under --cov-report --cov-reset --no-cov",
    "pytest-evals": "--out-path --run-eval --run-eval-analysis --save-evals-csv --supress-failed-exit-code",
    "pytest-repeat": "--count --repeat-scope",
    "pytest-asyncio": "--asyncio-debug --asyncio-mode",
    "pytest-sugar": "--force-sugar --old-summary --sugar-no-trace --sugar-trace-dir",
    "pytest-order": "--indulgent-ordering --order-after-ff --order-dependencies --order-marker-prefix --order-scope --sparse-ordering",
    "pytest-django": "--create-db --dc --ds --fail-on-template-vars --liveserver --migrations --no-migrations --reuse-db",
    "pytest-playwright": "--browser --browser-channel --device --full-page-screenshot --headed --output --screenshot --slowmo --tracing --video",
    "pytest-metadata": "--metadata --metadata-from-json --metadata-from-json-file",
}
ALL = sorted({option for options in NEIGHBOURS.values() for option in options.split()})


def test_no_name_is_taken():
    assert len(DECLARED) > 50
    assert not {f"--{name.replace('_', '-')}" for name in DECLARED}.intersection(ALL)


@pytest.mark.parametrize("first", ["neighbours", "swallow_metrics.plugin"])
def test_all_of_them_load_beside_ours(pytester, first):
    """In either order: pytest refuses a name or a destination that is declared twice."""
    lines = "\n".join(f"    parser.addoption({option!r}, default=None)" for option in ALL)
    pytester.makepyfile(neighbours=f"def pytest_addoption(parser):\n{lines}\n")
    pytester.makepyfile(
        test_plain="def test_plain(request):\n    assert request.config.getoption('--retries') == '3'\n"
    )
    pytester.syspathinsert()
    names = ["neighbours", "swallow_metrics.plugin"]
    order = names if first == "neighbours" else names[::-1]
    plugins = [argument for name in order for argument in ("-p", name)]
    result = pytester.runpytest_inprocess(
        *NO_OTHER_PLUGINS, "-p", "no:rerunfailures", "-p", "no:timeout", "-p", "no:metadata", *plugins, "--retries", "3"
    )
    result.assert_outcomes(passed=1)
