"""Runs in the jail: checks the calls that student code makes during a check against the exercise's vocabulary.

Calls are observed in three ways, all of which are set up before any student code runs:

- a torch function mode sees functions and methods of torch, in every call;
- torch's recorder sees the operations that its dispatcher runs, however they are called (compiled code, private names);
- the interpreter's trace function sees library functions that are written in Python.

Since the last two take as long as the call itself, they are used for the first call of each exercise and for one of
every five that follow, drawn at random: code that avoids a forbidden function in the first call but uses it in the next
five is always found. Before and after each call, a known operation, chosen at random, must be seen; otherwise something
hides calls, which is reported.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import get_overridable_functions

from ..wire import HIDDEN
from . import library_code, recorder
from .codec_functions import CodecFunctions
from .function_names import last_name, name_of, of_operation

ONE_IN = 5
"""One of every so many calls is watched in all three ways, besides an exercise's first call and first backward pass."""
_THOROUGH = ("call", "printed", "backward", "packing", "unpacking")
MAX_TRACED = 50_000
"""The number of calls of Python functions that are traced in one call of a check; each takes time."""
ROLL = 5_000
"""The number of torch functions after which the records are checked and the recorder restarts, to save memory."""

_BASIC_NAMES: set[str] = set()
"""The functions of the basic vocabulary."""
_OPERATIONS: set[str] = set()
"""The operations of the basic vocabulary: `aten::add`."""
_LAST_NAMES: set[str] = set()
"""The last parts of the names of all torch functions."""

_push = torch._C._push_on_torch_function_stack
_pop = torch._C._pop_torch_function_stack
_depth = torch._C._len_torch_function_stack
_at = torch._C._get_function_stack_at
_dispatch_depth, _pop_dispatch = torch._C._len_torch_dispatch_stack, torch._C._pop_torch_dispatch_stack
_settrace, _gettrace, _setprofile = sys.settrace, sys.gettrace, sys.setprofile
_getframe = sys._getframe
_random = os.urandom
_CANARY = torch.tensor([1.0])
_RECORDED_CANARIES, _CANARIES = (
    [(getattr(torch.Tensor, name), f"torch.Tensor.{name}", f"aten::{name}") for name in names.split()]
    for names in (
        "neg abs exp sin cos sqrt floor ceil",
        "dim numel stride element_size storage_offset is_contiguous is_complex is_floating_point",
    )
)
"""Functions called to test the watch, with name and operation. The second eight run no operation."""


def learn(functions: Sequence[str], operations: Sequence[str]) -> None:
    """Store the basic vocabulary and torch's names; called before the fork, so that no child has to do it."""
    _BASIC_NAMES.update(functions)
    _OPERATIONS.update(operations)
    _places()
    for group in get_overridable_functions().values():
        for function in group:
            _LAST_NAMES.add(last_name(name_of(function)))


class CallWatch:
    """Notes calls outside the exercise's vocabulary, without preventing them. Each check starts with `begin`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.on = False
        self.running = False
        """Whether a call of a check is running."""
        self._quiet = False
        """Whether the running function is our replacement for an earlier exercise."""
        self.codec_functions = CodecFunctions()
        self._verdicts: dict[tuple[frozenset[str], frozenset[str]], tuple[dict[Any, bool], frozenset[str]]] = {}
        """`_known` and `_operations`, by what a check adds to the basic vocabulary and removes from it."""
        self._code: Hashable = None
        self._turns: dict[str, list[bool]] = {}
        """By kind of call, whether the next ones are watched in all three ways, last to first."""
        self._begin((), (), ())

    def begin(
        self, on: bool, added: Sequence[str], taken: Sequence[str], others: Sequence[Any] = (), code: Hashable = None
    ) -> None:
        """Begin a check.

        Args:
            on: whether to watch at all.
            added: the functions and operations besides the basic ones that may be called.
            taken: the basic ones that may not be called.
            others: the student's functions and classes for earlier exercises, within which anything may be called.
            code: identifies the code that is checked; if it changes, its first call is watched in all three ways.
        """
        self.on, self.seen = on, []
        if code is None or code != self._code:
            self._code, self._turns = code, {}
        self._begin(added, taken, others)

    def trust(self, packages: Sequence[str]) -> None:
        """Let code in the files of these packages and modules call anything in this check."""
        self._trusted = tuple(
            f"{place}/{name}{end}" for name in packages for place in _places() for end in ("/", ".py")
        )

    def _begin(self, added: Sequence[str], taken: Sequence[str], others: Sequence[Any]) -> None:
        self._added, self._taken, self._others = frozenset(added), frozenset(taken), others
        self.trust(())
        held = self._added, self._taken
        if held not in self._verdicts:
            self._verdicts[held] = {}, frozenset((_OPERATIONS | self._added) - self._taken)
        self._known, self._operations = self._verdicts[held]
        self._codes: set[Any] | None = None
        self._canary = ""
        self._excused = False
        self._recorded: int | None = None
        self._recording = False
        self._opening = ""
        self._kind = ""
        self._trace: Callable[[Any, str, Any], None] | None = None
        self._traced = False

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note the function if it is not allowed, then call it."""
        if self._canary and name_of(func) == self._canary:
            self._canary = ""
            return func(*args, **(kwargs or {}))
        if self._recorded is not None:
            self._recorded += 1
            if self._recorded > ROLL:
                self._restart_recorder()
        if self.on and not self._quiet:
            try:
                allowed = self._known[func]
            except KeyError:
                allowed = self._known[func] = self._allows(func)
            except TypeError:  # not hashable
                allowed = self._allows(func)
            if not allowed:
                self.note(name_of(func))
        return func(*args, **(kwargs or {}))

    def _allows(self, func: Any) -> bool:
        name = name_of(func)
        if name in self._taken:
            return False
        if name in self._added or name in _BASIC_NAMES:
            return True
        # A function whose name is none of torch's is not torch's own, unless it is the dispatcher's.
        return not name.startswith("torch.ops.") and last_name(name) not in _LAST_NAMES

    def allows_name(self, name: str) -> bool:
        """Return whether a function or module may be used, by its dotted name."""
        return name in self._added or (name in _BASIC_NAMES and name not in self._taken)

    def note(self, name: str) -> None:
        """Note a name, unless it is called by an earlier exercise."""
        if self._is_excused():
            self._excused = True
        elif name not in self.seen:
            self.seen.append(name)

    def _is_excused(self) -> bool:
        if not self._others and not self._trusted:
            return False
        if self._codes is None:
            self._codes = {code for item in self._others for code in _codes_of(item)}
        frame = _getframe(1)
        only_torch = bool(self._trusted)
        """Whether all frames up to this one are torch's or ours: then the next one is the caller."""
        while frame is not None:
            file = frame.f_code.co_filename
            if frame.f_code in self._codes or (only_torch and file.startswith(self._trusted)):
                return True
            only_torch = only_torch and (file == __file__ or library_code.is_torch(frame))
            frame = frame.f_back  # type: ignore[assignment]
        return False

    @contextmanager
    def call(self, kind: str) -> Iterator[None]:
        """Watch the calls in the block; `kind` is one of `_THOROUGH`, or any other text."""
        self.codec_functions.student_code_runs()
        if not self.on:
            yield
            return
        thorough = kind in _THOROUGH and self._is_its_turn(kind)
        self._excused = False
        self._kind = kind
        depth = _depth()
        self._recording = thorough and self._record()
        _push(self)
        self._opening = self._probe()
        self._recorded = 0 if self._recording and kind != "backward" else None
        self._trace = self._seeing() if thorough else None
        self.running = True
        try:
            if self._trace:
                _settrace(self._trace)
            yield
            self.returned()
        finally:
            drop_hooks()
            self.running, self._recorded = False, None
            last = self._probe()
            if _depth() != depth + 1 or _at(depth) is not self:
                self.hidden("the stack of modes was changed")
            while _depth() > depth:
                _pop()
            if self._recording:
                self._check(recorder.stop(), self._opening, last)

    def _is_its_turn(self, kind: str) -> bool:
        """Return whether to watch this call in all three ways: the first of its kind, and one of every `ONE_IN`."""
        turns = self._turns.setdefault(kind, [True])
        turn = turns.pop()
        if not turns:
            turns += [False] * ONE_IN
            turns[_random(1)[0] % ONE_IN] = True
        return turn

    def returned(self) -> None:
        """Remove profile and trace functions after the student's code has returned."""
        if self._trace and self._traced and _gettrace() is not self._trace:
            self.hidden("the trace function was taken away")
        self._trace = None
        drop_hooks()

    def _seeing(self) -> Callable[[Any, str, Any], None]:
        known = library_code.FREE
        left = MAX_TRACED
        self._traced = True

        def see(frame: Any, event: str, argument: Any) -> None:
            nonlocal left
            if event == "call":
                left -= 1
                if left < 0:
                    self._traced = False
                    _settrace(None)
                elif frame.f_code.co_filename not in known and not self._quiet:
                    name = library_code.name_of(frame)
                    if name and not self.allows_name(name):
                        self.note(name)

        return see

    def _record(self) -> bool:
        """Start recording; return False without memory, when little can be computed anyway."""
        began = recorder.start()
        if began == "taken":
            self.hidden("something else records")
        return began == "started"

    def _restart_recorder(self) -> None:
        """Check what was recorded, and restart the recorder."""
        self._recorded = None
        _push(self)  # torch has removed it from the stack for the current call
        last = self._probe()
        self._check(recorder.stop(), self._opening, last)
        self._recording = self._record()
        self._opening = self._probe()
        _pop()
        self._recorded = 0 if self._recording else None

    def _probe(self) -> str:
        """Call a function that must be seen; return the operation that must be recorded for it."""
        canaries = _RECORDED_CANARIES if self._recording else _CANARIES
        function, self._canary, operation = canaries[_random(1)[0] % len(canaries)]
        quiet, self._quiet = self._quiet, False
        function(_CANARY)
        self._quiet = quiet
        if self._canary:
            self._canary = ""
            self.hidden("a function was called and not seen")
        return operation

    def hidden(self, how: str) -> None:
        """Note that something hides calls, and how this was detected."""
        if not any(name.startswith(HIDDEN) for name in self.seen):
            self.seen.append(HIDDEN + how)

    def _check(self, found: recorder.Recorded | None, first: str, last: str) -> None:
        """Check the recorded operations against the vocabulary, unless a forbidden function is already noted."""
        names = found.names() if found else []
        if names[:1] == [first] and names[-1:] == [last] and self._operations.issuperset(names):
            return
        ran = found.operations() if found else None
        if ran is None or ran.names[:1] != [first] or ran.names[-1:] != [last]:
            self.hidden("an operation was run and not recorded")
            return
        if self.seen or self._excused:
            return
        for name in dict.fromkeys(ran.names[1:-1]):
            if name not in self._operations:
                self.note(of_operation(name))
                return
        if self._kind != "backward" and ran.gradients and "autograd::engine" in self._taken:
            self.note("torch.autograd.grad")

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Do not watch in the block, in which our replacement for an earlier exercise runs."""
        quiet, self._quiet = self._quiet, True
        resume = recorder.pause() if not quiet else None
        try:
            yield
        finally:
            self._quiet = quiet
            if resume:
                resume()


def drop_hooks() -> None:
    """Remove profile and trace functions that student code may have set, which would run in our code."""
    _setprofile(None)
    _settrace(None)


def drop_modes() -> None:
    """Remove torch's modes that student code has left active, which would run in our code."""
    while _depth():
        _pop()
    while _dispatch_depth():
        _pop_dispatch(None)


@functools.cache
def _places() -> tuple[str, ...]:
    """Return the folders from which modules are imported; first called by `learn`, before student code runs."""
    return tuple(dict.fromkeys(place or os.getcwd() for place in [os.getcwd(), *sys.path]))  # noqa: PTH109


def _codes_of(item: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the code objects of a function, of a class's methods, or of an object's class."""
    code = getattr(item, "__code__", None)
    if isinstance(code, _Code):
        yield code
    elif depth < 2:
        members = list(vars(item if isinstance(item, type) else type(item)).values())
        for member in members:
            with contextlib.suppress(Exception):
                yield from _codes_of(getattr(member, "__func__", member), depth + 1)


_Code = type((lambda: 0).__code__)
