"""The data that the engine's parts exchange: submissions, limits and verdicts."""
