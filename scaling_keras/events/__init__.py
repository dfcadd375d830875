"""What a run writes and how it is read back: event files, without a deep-learning framework."""
