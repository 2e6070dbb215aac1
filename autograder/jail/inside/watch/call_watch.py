"""Runs in the jail: holds what student code calls, while a check runs, to the vocabulary of the exercise.

Three ways of seeing, all taken hold of before any student code runs:

- a torch function mode sees functions and methods of torch, in every call;
- torch's recorder sees the operations that its dispatcher runs, however they are reached (compiled code, inner names);
- the interpreter's profile function sees functions of libraries that are written in Python.

The last two watch the first call of each exercise and one in three of the others, which cannot be known beforehand,
since they take a quarter of a millisecond: whoever does without in the first call and not in the ten that follow is
found in 98 of 100 cases. Before and after each call a known operation, chosen at random, must be seen; where it is not,
something hides calls from us, and that is said.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.overrides import get_overridable_functions, resolve_name

from ..wire import HIDDEN
from . import library_code, recorder

ONE_IN = 3
"""One call in so many is watched in all three ways, beside an exercise's first call and first backward pass."""
_THOROUGH = ("call", "backward", "packing", "unpacking")
MAX_PROFILED = 50_000
"""After so many calls of Python functions in one call of a check they are no longer looked at: each takes its time."""
ROLL = 5_000
"""After so many functions of torch's what the recorder holds is looked at, and it begins anew: each takes its room."""

_NAMES: dict[Any, str] = {}
"""Names of functions, by function: torch works one out in the time of a small matrix product."""
_BASIC_NAMES: set[str] = set()
"""The functions of the basic vocabulary."""
_OPERATIONS: set[str] = set()
"""The operations of the basic vocabulary: `aten::add`."""
_LAST_NAMES: set[str] = set()
"""The last names of all functions of torch's."""

_push = torch._C._push_on_torch_function_stack
_pop = torch._C._pop_torch_function_stack
_depth = torch._C._len_torch_function_stack
_at = torch._C._get_function_stack_at
_dispatch_depth, _pop_dispatch = torch._C._len_torch_dispatch_stack, torch._C._pop_torch_dispatch_stack
_setprofile, _getprofile, _settrace = sys.setprofile, sys.getprofile, sys.settrace
_getframe = sys._getframe
_random = os.urandom
_CANARY = torch.tensor([1.0])
_CANARIES: tuple[tuple[Any, str, str], ...] = tuple(
    (getattr(torch.Tensor, name), f"torch.Tensor.{name}", f"aten::{name}")
    for name in ("neg", "abs", "exp", "sin", "cos", "sqrt", "floor", "ceil")
)


def learn(functions: Sequence[str], operations: Sequence[str]) -> None:
    """Take in the basic vocabulary and torch's names: before the fork, so that no child spends its time on it."""
    _BASIC_NAMES.update(functions)
    _OPERATIONS.update(operations)
    _places()
    for group in get_overridable_functions().values():
        for function in group:
            _LAST_NAMES.add(_last(_name(function)))


class CallWatch:
    """Notes what is called that the exercise's vocabulary does not have; the calls go on. Each check begins anew."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.on = False
        self.running = False
        """Whether a call of a check is under way."""
        self._quiet = False
        """Whether what runs now is a stand-in of ours for an earlier exercise."""
        self._before = _in_place()
        self._code: Hashable = None
        self._called: set[str] = set()
        """The kinds of call that were made of this code."""
        self._begin((), (), ())

    def begin(
        self, on: bool, added: Sequence[str], taken: Sequence[str], others: Sequence[Any] = (), code: Hashable = None
    ) -> None:
        """Begin a check.

        Args:
            on: whether to watch at all.
            added: the functions and operations beside the basic ones that may be called.
            taken: the basic ones that may not.
            others: objects of the student's, earlier exercises, inside of which all may be called.
            code: tells what is checked; the first call of something else than before is watched in all three ways.
        """
        self.on, self.seen = on, []
        if code is None or code != self._code:
            self._code, self._called = code, set()
        self._begin(added, taken, others)

    def trust(self, packages: Sequence[str]) -> None:
        """Let code in the files of these packages and modules call anything in this check."""
        self._trusted = tuple(
            f"{place}/{name}{end}" for name in packages for place in _places() for end in ("/", ".py")
        )

    def _begin(self, added: Sequence[str], taken: Sequence[str], others: Sequence[Any]) -> None:
        self._added, self._taken, self._others = frozenset(added), frozenset(taken), others
        self.trust(())
        self._codes: set[Any] | None = None
        self._known: dict[Any, bool] = {}
        self._canary = ""
        self._excused = False
        self._recorded: int | None = None
        self._recording = False
        self._opening = ""
        self._kind = ""
        self._profile: Callable[[Any, str, Any], None] | None = None
        self._profiled = False

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note the function, then call it."""
        if self._canary and _name(func) == self._canary:
            self._canary = ""
            return func(*args, **(kwargs or {}))
        if self._recorded is not None:
            self._recorded += 1
            if self._recorded > ROLL:
                self._roll()
        if self.on and not self._quiet:
            try:
                allowed = self._known[func]
            except KeyError:
                allowed = self._known[func] = self._allows(func)
            except TypeError:  # it has no hash
                allowed = self._allows(func)
            if not allowed:
                self.note(_name(func))
        return func(*args, **(kwargs or {}))

    def _allows(self, func: Any) -> bool:
        name = _name(func)
        if name in self._taken:
            return False
        if name in self._added or name in _BASIC_NAMES:
            return True
        # What torch has no such name for is somebody's own, but not the dispatcher's.
        return not name.startswith("torch.ops.") and _last(name) not in _LAST_NAMES

    def allows_name(self, name: str) -> bool:
        """Whether a function or module may be used, by its dotted name."""
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
        """Whether all frames up to this one are torch's and ours: what calls them is what asked for the call."""
        while frame is not None:
            file = frame.f_code.co_filename
            if frame.f_code in self._codes or (only_torch and file.startswith(self._trusted)):
                return True
            only_torch = only_torch and (file == __file__ or library_code.is_torch(frame))
            frame = frame.f_back  # type: ignore[assignment]
        return False

    @contextmanager
    def call(self, kind: str) -> Iterator[None]:
        """Watch what runs inside: `kind` is one of `_THOROUGH`, or anything else."""
        if not self.on:
            yield
            return
        thorough = kind in _THOROUGH and (kind not in self._called or _random(1)[0] % ONE_IN == 0)
        self._called.add(kind)
        self._excused = False
        self._kind = kind
        depth = _depth()
        self._recording = thorough and self._record()
        _push(self)
        self._opening = self._try_out()
        self._recorded = 0 if self._recording and kind != "backward" else None
        self._profile = self._seeing() if thorough else None
        self.running = True
        try:
            if self._profile:
                _setprofile(self._profile)
            yield
            self.returned()
        finally:
            drop_hooks()
            self.running, self._recorded = False, None
            last = self._try_out()
            if _depth() != depth + 1 or _at(depth) is not self:
                self.hidden("the stack of modes was changed")
            while _depth() > depth:
                _pop()
            if self._recording:
                self._judge(recorder.stop(), self._opening, last)

    def all_in_place(self) -> bool:
        """Whether packing and unpacking run what they did before any student code ran, and not the student's own."""
        return _in_place() == self._before

    def returned(self) -> None:
        """The student's own code has returned: what was set to be called by the interpreter is taken away."""
        if self._profile and self._profiled and _getprofile() is not self._profile:
            self.hidden("the profile function was taken away")
        self._profile = None
        drop_hooks()

    def _seeing(self) -> Callable[[Any, str, Any], None]:
        known = library_code.FREE
        left = MAX_PROFILED
        self._profiled = True

        def see(frame: Any, event: str, argument: Any) -> None:
            nonlocal left
            if event == "call":
                left -= 1
                if left < 0:
                    self._profiled = False
                    _setprofile(None)
                elif frame.f_code.co_filename not in known and not self._quiet:
                    name = library_code.name_of(frame)
                    if name and not self.allows_name(name):
                        self.note(name)

        return see

    def _record(self) -> bool:
        """Begin to record; without memory nothing can be recorded, nor much be calculated."""
        began = recorder.start()
        if began == "taken":
            self.hidden("something else records")
        return began == "started"

    def _roll(self) -> None:
        """Look at what was recorded, and record anew."""
        self._recorded = None
        _push(self)  # which torch has taken off for the call that is looked at just now
        last = self._try_out()
        self._judge(recorder.stop(), self._opening, last)
        self._recording = self._record()
        self._opening = self._try_out()
        _pop()
        self._recorded = 0 if self._recording else None

    def _try_out(self) -> str:
        """Call a function that must be seen; the operation that must be recorded for it."""
        function, self._canary, operation = _CANARIES[_random(1)[0] % len(_CANARIES)]
        quiet, self._quiet = self._quiet, False
        function(_CANARY)
        self._quiet = quiet
        if self._canary:
            self._canary = ""
            self.hidden("a function was called and not seen")
        return operation

    def hidden(self, how: str) -> None:
        """Note that something hides calls, and by which sign that was seen."""
        if not any(name.startswith(HIDDEN) for name in self.seen):
            self.seen.append(HIDDEN + how)

    def _judge(self, found: recorder.Recorded | None, first: str, last: str) -> None:
        """Hold what the dispatcher ran to the vocabulary, unless a function that it was run by is noted already."""
        if found is None or found.names[:1] != [first] or found.names[-1:] != [last]:
            self.hidden("an operation was run and not recorded")
            return
        if self.seen or self._excused:
            return
        for name in dict.fromkeys(found.names[1:-1]):
            if (name not in _OPERATIONS and name not in self._added) or name in self._taken:
                self.note(_shown(name))
                return
        if self._kind != "backward" and found.gradients and "autograd::engine" in self._taken:
            self.note("torch.autograd.grad")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Look away, for a stand-in of ours."""
        quiet, self._quiet = self._quiet, True
        resume = recorder.pause() if not quiet else None
        try:
            yield
        finally:
            self._quiet = quiet
            if resume:
                resume()


def drop_hooks() -> None:
    """Take away what the student's code may have set to run within ours."""
    _setprofile(None)
    _settrace(None)


def drop_modes() -> None:
    """Take away the modes of torch's that the student's code has left behind: they would run within ours."""
    while _depth():
        _pop()
    while _dispatch_depth():
        _pop_dispatch(None)


def _in_place() -> list[int]:
    """The identities of what packing and unpacking use of torch, NumPy and PIL."""
    used = (
        *(torch.Tensor, torch.Generator, torch.frombuffer, torch.from_numpy, torch.empty, torch.enable_grad),
        *(torch.sparse_coo_tensor, torch.view_as_real, torch.device),
        *(np.ndarray, np.generic, np.dtype, np.asarray, np.frombuffer, np.empty, Image.Image, Image.frombytes),
    )
    return [id(item) for item in (*used, *vars(torch.Tensor).values())]


@functools.cache
def _places() -> tuple[str, ...]:
    """The folders from which modules are imported; first asked for by `learn`, before any student code runs."""
    return tuple(dict.fromkeys(place or os.getcwd() for place in [os.getcwd(), *sys.path]))  # noqa: PTH109


def _codes_of(item: Any, depth: int = 0) -> Iterator[Any]:
    """The code of a function, of a class's methods, of an object's class."""
    code = getattr(item, "__code__", None)
    if isinstance(code, _Code):
        yield code
    elif depth < 2:
        members = list(vars(item if isinstance(item, type) else type(item)).values())
        for member in members:
            with contextlib.suppress(Exception):
                yield from _codes_of(getattr(member, "__func__", member), depth + 1)


_Code = type((lambda: 0).__code__)
_ENDS = re.compile(r"\.__(get|set|delete)__$")


def plain_name(name: str) -> str:
    """An attribute's name for the functions that read and write it: torch.Tensor.data of torch.Tensor.data.__set__."""
    return _ENDS.sub("", name)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _shown(operation: str) -> str:
    """An operation by the name that students know, where there is one."""
    base = operation.partition("::")[2].strip("_")
    return f"torch.{base}" if hasattr(torch, base) else f"torch.ops.{operation.replace('::', '.')}"


def _name(func: Any) -> str:
    try:
        return _NAMES[func]
    except KeyError:
        return _NAMES.setdefault(func, _named(func))
    except TypeError:  # it has no hash
        return _named(func)


def _named(func: Any) -> str:
    if isinstance(func, torch._ops.OpOverload):
        return "torch.ops." + str(func.overloadpacket._qualified_op_name).replace("::", ".")
    if isinstance(func, torch._ops.OpOverloadPacket):
        return "torch.ops." + str(func._qualified_op_name).replace("::", ".")
    try:
        return plain_name(
            resolve_name(func) or (f"{func.__module__}.{func.__qualname__}" if func.__module__ else func.__name__)
        )
    except Exception:
        return str(getattr(func, "__name__", "?"))
