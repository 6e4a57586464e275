"""Records to figures to files and tables."""
