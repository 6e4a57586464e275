"""Runs compared question by question, from their folders alone."""
