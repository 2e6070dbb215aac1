"""One mistake costs once, and what it is worth; nothing that an answer does changes what it is compared with."""

import pytest

from tests.marks.corpus import of

OVERWRITES = {
    "empties every argument": "for t in a: t.data = t.data.new_empty((0,) * t.dim())",
    "fills every argument with NaN": "for t in a: t.data.fill_(float('nan'))",
    "fills every argument with zeros": "for t in a: t.data.zero_()",
}
PS3 = (
    "linear linear_backward relu leaky_relu sigmoid sigmoid_grad tanh gelu softmax xor_network collapse_linear".split()
)


@pytest.mark.parametrize("how", OVERWRITES)
def test_a_body_that_overwrites_its_arguments_earns_nothing(course, how):
    code = "\n".join(f"    {line}" for line in [OVERWRITES[how], "return a[0].data.clone()"])
    written = {name: f"def {name}(*a, **k):\n{code}\n" for name in PS3}
    [verdict] = course.grade("ps3", [course.submission("ps3", written)])
    assert verdict.points == 0


CHEAP = [
    (
        "ps8",
        "cross_entropy",
        "def cross_entropy(logits, target, *a, **k):\n    logits.data.zero_(); return torch.tensor(math.log(logits.shape[1]), dtype=logits.dtype)",
    ),
    (
        "ps4",
        "batch_norm",
        "def batch_norm(x, gamma, beta, eps=1e-5):\n    for t in (x, gamma, beta): t.data.zero_()\n    return torch.zeros_like(x.data)",
    ),
    ("ps8", "log_softmax", "def log_softmax(x, dim):\n    x.data.zero_(); return x - math.log(x.shape[dim])"),
]


@pytest.mark.parametrize(("problem_set", "exercise", "code"), CHEAP, ids=[item[1] for item in CHEAP])
def test_the_answer_for_zeros_is_no_answer(course, problem_set, exercise, code):
    [verdict] = course.grade(problem_set, [course.submission(problem_set, {exercise: code})])
    assert of(verdict, exercise).points == 0


IN_PLACE = [  # right, but for what is changed in place: it costs the check that is about it, once, with a true sentence
    (
        "ps1",
        "normalize",
        "def normalize(x, mean, std):\n    if not len(mean) == len(std) == x.shape[-3] or 0 in std:\n        raise ValueError\n    mean = torch.as_tensor(mean, dtype=x.dtype)[:, None, None]\n    std = torch.as_tensor(std, dtype=x.dtype)[:, None, None]\n    x -= mean\n    x /= std\n    return x",
    ),
    (
        "ps4",
        "dropout",
        "def dropout(x, p, mask):\n    if not 0 <= p <= 1:\n        raise ValueError\n    if p == 1:\n        return x * 0\n    x *= mask\n    x /= 1 - p\n    return x",
    ),
    (
        "ps8",
        "mse_loss",
        "def mse_loss(pred, target, reduction='mean'):\n    if pred.shape != target.shape or reduction not in ('mean', 'sum', 'none'):\n"
        "        raise ValueError\n    pred -= target\n    d = pred**2\n    return d if reduction == 'none' else getattr(d, reduction)()",
    ),
    ("ps3", "sigmoid_grad", "def sigmoid_grad(y):\n    z = 1 - y\n    y *= z\n    return y"),
]


@pytest.mark.parametrize(
    ("problem_set", "exercise", "code"),
    IN_PLACE,
    ids=[item[1] for item in IN_PLACE],
)
def test_an_honest_change_in_place_costs_once(course, problem_set, exercise, code):
    [verdict] = course.grade(problem_set, [course.submission(problem_set, {exercise: code})])
    mark = of(verdict, exercise)
    failed = [check for check in mark.checks if not check.passed]
    assert len(failed) == 1 and "in place; work on a copy instead" in failed[0].reason, [
        (c.name, c.reason) for c in failed
    ]
    assert mark.points >= 0.7 * mark.max_points


def test_a_mistake_costs_nothing_more_in_what_calls_it(course):
    unbiased = """def batch_norm(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean, var = x.mean(axes, keepdim=True), x.var(axes, unbiased=True, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)
"""
    merged = "def merge_heads(x):\n    n, h, t, d = x.shape\n    return x.reshape(n, t, h * d)\n"
    [first] = course.grade("ps4", [course.submission("ps4", {"batch_norm": unbiased})])
    not_swapped = """def split_heads(x, heads):
    n, t, d = x.shape
    if d % heads:
        raise ValueError
    return x.reshape(n, t, heads, d // heads)
"""
    codes = [{"merge_heads": merged}, {"split_heads": not_swapped}]
    second, third = course.grade("ps6", [course.submission("ps6", code) for code in codes])
    assert first.max_points - first.points == 3 and "one mistake (−3)" in of(first, "batch_norm").mark
    assert second.max_points - second.points == 3
    reasons = {check.reason for check in of(second, "encoder_layer").checks if check.follows}
    assert any("follows from" in reason for reason in reasons)
    assert third.max_points - third.points == 2  # though all that calls it ends with exceptions
    assert of(third, "decoder_layer").points == of(third, "decoder_layer").max_points


CALLERS = [  # the mistake, what it costs in its own exercise, and a right answer that calls it though the solution does not
    (
        "ps4",
        "layer_norm",
        """def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape):]) != shape:
        raise ValueError
    axes = tuple(range(-len(shape), 0))
    y = (x - x.mean(axes, keepdim=True)) / torch.sqrt(x.var(axes, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias
""",
        3,
        "group_norm",
        """def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    N, C = x.shape[:2]
    if C % groups:
        raise ValueError
    parts = [layer_norm(p.flatten(1), p[0].numel(), eps=eps).view(p.shape) for p in x.split(C // groups, dim=1)]
    y = torch.cat(parts, dim=1)
    shape = (C,) + (1,) * (x.dim() - 2)
    y = y if weight is None else y * weight.view(shape)
    return y if bias is None else y + bias.view(shape)
""",
    ),
    (
        "ps4",
        "batch_norm",
        """def batch_norm(x, gamma, beta, eps=1e-5):
    dims = [d for d in range(x.dim()) if d != 1]
    shape = [1, -1] + [1] * (x.dim() - 2)
    mean, var = x.mean(dims, keepdim=True), x.var(dims, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)
""",
        3,
        "instance_norm",
        """def instance_norm(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError
    one, zero = torch.ones(x.shape[1], dtype=x.dtype), torch.zeros(x.shape[1], dtype=x.dtype)
    if x.dim() == 3:
        return instance_norm(x.unsqueeze(-1), eps).squeeze(-1)
    return torch.cat([batch_norm(sample.unsqueeze(0), one, zero, eps) for sample in x])
""",
    ),
    (
        "ps4",
        "dropout",
        """def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError
    return x * mask.to(x.dtype)
""",
        None,
        "Dropout",
        """class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p")
        self.p = p
        self.generator = generator

    def forward(self, x):
        if self.training:
            mask = torch.rand(x.shape, generator=self.generator) >= self.p
            return dropout(x, self.p, mask)
        return x
""",
    ),
]


@pytest.mark.parametrize(
    ("problem_set", "called", "mistaken", "costs", "caller", "right"), CALLERS, ids=[item[4] for item in CALLERS]
)
def test_a_mistake_costs_nothing_more_in_an_answer_that_calls_it_though_the_solution_does_not(
    course, problem_set, called, mistaken, costs, caller, right
):
    [verdict] = course.grade(problem_set, [course.submission(problem_set, {called: mistaken, caller: right})])
    mark = of(verdict, called)
    assert mark.points < mark.max_points and costs in (None, mark.max_points - mark.points)
    calling = of(verdict, caller)
    assert calling.points == calling.max_points, [(check.name, check.reason) for check in calling.checks]
    assert any(f"follows from {called}" in check.reason for check in calling.checks)


def test_an_empty_exercise_pays_for_nothing_that_calls_it(course):
    [verdict] = course.grade(
        "ps6",
        [
            course.submission(
                "ps6",
                {
                    "merge_heads": "def merge_heads(x):\n    raise ValueError('nothing')\n",
                    "multi_head_attention": "def multi_head_attention(*a, **k):\n    raise ValueError('nothing')\n",
                },
            )
        ],
    )
    assert of(verdict, "merge_heads").points == 0 and of(verdict, "multi_head_attention").points == 0


def test_float32_on_the_way_costs_one_point(course):
    code = """def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError
    scores = q @ k.transpose(-2, -1) / torch.sqrt(torch.tensor(q.shape[-1]))
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    top = scores.amax(-1, keepdim=True)
    top = torch.where(top == -math.inf, torch.zeros_like(top), top).detach()
    e = torch.exp(scores - top)
    total = e.sum(-1, keepdim=True)
    return (e / torch.where(total == 0, torch.ones_like(total), total)) @ v
"""
    [verdict] = course.grade("ps6", [course.submission("ps6", {"scaled_dot_product_attention": code})])
    mark = of(verdict, "scaled_dot_product_attention")
    assert mark.points == mark.max_points - 1 and "precision" in mark.mark and "float32" in mark.hint
    assert verdict.points == verdict.max_points - 1


@pytest.mark.parametrize("problem_set", ["ps3", "ps6"])
def test_what_a_scratch_cell_sets_for_all_costs_nothing(course, problem_set):
    scratch = "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.set_default_device('cpu')\n"
    [verdict] = course.grade(problem_set, [course.submission(problem_set, {}, scratch)])
    assert verdict.points == verdict.max_points


BOTH_LAYERS = """
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    {}

def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    ln = lambda t, i: F.layer_norm(t, t.shape[-1:], weights[f"norm{{i}}.weight"], weights[f"norm{{i}}.bias"], eps=1e-5)
    at = lambda t: multi_head_attention(t, part_of(weights, "self_attn"), heads, mask)
    ff = lambda t: feed_forward(t, *(weights[f"linear{{n}}.{{p}}"] for n in (1, 2) for p in ("weight", "bias")))
    for i, sub in ((1, at), (2, ff)):
        x = x + sub(ln(x, i)) if norm_first else ln(x + sub(x), i)
    return x
"""


def test_what_is_right_beside_a_wrong_definition_of_an_earlier_exercise_follows_from_that(course):
    one_mistake = BOTH_LAYERS.format(
        "if activation not in ('relu', 'gelu'):\n        raise ValueError\n"
        "    act = torch.relu if activation == 'relu' else (lambda t: t * 0.5 * (1 + torch.erf(t / 2**0.5)))\n"
        "    return act(act(x @ w1.T + b1) @ w2.T + b2)"
    )
    worthless = BOTH_LAYERS.format("return x * 0 + 7")
    verdicts = course.grade("ps6", [course.submission("ps6", {"encoder_layer": c}) for c in (one_mistake, worthless)])
    right, nothing = (of(verdict, "encoder_layer") for verdict in verdicts)
    assert right.points == right.max_points and any("defined anew here" in check.reason for check in right.checks)
    assert nothing.points < nothing.max_points / 2 and not any(check.follows for check in nothing.checks)


@pytest.mark.parametrize("kind", ["RuntimeError", "ValueError", "IndexError"])
def test_an_exception_does_not_follow_from_a_mistake_that_raises_one(course, kind):
    """`multi_head_attention` cannot run with such a `merge_heads`; nothing shows that it is right."""
    written = {
        "merge_heads": "def merge_heads(x):\n    return x.sum(dim=1)\n",
        "multi_head_attention": f"def multi_head_attention(*a, **k):\n    raise {kind}\n",
    }
    [verdict] = course.grade("ps6", [course.submission("ps6", written)])
    assert of(verdict, "merge_heads").misconception == "merge_by_sum"
    assert of(verdict, "multi_head_attention").points == 0
