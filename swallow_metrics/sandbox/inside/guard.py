"""Functions and modules a program is denied by name, because scores are compared with a harness that does (CO-12).

This is no protection: any program can undo it. It makes honest programs that call them fail here as they fail there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OS = (
    "kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames truncate replace "
    "unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd chdir"
).split()
_LATER = {"shutil": ("rmtree", "move", "chown"), "subprocess": ("Popen",)}  # seldom imported, so not loaded before
_MODULES = "ipdb joblib resource psutil tkinter".split()


def functions(folder: str) -> None:
    """Take the functions away; temporary files go to `folder`, where tempfile would look for the working directory."""
    for name in _OS:
        if hasattr(os, name):
            setattr(os, name, None)
    sys.meta_path.insert(0, _Finder(folder))


def modules() -> None:
    """Let the modules' import fail. Where this process waits for children, it needs one of them itself."""
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment]  # what Python offers for it


class _Finder(MetaPathFinder):
    """Finds the modules that lose functions as soon as they are loaded."""

    def __init__(self, folder: str) -> None:
        self.changes = {name: dict.fromkeys(functions) for name, functions in _LATER.items()}
        self.changes["tempfile"] = {"tempdir": folder}  # type: ignore[dict-item]  # a value instead of None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As PathFinder, for these modules only."""
        if fullname not in self.changes or not (spec := PathFinder.find_spec(fullname, path, target)):
            return None
        assert spec.loader
        spec.loader = _Changed(spec.loader, self.changes[fullname])
        return spec


class _Changed(Loader):
    """Loads a module and sets some of its names."""

    def __init__(self, loader: Loader, names: dict[str, None]) -> None:
        self.loader = loader
        self.names = names

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader."""
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the module's own loader; then the names are set."""
        self.loader.exec_module(module)
        vars(module).update(self.names)
