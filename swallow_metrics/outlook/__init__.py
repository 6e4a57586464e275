"""A run before it is made: what would be sent, what does not fit, what it takes."""
