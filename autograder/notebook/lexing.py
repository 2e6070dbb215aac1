"""Splits Python code into comments, strings, numbers and words, whatever it is: nothing fails, and nothing is executed.

Highlighting and the search for similar solutions read students' code with it. Python's own tokenizer refuses what is no
Python and takes three times as long; pygments takes ten times as long.
"""

from __future__ import annotations

import re

# No part of it can match in two ways, so that its time grows with the text alone, whoever has written it.
_LEXEMES = r"""
      (?P<comment> \#[^\n]* )
    | (?P<string> (?:[rbuf]|rb|br|rf|fr)?
        (?: \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: \"{3} | \\? \Z )
          | '{3}  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: '{3}  | \\? \Z )
          | "     [^"\\\n]* (?: \\. [^"\\\n]* )* "?
          | '     [^'\\\n]* (?: \\. [^'\\\n]* )* '?
        ) )
    | (?P<number> \.?\d (?: e[+-] | [\w.] )* )
    | (?P<word> \w+ )
"""
_SIGNS = r"""
    | (?P<space> [\s\\]+ )
    | (?P<sign> \*\*= | //= | >>= | <<= | [-+*/%@&|^:=!<>]= | \*\* | // | >> | << | -> | . )
"""
_FLAGS = re.VERBOSE | re.DOTALL | re.IGNORECASE
WORDS = re.compile(_LEXEMES, _FLAGS)
"""Matches comments, strings, numbers and words; `lastgroup` of a match says which."""
LEXEMES = re.compile(_LEXEMES + _SIGNS, _FLAGS)
"""Matches these and everything in between as well, spaces and signs, so that the matches make up the text."""
