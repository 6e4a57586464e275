"""Datasets of the hub: the newest revision or the pinned one, in whichever way the repository can be read."""

from swallow_metrics.datasets.hub.load import load_hub

__all__ = ["load_hub"]
