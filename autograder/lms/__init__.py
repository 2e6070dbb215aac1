"""Learning platforms (Moodle, Canvas, Gradescope): reading submissions, writing scores and feedback."""
