"""Score thresholds."""
