"""Wrong solutions that students write for problem set 9, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "sgd_step",
    hint={
        "en": "The first buffer is the first gradient as it is: dampening begins with the second step.",
        "zh": "第一个缓冲就是第一个梯度本身：阻尼从第二步才开始。",
    },
    costs=2,
)
def dampens_the_first_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = torch.zeros_like(weight)
    buf = momentum * buf + (1 - dampening) * grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint={
        "en": "Momentum is no average here: the gradient enters with the factor 1 - dampening, not 1 - momentum.",
        "zh": "这里的动量不是平均：梯度乘以的系数是 1 - dampening，而不是 1 - momentum。",
    },
    passes_examples=False,
    costs=4,
)
def averages_the_gradients(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - momentum) * grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint={
        "en": "The buffer holds gradients and no steps: the learning rate stands outside, where the weight changes.",
        "zh": "缓冲里存的是梯度，而不是步子：学习率在外面，在更新权重时才乘上。",
    },
    passes_examples=False,
    costs=4,
)
def rate_in_the_buffer(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = lr * grad if buf is None else momentum * buf + lr * (1 - dampening) * grad
    return weight - buf, buf


@misconception(
    "sgd_step",
    hint={"en": "Go against the buffer: subtract it from the weight.", "zh": "请沿缓冲的反方向走：从权重中减去它。"},
    passes_examples=False,
    costs=4,
)
def climbs(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight + lr * buf, buf


@misconception(
    "sgd_step",
    hint={
        "en": "Step with the new buffer, which the gradient of this step is part of.",
        "zh": "请用新的缓冲走这一步，这一步的梯度就在其中。",
    },
    passes_examples=False,
    costs=3,
)
def steps_with_the_old_buffer(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        return weight - lr * grad, grad
    return weight - lr * buf, momentum * buf + (1 - dampening) * grad


@misconception(
    "sgd_step",
    hint={
        "en": "Use the argument dampening: from the second step on the gradient enters times 1 - dampening.",
        "zh": "请使用参数 dampening：从第二步起，梯度要乘以 1 - dampening。",
    },
    costs=2,
)
def ignores_dampening(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint={
        "en": "Step with the buffer and not with the gradient, or momentum has no effect on the weight.",
        "zh": "请用缓冲而不是用梯度走这一步，否则动量对权重不起作用。",
    },
    passes_examples=False,
    costs=6,
)
def steps_with_the_gradient(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight - lr * grad, buf


@misconception(
    "sgd_step",
    hint={
        "en": "Return new tensors: +=, -= and functions that end with an underscore change the caller's.",
        "zh": "请返回新的张量：+=、-= 以及以下划线结尾的函数会修改调用者的张量。",
    },
    costs=1,
)
def changes_the_weight_in_place(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    weight -= lr * buf
    return weight, buf


@misconception(
    "textbook_momentum",
    hint={
        "en": "Each gradient keeps the rate of its own step: multiply it by the rate as it enters the velocity. This is torch's form.",
        "zh": "每个梯度保留它那一步的学习率：请在梯度进入速度时就乘以学习率。现在这样是 torch 的形式。",
    },
    costs=7,
)
def present_rate_for_all(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    buf, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs, strict=True):
        buf = momentum * buf + grad
        weight = weight - lr * buf
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "The velocity points downhill: the gradient enters it with a minus sign.",
        "zh": "速度指向下坡的方向：梯度进入速度时带负号。",
    },
    passes_examples=False,
    costs=4,
)
def rolls_uphill(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    velocity, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs, strict=True):
        velocity = momentum * velocity + lr * grad
        weight = weight + velocity
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "Store a new tensor for each step: += on one tensor changes all entries of the list, and the caller's weight with them.",
        "zh": "请为每一步存放一个新的张量：对同一个张量用 += 会改变列表中的所有项，连调用者的权重也会跟着改变。",
    },
    passes_examples=False,
    costs=4,
)
def the_same_tensor_in_every_place(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    velocity, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs, strict=True):
        velocity = momentum * velocity - lr * grad
        weight += velocity
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "Carry the velocity from step to step: begin with zeros before the loop, not in it.",
        "zh": "请把速度从一步带到下一步：在循环之前把它设为零，而不是在循环之内。",
    },
    passes_examples=False,
    costs=6,
)
def velocity_of_zero_in_every_step(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    weights = []
    for grad, lr in zip(grads, lrs, strict=True):
        weight = weight - lr * grad
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "The gradient enters with the learning rate alone; 1 - momentum belongs to an average, and this is none.",
        "zh": "梯度只乘以学习率；1 - momentum 属于平均，而这里不是平均。",
    },
    passes_examples=False,
    costs=4,
)
def average_of_the_gradients(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    velocity, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs, strict=True):
        velocity = momentum * velocity - (1 - momentum) * lr * grad
        weight = weight + velocity
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "The first entry is the weight after the first step; the weight before it does not belong in the list.",
        "zh": "第一项是第一步之后的权重；第一步之前的权重不应在列表中。",
    },
    passes_examples=False,
    costs=3,
)
def begins_with_the_first_weight(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients are wanted")
    velocity, weights = torch.zeros_like(weight), [weight]
    for grad, lr in zip(grads, lrs, strict=True):
        velocity = momentum * velocity - lr * grad
        weight = weight + velocity
        weights.append(weight)
    return weights


@misconception(
    "textbook_momentum",
    hint={
        "en": "Compare the numbers of gradients and rates: zip stops at the shorter of the two without a word.",
        "zh": "请比较梯度与学习率的个数：zip 到较短的一个就停下，没有任何提示。",
    },
    costs=1,
)
def stops_at_the_shorter_list(weight, grads, lrs, momentum=0.9):
    velocity, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs):  # noqa: B905
        velocity = momentum * velocity - lr * grad
        weight = weight + velocity
        weights.append(weight)
    return weights


@misconception(
    "adam_step",
    hint={
        "en": "Correct the bias: divide m by 1 - beta1 to the power of the step, and v by the same with beta2.",
        "zh": "请修正偏差：把 m 除以 1 减去 beta1 的步数次幂，v 也同样用 beta2。",
    },
    passes_examples=False,
    costs=5,
)
def without_bias_correction(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    return weight - lr * m / (v.sqrt() + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "eps stands outside the root: take the root first and add eps to it.",
        "zh": "eps 在根号之外：请先开方，再加上 eps。",
    },
    passes_examples=False,
    costs=2,
)
def eps_under_the_root(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return weight - lr * m_hat / torch.sqrt(v_hat + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "Return the averages without the correction; it serves this step only, and would be applied twice in the next.",
        "zh": "请返回不带修正的平均；修正只用于当前这一步，否则下一步会再修正一次。",
    },
    passes_examples=False,
    costs=4,
)
def returns_the_corrected_averages(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = (betas[0] * m + (1 - betas[0]) * grad) / (1 - betas[0] ** step)
    v = (betas[1] * v + (1 - betas[1]) * grad**2) / (1 - betas[1] ** step)
    return weight - lr * m / (v.sqrt() + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "The correction depends on the number of the step: raise beta to the power of step.",
        "zh": "修正取决于步数：请取 beta 的 step 次幂。",
    },
    costs=3,
)
def corrects_every_step_as_the_first(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0]), v / (1 - betas[1])
    return weight - lr * m_hat / (v_hat.sqrt() + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "step counts from 1 already: use it as the power as it is.",
        "zh": "step 已经从 1 数起：请直接用它作为幂。",
    },
    passes_examples=False,
    costs=3,
)
def counts_one_step_too_many(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** (step + 1)), v / (1 - betas[1] ** (step + 1))
    return weight - lr * m_hat / (v_hat.sqrt() + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "Divide by the root of the second average, or the size of the gradient does not cancel.",
        "zh": "请除以第二个平均的平方根，否则梯度的大小不会被约去。",
    },
    passes_examples=False,
    costs=5,
)
def divides_without_the_root(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return weight - lr * m_hat / (v_hat + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "Two averages, two betas: the second serves v, in its average and in its correction.",
        "zh": "两个平均，两个 beta：第二个用于 v，既用在它的平均中，也用在它的修正中。",
    },
    passes_examples=False,
    costs=4,
)
def one_beta_for_both(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[0] * v + (1 - betas[0]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[0] ** step)
    return weight - lr * m_hat / (v_hat.sqrt() + eps), m, v


@misconception(
    "adam_step",
    hint={
        "en": "eps is added to the root of the corrected average: correct v first, then take the root, then add eps.",
        "zh": "eps 加到修正后的平均的平方根上：请先修正 v，再开方，再加上 eps。",
    },
    passes_examples=False,
    costs=1,
)
def eps_before_the_correction(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    rate = lr * math.sqrt(1 - betas[1] ** step) / (1 - betas[0] ** step)
    return weight - rate * m / (v.sqrt() + eps), m, v


@misconception(
    "adamw_step",
    hint={"en": "The decoupled decay is multiplied by the learning rate too.", "zh": "解耦的衰减也要乘以学习率。"},
    passes_examples=False,
    costs=3,
)
def decays_without_the_rate(
    weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True
):
    if not decoupled:
        grad = grad + weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return (new - weight_decay * weight if decoupled else new), m, v


@misconception(
    "adamw_step",
    hint={
        "en": "The decay looks at the weight as it was before the step, not at the one that Adam has moved already.",
        "zh": "衰减用的是这一步之前的权重，而不是 Adam 已经移动过的权重。",
    },
    costs=2,
)
def decays_the_moved_weight(
    weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True
):
    if not decoupled:
        grad = grad + weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return (new * (1 - lr * weight_decay) if decoupled else new), m, v


@misconception(
    "adamw_step",
    hint={
        "en": "With decoupled=True the averages see the gradient alone; you add the decay to the gradient in both cases.",
        "zh": "decoupled=True 时，平均只看梯度本身；你在两种情况下都把衰减加到了梯度上。",
    },
    passes_examples=False,
    costs=5,
)
def always_the_penalty(
    weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True
):
    grad = grad + weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    return weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps), m, v


@misconception(
    "adamw_step",
    hint={
        "en": "With decoupled=False the decay is a part of the gradient, before both averages; you decay the weight in both cases.",
        "zh": "decoupled=False 时，衰减是梯度的一部分，在两个平均之前加入；你在两种情况下都直接衰减了权重。",
    },
    passes_examples=False,
    costs=4,
)
def always_decoupled(
    weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True
):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return new - lr * weight_decay * weight, m, v


@misconception(
    "adamw_step",
    hint={
        "en": "You have the two exchanged: decoupled=True leaves the gradient alone, decoupled=False adds the decay to it.",
        "zh": "你把两者弄反了：decoupled=True 不改动梯度，decoupled=False 把衰减加到梯度上。",
    },
    passes_examples=False,
    costs=4,
)
def the_two_exchanged(
    weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True
):
    if decoupled:
        grad = grad + weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return (new if decoupled else new - lr * weight_decay * weight), m, v


@misconception(
    "adamw_step",
    hint={
        "en": "The weight decays twice as AdamW: the decay goes around the averages, and does not enter the gradient as well.",
        "zh": "在 AdamW 中权重衰减了两次：衰减绕过平均，不再进入梯度。",
    },
    passes_examples=False,
    costs=4,
)
def decays_twice(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    grad = grad + weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return (new - lr * weight_decay * weight if decoupled else new), m, v


@misconception(
    "adamw_step",
    hint={
        "en": "A decay makes the weight smaller: subtract it in the step, and add it to the gradient, against which the step goes.",
        "zh": "衰减使权重变小：更新时请减去它；若加到梯度上则是相加，因为更新沿梯度的反方向走。",
    },
    passes_examples=False,
    costs=4,
)
def grows_instead(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if not decoupled:
        grad = grad - weight_decay * weight
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    new = weight - lr * m / (1 - betas[0] ** step) / ((v / (1 - betas[1] ** step)).sqrt() + eps)
    return (new + lr * weight_decay * weight if decoupled else new), m, v


@misconception(
    "learning_rate",
    hint={
        "en": "The first rate is a step above zero: the warm-up counts step + 1, and reaches the peak in its last step.",
        "zh": "最初的学习率比零高一步：预热要用 step + 1 来数，并在最后一步达到峰值。",
    },
    passes_examples=False,
    costs=2,
)
def begins_at_zero(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * step / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * progress))


@misconception(
    "learning_rate",
    hint={
        "en": "The cosine runs over the steps after the warm-up: count them from W, and divide by T - W.",
        "zh": "余弦只走预热之后的那些步：请从 W 数起，并除以 T - W。",
    },
    passes_examples=False,
    costs=3,
)
def cosine_over_all_steps(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * min(step / total, 1.0)))


@misconception(
    "learning_rate",
    hint={
        "en": "From step T on the rate stays at the floor; the cosine would rise again.",
        "zh": "从第 T 步起学习率停在下限；余弦本身则会重新上升。",
    },
    costs=2,
)
def rises_again(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * progress))


@misconception(
    "learning_rate",
    hint={
        "en": "The cosine falls from the peak to the floor, so its height is peak - floor: the rate must not exceed the peak.",
        "zh": "余弦从峰值降到下限，因此它的高度是“峰值 - 下限”：学习率不能超过峰值。",
    },
    costs=2,
)
def floor_on_top_of_the_cosine(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + peak / 2 * (1 + math.cos(math.pi * progress))


@misconception(
    "learning_rate",
    hint={
        "en": "The floor is where the cosine ends, and not a lower limit of it: subtract it from the peak, and add it to the result.",
        "zh": "下限是余弦结束的地方，而不是对它的截断：请从峰值中减去下限，再把下限加到结果上。",
    },
    costs=2,
)
def floor_as_a_limit(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return max(floor, peak / 2 * (1 + math.cos(math.pi * progress)))


@misconception(
    "learning_rate",
    hint={
        "en": "After the warm-up the rate falls along a cosine, not in a straight line.",
        "zh": "预热之后学习率沿余弦下降，而不是沿直线下降。",
    },
    costs=3,
)
def falls_in_a_line(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    return floor + (peak - floor) * (1 - min((step - warmup) / (total - warmup), 1.0))


@misconception(
    "learning_rate",
    hint={
        "en": "The warm-up rises to the peak from nothing: the floor belongs to the end of the schedule only.",
        "zh": "预热从零升到峰值：下限只属于调度的末尾。",
    },
    costs=2,
)
def warms_up_from_the_floor(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return floor + (peak - floor) * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * progress))


@misconception(
    "xavier_uniform",
    hint={
        "en": "The root of 2 over the sum of the fans is the standard deviation. The bound of a uniform distribution is larger by the root of 3.",
        "zh": "2 除以两个扇数之和，它的平方根是标准差。均匀分布的界限是它的“根号 3”倍。",
    },
    passes_examples=False,
    costs=3,
)
def deviation_as_bound(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(2 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint={
        "en": "In a convolution each output adds up in times the size of the kernel: count the kernel in both fans.",
        "zh": "卷积的每个输出累加的数值个数是“输入通道数乘以卷积核的大小”：两个扇数都要计入卷积核。",
    },
    costs=2,
)
def forgets_the_kernel(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (shape[0] + shape[1]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint={"en": "The kernel counts in both fans, of the outputs too.", "zh": "卷积核要计入两个扇数，扇出也在内。"},
    costs=2,
)
def kernel_in_fan_in_only(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[1:]) + shape[0]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint={
        "en": "Draw from a uniform distribution between -a and a; torch.randn draws normal numbers, which have no bound.",
        "zh": "请从 -a 与 a 之间的均匀分布中抽取；torch.randn 抽取的是正态分布的数，没有界限。",
    },
    passes_examples=False,
    costs=3,
)
def normal_numbers(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    std = gain * math.sqrt(2 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return std * torch.randn(shape, generator=generator)


@misconception(
    "xavier_uniform",
    hint={
        "en": "torch.rand draws from 0 to 1: stretch and shift it, so that the numbers lie between -a and a.",
        "zh": "torch.rand 从 0 到 1 之间抽取：请拉伸并平移，使数落在 -a 与 a 之间。",
    },
    passes_examples=False,
    costs=4,
)
def positive_numbers_only(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * torch.rand(shape, generator=generator)


@misconception(
    "xavier_uniform",
    hint={
        "en": "Hand the generator on to torch's draw; right now it does nothing.",
        "zh": "请把生成器传给 torch 的抽取函数；现在它不起任何作用。",
    },
    costs=2,
)
def uniform_without_the_generator(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape) - 1)


@misconception("xavier_uniform", hint={"en": "Multiply the bound by the gain.", "zh": "请把界限乘以增益。"}, costs=2)
def ignores_the_gain(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint={
        "en": "Both fans count: the bound has their sum under the root.",
        "zh": "两个扇数都起作用：界限的根号里是它们的和。",
    },
    passes_examples=False,
    costs=3,
)
def fan_in_only(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(3 / math.prod(shape[1:]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "he_normal",
    hint={
        "en": "2 / fan-in is the variance. torch.randn has a standard deviation of 1, so multiply by the root.",
        "zh": "2 / 扇入 是方差。torch.randn 的标准差是 1，所以要乘的是平方根。",
    },
    passes_examples=False,
    costs=4,
)
def variance_as_deviation(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return 2 / ((1 + negative_slope**2) * math.prod(shape[1:])) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "The layout is (out, in): fan-in is the number of inputs, shape[1] times the size of the kernel.",
        "zh": "布局是 (out, in)：扇入是输入的个数，即 shape[1] 乘以卷积核的大小。",
    },
    passes_examples=False,
    costs=3,
)
def fan_out_for_fan_in(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    fan = shape[0] * math.prod(shape[2:])
    return math.sqrt(2 / ((1 + negative_slope**2) * fan)) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "Each output of a convolution adds up in times the size of the kernel: count the kernel in fan-in.",
        "zh": "卷积的每个输出累加的数值个数是“输入通道数乘以卷积核的大小”：扇入要计入卷积核。",
    },
    costs=3,
)
def kernel_left_out(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + negative_slope**2) * shape[1])) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "A ReLU halves the mean square, and the factor 2 makes up for it: the variance is 2 / fan-in, not 1 / fan-in.",
        "zh": "ReLU 使均方值减半，系数 2 用来补偿：方差是 2 / 扇入，而不是 1 / 扇入。",
    },
    passes_examples=False,
    costs=3,
)
def without_the_factor_two(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(1 / ((1 + negative_slope**2) * math.prod(shape[1:]))) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "Use the slope of the leaky ReLU: its square stands beside the 1 in the variance.",
        "zh": "请使用 leaky ReLU 的斜率：它的平方与 1 一起出现在方差里。",
    },
    costs=2,
)
def ignores_the_slope(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / math.prod(shape[1:])) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "The slope enters with its square: 1 + a², not 1 + a.",
        "zh": "斜率以平方的形式出现：是 1 + a²，而不是 1 + a。",
    },
    costs=2,
)
def slope_without_its_square(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + abs(negative_slope)) * math.prod(shape[1:]))) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint={
        "en": "Draw normal numbers, with torch.randn; torch.rand draws uniform ones.",
        "zh": "请用 torch.randn 抽取正态分布的数；torch.rand 抽取的是均匀分布的数。",
    },
    costs=2,
)
def uniform_numbers(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = math.sqrt(6 / ((1 + negative_slope**2) * math.prod(shape[1:])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "he_normal",
    hint={
        "en": "Hand the generator on to torch's draw; right now it does nothing.",
        "zh": "请把生成器传给 torch 的抽取函数；现在它不起任何作用。",
    },
    costs=2,
)
def normal_without_the_generator(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + negative_slope**2) * math.prod(shape[1:]))) * torch.randn(shape)


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Weight the loss of each piece by its share of the rows; their plain sum is as many times too large as there are pieces.",
        "zh": "请按每块所占行数的比例给它的损失加权；直接相加，有几块就大了几倍。",
    },
    passes_examples=False,
    costs=4,
)
def adds_up_the_means(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    return total, grads


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Dividing by the number of pieces counts the rows of a smaller last piece too much: weight each piece by its share of the rows.",
        "zh": "除以块数会使较小的最后一块中的行占得太重：请按每块所占行数的比例加权。",
    },
    passes_examples=False,
    costs=3,
)
def divides_by_the_number_of_pieces(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    pieces = math.ceil(len(x) / micro_batch)
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels) / pieces
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    return total, grads


@misconception(
    "accumulate_gradients",
    hint={
        "en": "The loss of the whole batch weights each piece by its share of the rows, as the gradients do; you return the plain mean.",
        "zh": "整批的损失与梯度一样，要按每块所占行数的比例加权；你返回的是简单平均。",
    },
    costs=2,
)
def returns_the_plain_mean_of_the_losses(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    losses, grads = [], [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels)
        losses.append(loss.item())
        new = torch.autograd.grad(loss * len(rows) / len(x), parameters)
        grads = [old + more for old, more in zip(grads, new, strict=True)]
    return sum(losses) / len(losses), grads


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Use the rows that are left in a smaller last piece as well.",
        "zh": "剩下的行组成较小的最后一块，也要使用。",
    },
    passes_examples=False,
    costs=3,
)
def drops_the_last_piece(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x) - micro_batch + 1, micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    return total, grads


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Clear the gradients before the first piece: what is in .grad from an earlier step must not count.",
        "zh": "请在第一块之前清除梯度：.grad 中属于更早一步的内容不能计入。",
    },
    costs=3,
)
def counts_old_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    total = 0.0
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        loss.backward()
        total += loss.item()
    return total, [parameter.grad.clone() for parameter in model.parameters()]


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Clear the gradients once, before the loop: cleared before each piece, only the last piece is left.",
        "zh": "请只在循环之前清除一次梯度：若在每块之前都清除，就只剩下最后一块。",
    },
    passes_examples=False,
    costs=5,
)
def keeps_the_last_piece_only(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    total = 0.0
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        total += loss.item()
    return total, [parameter.grad.clone() for parameter in model.parameters()]


@misconception(
    "accumulate_gradients",
    hint={
        "en": "Take the batch in pieces of micro_batch rows: the whole batch at once is what the memory does not hold.",
        "zh": "请把批次分成每块 micro_batch 行来处理：整批一次放入，内存放不下。",
    },
    passes_examples=False,
    costs=4,
)
def the_whole_batch_at_once(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    loss = torch.nn.functional.cross_entropy(model(x), y)
    return loss.item(), list(torch.autograd.grad(loss, list(model.parameters())))


@misconception(
    "accumulate_gradients",
    hint={
        "en": "The loss that is returned is the mean of all rows: add up those of the pieces, each weighted by its share.",
        "zh": "返回的损失是所有行的平均：请把各块的损失按所占行数的比例加权后相加。",
    },
    passes_examples=False,
    costs=2,
)
def returns_the_last_loss(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    last, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        last = loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    return last, grads


@misconception(
    "clipped_step",
    hint={
        "en": "Clip once, after the last piece: clipping each piece changes the direction of the step.",
        "zh": "请在最后一块之后裁剪一次：逐块裁剪会改变这一步的方向。",
    },
    costs=5,
)
def clips_each_piece(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, norm, grads = 0.0, 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
        norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
        if math.isfinite(norm):
            grads = [min(1.0, max_norm / (norm + 1e-6)) * grad for grad in grads]
    if math.isfinite(norm):
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * grad
    return total, norm


@misconception(
    "clipped_step",
    hint={
        "en": "All parameters share one norm and one factor: clipped one by one, the step changes its direction.",
        "zh": "所有参数共用一个范数和一个系数：若逐个裁剪，这一步的方向就变了。",
    },
    passes_examples=False,
    costs=4,
)
def clips_each_parameter(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norms = [math.sqrt(float((grad.double() ** 2).sum())) for grad in grads]
    norm = math.sqrt(sum(one**2 for one in norms))
    if math.isfinite(norm):
        with torch.no_grad():
            for parameter, grad, one in zip(parameters, grads, norms, strict=True):
                parameter -= lr * min(1.0, max_norm / (one + 1e-6)) * grad
    return total, norm


@misconception(
    "clipped_step",
    hint={
        "en": "Clip before the step: right now the gradients are used as they are, and the clipping has no effect.",
        "zh": "请在更新之前裁剪：现在用的是原来的梯度，裁剪不起任何作用。",
    },
    passes_examples=False,
    costs=7,
)
def steps_before_it_clips(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
    if math.isfinite(norm):
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * grad
    return total, norm


@misconception(
    "clipped_step",
    hint={"en": "Return the norm as it was before clipping.", "zh": "请返回裁剪之前的范数。"},
    passes_examples=False,
    costs=2,
)
def returns_the_clipped_norm(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
    if not math.isfinite(norm):
        return total, norm
    factor = min(1.0, max_norm / (norm + 1e-6))
    with torch.no_grad():
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter -= lr * factor * grad
    return total, factor * norm


@misconception(
    "clipped_step",
    hint={
        "en": "Skip the step where the norm is infinite or NaN: it would turn every weight into NaN.",
        "zh": "范数是无穷大或 NaN 时请跳过这一步：否则所有权重都会变成 NaN。",
    },
    costs=3,
)
def steps_into_nan(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
    factor = min(max_norm / (norm + 1e-6), 1.0)
    with torch.no_grad():
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter -= lr * factor * grad
    return total, norm


@misconception(
    "clipped_step",
    hint={
        "en": "Where the norm is below max_norm the factor is 1: clipping shortens a step and never makes it longer.",
        "zh": "范数小于 max_norm 时系数为 1：裁剪只会缩短一步，从不加长它。",
    },
    costs=3,
)
def always_scales_to_max_norm(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
    if math.isfinite(norm):
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * max_norm / (norm + 1e-6) * grad
    return total, norm


@misconception(
    "clipped_step",
    hint={
        "en": "Scale the gradients by one factor; clamping each number to max_norm changes the direction of the step.",
        "zh": "请用同一个系数缩放梯度；把每个数截断到 max_norm 会改变这一步的方向。",
    },
    passes_examples=False,
    costs=5,
)
def clamps_each_number(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        loss = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    norm = math.sqrt(sum(float((grad.double() ** 2).sum()) for grad in grads))
    if math.isfinite(norm):
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * grad.clamp(-max_norm, max_norm)
    return total, norm


@misconception(
    "xavier_uniform",
    hint={"en": "The bound is the square root of 6 / (fan-in + fan-out).", "zh": "界限是 6 / (扇入 + 扇出) 的平方根。"},
    passes_examples=False,
    costs=4,
)
def bound_without_the_root(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * 6 / (math.prod(shape[2:]) * (shape[0] + shape[1]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "adam_step",
    hint={
        "en": "The averages begin too small: divide them by 1 - beta to the power of the step.",
        "zh": "两个平均起初都太小：请把它们除以 1 减去 beta 的步数次幂。",
    },
    passes_examples=False,
    costs=4,
)
def multiplies_by_the_correction(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps count from 1")
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m * (1 - betas[0] ** step), v * (1 - betas[1] ** step)
    return weight - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v


@misconception(
    "learning_rate",
    hint={
        "en": "Half a cosine goes from 1 to -1: take (1 + cos(pi p)) / 2. The first quarter alone falls steeply at its end.",
        "zh": "半个余弦从 1 到 -1：请取 (1 + cos(pi p)) / 2。只取前四分之一，末尾会下降得很陡。",
    },
    passes_examples=False,
    costs=3,
)
def a_quarter_of_the_cosine(step, warmup, total, peak, floor=0.0):
    if step < 0 or not 0 <= warmup < total:
        raise ValueError("no such step")
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (peak - floor) * math.cos(math.pi / 2 * progress)


@misconception(
    "clipped_step",
    hint={
        "en": "p = p - ... binds a name anew, and the model keeps its old weights: change them in place, as with p -= ....",
        "zh": "p = p - ... 只是重新绑定名字，模型保留的仍是旧的权重：请原地修改它们，例如写成 p -= ...。",
    },
    passes_examples=False,
    costs=5,
)
def binds_the_names_anew(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    loss, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        part = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        loss += part.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(part, parameters), strict=True)]
    return loss, math.sqrt(sum((grad**2).sum().item() for grad in grads))


@misconception(
    "clipped_step", hint={"en": "The norm is the root of the sum of squares.", "zh": "范数是平方和的平方根。"}, costs=4
)
def norm_without_the_root(model, x, y, lr, micro_batch, max_norm):
    parameters = list(model.parameters())
    loss, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        part = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        loss += part.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(part, parameters), strict=True)]
    norm = sum((grad**2).sum().item() for grad in grads)
    if math.isfinite(norm):
        factor = min(1.0, max_norm / (norm + 1e-6))
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * factor * grad
    return loss, norm


@misconception(
    "sgd_step",
    hint={
        "en": "Momentum is no average: the gradient enters whole (but for dampening), and the first buffer is the first gradient.",
        "zh": "动量不是平均：梯度要整个加入（除了 dampening），第一个缓冲就是第一个梯度。",
    },
    passes_examples=False,
    costs=4,
)
def averages_from_zero_on(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = torch.zeros_like(weight) if buf is None else buf
    buf = momentum * buf + (1 - momentum) * grad
    return weight - lr * buf, buf


@misconception(
    "textbook_momentum",
    hint={
        "en": (
            "The gradient enters the velocity with the learning rate of its own step, and without 1 - momentum: this is an"
            " average of gradients, times the present rate."
        ),
        "zh": "梯度进入速度时，乘的是它自己那一步的学习率，没有 1 - momentum：现在这是梯度的平均，再乘当前的学习率。",
    },
    passes_examples=False,
    costs=8,
)
def average_times_the_present_rate(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("as many rates as gradients")
    velocity, weights = torch.zeros_like(weight), []
    for grad, lr in zip(grads, lrs, strict=True):
        velocity = momentum * velocity + (1 - momentum) * grad
        weight = weight - lr * velocity
        weights.append(weight)
    return weights


@misconception(
    "he_normal",
    hint={
        "en": "Only fan-in counts: the variance is 2 / fan-in. The sum of both fans belongs to Xavier's rule.",
        "zh": "只有 fan-in 起作用：方差是 2 / fan-in。两个 fan 之和属于 Xavier 的规则。",
    },
    passes_examples=False,
    costs=3,
)
def sum_of_both_fans(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("a weight has two axes at least")
    kernel = math.prod(shape[2:])
    variance = 2 / ((1 + negative_slope**2) * kernel * (shape[0] + shape[1]))
    return math.sqrt(variance) * torch.randn(shape, generator=generator)
