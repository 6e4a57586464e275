"""Where imports come from, when Python lives in a folder that an unprivileged user cannot enter (root's home)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from .namespaces import Source


def reach_by_handles(sources: Iterable[Source]) -> dict[str, str]:
    """Replace import paths that are closed to this user by the folders that were opened before.

    Returns what was replaced by what, for `rename`; the sources used must then stay open.
    """
    renamed: dict[str, str] = {}
    for path in sys.path:
        if not os.access(path, os.R_OK | os.X_OK):
            for source in sources:
                if source.link is None and f"{path}/".startswith(f"{source.path}/"):
                    renamed[path] = f"/proc/self/fd/{source.descriptor}{path.removeprefix(source.path)}"
    rename(renamed)
    return renamed


def rename(renamed: dict[str, str]) -> None:
    """Change import paths, also those that loaded packages keep for their submodules."""

    def new(path: str) -> str:
        for old, replacement in renamed.items():
            if f"{path}/".startswith(f"{old}/"):
                return replacement + path.removeprefix(old)
        return path

    lists = [folders for m in list(sys.modules.values()) if isinstance(folders := getattr(m, "__path__", None), list)]
    for folders in [sys.path, *lists]:
        folders[:] = map(new, folders)
    sys.path_importer_cache.clear()
