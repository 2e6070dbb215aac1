"""Traces are the same within rounding only, and are so after they were kept."""

import numpy as np
import pytest
import torch

from autograder.diagnosis import traces
from autograder.diagnosis.traces import agreeing, apart, from_bytes, is_whole, same, to_bytes
from autograder.jail.inside import wire
from autograder.session.remote import RemoteObject

HANDLE = RemoteObject(None, wire.Handle(3, "function", "f", []))


def test_a_generator_that_was_used_in_the_same_way_is_the_same():
    one, two, further = (torch.Generator().manual_seed(3) for _ in range(3))
    torch.rand(2, generator=further)
    assert same((one, [one]), (two, [two]))
    assert not same((one, [one]), (further, [further]))


def test_sparse_tensors_are_the_same_where_the_same_entries_are_there():
    def sparse(*entries):
        places, numbers = zip(*entries, strict=True)
        return torch.sparse_coo_tensor([list(places)], list(numbers), (4,), dtype=torch.float32)

    assert same(sparse((1, 2.0), (3, 1.0)), sparse((3, 1.0), (1, 2.0)))
    assert same(sparse((1, 2.0)), sparse((1, 0.5), (1, 1.5)))
    assert not same(sparse((1, 2.0)), sparse((1, 2.0), (2, 0.0)))
    assert not same(sparse((1, 2.0)), sparse((1, 2.1)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_how_far_the_same_numbers_are_apart_is_told_in_tolerances(dtype):
    step = 1e-4 if dtype == torch.float32 else 1e-9
    x = torch.tensor([4.0, 1.0], dtype=dtype)
    assert apart([(x, None)], [(x + step * 2, None)]) == pytest.approx(0.5, rel=0.05)
    assert apart({"a": [(x, None)]}, {"a": [(x + step * 0.01, None)]}) == 0


def test_the_share_of_calls_that_agree():
    mine = {"a": [(1, None), "ValueError"], "b": [(2, None)]}
    assert agreeing(mine, {"a": [(1, None), "ValueError", (3, None)], "b": [(3, None)]}) == 0.5
    assert agreeing({}, {}) == 0


@pytest.mark.parametrize(
    "value",
    [
        torch.randn(3, 4, requires_grad=True),
        torch.tensor([True, False]),
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.float64(0.1),
        [1, 2.5, "text", None, (True, {"a": 2**80})],
        torch.sparse_coo_tensor([[0, 2]], [1.0, 2.0], (4,)),
        b"bytes",
        float("nan"),
    ],
)
def test_a_trace_that_was_kept_is_the_same(value):
    trace = {"test_a": [(HANDLE, None), (value, [value])], "test_b": ["ValueError", (None, None)]}
    kept = to_bytes(trace)
    assert is_whole(kept) and same(from_bytes(kept), trace)


def test_a_large_tensor_is_thinned_and_no_diagnosis_is_made_from_it():
    large = torch.randn(100, 101)
    kept = to_bytes({"a": [(large, None)]})
    assert len(kept) < large.numel() * 2 and not is_whole(kept)
    assert same(from_bytes(kept), from_bytes(to_bytes({"a": [(large + 1e-8, None)]})))
    assert not same(from_bytes(kept), from_bytes(to_bytes({"a": [(large + 1e-2, None)]})))
    assert not same(from_bytes(kept), from_bytes(to_bytes({"a": [(large.reshape(101, 100), None)]})))


def test_what_is_too_large_even_so_or_nested_too_deeply_is_not_kept():
    many = {"a": [(torch.randn(1000), None)] * (traces.MAX_BYTES // 4000 + 2)}
    assert to_bytes(many) == b"" and not is_whole(b"")
    deep = []
    for _ in range(63):
        deep = [deep]
    assert to_bytes({"a": [(deep, None)]}) == b""
