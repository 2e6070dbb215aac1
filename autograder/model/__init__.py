"""The data that pass between the parts: a submission, its limits, its verdict."""
