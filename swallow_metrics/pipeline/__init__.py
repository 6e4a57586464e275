"""A bounded window of conversations, and the journal of every answer."""
