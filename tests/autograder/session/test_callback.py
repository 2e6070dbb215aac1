"""Student code calls functions of the check, which run outside the jail."""

import math

import numpy as np
import pytest
import torch

from autograder.authoring import assert_close, callback
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session.remote import CallFailed, RemoteObject, Student, StudentError
from autograder.session.session import Session
from autograder.session.transport import JailTransport

CODE = """
import gc, threading, types
import numpy as np

def bisection(f, a, b):
    for _ in range(60):
        middle = (a + b) / 2
        a, b = (middle, b) if f(a) * f(middle) > 0 else (a, middle)
    return a

def apply(f, *args, **kwargs): return f(*args, **kwargs)
def caught(f):
    try: f()
    except ZeroDivisionError as error: return f"caught: {error}"
def same(f): return f
def name(f): return f.__name__
def for_ever(f):
    while True: f(1)
kept = []
def keep(f): kept.append(f)
def kept_one(): return kept[0](3)
def later(f):
    thread = threading.Thread(target=f, args=(2,)); thread.start(); thread.join(); return "done"
def other_number(f):
    f.handle = type(f.handle)(77, "check", "f", [])
    return f(1)
def reads_source(f):
    found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType) and o.__name__ == "hidden_reference"]
    return len(found), hasattr(f, "function"), hasattr(f, "__code__"), hasattr(f, "__globals__")
class Thing:
    def __init__(self): self.value = 3
thing = Thing()
"""


@pytest.fixture(scope="module")
def session():
    jail = Jail(SandboxLimits(memory_bytes=512 << 20))
    jail.start()
    exercises = [Exercise("bisection", {}, None), Exercise("tests", {}, None, ["*"], at_cell=True)]
    session = Session(
        JailTransport(jail), Submission("ps", [CodeCell(1, CODE)], exercises, []), SessionLimits(1, 1, 600)
    )
    session.run()
    yield session
    session.close()
    jail.close()


@pytest.fixture(params=[0, 1])
def student(session, request):
    session.turn_to(session.submission.exercises[request.param])
    session.begin(7)
    return Student(session)


def test_a_function_is_called_with_values_and_gives_values(student):
    assert student.bisection(callback(lambda x: x * x - 2), 0.0, 2.0) == pytest.approx(math.sqrt(2))
    assert student.apply(callback(np.sin), np.array([0.0, 1.0])).tolist() == [0.0, math.sin(1.0)]
    assert_close(student.apply(callback(torch.exp), torch.ones(2)), torch.ones(2).exp())
    assert student.apply(callback(lambda *a, **k: (a, k)), 1, [2], b="c") == ((1, [2]), {"b": "c"})


def test_it_is_not_held_to_the_exercises_vocabulary(session):
    for seed in range(12):  # some calls are watched more closely than others
        session.turn_to(session.submission.exercises[0])
        session.begin(seed)
        Student(session).apply(callback(torch.nn.functional.softmax), torch.ones(3), dim=0)
        assert session.forbidden == []


def test_its_exception_is_raised_in_the_students_code(student):
    assert student.caught(callback(lambda: 1 / 0)) == "caught: division by zero"
    with pytest.raises(ValueError, match="mine") as raised:
        student.apply(callback(lambda: int("mine")))
    assert isinstance(raised.value, StudentError)


def test_it_comes_back_as_itself_and_has_a_name(student):
    def square(x):
        return x * x

    given = callback(square)
    assert student.same(given) is given and student.name(given) == "square"


def test_the_students_own_objects_come_out_as_handles_and_cannot_be_used_by_it(student):
    seen = []
    student.apply(callback(seen.append), student.thing)
    assert isinstance(seen[0], RemoteObject)
    with pytest.raises(TypeError, match="cannot use the student's objects"):
        student.apply(callback(lambda thing: thing.value), student.thing)
    assert student.thing.value == 3


def test_nothing_of_a_function_enters_the_jail(student):
    def hidden_reference(x):
        return x

    assert student.reads_source(callback(hidden_reference)) == (0, False, False, False)


def test_only_functions_that_were_given_can_be_called(student):
    with pytest.raises(CallFailed):
        student.other_number(callback(lambda x: x))


def test_a_function_kept_from_an_earlier_check_is_gone(session, student):
    student.keep(callback(lambda x: x))
    session.begin(8)
    with pytest.raises(CallFailed):
        Student(session).kept_one()


def test_calls_without_end_are_stopped(student):
    with pytest.raises(CallFailed):
        student.for_ever(callback(lambda x: x))


def test_a_function_that_is_not_marked_does_not_travel(student):
    with pytest.raises(Exception, match="cannot be sent into the jail"):
        student.apply(lambda x: x, 1)
