"""What numbers can show: intervals, paired comparisons, power, tests that may be looked at any time. No I/O."""
