"""How strong the isolation is: four levels, by the layers that are on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from swallow_metrics.errors import UsageError

Level = Literal["full", "no-namespaces", "no-landlock", "weak"]
Choice = Literal["auto", "full", "no-namespaces", "no-landlock", "weak"]

# The layers a level consists of, strongest first. "view" comes with namespaces: a file system of its own.
NEEDED: dict[Level, frozenset[str]] = {
    "full": frozenset({"namespaces", "landlock", "seccomp"}),
    "no-namespaces": frozenset({"landlock", "seccomp"}),
    "no-landlock": frozenset({"namespaces", "view", "seccomp"}),
    "weak": frozenset(),
}
_OPTIONAL = {"weak": frozenset({"seccomp"})}  # used where the kernel has it, without making the level stronger


def wanted(choice: Choice) -> frozenset[str]:
    """The layers to try for a choice. Raises UsageError for a choice that is none."""
    if choice == "auto":
        return NEEDED["full"]
    if choice not in NEEDED:
        raise UsageError(f"expected a sandbox level of auto, {', '.join(NEEDED)}; got {choice!r}")
    return (NEEDED[choice] | _OPTIONAL.get(choice, frozenset())) - {"view"}


def reached(layers: Mapping[str, Mapping[str, Any]]) -> Level:
    """The strongest level that these layers make."""
    on = {name for name, layer in layers.items() if layer["on"]}
    return next(level for level, needed in NEEDED.items() if needed <= on)


def accept(choice: Choice, layers: Mapping[str, Mapping[str, Any]]) -> Level:
    """The level to run at. Raises UsageError where the choice cannot be had, or "auto" would be weak."""
    level = reached(layers)
    if choice == "weak" or (choice == "auto" and level != "weak"):
        return "weak" if choice == "weak" else level
    if choice == level:
        return level
    lacking = "; ".join(f"{name}: {layer['reason']}" for name, layer in layers.items() if not layer["on"])
    needed = NEEDED["no-namespaces"] if choice == "auto" else NEEDED[choice]
    raise UsageError(
        f"expected a kernel that isolates programs ({' and '.join(sorted(needed))}"
        f"{', or namespaces, a view of their own and seccomp' if choice == 'auto' else ''}); not available: {lacking}. "
        "Run where they are, or accept with --sandbox=weak that programs can reach your files and network"
    )
