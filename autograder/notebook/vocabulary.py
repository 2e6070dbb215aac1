"""The vocabulary: the operations that an exercise may be written with, as plain names.

One table for all who ask: reading the code (`rules`), the watch in the jail, `autograder check`, the audit, the docs.
An exercise adds to it with `also` and takes from it with `without`, by dotted names such as `torch.sigmoid`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .vocabulary_table import (
    ATTRIBUTES,
    CALCULATING,
    CONSTANTS,
    INNER,
    KINDS,
    LISTED,
    MADE_OF,
    MATHS,
    MATHS_REFUSED,
    METHODS_REFUSED,
    MODULES,
    NOT_OPEN,
    NUMPY,
    NUMPY_LISTED,
    NUMPY_OPEN,
    OPEN,
    REFUSED,
)

ALL = "*"
"""In `also`: everything may be called, and nothing is watched."""

_PLACES = (
    "torch.Tensor",
    "torch.nn.functional",
    "torch.special",
    "torch.linalg",
    "torch.functional",
    "torch.nn",
    "torch",
)
"""Where one operation has its names: torch.sigmoid, Tensor.sigmoid, nn.Sigmoid, the longest first."""


def plain(name: str) -> str:
    """One name for all forms of an operation: `log_softmax`, `log_softmax_` and `LogSoftmax` are `logsoftmax`."""
    return name.replace("_", "").lower()


_BASIC = frozenset(plain(name) for names in KINDS.values() for name in names.split())
_NUMPY_BASIC = _BASIC | {plain(name) for name in NUMPY.split()}
_EVERYWHERE = ("torch.Tensor", "torch.linalg", "torch.functional", "torch")
"""Places in which a name of the kinds is allowed as it stands."""


@dataclass(frozen=True)
class Vocabulary:
    """What one exercise may call: the basic operations, what it adds, and what it takes away."""

    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is refused at all."""
        return ALL in self.also

    @cached_property
    def added(self) -> frozenset[str]:
        """The plain names of the operations that the exercise adds."""
        return frozenset(plain(name.rpartition(".")[2]) for name in self.also)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The plain names of the operations that the exercise takes away."""
        return frozenset(plain(name.rpartition(".")[2]) for name in self.without)

    def allows(self, dotted: str) -> bool:
        """Whether code may name `dotted`, such as torch.nn.functional.softmax or scipy.special."""
        if self.everything:
            return True
        root = dotted.partition(".")[0]
        if root == "torch":
            return self._of_torch(dotted)
        if root == "numpy":
            return self._of_numpy(dotted)
        if root in MATHS and plain(dotted.rpartition(".")[2]) in MATHS_REFUSED - self.added:
            return False
        return root in MODULES or any(_within(dotted, name) for name in self.also)

    def _of_torch(self, dotted: str) -> bool:
        parts = dotted.split(".")[1:]
        if any(part.startswith("_") and not part.endswith("__") for part in parts):
            return False
        if any(_within(dotted, name) for name in self.without):
            return False
        if any(_within(dotted, name) for name in self.also):
            return True
        place, name = _place(dotted)
        if not name:
            return True
        if place in _PLACES and plain(name) in self.taken:
            return False
        if place in _PLACES and plain(name) in self.added:
            return True
        return _basic(dotted, place, name)

    def _of_numpy(self, dotted: str) -> bool:
        if any(_within(dotted, name) for name in self.also):
            return True
        parts = dotted.split(".")[1:]
        if any(part.startswith("_") and not part.endswith("__") for part in parts):
            return False
        if any(_within(dotted, name) for name in NUMPY_OPEN) or dotted in NUMPY_LISTED or not parts:
            return True
        name = parts[1] if len(parts) > 1 and parts[0] == "linalg" else parts[0]
        if plain(name) in self.taken:
            return False
        return plain(name) in _NUMPY_BASIC or name in CONSTANTS

    def allows_method(self, name: str) -> bool:
        """Whether a method of a tensor may be called by that name; what is no method of tensors may be."""
        return self.everything or plain(name) not in METHODS_REFUSED - self.added | self.taken

    def allows_operation(self, name: str) -> bool:
        """Whether an operation of torch's dispatcher may run, by its name without overload: `aten::softmax`."""
        if self.everything:
            return True
        space, _, base = name.partition("::")
        short = plain(base)
        if short in self.taken:
            return False
        if space != "aten":
            return False
        if short in _BASIC or short in INNER or base.startswith("__"):
            return True
        return _basic_operation(base) or any(_made_of(short, added) for added in self.added)


def is_module(dotted: str) -> bool:
    """Whether a name is that of a module that calculates: one that is handed on may be used in any manner."""
    return dotted in CALCULATING or dotted in REFUSED or dotted.startswith("scipy")


def _within(dotted: str, name: str) -> bool:
    """Whether `dotted` is `name`, or stands in it."""
    return dotted == name or dotted.startswith(f"{name}.")


@lru_cache(maxsize=4096)
def _place(dotted: str) -> tuple[str, str]:
    """The place of `_PLACES` that a name of torch's stands in, and its name there."""
    for place in _PLACES:
        if _within(dotted, place):
            return place, dotted[len(place) + 1 :].partition(".")[0]
    return "", dotted


@lru_cache(maxsize=4096)
def _basic(dotted: str, place: str, name: str) -> bool:
    if any(_within(dotted, part) for part in NOT_OPEN):
        return False
    if dotted in LISTED or any(_within(dotted, part) or _within(part, dotted) for part in OPEN):
        return True
    if any(_within(dotted, part) for part in LISTED if part.rpartition(".")[2][0].isupper()):
        return True  # nn.Module.forward
    if name.startswith("__") and name.endswith("__"):
        return True
    if place == "torch" and name in CONSTANTS:
        return True
    if place == "torch.Tensor" and name in ATTRIBUTES:
        return True
    return place in _EVERYWHERE and plain(name) in _BASIC


@lru_cache(maxsize=4096)
def _basic_operation(base: str) -> bool:
    """Whether a name of the dispatcher's is an inner form of a basic operation, such as _cumsum or sum_backward."""
    short = plain(base)
    for end in ("backward", "doublebackward", "copy", "out", "helper", "impl", "forward"):
        if short.endswith(end) and (short[: -len(end)] in _BASIC or short[: -len(end)] in INNER):
            return True
    if base.startswith(("special_", "linalg_")):
        return plain(base.partition("_")[2]) in _BASIC
    return False


def _made_of(short: str, added: str) -> bool:
    """Whether an operation is one that `added` is made of."""
    if added in MADE_OF and short in MADE_OF[added]:
        return True
    for front in ("", "native", "linalg", "safe", "thnn", "aten"):
        for end in ("", "backward", "backwarddata", "doublebackward", "forward", "out"):
            if short == f"{front}{added}{end}":
                return True
    return False


def of_function(function: object, resolved: str | None) -> str:
    """The dotted name of a function of torch's, of an attribute that it reads or writes; empty where it has none.

    Args:
        function: the function.
        resolved: what torch's own `resolve_name` says of it.
    """
    name = resolved or f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    for end in (".__get__", ".__set__", ".__delete__"):
        name = name.removesuffix(end)
    return "" if name.startswith("torch.Tensor._") else name if name.startswith("torch.") else ""


def of(also: Sequence[str], without: Sequence[str]) -> Vocabulary:
    """The vocabulary of an exercise that adds and takes away so much."""
    return _of(tuple(also), tuple(without))


@lru_cache(maxsize=512)
def _of(also: tuple[str, ...], without: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(also, without)


def longest(names: Iterable[str]) -> list[str]:
    """Of names that stand in each other only the longest, in their order: not torch.nn beside torch.nn.Softmax."""
    found = list(dict.fromkeys(names))
    return [name for name in found if not any(other.startswith(f"{name}.") for other in found)]
