"""What comes of a submission: where its files stand, what was found before, and the log."""
