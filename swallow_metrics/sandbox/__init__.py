"""Run untrusted programs."""
