"""Runs in other programs' formats, and other programs' answers as a journal."""
