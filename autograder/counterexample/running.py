"""Runs a program on a notebook: the student's in the jail, or the course's solution in this process."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.session.remote import CallFailed, CodeFailed, Student, StudentError
from autograder.session.session import Session

from .program import Program, Ref, leaves, mapped


@dataclass(frozen=True)
class Outcome:
    """The outcome of a program: a value with its arguments and gradients after the call, or how it failed."""

    value: Any = None
    after: list[Any] | None = None
    grads: list[Any] = field(default_factory=list)
    raised: str = ""
    """The class name of the exception, if one was raised."""
    sentence: str = ""
    """The sentence about it that the student reads."""
    failed: bool = False
    """Whether there was neither a value nor an exception."""
    by_code: bool = False
    """Whether the student's code caused that, as the sentence says."""
    what: str = ""
    """The exception as the student reads it: its class and message."""
    step: int = -1


def run(program: Program, session: Session) -> Outcome:
    """Run the program in a session that is set to the exercise, and return its outcome.

    Raises:
        OutOfTime: the submission's time is used up.
    """
    session.begin(program.seed)
    torch.default_generator.manual_seed(program.seed)
    student, found = Student(session), []  # type: ignore[var-annotated]
    try:
        for step in program.steps:
            args = [mapped(item, lambda leaf: _resolved(leaf, found)) for item in step.args]
            kwargs = {name: mapped(item, lambda leaf: _resolved(leaf, found)) for name, item in step.kwargs.items()}
            if step.op == "name":
                found.append(getattr(student, str(step.target)))
            else:
                assert isinstance(step.target, Ref)
                found.append(session.do(step.op, found[step.target.step]._handle.number, *args, **kwargs))
        value = found[-1]
        entry = session.trace[-1] if session.trace else None
        after = entry[1] if isinstance(entry, tuple) else None
        grads: list[Any] = []
        if program.backward:
            total = _total(value, program.backward)
            if total is not None and total.requires_grad:
                torch.autograd.backward(total)
            given = [leaf for item in (*args, *kwargs.values()) for leaf in leaves(item)]
            grads = [leaf.grad if isinstance(leaf, torch.Tensor) else None for leaf in given]
        return Outcome(value, after, grads)
    except StudentError as error:
        kind = str(session.trace[-1]) if session.trace and isinstance(session.trace[-1], str) else "Exception"
        return Outcome(raised=kind, sentence=error.sentence, step=len(found), what=error.raised)
    except CallFailed as error:
        by_code = isinstance(error, CodeFailed)
        return Outcome(failed=True, sentence=str(error), step=len(found), by_code=by_code)
    except (AttributeError, RuntimeError, TypeError, ValueError, IndexError) as error:
        return Outcome(failed=True, sentence=type(error).__name__, step=len(found))


def _resolved(leaf: Any, found: list[Any]) -> Any:
    if isinstance(leaf, Ref):
        return found[leaf.step]
    if isinstance(leaf, torch.Tensor) and leaf.layout == torch.strided:
        return leaf.detach().requires_grad_(leaf.requires_grad)
    if isinstance(leaf, torch.Generator):
        return torch.Generator().set_state(leaf.get_state())
    return leaf


def _total(value: Any, how: str) -> torch.Tensor | None:
    """Return a sum over the result from which gradients are computed; None if no part requires a gradient."""
    tensors = [leaf for leaf in leaves(value) if isinstance(leaf, torch.Tensor) and leaf.is_floating_point()]
    tensors = [leaf for leaf in tensors if leaf.requires_grad]
    if not tensors:
        return None
    parts = [leaf.sum() if how == "sum" else (leaf**2).sum() for leaf in tensors]
    return torch.stack([part.double() for part in parts]).sum()


def is_a(kind: str, other: str) -> bool:
    """Return whether an exception's class is `other` or derived from it, as far as they are built-in classes."""
    mine, theirs = getattr(builtins, kind, None), getattr(builtins, other, None)
    return kind == other or (isinstance(mine, type) and isinstance(theirs, type) and issubclass(mine, theirs))
