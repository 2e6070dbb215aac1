"""Learning platforms (Moodle, Canvas, Gradescope): archives and file names in, scores and feedback out."""
