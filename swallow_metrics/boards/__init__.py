"""Leaderboards: the reference's aggregated row, and a table of models with intervals. Works from run folders alone."""
