"""The vocabulary: the operations that an exercise may use, as plain names.

One table is used by the static analysis (`rules`), the watch in the jail, `autograder check`, the audit and the docs.
An exercise adds to it with `also` and removes from it with `without`, by dotted names such as `torch.sigmoid`.
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
"""Value in `also` that allows everything and disables the watch."""

_PLACES = (
    "torch.Tensor",
    "torch.nn.functional",
    "torch.special",
    "torch.linalg",
    "torch.functional",
    "torch.nn",
    "torch",
)
"""Namespaces with names of the same operation (torch.sigmoid, Tensor.sigmoid, nn.Sigmoid), the longest first."""


def plain(name: str) -> str:
    """Return the common name of all forms of an operation: `logsoftmax` for `log_softmax_` and `LogSoftmax`."""
    return name.replace("_", "").lower()


_BASIC = frozenset(plain(name) for names in KINDS.values() for name in names.split())
_NUMPY_BASIC = _BASIC | {plain(name) for name in NUMPY.split()}
_FOLLOWED = frozenset({ALL, "torch", "numpy", "scipy", "sklearn", *MATHS})
"""Libraries of which single operations, not whole packages, are added."""
_THROUGH = {"torch": "torch", "numpy": "numpy", "np": "numpy", "scipy": "scipy", "F": "torch.nn.functional"}
"""Names of these libraries in modules that import them."""
_EVERYWHERE = ("torch.Tensor", "torch.linalg", "torch.functional", "torch")
"""Namespaces in which all names in the table are allowed."""


@dataclass(frozen=True)
class Vocabulary:
    """The operations that one exercise may call: the basic ones, plus `also`, minus `without`."""

    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Return whether everything is allowed."""
        return ALL in self.also

    @cached_property
    def added(self) -> frozenset[str]:
        """Return the plain names of the operations that the exercise adds."""
        names = [name for name in self.also if "." not in name or _root(name) not in self.packages]
        return frozenset(plain(name.rpartition(".")[2]) for name in names)

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """Return the packages and modules that the exercise adds beside torch; all of their functions may be called."""
        return tuple(dict.fromkeys(root for name in self.also if (root := _root(name)) not in _FOLLOWED))

    @cached_property
    def taken(self) -> frozenset[str]:
        """Return the plain names of the operations that the exercise removes."""
        return frozenset(plain(name.rpartition(".")[2]) for name in self.without)

    def allows(self, dotted: str) -> bool:
        """Return whether code may use the name `dotted`, such as torch.nn.functional.softmax or scipy.special."""
        if self.everything:
            return True
        root = _root(dotted)
        if root in self.packages and (inner := _behind(dotted)):
            return self.allows(inner)
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
        """Return whether a method with this name may be called; only refused names of tensor methods may not."""
        return self.everything or plain(name) not in METHODS_REFUSED - self.added | self.taken

    def allows_operation(self, name: str) -> bool:
        """Return whether an operation of torch's dispatcher may run; `name` has no overload: `aten::softmax`."""
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
    """Return whether a name is a module of computations, whose use cannot be tracked once it is passed on."""
    return dotted in CALCULATING or dotted in REFUSED or dotted.startswith("scipy")


def _within(dotted: str, name: str) -> bool:
    """Return whether `dotted` is `name` or inside it."""
    return dotted == name or dotted.startswith(f"{name}.")


def _root(dotted: str) -> str:
    return dotted.partition(".")[0]


def _behind(dotted: str) -> str:
    """Return the name in torch or NumPy that a name in another module refers to; empty if there is none."""
    parts = dotted.split(".")
    for place, part in enumerate(parts[1:], 1):
        if part in _THROUGH:
            return ".".join([_THROUGH[part], *parts[place + 1 :]])
    return ""


@lru_cache(maxsize=4096)
def _place(dotted: str) -> tuple[str, str]:
    """Return the namespace in `_PLACES` that contains a name of torch, and its first part there."""
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
    """Return whether a dispatcher's operation is an internal form of a basic one, such as _cumsum or sum_backward."""
    short = plain(base)
    for end in ("backward", "doublebackward", "copy", "out", "helper", "impl", "forward"):
        if short.endswith(end) and (short[: -len(end)] in _BASIC or short[: -len(end)] in INNER):
            return True
    if base.startswith(("special_", "linalg_")):
        return plain(base.partition("_")[2]) in _BASIC
    return False


def _made_of(short: str, added: str) -> bool:
    """Return whether an operation of the dispatcher is part of the implementation of `added`."""
    if added in MADE_OF and short in MADE_OF[added]:
        return True
    for front in ("", "native", "linalg", "safe", "thnn", "aten"):
        for end in ("", "backward", "backwarddata", "doublebackward", "forward", "out"):
            if short == f"{front}{added}{end}":
                return True
    return False


def of_function(function: object, resolved: str | None) -> str:
    """Return the dotted name of a torch function or of the attribute that it gets or sets; empty if it has none.

    Args:
        function: the function.
        resolved: the result of torch's `resolve_name` for it.
    """
    name = resolved or f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    for end in (".__get__", ".__set__", ".__delete__"):
        name = name.removesuffix(end)
    return "" if name.startswith("torch.Tensor._") else name if name.startswith("torch.") else ""


def of(also: Sequence[str], without: Sequence[str]) -> Vocabulary:
    """Return the vocabulary of an exercise with these options."""
    return _of(tuple(also), tuple(without))


@lru_cache(maxsize=512)
def _of(also: tuple[str, ...], without: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(also, without)


def longest(names: Iterable[str]) -> list[str]:
    """Return the names without those that are prefixes of others, in order: torch.nn.Softmax without torch.nn."""
    found = list(dict.fromkeys(names))
    prefixes = {name[:place] for name in found for place, letter in enumerate(name) if letter == "."}
    return [name for name in found if name not in prefixes]
