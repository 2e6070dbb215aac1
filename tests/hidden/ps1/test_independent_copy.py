import numpy as np
import torch

from autograder.authoring import Difference, assert_equal, assert_unchanged, check


def values_of(array):
    """A tensor of the array's shape, dtype and values, made by way of a list."""
    return torch.tensor(array.tolist(), dtype=torch.from_numpy(array.copy()).dtype).reshape(array.shape)


def assert_independent(student, array, what):
    """Assert that the copy of an array is right, and that neither of the two is a view of the other.

    `what` is the array in words, by language.
    """
    copy = student.independent_copy(array)
    assert_equal(copy, values_of(array), what={"en": f"the copy of {what['en']}", "zh": f"{what['zh']}的副本"})
    if np.shares_memory(copy.detach().numpy(), array):
        raise Difference(
            {
                "en": f"the copy of {what['en']} shares its memory: what is written into one of them is seen in the other",
                "zh": f"{what['zh']}的副本与它共享内存：写入其中一个，另一个也会改变",
            }
        )


@check(points=2)
def test_has_memory_of_its_own(student):
    """copies: writing into the array leaves the copy alone, and the other way round

    zh: 得到真正的副本：写入数组不影响副本，反之亦然
    """
    assert_independent(
        student, np.array([3.0, 5.0, 7.0]), {"en": "an array of three numbers", "zh": "三个数构成的数组"}
    )
    assert_independent(
        student,
        np.arange(12).reshape(3, 4),
        {"en": "an int64 array of shape (3, 4)", "zh": "形状为 (3, 4) 的 int64 数组"},
    )
    assert_independent(
        student,
        np.arange(4, 10, dtype=np.float32).reshape(2, 3),
        {"en": "a float32 array of shape (2, 3)", "zh": "形状为 (2, 3) 的 float32 数组"},
    )
    assert_independent(student, np.arange(5, dtype=np.uint8), {"en": "a uint8 array", "zh": "uint8 数组"})


@check(points=1)
def test_copies_slices_and_transposes(student):
    """copies slices, transposes, arrays in Fortran order and read-only ones, with their own shape and values

    zh: 能复制切片、转置、Fortran 顺序的数组和只读数组，形状和数值与它们相同
    """
    a = np.arange(24.0).reshape(2, 3, 4)
    fixed = np.arange(6, dtype=np.int64).reshape(2, 3)
    fixed.flags.writeable = False
    assert_independent(student, np.arange(10, dtype=np.int32)[3:7], {"en": "a slice, a[3:7],", "zh": "切片（a[3:7]）"})
    assert_independent(student, a[1], {"en": "one matrix of several, a[1],", "zh": "多个矩阵中的一个（a[1]）"})
    assert_independent(
        student, a[0, 1:, ::2], {"en": "every other column, a[1:, ::2],", "zh": "隔列取出的数组（a[1:, ::2]）"}
    )
    assert_independent(student, a.transpose(2, 0, 1), {"en": "an array with its axes permuted", "zh": "重排了轴的数组"})
    assert_independent(
        student, np.arange(12, dtype=np.float32).reshape(3, 4).T, {"en": "a transpose, a.T,", "zh": "转置（a.T）"}
    )
    assert_independent(
        student, np.asfortranarray(a[1]), {"en": "an array in Fortran order", "zh": "Fortran 顺序的数组"}
    )
    assert_independent(student, fixed, {"en": "a read-only array", "zh": "只读数组"})


@check(points=3)
def test_copies_mirrored_arrays(student):
    """copies arrays with negative strides: mirrored, turned by 90 degrees, and read from the end

    zh: 能复制负步幅的数组：镜像的、旋转 90 度的，以及从末尾读起的
    """
    a = np.arange(24.0).reshape(2, 3, 4)
    assert_independent(
        student, a[0, :, ::-1], {"en": "a mirrored array, a[:, ::-1],", "zh": "镜像的数组（a[:, ::-1]）"}
    )
    assert_independent(
        student, a[::-1, ::-1, 1::2], {"en": "an array mirrored along two axes", "zh": "沿两个轴镜像的数组"}
    )
    assert_independent(
        student,
        np.arange(5, dtype=np.int32)[::-1],
        {"en": "a row from the end, a[::-1],", "zh": "从末尾读起的一行（a[::-1]）"},
    )
    assert_independent(
        student,
        np.rot90(np.arange(12, dtype=np.uint8).reshape(3, 4)),
        {"en": "a rotated array, np.rot90(a),", "zh": "旋转后的数组（np.rot90(a)）"},
    )


@check(points=1)
def test_saves_a_dataset_from_what_works_in_place(student):
    """keeps the images of a dataset as they are while their copies are darkened in place, epoch after epoch

    zh: 副本逐个 epoch 被原地调暗时，数据集中的图像保持不变
    """
    images = np.linspace(0.25, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    original = images.copy()
    for epoch in (1, 2, 3):
        for image, before in zip(images, original, strict=True):
            copy = student.independent_copy(image)
            assert_equal(
                copy,
                values_of(before),
                what={"en": f"the copy in epoch {epoch}", "zh": f"第 {epoch} 个 epoch 中的副本"},
            )
            copy.detach().mul_(0.5)
            assert_equal(
                image,
                before,
                what={
                    "en": f"the image, after its copy of epoch {epoch} was halved in place,",
                    "zh": f"第 {epoch} 个 epoch 的副本被原地减半之后的图像",
                },
            )


@check(points=1)
def test_keeps_the_dtype(student):
    """copies bools, integers and floats of several sizes, and keeps the dtype

    zh: 能复制布尔数、各种大小的整数和浮点数，并保持数据类型不变
    """
    for dtype in (np.bool_, np.uint8, np.int32, np.int64, np.float16, np.float32, np.float64):
        a = np.array([[0, 1, 1], [2, 0, 200]]).astype(dtype)
        assert_equal(student.independent_copy(a), values_of(a))


@check(points=1)
def test_takes_numbers_and_empty_arrays(student):
    """keeps the shape of an array without axes and of one without entries

    zh: 没有轴的数组和没有元素的数组，形状保持不变
    """
    assert_independent(
        student, np.array(7.0), {"en": "an array without axes, np.array(7.0),", "zh": "没有轴的数组（np.array(7.0)）"}
    )
    assert_equal(student.independent_copy(np.zeros((0, 3), dtype=np.float32)), torch.zeros(0, 3))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the array unchanged

    zh: 不修改数组
    """
    assert_unchanged(student.independent_copy, np.arange(6.0).reshape(2, 3))
