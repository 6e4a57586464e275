"""Processes that do work which must be bounded in time and memory. They run our own code, not a model's programs."""
