"""Rows in, dicts out: hub, local files, demo."""
