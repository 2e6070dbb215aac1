"""Wrong solutions that students write for problem set 3, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "linear",
    hint="The weight is (out_features, in_features): transpose it, so that each of its rows makes one output.",
    passes_examples=False,
    costs=5,
)
def weight_not_transposed(x, weight, bias=None):
    y = x @ weight
    if bias is not None:
        y = y + bias
    return y


@misconception(
    "linear", hint="Add the bias once: look for a second place where it is added.", passes_examples=False, costs=3
)
def bias_added_twice(x, weight, bias=None):
    if bias is None:
        bias = torch.zeros(weight.shape[0], dtype=x.dtype)
    y = torch.addmv(bias, weight, x) if x.dim() == 1 else x @ weight.T + bias
    return y + bias


@misconception(
    "linear",
    hint="Keep all leading axes: only the last axis is summed over. Choose a product that broadcasts.",
    costs=4,
)
def only_two_dimensions(x, weight, bias=None):
    y = torch.mm(x, weight.t())
    return y if bias is None else y + bias


@misconception(
    "linear",
    hint="Stay with torch operations: a way through numpy or .data cuts the graph, and no gradient comes back.",
    costs=5,
)
def loses_the_graph(x, weight, bias=None):
    y = torch.from_numpy(x.detach().numpy() @ weight.detach().numpy().T)
    if bias is not None:
        y = y + bias.detach()
    return y


@misconception(
    "linear", hint="Give the leading axes back: what went in as (batch, time, features) has to come out so.", costs=3
)
def flattens_the_leading_axes(x, weight, bias=None):
    y = x.reshape(-1, x.shape[-1]) @ weight.T
    return y if bias is None else y + bias


@misconception(
    "linear_backward",
    hint="Weight and bias serve every sample: their gradients are sums over the samples, not means. The loss takes the mean.",
    passes_examples=False,
    costs=3,
)
def means_over_the_samples(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    count = max(len(rows_dy), 1)
    return dy @ weight, rows_dy.T @ rows_x / count, rows_dy.sum(0) / count


@misconception(
    "linear_backward",
    hint="The gradient of the weight has the weight's shape, (out_features, in_features); yours is transposed.",
    passes_examples=False,
    costs=3,
)
def transposed_gradient_of_the_weight(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_x.T @ rows_dy, rows_dy.sum(0)


@misconception(
    "linear_backward",
    hint="All leading axes are samples: for the weight and the bias sum over each of them, not over the first only.",
    costs=2,
)
def sums_over_the_first_axis_only(dy, x, weight):
    if dy.dim() == 1:
        return dy @ weight, dy.unsqueeze(1) * x, dy
    return dy @ weight, (dy.unsqueeze(-1) * x.unsqueeze(-2)).sum(0), dy.sum(0)


@misconception(
    "linear_backward",
    hint="All leading axes are samples for the bias as well: sum dy over each of them, not over the first only.",
    costs=2,
)
def bias_sums_over_the_first_axis_only(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_dy.T @ rows_x, dy.sum(0) if dy.dim() > 1 else dy.clone()


@misconception(
    "linear_backward",
    hint="The gradient of the bias has one number for each output: sum dy over the samples.",
    passes_examples=False,
    costs=2,
)
def gradient_of_the_bias_without_the_sum(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_dy.T @ rows_x, dy


@misconception(
    "linear_backward",
    hint="dy has one number for each output: rows of samples times the weight as it is, not times its transpose.",
    passes_examples=False,
    costs=3,
)
def transposed_weight(dy, x, weight):
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight.T, rows_dy.T @ rows_x, rows_dy.sum(0)


@misconception(
    "linear_backward",
    hint="There may be no leading axis, or several: bring dy and x into rows of samples first.",
    costs=2,
)
def two_axes_only(dy, x, weight):
    return dy @ weight, dy.T @ x, dy.sum(0)


@misconception(
    "relu", hint="A mask times minus infinity is NaN: choose between two values instead of multiplying.", costs=1
)
def multiplies_by_a_mask(x):
    return x * (x > 0)


@misconception(
    "relu", hint="Negative inputs become zero; their sign is not just taken away.", passes_examples=False, costs=6
)
def absolute_value(x):
    return x.abs()


@misconception(
    "relu",
    hint="x > 0 is false for NaN, which then becomes 0: turn the choice round, so that NaN is kept as it is.",
    costs=1,
)
def nan_becomes_zero(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


@misconception(
    "relu",
    hint="At x = 0 the gradient has to be 0. A clamp passes it on there: make 0 belong to the flat side.",
    costs=1,
)
def gradient_one_at_zero(x):
    return x.clamp(min=0)


@misconception(
    "relu", hint="At x = 0 the gradient has to be 0. A maximum of two equal values shares it: 1/2 for each.", costs=1
)
def gradient_half_at_zero(x):
    return torch.maximum(x, torch.zeros_like(x))


@misconception("relu", hint="Do not write into the input: make a new tensor and leave the caller's as it is.", costs=1)
def writes_into_the_input(x):
    values = x.data
    values[values < 0] = 0
    return torch.where(x <= 0, 0, x)


@misconception(
    "leaky_relu",
    hint="The slope belongs to the negative side: positive inputs are kept as they are.",
    passes_examples=False,
    costs=4,
)
def slope_on_the_positive_side(x, slope=0.01):
    return torch.where(x > 0, slope * x, x)


@misconception(
    "leaky_relu",
    hint="The larger of x and slope * x is right for slopes up to 1 only: choose by the sign of x.",
    costs=4,
)
def maximum_of_both(x, slope=0.01):
    return torch.maximum(x, slope * x)


@misconception(
    "leaky_relu", hint="At x = 0 the gradient has to be the slope: let 0 belong to the negative side.", costs=1
)
def zero_on_the_positive_side(x, slope=0.01):
    return torch.where(x >= 0, x, slope * x)


@misconception(
    "leaky_relu",
    hint="Positive inputs come out a little too large: add the slope's part below zero only.",
    passes_examples=False,
    costs=3,
)
def slope_added_everywhere(x, slope=0.01):
    return torch.where(x > 0, x, 0) + slope * x


@misconception(
    "leaky_relu", hint="Use the argument `slope`: 0.01 is only its usual value.", passes_examples=False, costs=3
)
def fixed_slope(x, slope=0.01):
    return torch.where(x > 0, x, 0.01 * x)


@misconception(
    "sigmoid", hint="The exponent has the wrong sign: a large positive x must give 1.", passes_examples=False, costs=5
)
def falling_sigmoid(x):
    return 1 / (1 + torch.exp(x))


@misconception(
    "sigmoid",
    hint="This is tanh, with values from -1 to 1: the sigmoid lies between 0 and 1.",
    passes_examples=False,
    costs=7,
)
def tanh_for_sigmoid(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@misconception(
    "sigmoid", hint="For large positive x both parts of the fraction overflow: use the other fraction there.", costs=4
)
def overflows_above(x):
    return torch.exp(x) / (1 + torch.exp(x))


@misconception(
    "sigmoid",
    hint="For large negative x the value is right but the gradient NaN: no exponential may overflow on the way.",
    costs=3,
)
def gradient_overflows_below(x):
    return 1 / (1 + torch.exp(-x))


@misconception(
    "sigmoid",
    hint="torch.where sends a gradient of 0 into the branch it did not choose, and 0 times infinity is NaN: limit what goes into each branch.",
    costs=3,
)
def where_lets_both_branches_overflow(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@misconception(
    "sigmoid", hint="abs has the gradient 0 at 0, so that yours is 0 there instead of 0.25: do without abs.", costs=2
)
def abs_loses_the_gradient_at_zero(x):
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + small), small / (1 + small))


@misconception(
    "sigmoid",
    hint="Cutting x off at a small number is seen in the result: limit only what would overflow, not the function.",
    costs=3,
)
def cuts_the_tails_off(x):
    return 1 / (1 + torch.exp(-x.clamp(-10, 10)))


@misconception(
    "sigmoid_grad",
    hint="Check the sign: the slope must go down to 0 where the output is near 1.",
    passes_examples=False,
    costs=3,
)
def plus_in_place_of_minus(y):
    return y * (1 + y)


@misconception(
    "sigmoid_grad",
    hint="The argument is the output of the sigmoid already: do not put it through the sigmoid again.",
    passes_examples=False,
    costs=6,
)
def takes_x_for_y(y):
    again = 1 / (1 + torch.exp(-y))
    return again * (1 - again)


@misconception(
    "sigmoid_grad", hint="1 - y² is the derivative of tanh; the sigmoid's is another.", passes_examples=False, costs=5
)
def gradient_of_tanh(y):
    return 1 - y**2


@misconception(
    "tanh", hint="e^x and e^-x overflow for large inputs: nothing beyond ±20 needs an exponential of its own.", costs=4
)
def quotient_of_exponentials(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@misconception(
    "tanh",
    hint="2σ(x) - 1 is tanh(x / 2): the argument of the sigmoid has to be doubled.",
    passes_examples=False,
    costs=4,
)
def sigmoid_of_half(x):
    return 2 / (1 + torch.exp(-x)) - 1


@misconception(
    "tanh", hint="Near 0 you subtract two numbers that are almost equal: use expm1, which keeps the digits.", costs=2
)
def cancels_near_zero(x):
    return 2 / (1 + torch.exp(-2 * x)) - 1


@misconception(
    "tanh", hint="expm1(2x) is infinite for large x, and infinity over infinity is NaN: limit the exponent.", costs=3
)
def overflows_on_the_right(x):
    part = torch.expm1(2 * x)
    return part / (part + 2)


@misconception(
    "tanh",
    hint="sign and abs have the gradient 0 at 0, so that yours is 0 there instead of 1: do without them.",
    costs=2,
)
def sign_loses_the_gradient_at_zero(x):
    part = torch.expm1(-2 * x.abs())
    return -x.sign() * part / (part + 2)


@misconception(
    "gelu",
    hint="What you return is only the weight, between 0 and 1: it still has to be multiplied by x.",
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
    hint="erf belongs to a variance of 1/2: divide x by the root of 2 before it.",
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
    "gelu", hint="x σ(1.702 x) is a third form, neither of the two that are asked for.", passes_examples=False, costs=3
)
def form_with_the_sigmoid(x, approximate="none"):
    if approximate == "none":
        return x / (1 + torch.exp(-1.702 * x))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError("approximate is none or tanh")


@misconception("gelu", hint="Compare the constant before x³ with the formula, digit by digit.", costs=2)
def wrong_constant_in_the_form_with_tanh(x, approximate="none"):
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.44715 * x**3)))
    raise ValueError("approximate is none or tanh")


@misconception(
    "gelu", hint='With approximate="tanh" the other formula is asked for: the two differ by up to 0.0005.', costs=3
)
def exact_form_only(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError("approximate is none or tanh")
    return x / 2 * (1 + torch.erf(x / math.sqrt(2)))


@misconception(
    "softmax", hint="Large logits overflow: subtract the maximum of each slice before the exponential.", costs=4
)
def no_shift(x, dim):
    exp = torch.exp(x)
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "softmax",
    hint="The maximum of the whole tensor lets other rows underflow to 0 / 0: take the maximum of each slice.",
    costs=2,
)
def shifts_by_the_global_maximum(x, dim):
    exp = torch.exp(x - x.max())
    return exp / exp.sum(dim, keepdim=True)


@misconception("softmax", hint="Subtract the maximum and not the mean: a single large logit still overflows.", costs=3)
def shifts_by_the_mean(x, dim):
    exp = torch.exp(x - x.mean(dim, keepdim=True))
    return exp / exp.sum(dim, keepdim=True)


@misconception("softmax", hint="Use `dim`: the classes do not always stand on the last axis.", costs=4)
def last_axis_always(x, dim):
    exp = torch.exp(x - x.amax(-1, keepdim=True))
    return exp / exp.sum(-1, keepdim=True)


@misconception(
    "softmax",
    hint="The probabilities of each slice sum to 1, not those of the whole tensor.",
    passes_examples=False,
    costs=5,
)
def sums_over_everything(x, dim):
    exp = torch.exp(x - x.max())
    return exp / exp.sum()


@misconception("softmax", hint="Do not subtract in place: the caller's logits change with it.", costs=2)
def shifts_in_place(x, dim):
    values = x.detach()
    values -= values.amax(dim, keepdim=True)
    exp = torch.exp(x)
    return exp / exp.sum(dim, keepdim=True)


@misconception(
    "xor_network",
    hint="This is as far as a linear model gets, 1/2 everywhere. Let the ReLU units bend: choose a bias that makes one of them zero on some inputs.",
    passes_examples=False,
    costs="all",
)
def best_linear_model():
    return torch.eye(2), torch.zeros(2), torch.zeros(1, 2), torch.tensor([0.5])


@misconception(
    "xor_network", hint="This is OR: for 11 the output has to come down to 0 again.", passes_examples=False, costs=3
)
def computes_or():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0, -1.0]]), torch.zeros(1)


@misconception(
    "xor_network",
    hint="Your network tells equal bits: turn its output round, so that unequal ones give 1.",
    passes_examples=False,
    costs=2,
)
def computes_equality():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[-1.0, 2.0]]), torch.ones(1)


@misconception(
    "xor_network",
    hint="The difference of the bits comes out with its sign: 01 and 10 must both give 1, so add the two units.",
    passes_examples=False,
    costs=3,
)
def signed_difference():
    return torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), torch.zeros(2), torch.tensor([[1.0, -1.0]]), torch.zeros(1)


@misconception(
    "collapse_linear",
    hint="The layer that is applied last stands on the left of the product.",
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
    hint="A bias passes through all later weights before it reaches the end.",
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
    "collapse_linear", hint="A layer's bias is added after its own weight: only later weights multiply it.", costs=3
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
    "collapse_linear", hint="There may be more than two layers, or only one: go through the whole list.", costs=3
)
def two_layers_only(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    (weight1, bias1), (weight2, bias2) = layers[0], layers[1]
    return weight2 @ weight1, weight2 @ bias1 + bias2
