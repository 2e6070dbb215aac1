"""From a submission to its verdict: the checks, the rules, the reasons."""
