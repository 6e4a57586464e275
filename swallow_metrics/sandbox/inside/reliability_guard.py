"""Functions and modules a program is denied by name, because scores are compared with a harness that does (CO-12).

This is not protection: any program can undo it. It makes honest programs that call them fail here as they fail there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_OS = (
    "kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames truncate replace "
    "unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd chdir"
).split()
_LATER = {"shutil": ("rmtree", "move", "chown"), "subprocess": ("Popen",)}  # seldom imported, so not loaded before
_MODULES = "ipdb joblib resource psutil tkinter".split()


def apply(folder: str) -> None:
    """Take them away; temporary files go to `folder`, where tempfile would ask for the working directory."""
    for name in _OS:
        if hasattr(os, name):
            setattr(os, name, None)
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment]  # what Python offers to make an import fail
    changes: dict[str, dict[str, Any]] = {name: dict.fromkeys(functions) for name, functions in _LATER.items()}
    changes["tempfile"] = {"tempdir": folder}
    for name, names in changes.items():
        if loaded := sys.modules.get(name):
            vars(loaded).update(names)
    sys.meta_path.insert(0, _Finder(changes))


class _Finder:
    """Finds the modules that are changed as soon as they are loaded."""

    def __init__(self, changes: dict[str, dict[str, Any]]) -> None:
        self.changes = changes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As PathFinder, for these modules only."""
        if fullname not in self.changes or not (spec := PathFinder.find_spec(fullname, path, target)):
            return None
        spec.loader = _Changed(spec.loader, self.changes[fullname])  # type: ignore[assignment]  # all that is used of one
        return spec


class _Changed:
    """A loader that sets some of the module's names afterwards."""

    def __init__(self, loader: Any, names: dict[str, Any]) -> None:
        self.loader = loader
        self.names = names

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader."""
        module: ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """As the module's own loader; then the names are set."""
        self.loader.exec_module(module)
        vars(module).update(self.names)
