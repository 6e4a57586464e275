"""A bounded window of conversations ahead of the items, their verdicts and their programs."""
