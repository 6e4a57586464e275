"""What scores may not say: answers read against their meaning, rows that cannot measure. Changes no score."""
