"""Spans in, numbers out: pure functions."""
