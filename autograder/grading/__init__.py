"""From a submission to a verdict: the checks, the trusted end of the jail, the rules, the reasons."""
