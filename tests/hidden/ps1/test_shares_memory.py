import numpy as np
import torch

from autograder.authoring import assert_equal, assert_unchanged, check


def assert_answers(student, expected, *pairs):
    """Assert the answer for each pair of an array and a tensor, which stand behind the words for them, by language."""
    for words, a, t in pairs:
        what = {"en": f"the answer for {words['en']}", "zh": f"对“{words['zh']}”的回答"}
        assert_equal(as_bool(student.shares_memory(a, t)), expected, what=what)


def both(one, other):
    """The words for a pair that is told by its code."""
    return {"en": f"{one} and {other}", "zh": f"{one} 与 {other}"}


def as_bool(answer):
    """numpy's True and False are as good as Python's."""
    return bool(answer) if isinstance(answer, np.bool_) else answer


@check(points=2)
def test_tells_a_view_from_a_copy(student):
    """tells from_numpy, as_tensor and numpy(), which share, from tensor, clone and copy, which do not

    zh: 能区分共享内存的 from_numpy、as_tensor、numpy() 与不共享内存的 tensor、clone、copy
    """
    a, b, t = np.array([1.0, 2.0, 3.0]), np.array([[1, 2], [3, 4]]), torch.ones(2, 3)
    shared = [
        (both("a", "torch.from_numpy(a)"), a, torch.from_numpy(a)),
        (both("a", "torch.as_tensor(a)"), b, torch.as_tensor(b)),
        (both("t.numpy()", "t"), t.numpy(), t),
    ]
    copied = [
        (both("a", "torch.tensor(a)"), a, torch.tensor(a)),
        (both("a", "torch.from_numpy(a).clone()"), b, torch.from_numpy(b).clone()),
        (both("t.numpy().copy()", "t"), t.numpy().copy(), t),
    ]
    assert_answers(student, True, *shared)
    assert_answers(student, False, *copied)


@check(points=2)
def test_sees_through_views(student):
    """finds the memory that slices, transposes and reshaped views share, and knows when reshape has copied

    zh: 能看出切片、转置和变形后的视图所共享的内存，也知道 reshape 何时做了复制
    """
    a, b, c = np.arange(6.0), np.arange(12.0).reshape(3, 4), np.arange(24).reshape(2, 3, 4)
    t, u, v = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(c)
    views = [
        ({"en": "a and a slice of its tensor, t[2:]", "zh": "a 与其张量的切片 t[2:]"}, a, t[2:]),
        ({"en": "a slice, a[3:], and the whole tensor", "zh": "切片 a[3:] 与整个张量"}, a[3:], t),
        (
            {"en": "a[:4] and t[3:], which have one element in common", "zh": "有一个公共元素的 a[:4] 与 t[3:]"},
            a[:4],
            t[3:],
        ),
        (
            {"en": "a column, a[:, 1], and a row, t[2], of one matrix", "zh": "同一矩阵的列 a[:, 1] 与行 t[2]"},
            b[:, 1],
            u[2],
        ),
        (both("a.T", "t.permute(1, 2, 0)[1:].reshape(-1, 2)[1]"), c.T, v.permute(1, 2, 0)[1:].reshape(-1, 2)[1]),
        (both("a[::-1]", "t[:2]"), a[::-1], t[:2]),
    ]
    assert_answers(student, True, *views)
    assert_answers(
        student,
        False,
        (
            {"en": "a and t.T.reshape(-1), which had to copy", "zh": "a 与不得不复制的 t.T.reshape(-1)"},
            b,
            u.T.reshape(-1),
        ),
    )


@check(points=1)
def test_is_not_misled_by_values(student):
    """says no for disjoint parts of one array and for equal values in two places, and yes for parts that overlap

    zh: 对同一数组中互不相交的部分、对两处相等的数值回答“否”，对互相重叠的部分回答“是”
    """
    ones, a, b = np.ones(6), np.arange(6.0), np.arange(12.0).reshape(3, 4)
    t, u, v = torch.from_numpy(ones), torch.from_numpy(a), torch.from_numpy(b)
    apart = [
        (
            {"en": "zeros of numpy's and zeros of torch's", "zh": "numpy 的零数组与 torch 的零张量"},
            np.zeros(4),
            torch.zeros(4, dtype=torch.float64),
        ),
        (
            {"en": "the two halves of an array of ones, a[:3] and t[3:]", "zh": "全 1 数组的两半 a[:3] 与 t[3:]"},
            ones[:3],
            t[3:],
        ),
        ({"en": "a row, a[0], and the rows below it, t[1:]", "zh": "行 a[0] 与它下面的各行 t[1:]"}, b[0], v[1:]),
        (both("a", "torch.from_numpy(a[[0, 2, 4]])"), a, torch.from_numpy(a[[0, 2, 4]])),
    ]
    assert_answers(student, False, *apart)
    assert_answers(
        student, True, ({"en": "a[:4] and t[2:], whose values differ", "zh": "数值不同的 a[:4] 与 t[2:]"}, a[:4], u[2:])
    )


@check(points=2)
def test_looks_at_bytes_and_not_at_ranges(student):
    """says no for the even and the odd elements of one array, two columns of one matrix and an empty slice

    zh: 对同一数组的偶数号与奇数号元素、同一矩阵的两列以及空切片回答“否”
    """
    a, b = np.arange(8.0), np.arange(12).reshape(3, 4)
    t, u = torch.from_numpy(a), torch.from_numpy(b)
    apart = [
        (
            {
                "en": "the even elements, a[::2], and the odd ones, t[1::2]",
                "zh": "偶数号元素 a[::2] 与奇数号元素 t[1::2]",
            },
            a[::2],
            t[1::2],
        ),
        ({"en": "two columns, a[:, 0] and t[:, 2]", "zh": "两列 a[:, 0] 与 t[:, 2]"}, b[:, 0], u[:, 2]),
        ({"en": "an empty slice, a[:0], and t", "zh": "空切片 a[:0] 与 t"}, a[:0], t),
        ({"en": "a and an empty slice, t[8:]", "zh": "a 与空切片 t[8:]"}, a, t[8:]),
    ]
    touching = [
        (both("a[::2]", "t[::3]"), a[::2], t[::3]),
        ({"en": "a slice of one element, a[:1], and t", "zh": "只有一个元素的切片 a[:1] 与 t"}, a[:1], t),
        ({"en": "a and a slice of one element, t[7:]", "zh": "a 与只有一个元素的切片 t[7:]"}, a, t[7:]),
    ]
    assert_answers(student, False, *apart)
    assert_answers(student, True, *touching)


@check(points=2)
def test_sees_through_dtypes(student):
    """says whether a change of dtype has copied: view never does, float() only where it changes something

    zh: 能判断改变数据类型时是否做了复制：view 从不复制，float() 只在确有改变时才复制
    """
    single, double, small = np.arange(4, dtype=np.float32), np.arange(4.0), np.arange(8, dtype=np.uint8)
    views = [
        (both("a", "torch.from_numpy(a).view(torch.int32)"), single, torch.from_numpy(single).view(torch.int32)),
        (
            {"en": "a in float32 and torch.from_numpy(a).float()", "zh": "float32 的 a 与 torch.from_numpy(a).float()"},
            single,
            torch.from_numpy(single).float(),
        ),
        (
            {
                "en": "bytes viewed as int16, a.view(np.int16), and t[2:]",
                "zh": "按 int16 解读的字节 a.view(np.int16) 与 t[2:]",
            },
            small.view(np.int16),
            torch.from_numpy(small)[2:],
        ),
    ]
    copies = [
        (
            {"en": "a in float64 and torch.from_numpy(a).float()", "zh": "float64 的 a 与 torch.from_numpy(a).float()"},
            double,
            torch.from_numpy(double).float(),
        ),
        (both("a", "torch.from_numpy(a.astype(np.float32))"), single, torch.from_numpy(single.astype(np.float32))),
    ]
    assert_answers(student, True, *views)
    assert_answers(student, False, *copies)


@check(points=1)
def test_takes_tensors_that_require_a_gradient(student):
    """answers for tensors that require a gradient too

    zh: 对需要梯度的张量也能给出答案
    """
    a = np.arange(3.0)
    copies = [
        (both("a", "torch.tensor(a, requires_grad=True)"), a, torch.tensor(a, requires_grad=True)),
        (
            {
                "en": "a and a slice of torch.tensor(a, requires_grad=True)",
                "zh": "a 与 torch.tensor(a, requires_grad=True) 的切片",
            },
            a,
            torch.tensor(a, requires_grad=True)[1:],
        ),
    ]
    assert_answers(student, False, *copies)
    assert_answers(
        student,
        True,
        (
            {"en": "a and torch.from_numpy(a), without a gradient", "zh": "a 与不带梯度的 torch.from_numpy(a)"},
            a,
            torch.from_numpy(a),
        ),
    )


@check(points=2)
def test_finds_out_without_writing(student):
    """answers where writing is impossible or does not show: read-only arrays, expanded tensors, NaN and infinity

    zh: 不能写入或写入后看不出变化时也能给出答案：只读数组、expand 得到的张量、NaN 和无穷大
    """
    a, endless, nothing = np.arange(4.0), np.full(3, np.inf), np.full(3, np.nan)
    t, fixed, infinite = torch.from_numpy(a), a[1:], torch.from_numpy(endless)
    fixed.flags.writeable = False
    shared = [
        ({"en": "a read-only slice, a[1:], and t", "zh": "只读切片 a[1:] 与 t"}, fixed, t),
        (both("a", "t[1:2].expand(5)"), a, t[1:2].expand(5)),
        ({"en": "an array of infinities and its tensor", "zh": "全为无穷大的数组与它的张量"}, endless, infinite),
    ]
    apart = [
        ({"en": "a read-only slice, a[1:], and t.clone()", "zh": "只读切片 a[1:] 与 t.clone()"}, fixed, t.clone()),
        (both("a", "t[1:2].clone().expand(5)"), a, t[1:2].clone().expand(5)),
        (
            {"en": "an array of NaN and a tensor of NaN", "zh": "全为 NaN 的数组与全为 NaN 的张量"},
            nothing,
            torch.full((3,), torch.nan, dtype=torch.float64),
        ),
    ]
    assert_answers(student, True, *shared)
    assert_answers(student, False, *apart)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves array and tensor unchanged, whether they share memory or not

    zh: 不修改数组和张量，无论它们是否共享内存
    """
    a = np.arange(6.0).reshape(2, 3)
    assert_unchanged(student.shares_memory, a, torch.from_numpy(a)[1:])
    assert_unchanged(student.shares_memory, a, torch.arange(6.0))
