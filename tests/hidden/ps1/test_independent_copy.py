import numpy as np
import torch

from autograder.authoring import Difference, assert_equal, assert_unchanged, check


def values_of(array):
    """A tensor of the array's shape, dtype and values, made by way of a list."""
    return torch.tensor(array.tolist(), dtype=torch.from_numpy(array.copy()).dtype).reshape(array.shape)


def assert_independent(student, array, what):
    """Assert that the copy of an array is right, and that neither of the two is a view of the other."""
    copy = student.independent_copy(array)
    assert_equal(copy, values_of(array), what=f"the copy of {what}")
    if np.shares_memory(copy.detach().numpy(), array):
        raise Difference(f"the copy of {what} shares its memory: what is written into one of them is seen in the other")


@check(points=2)
def test_has_memory_of_its_own(student):
    """copies: writing into the array leaves the copy alone, and the other way round"""
    assert_independent(student, np.array([3.0, 5.0, 7.0]), "an array of three numbers")
    assert_independent(student, np.arange(12).reshape(3, 4), "an int64 array of shape (3, 4)")
    assert_independent(student, np.arange(4, 10, dtype=np.float32).reshape(2, 3), "a float32 array of shape (2, 3)")
    assert_independent(student, np.arange(5, dtype=np.uint8), "a uint8 array")


@check(points=1)
def test_copies_slices_and_transposes(student):
    """copies slices, transposes, arrays in Fortran order and read-only ones, with their own shape and values"""
    a = np.arange(24.0).reshape(2, 3, 4)
    fixed = np.arange(6, dtype=np.int64).reshape(2, 3)
    fixed.flags.writeable = False
    assert_independent(student, np.arange(10, dtype=np.int32)[3:7], "a slice, a[3:7],")
    assert_independent(student, a[1], "one matrix of several, a[1],")
    assert_independent(student, a[0, 1:, ::2], "every other column, a[1:, ::2],")
    assert_independent(student, a.transpose(2, 0, 1), "an array with its axes permuted")
    assert_independent(student, np.arange(12, dtype=np.float32).reshape(3, 4).T, "a transpose, a.T,")
    assert_independent(student, np.asfortranarray(a[1]), "an array in Fortran order")
    assert_independent(student, fixed, "a read-only array")


@check(points=3)
def test_copies_mirrored_arrays(student):
    """copies arrays with negative strides: mirrored, turned by 90 degrees, and read from the end"""
    a = np.arange(24.0).reshape(2, 3, 4)
    assert_independent(student, a[0, :, ::-1], "a mirrored array, a[:, ::-1],")
    assert_independent(student, a[::-1, ::-1, 1::2], "an array mirrored along two axes")
    assert_independent(student, np.arange(5, dtype=np.int32)[::-1], "a row from the end, a[::-1],")
    assert_independent(student, np.rot90(np.arange(12, dtype=np.uint8).reshape(3, 4)), "a rotated array, np.rot90(a),")


@check(points=1)
def test_saves_a_dataset_from_what_works_in_place(student):
    """keeps the images of a dataset as they are while their copies are darkened in place, epoch after epoch"""
    images = np.linspace(0.25, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    original = images.copy()
    for epoch in (1, 2, 3):
        for image, before in zip(images, original, strict=True):
            copy = student.independent_copy(image)
            assert_equal(copy, values_of(before), what=f"the copy in epoch {epoch}")
            copy.detach().mul_(0.5)
            assert_equal(image, before, what=f"the image, after its copy of epoch {epoch} was halved in place,")


@check(points=1)
def test_keeps_the_dtype(student):
    """copies bools, integers and floats of several sizes, and keeps the dtype"""
    for dtype in (np.bool_, np.uint8, np.int32, np.int64, np.float16, np.float32, np.float64):
        a = np.array([[0, 1, 1], [2, 0, 200]]).astype(dtype)
        assert_equal(student.independent_copy(a), values_of(a))


@check(points=1)
def test_takes_numbers_and_empty_arrays(student):
    """keeps the shape of an array without axes and of one without entries"""
    assert_independent(student, np.array(7.0), "an array without axes, np.array(7.0),")
    assert_equal(student.independent_copy(np.zeros((0, 3), dtype=np.float32)), torch.zeros(0, 3))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the array unchanged"""
    assert_unchanged(student.independent_copy, np.arange(6.0).reshape(2, 3))
