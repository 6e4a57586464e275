"""Hostile programs of our own, as solutions of the manifest's problem `weighted_sum`.

`ATTACKS` maps a name to what the grade must be ("fail", "timeout", "fail_or_timeout", "pass") and the text.
@CANARY_DIR@ and @CANARY_PORT@ stand for the folder and port that must not be touched.
"""

from attacks import (
    escapes,
    exhaustion,
    false_passes,
    lies,
    protocol,
    resources_and_files,
    secrets_and_network,
    time_and_processes,
)

FAMILIES = (
    false_passes,
    lies,
    protocol,
    time_and_processes,
    resources_and_files,
    exhaustion,
    secrets_and_network,
    escapes,
)
ATTACKS: dict[str, tuple[str, str]] = {name: attack for family in FAMILIES for name, attack in family.ATTACKS.items()}
