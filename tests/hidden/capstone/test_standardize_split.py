import torch

from autograder.authoring import Difference, assert_close, assert_equal, assert_raises, assert_unchanged, check

ROUGH = {"rtol": 1e-4, "atol": 1e-4}
"""For float32, whatever way the variance was computed."""


def seeded(seed=0):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


def parts(result, rows, test_size):
    """The four parts of a split whose labels are the rows' numbers."""
    if not isinstance(result, list | tuple) or len(result) != 4:
        raise Difference(
            {
                "en": "the result should be four tensors: x_train, y_train, x_test, y_test",
                "zh": "结果应为四个张量：x_train、y_train、x_test、y_test",
            }
        )
    x_train, y_train, x_test, y_test = result
    for name, labels, count in [("y_train", y_train, rows - test_size), ("y_test", y_test, test_size)]:
        if not isinstance(labels, torch.Tensor) or labels.shape != (count,) or labels.dtype != torch.int64:
            raise Difference(
                {
                    "en": f"{name} should be a tensor of shape {(count,)}, int64",
                    "zh": f"{name} 应是形状为 {(count,)} 的张量，int64",
                }
            )
    together = torch.cat([y_train, y_test]).sort().values
    assert_equal(
        together,
        torch.arange(rows),
        what={"en": "the labels of both parts together, sorted,", "zh": "两部分的标签合并排序后的结果"},
    )
    return x_train, y_train, x_test, y_test


def standardized(x, train, rows):
    """The rows of x as the statistics of the training rows have them."""
    mean, std = x[train].mean(0), x[train].std(0, correction=0)
    return (x[rows] - mean) / torch.where(std == 0, 1, std)


def data(rows, *shape, dtype=torch.float32):
    """Rows whose pixels have different means and spreads, labelled with their numbers."""
    x = torch.randn(rows, *shape, dtype=dtype) * (torch.rand(shape, dtype=dtype) * 3 + 1)
    return x + torch.randn(shape, dtype=dtype) * 5, torch.arange(rows)


@check(points=1)
def test_keeps_each_label_with_its_image(student):
    """puts every row into one of the two parts, in the sizes asked for, together with its label

    zh: 把每一行连同它的标签放入两个部分之一，两部分的大小符合要求
    """
    x = torch.tensor([[0.0], [1.0], [4.0], [9.0], [16.0]])  # differences of two rows tell which rows they are
    x_train, y_train, x_test, y_test = parts(student.standardize_split(x, torch.arange(5), 2, seeded()), 5, 2)
    train, test = x[y_train], x[y_test]
    std = ((train - train.sum() / 3) ** 2).sum().div(3).sqrt()
    assert_close(x_train, (train - train.sum() / 3) / std, **ROUGH, what="x_train")
    assert_close(x_test, (test - train.sum() / 3) / std, **ROUGH, what="x_test")


@check(points=2)
def test_standardizes_each_pixel_of_the_training_set(student):
    """gives every pixel of the training set zero mean and unit variance (divided by M), in float32 and float64

    zh: 使训练集的每个像素均值为零、方差为一（除以 M），float32 和 float64 均可
    """
    for rows, test_size, shape, dtype in [(20, 5, (8, 8), torch.float32), (9, 6, (3,), torch.float64)]:
        x, y = data(rows, *shape, dtype=dtype)
        x_train, y_train, _, _ = parts(student.standardize_split(x, y, test_size, seeded()), rows, test_size)
        tolerance = ROUGH if dtype == torch.float32 else {}
        assert_close(x_train, standardized(x, y_train, y_train), **tolerance, what="x_train")


@check(points=2)
def test_standardizes_the_test_set_with_the_training_statistics(student):
    """standardizes the test set with mean and standard deviation of the training set

    zh: 用训练集的均值和标准差来标准化测试集
    """
    for rows, test_size, shape, dtype in [(12, 4, (2, 3), torch.float64), (30, 1, (5,), torch.float32)]:
        x, y = data(rows, *shape, dtype=dtype)
        _, y_train, x_test, y_test = parts(student.standardize_split(x, y, test_size, seeded(3)), rows, test_size)
        tolerance = ROUGH if dtype == torch.float32 else {}
        assert_close(x_test, standardized(x, y_train, y_test), **tolerance, what="x_test")


@check(points=3, property=True)
def test_keeps_the_test_rows_out_of_the_statistics(student):
    """gives the same training set, bit by bit, when huge values are planted in the test rows

    zh: 在测试行中放入极大的数值时，得到的训练集逐位不变
    """
    x, y = data(24, 4)
    before = parts(student.standardize_split(x, y, 6, seeded(5)), 24, 6)
    planted = x.clone()
    planted[before[3]] = 1e6
    after = parts(student.standardize_split(planted, y, 6, seeded(5)), 24, 6)
    assert_equal(
        after[1],
        before[1],
        what={
            "en": "y_train, with the same seed and other values in the test rows,",
            "zh": "种子相同、测试行取其他数值时的 y_train",
        },
    )
    assert_equal(
        after[0],
        before[0],
        what={"en": "x_train, with other values in the test rows,", "zh": "测试行取其他数值时的 x_train"},
    )


@check(points=2)
def test_divides_by_one_where_a_pixel_never_changes(student):
    """makes a pixel that never changes in the training set 0, and leaves its deviation in the test set as it is

    zh: 在训练集中取值始终相同的像素变成 0，它在测试集中的偏差则保持不变
    """
    x, y = data(16, 3)
    x[:, 1] = 2.0
    _, _, _, test = parts(student.standardize_split(x, y, 4, seeded(7)), 16, 4)
    x[test, 1] = 7.0
    x_train, _, x_test, _ = parts(student.standardize_split(x, y, 4, seeded(7)), 16, 4)
    assert_close(x_train[:, 1], torch.zeros(12), what={"en": "the pixel in x_train", "zh": "x_train 中的该像素"})
    assert_close(x_test[:, 1], torch.full((4,), 5.0), what={"en": "the pixel in x_test", "zh": "x_test 中的该像素"})


@check(points=2, property=True)
def test_draws_the_rows_with_the_generator(student):
    """shuffles: the same seed gives the same split, another seed or a used generator another; without one each call its own

    zh: 打乱各行：种子相同，划分就相同；种子不同或生成器已被使用过，划分就不同；没有生成器时每次调用各不相同
    """
    x, y = torch.arange(60.0)[:, None], torch.arange(60)
    used = seeded(1)
    torch.randperm(60, generator=used)
    generators = seeded(1), seeded(1), seeded(2), used
    first, again, other, later = (parts(student.standardize_split(x, y, 20, given), 60, 20) for given in generators)
    for mine, same in zip(first, again, strict=True):
        assert_equal(mine, same, what={"en": "the split with the same seed", "zh": "种子相同时的划分"})
    free = [parts(student.standardize_split(x, y, 20), 60, 20)[3] for _ in range(2)]
    for one, two in [(first[3], other[3]), (first[3], later[3]), free]:
        if torch.equal(one.sort().values, two.sort().values):
            raise Difference(
                {
                    "en": "the test rows are the same in every split; draw them at random",
                    "zh": "每次划分的测试行都相同；请随机抽取",
                }
            )


@check(points=1, property=True)
def test_refuses_sizes_that_leave_nothing(student):
    """raises ValueError where a part would be empty, and where there are not as many labels as rows

    zh: 有一部分会为空，或标签与行的个数不同时，抛出 ValueError
    """
    x, y = data(6, 2)
    for test_size in (0, 6, 7, -1):
        assert_raises(ValueError, student.standardize_split, x, y, test_size)
    assert_raises(ValueError, student.standardize_split, x, y[:5], 2)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves images and labels unchanged

    zh: 不修改图像和标签
    """
    x, y = (torch.arange(40.0) ** 2 % 13).reshape(10, 2, 2), torch.arange(10)
    assert_unchanged(student.standardize_split, x, y, 3)
