"""Wrong solutions that students write for problem set 9, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "sgd_step",
    hint="The first buffer is the first gradient as it is: dampening begins with the second step.",
    costs=2,
)
def dampens_the_first_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = torch.zeros_like(weight)
    buf = momentum * buf + (1 - dampening) * grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint="Momentum is no average here: the gradient enters with the factor 1 - dampening, not 1 - momentum.",
    passes_examples=False,
    costs=4,
)
def averages_the_gradients(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - momentum) * grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint="The buffer holds gradients and no steps: the learning rate stands outside, where the weight changes.",
    passes_examples=False,
    costs=4,
)
def rate_in_the_buffer(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = lr * grad if buf is None else momentum * buf + lr * (1 - dampening) * grad
    return weight - buf, buf


@misconception("sgd_step", hint="Go against the buffer: subtract it from the weight.", passes_examples=False, costs=4)
def climbs(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight + lr * buf, buf


@misconception(
    "sgd_step",
    hint="Step with the new buffer, which the gradient of this step is part of.",
    passes_examples=False,
    costs=3,
)
def steps_with_the_old_buffer(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        return weight - lr * grad, grad
    return weight - lr * buf, momentum * buf + (1 - dampening) * grad


@misconception(
    "sgd_step",
    hint="Use the argument dampening: from the second step on the gradient enters times 1 - dampening.",
    costs=2,
)
def ignores_dampening(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + grad
    return weight - lr * buf, buf


@misconception(
    "sgd_step",
    hint="Step with the buffer and not with the gradient, or momentum has no effect on the weight.",
    passes_examples=False,
    costs=6,
)
def steps_with_the_gradient(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight - lr * grad, buf


@misconception(
    "sgd_step",
    hint="Return new tensors: +=, -= and functions that end with an underscore change the caller's.",
    costs=1,
)
def changes_the_weight_in_place(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    weight -= lr * buf
    return weight, buf


@misconception(
    "textbook_momentum",
    hint="Each gradient keeps the rate of its own step: multiply it by the rate as it enters the velocity. This is torch's form.",
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
    hint="The velocity points downhill: the gradient enters it with a minus sign.",
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
    hint="Store a new tensor for each step: += on one tensor changes all entries of the list, and the caller's weight with them.",
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
    hint="Carry the velocity from step to step: begin with zeros before the loop, not in it.",
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
    hint="The gradient enters with the learning rate alone; 1 - momentum belongs to an average, and this is none.",
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
    hint="The first entry is the weight after the first step; the weight before it does not belong in the list.",
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
    hint="Compare the numbers of gradients and rates: zip stops at the shorter of the two without a word.",
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
    hint="Correct the bias: divide m by 1 - beta1 to the power of the step, and v by the same with beta2.",
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
    hint="eps stands outside the root: take the root first and add eps to it.",
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
    hint="Return the averages without the correction; it serves this step only, and would be applied twice in the next.",
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
    hint="The correction depends on the number of the step: raise beta to the power of step.",
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
    hint="step counts from 1 already: use it as the power as it is.",
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
    hint="Divide by the root of the second average, or the size of the gradient does not cancel.",
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
    hint="Two averages, two betas: the second serves v, in its average and in its correction.",
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
    hint="eps is added to the root of the corrected average: correct v first, then take the root, then add eps.",
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
    hint="The decoupled decay is multiplied by the learning rate too.",
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
    hint="The decay looks at the weight as it was before the step, not at the one that Adam has moved already.",
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
    hint="With decoupled=True the averages see the gradient alone; you add the decay to the gradient in both cases.",
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
    hint="With decoupled=False the decay is a part of the gradient, before both averages; you decay the weight in both cases.",
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
    hint="You have the two exchanged: decoupled=True leaves the gradient alone, decoupled=False adds the decay to it.",
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
    hint="The weight decays twice as AdamW: the decay goes around the averages, and does not enter the gradient as well.",
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
    hint="A decay makes the weight smaller: subtract it in the step, and add it to the gradient, against which the step goes.",
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
    hint="The first rate is a step above zero: the warm-up counts step + 1, and reaches the peak in its last step.",
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
    hint="The cosine runs over the steps after the warm-up: count them from W, and divide by T - W.",
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
    "learning_rate", hint="From step T on the rate stays at the floor; the cosine would rise again.", costs=2
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
    hint="The cosine falls from the peak to the floor, so its height is peak - floor: the rate must not exceed the peak.",
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
    hint="The floor is where the cosine ends, and not a lower limit of it: subtract it from the peak, and add it to the result.",
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
    "learning_rate", hint="After the warm-up the rate falls along a cosine, not in a straight line.", costs=3
)
def falls_in_a_line(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("this is no schedule")
    if step < warmup:
        return peak * (step + 1) / warmup
    return floor + (peak - floor) * (1 - min((step - warmup) / (total - warmup), 1.0))


@misconception(
    "learning_rate",
    hint="The warm-up rises to the peak from nothing: the floor belongs to the end of the schedule only.",
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
    hint="The root of 2 over the sum of the fans is the standard deviation. The bound of a uniform distribution is larger by the root of 3.",
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
    hint="In a convolution each output adds up in times the size of the kernel: count the kernel in both fans.",
    costs=2,
)
def forgets_the_kernel(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (shape[0] + shape[1]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint="The kernel counts in both fans, of the outputs too.",
    costs=2,
)
def kernel_in_fan_in_only(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[1:]) + shape[0]))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint="Draw from a uniform distribution between -a and a; torch.randn draws normal numbers, which have no bound.",
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
    hint="torch.rand draws from 0 to 1: stretch and shift it, so that the numbers lie between -a and a.",
    passes_examples=False,
    costs=4,
)
def positive_numbers_only(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * torch.rand(shape, generator=generator)


@misconception("xavier_uniform", hint="Hand the generator on to torch's draw; right now it does nothing.", costs=2)
def uniform_without_the_generator(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = gain * math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape) - 1)


@misconception("xavier_uniform", hint="Multiply the bound by the gain.", costs=2)
def ignores_the_gain(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = math.sqrt(6 / (math.prod(shape[2:]) * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception(
    "xavier_uniform",
    hint="Both fans count: the bound has their sum under the root.",
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
    hint="2 / fan-in is the variance. torch.randn has a standard deviation of 1, so multiply by the root.",
    passes_examples=False,
    costs=4,
)
def variance_as_deviation(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return 2 / ((1 + negative_slope**2) * math.prod(shape[1:])) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint="The layout is (out, in): fan-in is the number of inputs, shape[1] times the size of the kernel.",
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
    hint="Each output of a convolution adds up in times the size of the kernel: count the kernel in fan-in.",
    costs=3,
)
def kernel_left_out(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + negative_slope**2) * shape[1])) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint="A ReLU halves the mean square, and the factor 2 makes up for it: the variance is 2 / fan-in, not 1 / fan-in.",
    passes_examples=False,
    costs=3,
)
def without_the_factor_two(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(1 / ((1 + negative_slope**2) * math.prod(shape[1:]))) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal", hint="Use the slope of the leaky ReLU: its square stands beside the 1 in the variance.", costs=2
)
def ignores_the_slope(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / math.prod(shape[1:])) * torch.randn(shape, generator=generator)


@misconception("he_normal", hint="The slope enters with its square: 1 + a², not 1 + a.", costs=2)
def slope_without_its_square(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + abs(negative_slope)) * math.prod(shape[1:]))) * torch.randn(shape, generator=generator)


@misconception(
    "he_normal",
    hint="Draw normal numbers, with torch.randn; torch.rand draws uniform ones.",
    costs=2,
)
def uniform_numbers(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    bound = math.sqrt(6 / ((1 + negative_slope**2) * math.prod(shape[1:])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


@misconception("he_normal", hint="Hand the generator on to torch's draw; right now it does nothing.", costs=2)
def normal_without_the_generator(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("two axes are wanted")
    return math.sqrt(2 / ((1 + negative_slope**2) * math.prod(shape[1:]))) * torch.randn(shape)


@misconception(
    "accumulate_gradients",
    hint="Weight the loss of each piece by its share of the rows; their plain sum is as many times too large as there are pieces.",
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
    hint="Dividing by the number of pieces counts the rows of a smaller last piece too much: weight each piece by its share of the rows.",
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
    hint="The loss of the whole batch weights each piece by its share of the rows, as the gradients do; you return the plain mean.",
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
    hint="Use the rows that are left in a smaller last piece as well.",
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
    hint="Clear the gradients before the first piece: what is in .grad from an earlier step must not count.",
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
    hint="Clear the gradients once, before the loop: cleared before each piece, only the last piece is left.",
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
    hint="Take the batch in pieces of micro_batch rows: the whole batch at once is what the memory does not hold.",
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
    hint="The loss that is returned is the mean of all rows: add up those of the pieces, each weighted by its share.",
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
    hint="Clip once, after the last piece: clipping each piece changes the direction of the step.",
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
    hint="All parameters share one norm and one factor: clipped one by one, the step changes its direction.",
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
    hint="Clip before the step: right now the gradients are used as they are, and the clipping has no effect.",
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
    hint="Return the norm as it was before clipping.",
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
    hint="Skip the step where the norm is infinite or NaN: it would turn every weight into NaN.",
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
    hint="Where the norm is below max_norm the factor is 1: clipping shortens a step and never makes it longer.",
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
    hint="Scale the gradients by one factor; clamping each number to max_norm changes the direction of the step.",
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
    hint="The bound is the square root of 6 / (fan-in + fan-out).",
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
    hint="The averages begin too small: divide them by 1 - beta to the power of the step.",
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
    hint="Half a cosine goes from 1 to -1: take (1 + cos(pi p)) / 2. The first quarter alone falls steeply at its end.",
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
    hint="p = p - ... binds a name anew, and the model keeps its old weights: change them in place, as with p -= ....",
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


@misconception("clipped_step", hint="The norm is the root of the sum of squares.", costs=4)
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
