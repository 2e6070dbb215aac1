"""Splits Python code into comments, strings, numbers and words; accepts any text.

Used for highlighting and for finding similar solutions. Python's own tokenizer rejects invalid code and takes three
times as long; pygments takes ten times as long.
"""

from __future__ import annotations

import re

# No part can match in two ways, so that matching takes linear time, even on hostile text.
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
"""Matches comments, strings, numbers and words; a match's `lastgroup` is the kind."""
LEXEMES = re.compile(_LEXEMES + _SIGNS, _FLAGS)
"""Matches spaces and signs as well, so that the matches cover the whole text."""
