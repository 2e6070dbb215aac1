"""Runs every command on one folder, in one process and one locale; prints what each gave as a line of JSON.

Run by the tests: python -m tests.hostile.commands, the plan on stdin
"""

import contextlib
import io
import json
import os
import sys
import time
import traceback

from autograder import cli


def run(words, encoding):
    """What one command gives: its exit code, stdout, stderr, and a traceback where it ended with one."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    trace, code = "", 0
    before = sys.argv
    sys.argv = ["autograder", *words]
    began = time.monotonic()
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            cli.main()
        except SystemExit as error:
            code = error.code
        except BaseException:
            trace = traceback.format_exc()
    sys.argv = before
    texts = []
    for stream in streams:
        with contextlib.suppress(ValueError):
            stream.flush()
        texts.append(stream.buffer.getvalue().decode(encoding))
    seconds = time.monotonic() - began
    return {"words": words, "code": code, "out": texts[0], "err": texts[1], "trace": trace, "seconds": seconds}


if __name__ == "__main__":
    encoding, out = sys.stdout.encoding, sys.stdout.buffer
    for words in json.loads(sys.stdin.read()):
        found = run([os.fsdecode(bytes.fromhex(word)) for word in words], encoding)
        out.write(json.dumps(found).encode() + b"\n")
