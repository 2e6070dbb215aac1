"""Why an answer is wrong: known misconceptions, and what its outputs tell."""
