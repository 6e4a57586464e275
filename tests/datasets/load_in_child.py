"""Run in a child process: load datasets as a user's session would, with that process's own environment and cache.

Reads `[{"id", "dataset", "lock", "update", "prepare"}]` from standard input, prints one result for each: info and rows,
or the error. "prepare" loads with the library `datasets` alone. The last line lists heavy libraries that were imported.
"""

import json
import sys
from pathlib import Path

from swallow_metrics.datasets.hub import load_hub
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError


def result(case):
    if "prepare" in case:
        import datasets

        return {"rows": datasets.load_dataset(*case["prepare"], split="test").num_rows}
    lock = Path(case["lock"]) if case.get("lock") else None
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in case["dataset"].items()}
    try:
        loaded = load_hub(case["id"], Dataset(**fields), lock, case.get("update", False))
    except DataError as error:
        return {"error": str(error)}
    missing = loaded.rows[0].error("x")
    return {
        "info": loaded.info,
        "rows": [[row.id, row.subset, dict(row.values)] for row in loaded.rows],
        "at": str(missing),
    }


for one in json.load(sys.stdin):
    print(json.dumps(result(one)))
print(json.dumps([name for name in ("datasets", "pandas", "pyarrow") if name in sys.modules]))
