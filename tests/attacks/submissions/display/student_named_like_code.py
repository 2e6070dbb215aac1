"""Is called what a template, a formula or a link would run."""

SCALE = "honest"
STUDENT = "`${alert(1)}` {{alert(1)}} $x$ javascript:alert(1) %3Cscript%3E"
EXPECTED = 10
