"""Ask an engine to grade, read its verdict."""
