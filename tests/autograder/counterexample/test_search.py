"""A failing call is made smaller until it can be read, and what is said of it is so when it is pasted."""

import time
from contextlib import suppress

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.authoring.showing import shown
from autograder.counterexample.program import programs_of
from autograder.counterexample.search import Search
from autograder.diagnosis.rehearsal import rehearsal
from autograder.model.submission import Exercise
from autograder.session.remote import Student


def found(right, mine, check, name="f"):
    """The call for a wrong function, of what the check asks the right one for: code, what it gives, what is right."""
    call = search(right, mine, check, name)
    return call and (call.code, call.mine, call.right)


def search(right, mine, check, name="f", others=()):
    """The call for a wrong function; with others, what it is for each of them, tried once more."""
    exercise = Exercise(name, {}, None)
    sessions = [rehearsal("ps", {name: function}, keeps_arguments=True) for function in (right, right, mine)]
    for session in sessions:
        session.turn_to(exercise)
    torch.manual_seed(5)
    sessions[0].begin(1)
    check(Student(sessions[0]))
    call = Search(sessions[2], sessions[1], ["x", "weight"]).run([sessions[0].asked])
    if not others:
        return call
    again = []
    for other in others:
        session = rehearsal("ps", {name: other})
        session.turn_to(exercise)
        again.append(Search(session, sessions[1], ["x", "weight"]).again(call))
    return call, again


def pasted(code, **names):
    *lines, last = code.splitlines()
    names |= {"torch": torch}
    exec("\n".join(lines), names)
    value = eval(last, names)
    return shown(value.detach()) if isinstance(value, torch.Tensor) else str(value)


def right(x, weight):
    return x @ weight.T


def wrong(x, weight):
    return x @ weight.T * len(x)


def large(student):
    student.f(torch.randn(32, 16), torch.randn(24, 16))


def test_a_large_call_becomes_a_small_one_that_gives_what_is_said():
    code, gives, should = found(right, wrong, large)
    assert len(code) <= 160 and "randn" not in code
    assert pasted(code, f=wrong) == gives != should == pasted(code, f=right)


def test_the_same_answer_gets_the_same_call():
    assert found(right, wrong, large) == found(right, wrong, large)


def test_the_call_of_one_answer_is_that_of_others_with_the_same_mistake_and_tells_what_they_give():
    def alike(x, weight):
        return F.linear(x, weight) * x.shape[0]

    def otherwise(x, weight):
        return x @ weight.T + len(x)

    def refuses(x, weight):
        raise ValueError("no")

    call, again = search(right, wrong, large, others=(alike, otherwise, refuses, right))
    assert again[0] == call and again[2:] == [None, None]
    assert again[1].code == call.code and pasted(call.code, f=otherwise) == again[1].mine != call.mine


def test_a_right_answer_gets_none():
    assert found(right, lambda x, weight: F.linear(x, weight), large) is None


def test_where_only_a_large_input_fails_the_recipe_is_told():
    def only_large(x, weight):
        return x @ weight.T * (2 if x.numel() > 400 else 1)

    code, gives, _ = found(right, only_large, large)
    assert "torch.manual_seed(" in code and "torch.randn(" in code
    assert f"{float(pasted(code, f=only_large)):.6g}" == gives


def test_a_wrong_gradient_is_shown_with_the_backward_pass():
    def gradient(student):
        x = torch.randn(6, 4, requires_grad=True)
        student.f(x, torch.randn(3, 4)).backward(torch.randn(6, 3))

    def detached(x, weight):
        y = x @ weight.T
        return y.detach() + 0.5 * (y - y.detach())

    code, gives, should = found(right, detached, gradient)
    assert ".backward()" in code and ".grad" in code
    assert pasted(code, f=detached) == gives != should == pasted(code, f=right)


def test_what_fails_for_its_place_in_memory_alone_is_written_so():
    def check(student):
        student.f(torch.randn(4, 6).T, 1)

    def views(x, weight):
        return x.view(-1)

    code, gives, _ = found(lambda x, weight: x.reshape(-1), views, check)
    assert ".permute(" in code and gives.startswith("raises RuntimeError")


def test_an_array_that_runs_backwards_is_written_so():
    def check(student):
        student.f(np.arange(6.0)[::-1], 1)

    code, gives, should = found(
        lambda x, weight: torch.from_numpy(x.copy()), lambda x, weight: torch.from_numpy(x), check
    )
    assert code.endswith("f(x)") or "[::-1]" in code
    assert gives.startswith("raises ValueError") and should.startswith("tensor(")


class Counter:
    def __init__(self, step):
        self.step, self.sum = step, 0.0

    def __call__(self, x):
        self.sum = self.sum + self.step * x
        return self.sum


class Forgetful(Counter):
    def __call__(self, x):
        self.sum = self.step * x
        return self.sum


def test_of_a_class_a_few_lines_construct_and_call():
    def check(student):
        counter = student.f(2.0)
        counter(torch.randn(5))
        counter(torch.randn(5))

    code, gives, should = found(Counter, Forgetful, check)
    assert 3 <= len(code.splitlines()) <= 5
    assert pasted(code, f=Forgetful) == gives != should == pasted(code, f=Counter)


def test_the_solutions_own_words_are_not_told():
    def refuses(x, weight):
        raise ValueError("a secret")

    def check(student):
        with suppress(ValueError):
            student.f(torch.ones(2), torch.ones(2))

    _, _, should = found(refuses, lambda x, weight: x, check)
    assert should == "raises ValueError"


def test_a_list_that_is_changed_in_place_is_shown():
    def changes(x, weight):
        x[0] *= 2
        return torch.zeros(1)

    def check(student):
        student.f([torch.randn(3)], torch.randn(3))

    code, gives, _ = found(lambda x, weight: torch.zeros(1), changes, check)
    assert pasted(code, f=changes) == gives


def test_nan_where_nan_is_right_hides_no_difference():
    def check(student):
        student.f(torch.tensor([1.0, float("nan"), -1.0]), 0.0)

    assert found(lambda x, weight: x.clamp(min=0), lambda x, weight: x.clamp(min=0).nan_to_num(), check)


class Trained:
    """A model with state, as a training loop uses it."""

    def __init__(self):
        self.seen = 0.0

    def step(self, x):
        self.seen += float(x.sum())
        return x * self.seen


def test_a_check_that_trains_for_thousands_of_steps_is_read_in_no_time():
    session = rehearsal("ps", {"Trained": Trained}, keeps_arguments=True)
    session.turn_to(Exercise("Trained", {}, None))
    session.begin(1)
    model = Student(session).Trained()
    for _ in range(1500):
        model.step(torch.ones(2))
    began = time.perf_counter()
    found = list(programs_of(session.asked))
    assert time.perf_counter() - began < 2 and len(found) > 3


def test_a_table_among_the_arguments_has_a_size():
    pd = pytest.importorskip("pandas")

    def check(student):
        student.f(pd.DataFrame({"mode": [1, 2]}), torch.randn(3))

    assert found(lambda table, x: x * len(table), lambda table, x: x, check) is None  # a table is not written as code
