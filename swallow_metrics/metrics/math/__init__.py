"""Mathematical answers: find them in a text, read them as values, compare (rules MA-1 to MA-25).

Runs inside a worker process (`swallow_metrics.workers`), because symbolic computation can take any time and memory.
"""
