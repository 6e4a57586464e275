"""Everything about judges: what they are asked and by whom, how verdicts are read, scored and compared."""
