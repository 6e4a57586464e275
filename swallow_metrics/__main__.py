"""`python -m swallow_metrics`: the same program as the console script `swallow`."""

from __future__ import annotations

import sys

from swallow_metrics.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
