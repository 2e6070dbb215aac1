import numpy as np
import torch

from autograder.authoring import assert_equal, assert_unchanged, check


def assert_answers(student, expected, pairs):
    """Assert the answer for each pair of an array and a tensor; they are given under the words for them."""
    for words, (a, t) in pairs.items():
        assert_equal(as_bool(student.shares_memory(a, t)), expected, what=f"the answer for {words}")


def as_bool(answer):
    """numpy's True and False are as good as Python's."""
    return bool(answer) if isinstance(answer, np.bool_) else answer


@check(points=2)
def test_tells_a_view_from_a_copy(student):
    """tells from_numpy, as_tensor and numpy(), which share, from tensor, clone and copy, which do not"""
    a, b, t = np.array([1.0, 2.0, 3.0]), np.array([[1, 2], [3, 4]]), torch.ones(2, 3)
    shared = {
        "a and torch.from_numpy(a)": (a, torch.from_numpy(a)),
        "a and torch.as_tensor(a)": (b, torch.as_tensor(b)),
        "t.numpy() and t": (t.numpy(), t),
    }
    copied = {
        "a and torch.tensor(a)": (a, torch.tensor(a)),
        "a and torch.from_numpy(a).clone()": (b, torch.from_numpy(b).clone()),
        "t.numpy().copy() and t": (t.numpy().copy(), t),
    }
    assert_answers(student, True, shared)
    assert_answers(student, False, copied)


@check(points=2)
def test_sees_through_views(student):
    """finds the memory that slices, transposes and reshaped views share, and knows when reshape has copied"""
    a, b, c = np.arange(6.0), np.arange(12.0).reshape(3, 4), np.arange(24).reshape(2, 3, 4)
    t, u, v = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(c)
    views = {
        "a and a slice of its tensor, t[2:]": (a, t[2:]),
        "a slice, a[3:], and the whole tensor": (a[3:], t),
        "a[:4] and t[3:], which have one element in common": (a[:4], t[3:]),
        "a column, a[:, 1], and a row, t[2], of one matrix": (b[:, 1], u[2]),
        "a.T and t.permute(1, 2, 0)[1:].reshape(-1, 2)[1]": (c.T, v.permute(1, 2, 0)[1:].reshape(-1, 2)[1]),
        "a[::-1] and t[:2]": (a[::-1], t[:2]),
    }
    assert_answers(student, True, views)
    assert_answers(student, False, {"a and t.T.reshape(-1), which had to copy": (b, u.T.reshape(-1))})


@check(points=1)
def test_is_not_misled_by_values(student):
    """says no for disjoint parts of one array and for equal values in two places, and yes for parts that overlap"""
    ones, a, b = np.ones(6), np.arange(6.0), np.arange(12.0).reshape(3, 4)
    t, u, v = torch.from_numpy(ones), torch.from_numpy(a), torch.from_numpy(b)
    apart = {
        "zeros of numpy's and zeros of torch's": (np.zeros(4), torch.zeros(4, dtype=torch.float64)),
        "the two halves of an array of ones, a[:3] and t[3:]": (ones[:3], t[3:]),
        "a row, a[0], and the rows below it, t[1:]": (b[0], v[1:]),
        "a and torch.from_numpy(a[[0, 2, 4]])": (a, torch.from_numpy(a[[0, 2, 4]])),
    }
    assert_answers(student, False, apart)
    assert_answers(student, True, {"a[:4] and t[2:], whose values differ": (a[:4], u[2:])})


@check(points=2)
def test_looks_at_bytes_and_not_at_ranges(student):
    """says no for the even and the odd elements of one array, two columns of one matrix and an empty slice"""
    a, b = np.arange(8.0), np.arange(12).reshape(3, 4)
    t, u = torch.from_numpy(a), torch.from_numpy(b)
    apart = {
        "the even elements, a[::2], and the odd ones, t[1::2]": (a[::2], t[1::2]),
        "two columns, a[:, 0] and t[:, 2]": (b[:, 0], u[:, 2]),
        "an empty slice, a[:0], and t": (a[:0], t),
        "a and an empty slice, t[8:]": (a, t[8:]),
    }
    touching = {
        "a[::2] and t[::3]": (a[::2], t[::3]),
        "a slice of one element, a[:1], and t": (a[:1], t),
        "a and a slice of one element, t[7:]": (a, t[7:]),
    }
    assert_answers(student, False, apart)
    assert_answers(student, True, touching)


@check(points=2)
def test_sees_through_dtypes(student):
    """says whether a change of dtype has copied: view never does, float() only where it changes something"""
    single, double, small = np.arange(4, dtype=np.float32), np.arange(4.0), np.arange(8, dtype=np.uint8)
    views = {
        "a and torch.from_numpy(a).view(torch.int32)": (single, torch.from_numpy(single).view(torch.int32)),
        "a in float32 and torch.from_numpy(a).float()": (single, torch.from_numpy(single).float()),
        "bytes viewed as int16, a.view(np.int16), and t[2:]": (small.view(np.int16), torch.from_numpy(small)[2:]),
    }
    copies = {
        "a in float64 and torch.from_numpy(a).float()": (double, torch.from_numpy(double).float()),
        "a and torch.from_numpy(a.astype(np.float32))": (single, torch.from_numpy(single.astype(np.float32))),
    }
    assert_answers(student, True, views)
    assert_answers(student, False, copies)


@check(points=1)
def test_takes_tensors_that_require_a_gradient(student):
    """answers for tensors that require a gradient too"""
    a = np.arange(3.0)
    copies = {
        "a and torch.tensor(a, requires_grad=True)": (a, torch.tensor(a, requires_grad=True)),
        "a and a slice of torch.tensor(a, requires_grad=True)": (a, torch.tensor(a, requires_grad=True)[1:]),
    }
    assert_answers(student, False, copies)
    assert_answers(student, True, {"a and torch.from_numpy(a), without a gradient": (a, torch.from_numpy(a))})


@check(points=2)
def test_finds_out_without_writing(student):
    """answers where writing is impossible or does not show: read-only arrays, expanded tensors, NaN and infinity"""
    a, endless, nothing = np.arange(4.0), np.full(3, np.inf), np.full(3, np.nan)
    t, fixed, infinite = torch.from_numpy(a), a[1:], torch.from_numpy(endless)
    fixed.flags.writeable = False
    shared = {
        "a read-only slice, a[1:], and t": (fixed, t),
        "a and t[1:2].expand(5)": (a, t[1:2].expand(5)),
        "an array of infinities and its tensor": (endless, infinite),
    }
    apart = {
        "a read-only slice, a[1:], and t.clone()": (fixed, t.clone()),
        "a and t[1:2].clone().expand(5)": (a, t[1:2].clone().expand(5)),
        "an array of NaN and a tensor of NaN": (nothing, torch.full((3,), torch.nan, dtype=torch.float64)),
    }
    assert_answers(student, True, shared)
    assert_answers(student, False, apart)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves array and tensor unchanged, whether they share memory or not"""
    a = np.arange(6.0).reshape(2, 3)
    assert_unchanged(student.shares_memory, a, torch.from_numpy(a)[1:])
    assert_unchanged(student.shares_memory, a, torch.arange(6.0))
