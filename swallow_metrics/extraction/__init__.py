"""Text in, span or None out: pure functions."""
