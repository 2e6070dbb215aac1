"""Wrong solutions that students write for problem set 3, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "linear",
    hint={
        "en": "The weight is (out_features, in_features): transpose it, so that each of its rows makes one output.",
        "zh": "权重的形状是 (out_features, in_features)：请转置它，使它的每一行产生一个输出。",
    },
    passes_examples=False,
    costs=5,
)
def weight_not_transposed(x, weight, bias=None):
    y = x @ weight
    if bias is not None:
        y = y + bias
    return y


@misconception(
    "linear",
    hint={
        "en": "Add the bias once: look for a second place where it is added.",
        "zh": "偏置只加一次：请找一找还有哪里也加了它。",
    },
    passes_examples=False,
    costs=3,
)
def bias_added_twice(x, weight, bias=None):
    if bias is None:
        bias = torch.zeros(weight.shape[0], dtype=x.dtype)
    y = torch.addmv(bias, weight, x) if x.dim() == 1 else x @ weight.T + bias
    return y + bias


@misconception(
    "linear",
    hint={
        "en": "Keep all leading axes: only the last axis is summed over. Choose a product that broadcasts.",
        "zh": "请保持所有前导轴：只对最后一个轴求和。请选用能够广播的乘法。",
    },
    costs=4,
)
def only_two_dimensions(x, weight, bias=None):
    y = torch.mm(x, weight.t())
    return y if bias is None else y + bias


@misconception(
    "linear",
    hint={
        "en": "Stay with torch operations: a way through numpy or .data cuts the graph, and no gradient comes back.",
        "zh": "请始终使用 torch 的运算：绕道 numpy 或 .data 会切断计算图，梯度就传不回来了。",
    },
    costs=5,
)
def loses_the_graph(x, weight, bias=None):
    y = torch.from_numpy(x.detach().numpy() @ weight.detach().numpy().T)
    if bias is not None:
        y = y + bias.detach()
    return y


@misconception(
    "linear",
    hint={
        "en": "Give the leading axes back: what went in as (batch, time, features) has to come out so.",
        "zh": "请把前导轴还回去：输入是 (batch, time, features)，输出也应如此。",
    },
    costs=3,
)
def flattens_the_leading_axes(x, weight, bias=None):
    y = x.reshape(-1, x.shape[-1]) @ weight.T
    return y if bias is None else y + bias


@misconception(
    "linear_backward",
    hint={
        "en": "Weight and bias serve every sample: their gradients are sums over the samples, not means. The loss takes the mean.",
        "zh": "权重和偏置用于每一个样本：它们的梯度是对样本求和，而不是取平均。取平均的是损失。",
    },
    passes_examples=False,
    costs=3,
)
def means_over_the_samples(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    count = max(len(rows_dy), 1)
    return dy @ weight, rows_dy.T @ rows_x / count, rows_dy.sum(0) / count


@misconception(
    "linear_backward",
    hint={
        "en": "The gradient of the weight has the weight's shape, (out_features, in_features); yours is transposed.",
        "zh": "权重的梯度与权重的形状相同，即 (out_features, in_features)；你的结果是它的转置。",
    },
    passes_examples=False,
    costs=3,
)
def transposed_gradient_of_the_weight(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_x.T @ rows_dy, rows_dy.sum(0)


@misconception(
    "linear_backward",
    hint={
        "en": "All leading axes are samples: for the weight and the bias sum over each of them, not over the first only.",
        "zh": "所有前导轴都是样本：权重和偏置的梯度要对每一个前导轴求和，而不只是第一个。",
    },
    costs=2,
)
def sums_over_the_first_axis_only(dy, x, weight):
    if dy.dim() == 1:
        return dy @ weight, dy.unsqueeze(1) * x, dy
    return dy @ weight, (dy.unsqueeze(-1) * x.unsqueeze(-2)).sum(0), dy.sum(0)


@misconception(
    "linear_backward",
    hint={
        "en": "All leading axes are samples for the bias as well: sum dy over each of them, not over the first only.",
        "zh": "对偏置来说，所有前导轴同样都是样本：请让 dy 对每一个前导轴求和，而不只是第一个。",
    },
    costs=2,
)
def bias_sums_over_the_first_axis_only(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_dy.T @ rows_x, dy.sum(0) if dy.dim() > 1 else dy.clone()


@misconception(
    "linear_backward",
    hint={
        "en": "The gradient of the bias has one number for each output: sum dy over the samples.",
        "zh": "偏置的梯度是每个输出一个数：请让 dy 对样本求和。",
    },
    passes_examples=False,
    costs=2,
)
def gradient_of_the_bias_without_the_sum(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_dy.T @ rows_x, dy


@misconception(
    "linear_backward",
    hint={
        "en": "dy has one number for each output: rows of samples times the weight as it is, not times its transpose.",
        "zh": "dy 的每个输出占一个数：请用样本的各行乘以权重本身，而不是它的转置。",
    },
    passes_examples=False,
    costs=3,
)
def transposed_weight(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight.T, rows_dy.T @ rows_x, rows_dy.sum(0)


@misconception(
    "linear_backward",
    hint={
        "en": "There may be no leading axis, or several: bring dy and x into rows of samples first.",
        "zh": "前导轴可能一个都没有，也可能有好几个：请先把 dy 和 x 整理成每个样本占一行。",
    },
    costs=2,
)
def two_axes_only(dy, x, weight):
    return dy @ weight, dy.T @ x, dy.sum(0)


@misconception(
    "relu",
    hint={
        "en": "A mask times minus infinity is NaN: choose between two values instead of multiplying.",
        "zh": "掩码乘以负无穷是 NaN：请在两个值之间选择，而不要相乘。",
    },
    costs=1,
)
def multiplies_by_a_mask(x):
    return x * (x > 0)


@misconception(
    "relu",
    hint={
        "en": "Negative inputs become zero; their sign is not just taken away.",
        "zh": "负的输入应变成零，而不只是去掉负号。",
    },
    passes_examples=False,
    costs=6,
)
def absolute_value(x):
    return x.abs()


@misconception(
    "relu",
    hint={
        "en": "x > 0 is false for NaN, which then becomes 0: turn the choice round, so that NaN is kept as it is.",
        "zh": "对 NaN 来说 x > 0 为假，于是它变成了 0：请把判断反过来，使 NaN 保持不变。",
    },
    costs=1,
)
def nan_becomes_zero(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


@misconception(
    "relu",
    hint={
        "en": "At x = 0 the gradient has to be 0. A clamp passes it on there: make 0 belong to the flat side.",
        "zh": "在 x = 0 处梯度必须是 0。clamp 在那里会传递梯度：请让 0 属于平坦的一侧。",
    },
    costs=1,
)
def gradient_one_at_zero(x):
    return x.clamp(min=0)


@misconception(
    "relu",
    hint={
        "en": "At x = 0 the gradient has to be 0. A maximum of two equal values shares it: 1/2 for each.",
        "zh": "在 x = 0 处梯度必须是 0。两个相等的值取最大值时会平分梯度：各得 1/2。",
    },
    costs=1,
)
def gradient_half_at_zero(x):
    return torch.maximum(x, torch.zeros_like(x))


@misconception(
    "relu",
    hint={
        "en": "Do not write into the input: make a new tensor and leave the caller's as it is.",
        "zh": "不要写入输入：请创建新的张量，让调用者的张量保持不变。",
    },
    costs=1,
)
def writes_into_the_input(x):
    values = x.data
    values[values < 0] = 0
    return torch.where(x <= 0, 0, x)


@misconception(
    "leaky_relu",
    hint={
        "en": "The slope belongs to the negative side: positive inputs are kept as they are.",
        "zh": "斜率属于负的一侧：正的输入保持不变。",
    },
    passes_examples=False,
    costs=4,
)
def slope_on_the_positive_side(x, slope=0.01):
    return torch.where(x > 0, slope * x, x)


@misconception(
    "leaky_relu",
    hint={
        "en": "The larger of x and slope * x is right for slopes up to 1 only: choose by the sign of x.",
        "zh": "x 与 slope * x 中取较大者，只在斜率不大于 1 时正确：请按 x 的符号选择。",
    },
    costs=4,
)
def maximum_of_both(x, slope=0.01):
    return torch.maximum(x, slope * x)


@misconception(
    "leaky_relu",
    hint={
        "en": "At x = 0 the gradient has to be the slope: let 0 belong to the negative side.",
        "zh": "在 x = 0 处梯度必须是给定的斜率：请让 0 属于负的一侧。",
    },
    costs=1,
)
def zero_on_the_positive_side(x, slope=0.01):
    return torch.where(x >= 0, x, slope * x)


@misconception(
    "leaky_relu",
    hint={
        "en": "Positive inputs come out a little too large: add the slope's part below zero only.",
        "zh": "正的输入得到的结果略大了一些：带斜率的那一部分只在零以下才加。",
    },
    passes_examples=False,
    costs=3,
)
def slope_added_everywhere(x, slope=0.01):
    return torch.where(x > 0, x, 0) + slope * x


@misconception(
    "leaky_relu",
    hint={
        "en": "Use the argument `slope`: 0.01 is only its usual value.",
        "zh": "请使用参数 `slope`：0.01 只是它通常的取值。",
    },
    passes_examples=False,
    costs=3,
)
def fixed_slope(x, slope=0.01):
    return torch.where(x > 0, x, 0.01 * x)


@misconception(
    "sigmoid",
    hint={
        "en": "The exponent has the wrong sign: a large positive x must give 1.",
        "zh": "指数的符号错了：x 为很大的正数时应给出 1。",
    },
    passes_examples=False,
    costs=5,
)
def falling_sigmoid(x):
    return 1 / (1 + torch.exp(x))


@misconception(
    "sigmoid",
    hint={
        "en": "This is tanh, with values from -1 to 1: the sigmoid lies between 0 and 1.",
        "zh": "这是 tanh，取值从 -1 到 1；sigmoid 的取值在 0 与 1 之间。",
    },
    passes_examples=False,
    costs=7,
)
def tanh_for_sigmoid(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@misconception(
    "sigmoid",
    hint={
        "en": "For large positive x both parts of the fraction overflow: use the other fraction there.",
        "zh": "x 为很大的正数时，分子和分母都会溢出：那里请改用另一个分式。",
    },
    costs=4,
)
def overflows_above(x):
    return torch.exp(x) / (1 + torch.exp(x))


@misconception(
    "sigmoid",
    hint={
        "en": "For large negative x the value is right but the gradient NaN: no exponential may overflow on the way.",
        "zh": "x 为很大的负数时，数值正确，梯度却是 NaN：途中任何指数都不能溢出。",
    },
    costs=3,
)
def gradient_overflows_below(x):
    return 1 / (1 + torch.exp(-x))


@misconception(
    "sigmoid",
    hint={
        "en": "torch.where sends a gradient of 0 into the branch it did not choose, and 0 times infinity is NaN: limit what goes into each branch.",
        "zh": "torch.where 会给没有选中的分支传回梯度 0，而 0 乘以无穷大是 NaN：请限制送入每个分支的数值。",
    },
    costs=3,
)
def where_lets_both_branches_overflow(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@misconception(
    "sigmoid",
    hint={
        "en": "abs has the gradient 0 at 0, so that yours is 0 there instead of 0.25: do without abs.",
        "zh": "abs 在 0 处的梯度是 0，所以你的梯度在那里是 0 而不是 0.25：请不要使用 abs。",
    },
    costs=2,
)
def abs_loses_the_gradient_at_zero(x):
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + small), small / (1 + small))


@misconception(
    "sigmoid",
    hint={
        "en": "Cutting x off at a small number is seen in the result: limit only what would overflow, not the function.",
        "zh": "把 x 截断到一个不大的数，从结果中看得出来：请只限制会溢出的部分，而不要改变函数本身。",
    },
    costs=3,
)
def cuts_the_tails_off(x):
    return 1 / (1 + torch.exp(-x.clamp(-10, 10)))


@misconception(
    "sigmoid_grad",
    hint={
        "en": "Check the sign: the slope must go down to 0 where the output is near 1.",
        "zh": "请检查符号：输出接近 1 时，斜率必须降到 0。",
    },
    passes_examples=False,
    costs=3,
)
def plus_in_place_of_minus(y):
    return y * (1 + y)


@misconception(
    "sigmoid_grad",
    hint={
        "en": "The argument is the output of the sigmoid already: do not put it through the sigmoid again.",
        "zh": "参数已经是 sigmoid 的输出：不要让它再经过一次 sigmoid。",
    },
    passes_examples=False,
    costs=6,
)
def takes_x_for_y(y):
    again = 1 / (1 + torch.exp(-y))
    return again * (1 - again)


@misconception(
    "sigmoid_grad",
    hint={
        "en": "1 - y² is the derivative of tanh; the sigmoid's is another.",
        "zh": "1 - y² 是 tanh 的导数；sigmoid 的导数不是它。",
    },
    passes_examples=False,
    costs=5,
)
def gradient_of_tanh(y):
    return 1 - y**2


@misconception(
    "tanh",
    hint={
        "en": "e^x and e^-x overflow for large inputs: nothing beyond ±20 needs an exponential of its own.",
        "zh": "输入很大时 e^x 和 e^-x 会溢出：超过 ±20 之后不必再单独计算指数。",
    },
    costs=4,
)
def quotient_of_exponentials(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@misconception(
    "tanh",
    hint={
        "en": "2σ(x) - 1 is tanh(x / 2): the argument of the sigmoid has to be doubled.",
        "zh": "2σ(x) - 1 是 tanh(x / 2)：送入 sigmoid 的数要加倍。",
    },
    passes_examples=False,
    costs=4,
)
def sigmoid_of_half(x):
    return 2 / (1 + torch.exp(-x)) - 1


@misconception(
    "tanh",
    hint={
        "en": "Near 0 you subtract two numbers that are almost equal: use expm1, which keeps the digits.",
        "zh": "在 0 附近你让两个几乎相等的数相减：请使用 expm1，它能保住有效数字。",
    },
    costs=2,
)
def cancels_near_zero(x):
    return 2 / (1 + torch.exp(-2 * x)) - 1


@misconception(
    "tanh",
    hint={
        "en": "expm1(2x) is infinite for large x, and infinity over infinity is NaN: limit the exponent.",
        "zh": "x 很大时 expm1(2x) 是无穷大，而无穷大除以无穷大是 NaN：请限制指数。",
    },
    costs=3,
)
def overflows_on_the_right(x):
    part = torch.expm1(2 * x)
    return part / (part + 2)


@misconception(
    "tanh",
    hint={
        "en": "sign and abs have the gradient 0 at 0, so that yours is 0 there instead of 1: do without them.",
        "zh": "sign 和 abs 在 0 处的梯度是 0，所以你的梯度在那里是 0 而不是 1：请不要使用它们。",
    },
    costs=2,
)
def sign_loses_the_gradient_at_zero(x):
    part = torch.expm1(-2 * x.abs())
    return -x.sign() * part / (part + 2)


@misconception(
    "gelu",
    hint={
        "en": "What you return is only the weight, between 0 and 1: it still has to be multiplied by x.",
        "zh": "你返回的只是权重，在 0 与 1 之间：还要乘以 x。",
    },
    passes_examples=False,
    costs=5,
)
def weight_without_x(x, approximate="none"):
    if approximate == "none":
        return (1 + torch.erf(x / math.sqrt(2))) / 2
    if approximate == "tanh":
        return (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    raise ValueError("approximate is none or tanh")


@misconception(
    "gelu",
    hint={
        "en": "erf belongs to a variance of 1/2: divide x by the root of 2 before it.",
        "zh": "erf 对应的方差是 1/2：请先把 x 除以 2 的平方根。",
    },
    passes_examples=False,
    costs=3,
)
def erf_without_the_root_of_two(x, approximate="none"):
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError("approximate is none or tanh")


@misconception(
    "gelu",
    hint={
        "en": "x σ(1.702 x) is a third form, neither of the two that are asked for.",
        "zh": "x σ(1.702 x) 是第三种形式，不是题目所要的两种之一。",
    },
    passes_examples=False,
    costs=3,
)
def form_with_the_sigmoid(x, approximate="none"):
    if approximate == "none":
        return x / (1 + torch.exp(-1.702 * x))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError("approximate is none or tanh")


@misconception(
    "gelu",
    hint={
        "en": "Compare the constant before x³ with the formula, digit by digit.",
        "zh": "请把 x³ 前面的常数与公式逐位比较。",
    },
    costs=2,
)
def wrong_constant_in_the_form_with_tanh(x, approximate="none"):
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.44715 * x**3)))
    raise ValueError("approximate is none or tanh")


@misconception(
    "gelu",
    hint={
        "en": 'With approximate="tanh" the other formula is asked for: the two differ by up to 0.0005.',
        "zh": 'approximate="tanh" 要的是另一个公式：两者最多相差 0.0005。',
    },
    costs=3,
)
def exact_form_only(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError("approximate is none or tanh")
    return x / 2 * (1 + torch.erf(x / math.sqrt(2)))


@misconception(
    "softmax",
    hint={
        "en": "Large logits overflow: subtract the maximum of each slice before the exponential.",
        "zh": "logits 很大时会溢出：取指数之前，请减去每个切片的最大值。",
    },
    costs=4,
)
def no_shift(x, dim):
    exp = torch.exp(x)
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "softmax",
    hint={
        "en": "The maximum of the whole tensor lets other rows underflow to 0 / 0: take the maximum of each slice.",
        "zh": "用整个张量的最大值，会使其他行下溢成 0 / 0：请取每个切片的最大值。",
    },
    costs=2,
)
def shifts_by_the_global_maximum(x, dim):
    exp = torch.exp(x - x.max())
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "softmax",
    hint={
        "en": "Subtract the maximum and not the mean: a single large logit still overflows.",
        "zh": "请减去最大值，而不是平均值：只要有一个 logit 很大，仍会溢出。",
    },
    costs=3,
)
def shifts_by_the_mean(x, dim):
    exp = torch.exp(x - x.mean(dim, keepdim=True))
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "softmax",
    hint={
        "en": "Use `dim`: the classes do not always stand on the last axis.",
        "zh": "请使用 `dim`：类别并不总在最后一个轴上。",
    },
    costs=4,
)
def last_axis_always(x, dim):
    exp = torch.exp(x - x.amax(-1, keepdim=True))
    return exp / exp.sum(-1, keepdim=True)


@misconception(
    "softmax",
    hint={
        "en": "The probabilities of each slice sum to 1, not those of the whole tensor.",
        "zh": "和为 1 的是每个切片的概率，而不是整个张量的概率。",
    },
    passes_examples=False,
    costs=5,
)
def sums_over_everything(x, dim):
    exp = torch.exp(x - x.max())
    return exp / exp.sum()


@misconception(
    "softmax",
    hint={
        "en": "Do not subtract in place: the caller's logits change with it.",
        "zh": "不要原地相减：调用者的 logits 会跟着改变。",
    },
    costs=2,
)
def shifts_in_place(x, dim):
    values = x.detach()
    values -= values.amax(dim, keepdim=True)
    exp = torch.exp(x)
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "xor_network",
    hint={
        "en": "This is as far as a linear model gets, 1/2 everywhere. Let the ReLU units bend: choose a bias that makes one of them zero on some inputs.",
        "zh": "线性模型最多只能做到这样，处处都是 1/2。请让 ReLU 单元折起来：选一个偏置，使其中一个单元对某些输入为零。",
    },
    passes_examples=False,
    costs="all",
)
def best_linear_model():
    return torch.eye(2), torch.zeros(2), torch.zeros(1, 2), torch.tensor([0.5])


@misconception(
    "xor_network",
    hint={
        "en": "This is OR: for 11 the output has to come down to 0 again.",
        "zh": "这是 OR：对 11，输出必须再回到 0。",
    },
    passes_examples=False,
    costs=3,
)
def computes_or():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0, -1.0]]), torch.zeros(1)


@misconception(
    "xor_network",
    hint={
        "en": "Your network tells equal bits: turn its output round, so that unequal ones give 1.",
        "zh": "你的网络识别的是相等的比特：请把输出反过来，使不相等的比特得到 1。",
    },
    passes_examples=False,
    costs=2,
)
def computes_equality():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[-1.0, 2.0]]), torch.ones(1)


@misconception(
    "xor_network",
    hint={
        "en": "The difference of the bits comes out with its sign: 01 and 10 must both give 1, so add the two units.",
        "zh": "两个比特之差带着符号：01 和 10 都必须得到 1，所以请把两个单元相加。",
    },
    passes_examples=False,
    costs=3,
)
def signed_difference():
    return torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), torch.zeros(2), torch.tensor([[1.0, -1.0]]), torch.zeros(1)


@misconception(
    "collapse_linear",
    hint={
        "en": "The layer that is applied last stands on the left of the product.",
        "zh": "最后作用的层在乘积的最左边。",
    },
    passes_examples=False,
    costs=4,
)
def order_of_application(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight = weight @ next_weight
        bias = next_weight @ bias + next_bias
    return weight, bias


@misconception(
    "collapse_linear",
    hint={
        "en": "A bias passes through all later weights before it reaches the end.",
        "zh": "偏置到达末尾之前，要经过其后的所有权重。",
    },
    passes_examples=False,
    costs=4,
)
def biases_added(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    weight = layers[0][0]
    bias = layers[-1][1]
    for next_weight, _ in layers[1:]:
        weight = next_weight @ weight
    for _, earlier in layers[:-1]:
        if earlier.shape == bias.shape:
            bias = bias + earlier
    return weight, bias


@misconception(
    "collapse_linear",
    hint={
        "en": "A layer's bias is added after its own weight: only later weights multiply it.",
        "zh": "一层的偏置是在它自己的权重之后加上的：只有其后的权重与它相乘。",
    },
    costs=3,
)
def bias_through_its_own_weight(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight = next_weight @ weight
        bias = next_weight @ (bias + next_bias) if bias.shape == next_bias.shape else next_weight @ bias + next_bias
    return weight, bias


@misconception(
    "collapse_linear",
    hint={
        "en": "There may be more than two layers, or only one: go through the whole list.",
        "zh": "可能不止两层，也可能只有一层：请遍历整个列表。",
    },
    costs=3,
)
def two_layers_only(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    (weight1, bias1), (weight2, bias2) = layers[0], layers[1]
    return weight2 @ weight1, weight2 @ bias1 + bias2


@misconception(
    "gelu",
    hint={
        "en": 'Without "tanh" the exact form is asked for, with erf: the form with tanh differs from it by up to 0.0005.',
        "zh": '没有 "tanh" 时要求的是精确形式，用 erf：带 tanh 的形式与它最多相差 0.0005。',
    },
    passes_examples=False,
    costs=3,
)
def form_with_tanh_only(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError("unknown form")
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
