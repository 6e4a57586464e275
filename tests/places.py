"""Where things are: the project, and the folder with real datasets and conformance vectors, for all tests."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("SWALLOW_SHARED", ROOT.parent / "shared"))
NO_SHARED = f"needs the shared datasets and vectors; there is no folder {SHARED.name} beside the project"
