"""The one exception that people see: a sentence for the reader at hand, printed in one place (`cli`)."""


class AutograderError(Exception):
    """A mistake somebody can mend; the message names the file and the fix in one line."""
