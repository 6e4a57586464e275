"""What to ask a judge, and what its verdicts say."""
