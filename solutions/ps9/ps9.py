# %% [markdown] lang="en"
# # Problem set 9: optimization and initialization
#
# After this problem set you will be able to
#
# - take a step of SGD with momentum, in torch's form and in that of the textbooks, and say where the two part;
# - write Adam with its bias correction, and say what the length of its steps depends on;
# - tell weight decay from an L2 penalty, and say why AdamW decouples the two;
# - raise and lower the learning rate by a linear warm-up and a cosine;
# - draw first weights with which signals neither fade nor explode;
# - accumulate the gradients of a batch that does not fit into memory, and clip them in the right place.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, hidden checks are run as well: other shapes, other dtypes, more steps, extreme values. Passing the
# examples is a start and not the end. When all is written, `show_race()` near the end lets your optimizers race on real digits. The
# last question is answered in prose and graded by hand.
#
# Some things hold in every exercise. A weight, its gradient and what an optimizer remembers of it have one shape, any shape, and one dtype,
# float32 or float64; results have this dtype and are computed in its precision throughout. "Any shape" includes a single number, of shape `()`,
# and no number at all, of shape `(0,)`. Functions return new values and leave their arguments unchanged, but for the parameters of the model in
# `clipped_step`. No step is differentiated: what you are given requires no gradient, and neither do your results.

# %% [markdown] lang="zh"
# # 第九次作业：优化与初始化
#
# 完成本次作业后，你将能够
#
# - 按 torch 的形式和教科书的形式完成带动量的 SGD 的一步，并说明两者在何处不同；
# - 编写带偏差修正的 Adam，并说明它的步长取决于什么；
# - 分清权重衰减与 L2 惩罚，并说明 AdamW 为什么要把两者解耦；
# - 用线性预热和余弦曲线升高、降低学习率；
# - 抽取初始权重，使信号既不衰减也不爆炸；
# - 对内存放不下的批次累积梯度，并在正确的位置裁剪梯度。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行隐藏的检查：
# 别的形状、别的数据类型、更多的步数以及极端数值。通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_race()` 会让你的优化器在真实的数字图像上赛跑。
# 最后一题用文字作答，由人工评分。
#
# 有几条约定适用于所有练习。一个权重、它的梯度以及优化器为它记住的量，形状相同（可以是任意形状），数据类型也相同（float32 或 float64）；
# 结果保持这一类型，并始终按这一精度计算。“任意形状”包括单个数（形状为 `()`）和没有元素的张量（形状为 `(0,)`）。
# 函数返回新的值，不修改传入的参数，唯一的例外是 `clipped_step` 中模型的参数。各步都不求导：给你的张量不需要梯度，你的结果也不需要。

# %%
import math

import torch

# %% [markdown] lang="en"
# ## SGD with momentum, as torch has it
#
# Plain gradient descent zigzags through a narrow valley: across it the gradient is large and changes its sign with every step, along
# it the gradient is small and always the same. Momentum adds the gradients up in a buffer $b$, in which what alternates cancels and what stays grows:
#
# $$b_1 = g_1, \qquad b_t = \mu\, b_{t-1} + (1 - \tau)\, g_t \ \text{ for } t > 1, \qquad w_t = w_{t-1} - \eta\, b_t$$
#
# Here $g_t$ is the gradient of step $t$, $\eta$ the learning rate, $\mu$ the momentum and $\tau$ the dampening, which is 0 unless asked for.
#
# ![in a narrow valley plain steps jump from side to side, steps with momentum run along it](picture:valley)
#
# - Momentum is often called an average of the gradients. With $\tau = 0$ it is a **sum** that forgets: if $g$ stays the same, $b$ grows towards
#   $g / (1 - \mu)$, which is ten times $g$ for $\mu = 0.9$. So a learning rate that was right without momentum is too large with it.
#   Only with $\tau = \mu$ do the shares of old and new add up to one.
# - The **first** buffer is the first gradient as it is. It is not dampened, whatever $\tau$.
# - The learning rate stands outside: the buffer holds gradients, not steps.
#
# Write `sgd_step`. Before the first step there is no buffer yet, and `buf` is `None`. Do not call torch's optimizers.

# %% [markdown] lang="zh"
# ## 带动量的 SGD：torch 的形式
#
# 普通的梯度下降在狭窄的山谷里左右摇摆：横向的梯度很大，每一步都变号；纵向的梯度很小，却始终同向。动量法（momentum）把梯度累加在缓冲 $b$ 中，
# 来回变号的部分相互抵消，方向不变的部分越来越大：
#
# $$b_1 = g_1, \qquad b_t = \mu\, b_{t-1} + (1 - \tau)\, g_t \ \ (t > 1), \qquad w_t = w_{t-1} - \eta\, b_t$$
#
# 其中 $g_t$ 是第 $t$ 步的梯度，$\eta$ 是学习率，$\mu$ 是动量，$\tau$ 是阻尼（dampening），除非特意指定，否则为 0。
#
# ![在狭窄的山谷里，普通的步子在两侧之间来回跳，带动量的步子沿着山谷前进](picture:valley)
#
# - 人们常说动量是梯度的平均。$\tau = 0$ 时它其实是会遗忘的**和**：若 $g$ 保持不变，$b$ 会趋近 $g / (1 - \mu)$，$\mu = 0.9$ 时就是 $g$ 的十倍。
#   因此没有动量时合适的学习率，加上动量就太大了。只有 $\tau = \mu$ 时，新旧两部分的占比之和才是一。
# - **第一个**缓冲就是第一个梯度本身，无论 $\tau$ 是多少都不加阻尼。
# - 学习率在外面：缓冲里存的是梯度，而不是步子。
#
# 请编写 `sgd_step`。第一步之前还没有缓冲，`buf` 是 `None`。不要调用 torch 的优化器。


# %% exercise="sgd_step" stub={"en": "sgd_step is not written yet: the new buffer first, then a step against it", "zh": "sgd_step 尚未编写：先算新的缓冲，再沿它的反方向走一步"}
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    """Take one step of SGD with momentum in torch's form.

    Args:
        weight: floating point tensor of any shape.
        grad: its gradient.
        buf: the buffer after the step before, or None in the first step.
        lr: the learning rate.
        momentum: the share of the old buffer that is kept, in [0, 1).
        dampening: the share of the gradient that is held back from the second step on, in [0, 1].

    Returns:
        A tuple of the new weight and the new buffer.

    zh: 按 torch 的形式完成带动量的 SGD 的一步。

    参数：
        weight: 浮点张量，形状任意。
        grad: 它的梯度。
        buf: 上一步之后的缓冲，第一步时为 None。
        lr: 学习率。
        momentum: 旧缓冲保留的比例，在 [0, 1) 内。
        dampening: 从第二步起从梯度中扣除的比例，在 [0, 1] 内。

    返回：
        由新的权重和新的缓冲组成的元组。
    """
    ### BEGIN SOLUTION
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight - lr * buf, buf
    ### END SOLUTION


# %% examples="sgd_step"
# The first step goes against the gradient alone, the second against 0.9 times the first gradient plus the second.
# zh: 第一步只沿梯度的反方向走，第二步沿“0.9 乘以第一个梯度再加上第二个梯度”的反方向走。
weight, buf = sgd_step(torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0]), None, lr=0.1)
assert torch.allclose(buf, torch.tensor([0.5, -1.0])), buf
assert torch.allclose(weight, torch.tensor([0.95, 2.1])), weight
weight, buf = sgd_step(weight, torch.tensor([1.0, 0.0]), buf, lr=0.1)
assert torch.allclose(buf, torch.tensor([1.45, -0.9])), buf
assert torch.allclose(weight, torch.tensor([0.805, 2.19])), weight

# %% [markdown] lang="en"
# ## Momentum in the textbooks' form
#
# Textbooks picture a ball that rolls downhill. They keep its velocity $v$, and the learning rate stands inside:
#
# $$v_0 = 0, \qquad v_t = \mu\, v_{t-1} - \eta_t\, g_t, \qquad w_t = w_{t-1} + v_t$$
#
# As long as the rate stays the same, the weights are those of torch's form without dampening, for then $v_t = -\eta\, b_t$. They part as soon as the rate changes, and
# with a schedule it changes in every step. Written out,
#
# $$w_t^{\text{textbook}} = w_{t-1} - \sum_{s=1}^{t} \mu^{t-s}\, \eta_s\, g_s, \qquad w_t^{\text{torch}} = w_{t-1} - \eta_t \sum_{s=1}^{t} \mu^{t-s}\, g_s$$
#
# so that here each gradient keeps the rate of **its own** step, while in torch's form the present rate multiplies all of the past. If the rate falls to 0,
# torch stops at once and the ball rolls on. A paper and its code may differ in nothing but this.
#
# Write `textbook_momentum`. It takes one step for each of the gradients, with the rate that stands beside it, and returns the weight after each step. If
# there are no gradients the list is empty; if there are not as many rates as gradients, raise a `ValueError`.

# %% [markdown] lang="zh"
# ## 教科书形式的动量
#
# 教科书设想一个滚下山的小球，记录的是它的速度 $v$，学习率在里面：
#
# $$v_0 = 0, \qquad v_t = \mu\, v_{t-1} - \eta_t\, g_t, \qquad w_t = w_{t-1} + v_t$$
#
# 只要学习率不变，得到的权重就与 torch 的形式（不加阻尼）相同，因为这时 $v_t = -\eta\, b_t$。学习率一变，两者便分道扬镳，而使用调度时它每一步都在变。展开来写就是
#
# $$w_t^{\text{教科书}} = w_{t-1} - \sum_{s=1}^{t} \mu^{t-s}\, \eta_s\, g_s, \qquad w_t^{\text{torch}} = w_{t-1} - \eta_t \sum_{s=1}^{t} \mu^{t-s}\, g_s$$
#
# 在教科书的形式里，每个梯度保留**它那一步**的学习率，而在 torch 的形式里，当前的学习率乘以全部的过去。若学习率降到 0，
# torch 立即停下，小球却继续滚动。一篇论文与它的代码可能只差在这一点上。
#
# 请编写 `textbook_momentum`。它用每个梯度以及对应的学习率各走一步，返回每一步之后的权重。没有梯度时列表为空；若学习率与梯度的个数不同，请抛出 `ValueError`。


# %% exercise="textbook_momentum" uses=["sgd_step"] stub={"en": "textbook_momentum is not written yet: the velocity holds the rate of each gradient's own step", "zh": "textbook_momentum 尚未编写：速度里保留每个梯度那一步的学习率"}
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    """Take several steps of SGD with momentum in the textbooks' form.

    Args:
        weight: floating point tensor of any shape.
        grads: list of T gradients, one for each step.
        lrs: list of T learning rates, numbers of at least 0.
        momentum: the share of the old velocity that is kept, in [0, 1).

    Returns:
        A list of T tensors: the weight after each step.

    Raises:
        ValueError: there are not as many rates as gradients.

    zh: 按教科书的形式完成带动量的 SGD 的若干步。

    参数：
        weight: 浮点张量，形状任意。
        grads: 由 T 个梯度组成的列表，每步一个。
        lrs: 由 T 个学习率组成的列表，都是不小于 0 的数。
        momentum: 旧速度保留的比例，在 [0, 1) 内。

    返回：
        由 T 个张量组成的列表：每一步之后的权重。

    抛出：
        ValueError: 学习率与梯度的个数不同。
    """
    ### BEGIN SOLUTION
    if len(grads) != len(lrs):
        raise ValueError(f"{len(grads)} gradients and {len(lrs)} learning rates")
    velocity = torch.zeros_like(weight)
    weights = []
    for t in range(len(grads)):
        velocity = momentum * velocity - lrs[t] * grads[t]
        weight = weight + velocity
        weights.append(weight)
    return weights
    ### END SOLUTION


# %% examples="textbook_momentum"
# The velocity is -0.2 after the first step and 0.5 * -0.2 - 0.1 * 1 = -0.2 after the second.
# zh: 第一步之后速度是 -0.2，第二步之后是 0.5 * -0.2 - 0.1 * 1 = -0.2。
grads = [torch.tensor([2.0]), torch.tensor([1.0])]
weights = textbook_momentum(torch.tensor([1.0]), grads, [0.1, 0.1], momentum=0.5)
assert len(weights) == 2, f"two steps give two weights, not {len(weights)}"
# zh: 走两步应有两个权重，而不是 {len(weights)} 个
assert torch.allclose(weights[0], torch.tensor([0.8])), weights
assert torch.allclose(weights[1], torch.tensor([0.6])), weights

# %% [markdown] lang="en"
# ## Adam
#
# The gradients of one network differ in size by powers of ten, from layer to layer and from word to word, and one rate serves them badly. Adam keeps running averages of each gradient
# and of its square, and divides one by the root of the other:
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2$$
#
# Both averages begin at zero, and are therefore too small at first: after the first step $m_1$ is a tenth of the gradient, and $v_1$ a thousandth of its square. The
# shares of all gradients seen so far add up to $1 - \beta^t$ only. Dividing by that corrects the bias:
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad w_t = w_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# - The gradient's size cancels. The first step has the length $\eta$ in every number, be the gradient a thousand or a thousandth. So $\eta$ is the length of a step here, and a
#   rate from SGD is of no use.
# - Two betas, two corrections, each with its own power. Steps count from **1**: with $t = 0$ both would be $0/0$, so raise a `ValueError` for a step below 1.
# - What is stored and returned is $m_t$ and $v_t$, **without** the correction, which serves the one step only.
# - $\epsilon$ stands outside the root, behind the correction. It keeps numbers whose gradient has always been zero where they are, in place of $0/0$.
#
# Write `adam_step`. Do not call torch's optimizers.

# %% [markdown] lang="zh"
# ## Adam
#
# 同一个网络里的梯度，层与层之间、词与词之间可以相差若干个数量级，只用一个学习率很难兼顾。Adam 为每个梯度及其平方各保存一个滑动平均，再用前者除以后者的平方根：
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2$$
#
# 两个平均都从零开始，因此起初都太小：第一步之后，$m_1$ 只有梯度的十分之一，$v_1$ 只有其平方的千分之一。迄今所有梯度的占比之和只有 $1 - \beta^t$，除以它就修正了偏差：
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad w_t = w_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# - 梯度的大小被约去了。无论梯度是一千还是千分之一，第一步中每个数移动的距离都是 $\eta$。因此这里的 $\eta$ 就是步长，SGD 用的学习率在此毫无参考价值。
# - 两个 beta，两个修正，各用各的幂。步数从 **1** 数起：$t = 0$ 时两者都是 $0/0$，因此步数小于 1 时请抛出 `ValueError`。
# - 保存并返回的是 $m_t$ 与 $v_t$ 本身，**不带**修正；修正只用于当前这一步。
# - $\epsilon$ 在根号之外、修正之后。对于梯度始终为零的数，它使其保持不动，而不是得到 $0/0$。
#
# 请编写 `adam_step`，不要调用 torch 的优化器。


# %% exercise="adam_step" stub={"en": "adam_step is not written yet: two running averages, two corrections, one step", "zh": "adam_step 尚未编写：两个滑动平均、两个修正、一步更新"}
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """Take one step of Adam.

    Args:
        weight: floating point tensor of any shape.
        grad: its gradient.
        m: running average of the gradients before this step; zeros before the first.
        v: running average of their squares; zeros before the first.
        step: the number of this step, counted from 1.
        lr: the learning rate.
        betas: the shares of the old averages that are kept, of `m` and of `v`, each in [0, 1).
        eps: added to the root.

    Returns:
        A tuple of the new weight, the new `m` and the new `v`.

    Raises:
        ValueError: `step` is below 1.

    zh: 完成 Adam 的一步。

    参数：
        weight: 浮点张量，形状任意。
        grad: 它的梯度。
        m: 这一步之前梯度的滑动平均；第一步之前为零。
        v: 梯度平方的滑动平均；第一步之前为零。
        step: 这一步的编号，从 1 数起。
        lr: 学习率。
        betas: 旧平均保留的比例，分别用于 `m` 和 `v`，各在 [0, 1) 内。
        eps: 加到平方根上的数。

    返回：
        由新的权重、新的 `m` 和新的 `v` 组成的元组。

    抛出：
        ValueError: `step` 小于 1。
    """
    ### BEGIN SOLUTION
    if step < 1:
        raise ValueError(f"steps count from 1, and this is step {step}")
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**step)
    v_hat = v / (1 - beta2**step)
    return weight - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% examples="adam_step"
# In the first step each number moves by the learning rate, whatever the size of its gradient.
# zh: 第一步中，无论梯度大小，每个数移动的距离都是学习率。
weight, m, v = adam_step(torch.zeros(2), torch.tensor([4.0, -0.01]), torch.zeros(2), torch.zeros(2), step=1, lr=0.1)
assert torch.allclose(weight, torch.tensor([-0.1, 0.1])), weight
assert torch.allclose(m, torch.tensor([0.4, -0.001])), m
assert torch.allclose(v, torch.tensor([0.016, 1e-7])), v

# %% [markdown] lang="en"
# ## Weight decay and AdamW
#
# A penalty of $\frac{\lambda}{2} \lVert w \rVert^2$ on top of the loss adds $\lambda w$ to the gradient. In plain SGD that is the same as making the weight smaller by the share $\eta \lambda$ in each step, and
# for years the two names, L2 penalty and weight decay, were used as one. In Adam they differ. With the penalty the decay enters the gradient, and with it **both averages**:
#
# $$\tilde g_t = g_t + \lambda\, w_{t-1}, \qquad w_t = \mathrm{Adam}(w_{t-1}, \tilde g_t)$$
#
# and there it is divided by $\sqrt{\hat v_t}$: weights with large gradients hardly decay, and those with none are driven to zero at full speed, however small $\lambda$. AdamW decouples the decay. The averages see
# the gradient alone, and each weight gets smaller by the same share:
#
# $$w_t = \mathrm{Adam}(w_{t-1}, g_t) - \eta\, \lambda\, w_{t-1}$$
#
# - Both decays look at the weight as it was **before** the step, $w_{t-1}$.
# - The decoupled decay is multiplied by the learning rate as well, so a schedule lowers it too.
# - In torch the first form is `Adam` with a `weight_decay`, the second `AdamW`. Its default, 0.01, decays a weight by $10^{-5}$ of itself in a step with the rate $10^{-3}$.
#
# Write `adamw_step` for both: `decoupled=True` is AdamW, `decoupled=False` the penalty. You may call your own `adam_step`. Do not call torch's optimizers.

# %% [markdown] lang="zh"
# ## 权重衰减与 AdamW
#
# 在损失上加 $\frac{\lambda}{2} \lVert w \rVert^2$ 这一惩罚，就是给梯度加上 $\lambda w$。在普通 SGD 里，这等同于每一步让权重按 $\eta \lambda$ 的比例缩小，
# 因此多年来 L2 惩罚与权重衰减（weight decay）这两个名字一直混用。在 Adam 里两者却不同。用惩罚时，衰减进入梯度，从而进入**两个平均**：
#
# $$\tilde g_t = g_t + \lambda\, w_{t-1}, \qquad w_t = \mathrm{Adam}(w_{t-1}, \tilde g_t)$$
#
# 并在那里被 $\sqrt{\hat v_t}$ 除：梯度大的权重几乎不衰减，没有梯度的权重则无论 $\lambda$ 多小都全速趋向零。AdamW 把衰减解耦：平均只看梯度本身，每个权重都按同样的比例缩小：
#
# $$w_t = \mathrm{Adam}(w_{t-1}, g_t) - \eta\, \lambda\, w_{t-1}$$
#
# - 两种衰减用的都是这一步**之前**的权重 $w_{t-1}$。
# - 解耦的衰减也要乘以学习率，所以调度也会降低它。
# - 在 torch 中，前者是带 `weight_decay` 的 `Adam`，后者是 `AdamW`。它的默认值 0.01 在学习率为 $10^{-3}$ 时，每一步让权重衰减自身的 $10^{-5}$。
#
# 请编写 `adamw_step`，两种都要支持：`decoupled=True` 是 AdamW，`decoupled=False` 是惩罚。可以调用你自己的 `adam_step`，不要调用 torch 的优化器。


# %% exercise="adamw_step" uses=["adam_step"] stub={"en": "adamw_step is not written yet: the decay enters the gradient, or goes around it", "zh": "adamw_step 尚未编写：衰减进入梯度，或者绕过它"}
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    """Take one step of Adam with weight decay.

    Args:
        weight: floating point tensor of any shape.
        grad: its gradient, without any decay.
        m: running average of the gradients before this step; zeros before the first.
        v: running average of their squares; zeros before the first.
        step: the number of this step, counted from 1.
        lr: the learning rate.
        betas: the shares of the old averages that are kept, of `m` and of `v`.
        eps: added to the root.
        weight_decay: the factor λ of the decay.
        decoupled: whether the decay goes around the averages (AdamW) or enters the gradient (L2 penalty).

    Returns:
        A tuple of the new weight, the new `m` and the new `v`.

    zh: 完成带权重衰减的 Adam 的一步。

    参数：
        weight: 浮点张量，形状任意。
        grad: 它的梯度，不含任何衰减。
        m: 这一步之前梯度的滑动平均；第一步之前为零。
        v: 梯度平方的滑动平均；第一步之前为零。
        step: 这一步的编号，从 1 数起。
        lr: 学习率。
        betas: 旧平均保留的比例，分别用于 `m` 和 `v`。
        eps: 加到平方根上的数。
        weight_decay: 衰减的系数 λ。
        decoupled: 衰减绕过平均（AdamW），还是进入梯度（L2 惩罚）。

    返回：
        由新的权重、新的 `m` 和新的 `v` 组成的元组。
    """
    ### BEGIN SOLUTION
    if not decoupled:
        return adam_step(weight, grad + weight_decay * weight, m, v, step, lr, betas, eps)
    stepped, m, v = adam_step(weight, grad, m, v, step, lr, betas, eps)
    return stepped - lr * weight_decay * weight, m, v
    ### END SOLUTION


# %% examples="adamw_step"
# Without a gradient AdamW only decays, by 0.1 * 0.5 of the weight; the penalty moves each weight by a whole step.
# zh: 没有梯度时，AdamW 只按 0.1 * 0.5 的比例衰减权重；惩罚则让每个权重移动完整的一步。
weight, zeros = torch.tensor([2.0, -4.0]), torch.zeros(2)
decayed, m, v = adamw_step(weight, zeros, zeros, zeros, step=1, lr=0.1, weight_decay=0.5)
assert torch.allclose(decayed, torch.tensor([1.9, -3.8])), decayed
assert torch.equal(m, zeros) and torch.equal(v, zeros), (m, v)
decayed, m, v = adamw_step(weight, zeros, zeros, zeros, step=1, lr=0.1, weight_decay=0.5, decoupled=False)
assert torch.allclose(decayed, torch.tensor([1.9, -3.9])), decayed

# %% [markdown] lang="en"
# ## A learning rate for each step
#
# The first gradients of a network mean little: its weights are random, and Adam's averages rest on a few batches. Large steps do most harm there. At the end the noise
# of the batches keeps the weights jumping around the minimum, and only small steps come to rest in it. So the rate rises in a straight line over the first $W$ steps, the
# **warm-up**, and falls along half a cosine until step $T$. With steps counted from 0,
#
# $$\eta_t = \begin{cases} \dfrac{t + 1}{W}\, \eta_{\max} & t < W \\[2ex] \eta_{\min} + \dfrac{\eta_{\max} - \eta_{\min}}{2} \left( 1 + \cos\left( \pi\, \dfrac{t - W}{T - W} \right) \right) & W \le t < T \\[2ex] \eta_{\min} & t \ge T \end{cases}$$
#
# ![the rate rises in a line from a fraction of the peak, then falls along half a cosine to the floor and stays there](picture:schedule)
#
# - The very first rate is $\eta_{\max} / W$ and not 0, with which the first batch would be read for nothing. The peak is reached in step $W - 1$, the last of the warm-up, and held in step $W$.
# - The cosine runs over the steps **after** the warm-up, not over all $T$, or the rate would jump down where the two meet.
# - After step $T$ the rate stays at the floor $\eta_{\min}$. The cosine itself would rise again.
#
# Write `learning_rate`, which gives a Python `float`. Without warm-up, $W = 0$, the cosine begins at once. Raise a `ValueError` if the step or the warm-up is negative, or if $T$ does not exceed $W$.

# %% [markdown] lang="zh"
# ## 每一步的学习率
#
# 网络最初的梯度没有多大意义：权重是随机的，Adam 的平均也只依据寥寥几个批次，这时大步子的危害最大。到了最后，批次的噪声让权重在最小值附近跳来跳去，只有小步子才能停下来。
# 因此学习率在最初的 $W$ 步里沿直线上升，称为**预热**（warm-up），然后沿半个余弦下降，直到第 $T$ 步。步数从 0 数起：
#
# $$\eta_t = \begin{cases} \dfrac{t + 1}{W}\, \eta_{\max} & t < W \\[2ex] \eta_{\min} + \dfrac{\eta_{\max} - \eta_{\min}}{2} \left( 1 + \cos\left( \pi\, \dfrac{t - W}{T - W} \right) \right) & W \le t < T \\[2ex] \eta_{\min} & t \ge T \end{cases}$$
#
# ![学习率从峰值的几分之一沿直线上升，再沿半个余弦降到下限并保持不变](picture:schedule)
#
# - 最初的学习率是 $\eta_{\max} / W$，而不是 0；若是 0，第一个批次就白读了。预热的最后一步即第 $W - 1$ 步达到峰值，第 $W$ 步仍是峰值。
# - 余弦只走预热**之后**的那些步，而不是全部 $T$ 步，否则学习率会在两段相接处突然下跌。
# - 第 $T$ 步之后学习率停在下限 $\eta_{\min}$；余弦本身则会重新上升。
#
# 请编写 `learning_rate`，它返回 Python 的 `float`。没有预热（$W = 0$）时，直接从余弦开始。若步数或预热为负，或者 $T$ 不大于 $W$，请抛出 `ValueError`。


# %% exercise="learning_rate" stub={"en": "learning_rate is not written yet: a line up to the peak, half a cosine down to the floor", "zh": "learning_rate 尚未编写：沿直线升到峰值，再沿半个余弦降到下限"}
def learning_rate(step, warmup, total, peak, floor=0.0):
    """Give the learning rate of one step: linear warm-up, then half a cosine.

    Args:
        step: the number of the step, an int counted from 0.
        warmup: the number of steps of the warm-up, W, an int of at least 0.
        total: the step from which on the rate is the floor, T, an int above `warmup`.
        peak: the largest rate.
        floor: the smallest rate after the warm-up.

    Returns:
        The rate, a Python float.

    Raises:
        ValueError: `step` or `warmup` is negative, or `total` is not above `warmup`.

    zh: 给出一步的学习率：线性预热，然后半个余弦。

    参数：
        step: 这一步的编号，从 0 数起的整数。
        warmup: 预热的步数 W，不小于 0 的整数。
        total: 从这一步起学习率停在下限，即 T，大于 `warmup` 的整数。
        peak: 最大的学习率。
        floor: 预热之后最小的学习率。

    返回：
        学习率，Python 的 float。

    抛出：
        ValueError: `step` 或 `warmup` 为负，或 `total` 不大于 `warmup`。
    """
    ### BEGIN SOLUTION
    if step < 0 or not 0 <= warmup < total:
        raise ValueError(f"step {step}, with a warm-up of {warmup} of {total} steps")
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * progress))
    ### END SOLUTION


# %% examples="learning_rate"
# Two steps of warm-up to 0.4; halfway between steps 2 and 10 the cosine stands at the middle of 0.4 and 0.
# zh: 预热两步升到 0.4；在第 2 步与第 10 步的正中，余弦位于 0.4 与 0 的中间。
rates = [learning_rate(step, warmup=2, total=10, peak=0.4) for step in (0, 1, 2, 6)]
assert all(abs(rate - right) < 1e-9 for rate, right in zip(rates, [0.2, 0.4, 0.4, 0.2])), rates

# %% [markdown] lang="en"
# ## Xavier initialization
#
# If all first weights are zero, all units of a layer compute the same and stay the same for ever. So weights are drawn at random, and the question is how large. Each output of a layer is a
# sum of fan-in products. If inputs and weights are independent with mean zero, then, forwards and, for the gradient that comes back, backwards,
#
# $$\mathrm{Var}(y) = \text{fan}_{\text{in}}\, \mathrm{Var}(w)\, \mathrm{Var}(x), \qquad \mathrm{Var}\left(\frac{\partial L}{\partial x}\right) = \text{fan}_{\text{out}}\, \mathrm{Var}(w)\, \mathrm{Var}\left(\frac{\partial L}{\partial y}\right)$$
#
# A factor other than one is taken to a power by the layers: 30 layers with the factor 2 give a billion. Both factors cannot be one unless the fans are equal. Xavier Glorot took the middle:
# $\mathrm{Var}(w) = 2 / (\text{fan}_{\text{in}} + \text{fan}_{\text{out}})$. A uniform distribution on $[-a, a]$ has the variance $a^2 / 3$, and so
#
# $$w \sim U(-a, a), \qquad a = \text{gain} \cdot \sqrt{\frac{6}{\text{fan}_{\text{in}} + \text{fan}_{\text{out}}}}$$
#
# Weights have torch's layout: `(out, in)` for a linear layer, `(out, in, kh, kw)` for a convolution. In a convolution the kernel counts in **both** fans, with $k_1, k_2, \dots$ the sizes of the kernel:
#
# $$\text{fan}_{\text{in}} = \text{in} \cdot \prod_i k_i, \qquad \text{fan}_{\text{out}} = \text{out} \cdot \prod_i k_i$$
#
# - The bound is not the standard deviation. It is larger by the factor $\sqrt 3$.
# - The gain makes up for what an activation does to the variance (5/3 is usual for tanh). It multiplies the bound once.
#
# Write `xavier_uniform`. Draw all numbers with the given `generator`, so that it goes on from call to call: the same state gives the same weights, and the next call others. A bias has no fans: raise a `ValueError` for
# fewer than two axes. Do not call what `torch.nn.init` has.

# %% [markdown] lang="zh"
# ## Xavier 初始化
#
# 如果初始权重全为零，同一层的所有单元算出同样的值，并且永远相同。因此权重要随机抽取，问题是该取多大。一层的每个输出都是 fan-in（扇入）个乘积之和。
# 若输入与权重相互独立且均值为零，那么前向计算以及反向传回的梯度分别满足
#
# $$\mathrm{Var}(y) = \text{fan}_{\text{in}}\, \mathrm{Var}(w)\, \mathrm{Var}(x), \qquad \mathrm{Var}\left(\frac{\partial L}{\partial x}\right) = \text{fan}_{\text{out}}\, \mathrm{Var}(w)\, \mathrm{Var}\left(\frac{\partial L}{\partial y}\right)$$
#
# 若这个系数不是一，层数就是它的幂次：系数为 2 时，30 层就是十亿倍。除非扇入与扇出（fan-out）相等，两个系数不可能同时为一。Xavier Glorot 取了折中：
# $\mathrm{Var}(w) = 2 / (\text{fan}_{\text{in}} + \text{fan}_{\text{out}})$。$[-a, a]$ 上均匀分布的方差是 $a^2 / 3$，于是
#
# $$w \sim U(-a, a), \qquad a = \text{gain} \cdot \sqrt{\frac{6}{\text{fan}_{\text{in}} + \text{fan}_{\text{out}}}}$$
#
# 权重采用 torch 的布局：线性层是 `(out, in)`，卷积是 `(out, in, kh, kw)`。在卷积中，卷积核的大小要计入**两个**扇数，其中 $k_1, k_2, \dots$ 是卷积核各维的大小：
#
# $$\text{fan}_{\text{in}} = \text{in} \cdot \prod_i k_i, \qquad \text{fan}_{\text{out}} = \text{out} \cdot \prod_i k_i$$
#
# - 界限 $a$ 不是标准差，它是标准差的 $\sqrt 3$ 倍。
# - 增益（gain）用来补偿激活函数对方差的影响（tanh 常用 5/3），它只乘在界限上一次。
#
# 请编写 `xavier_uniform`。所有的数都用给定的 `generator` 抽取，它的状态随每次调用而推进：状态相同，权重就相同；下一次调用则得到另外的权重。偏置没有扇数：若少于两个轴，请抛出 `ValueError`。
# 不要调用 `torch.nn.init` 中的函数。


# %% exercise="xavier_uniform" without=["torch.nn.init"] stub={"en": "xavier_uniform is not written yet: uniform numbers between minus the bound and the bound", "zh": "xavier_uniform 尚未编写：正负界限之间的均匀分布"}
def xavier_uniform(shape, gain=1.0, generator=None):
    """Draw the first weights of a layer by Xavier's rule.

    Args:
        shape: the shape of the weight, a tuple: (out, in) or (out, in, *kernel), each size at least 1.
        gain: a factor of the bound.
        generator: a torch.Generator that the numbers are drawn from; None for torch's global one.

    Returns:
        A float32 tensor of this shape.

    Raises:
        ValueError: the shape has fewer than two axes.

    zh: 按 Xavier 的规则抽取一层的初始权重。

    参数：
        shape: 权重的形状，一个元组：(out, in) 或 (out, in, *kernel)，每个大小至少为 1。
        gain: 界限的系数。
        generator: 用来抽取随机数的 torch.Generator；None 表示 torch 的全局生成器。

    返回：
        这个形状的 float32 张量。

    抛出：
        ValueError: 形状少于两个轴。
    """
    ### BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError(f"a weight has an axis for outputs and one for inputs, and this has the shape {shape}")
    kernel = math.prod(shape[2:])
    bound = gain * math.sqrt(6 / (kernel * (shape[0] + shape[1])))
    return bound * (2 * torch.rand(shape, generator=generator) - 1)
    ### END SOLUTION


# %% examples="xavier_uniform"
# 100 inputs and 50 outputs: the bound is the root of 6 / 150, which is 0.2, and of so many numbers some come near to it.
# zh: 100 个输入、50 个输出：界限是 6 / 150 的平方根，即 0.2；数这么多，总有一些接近它。
weight = xavier_uniform((50, 100), generator=torch.Generator().manual_seed(1))
assert weight.shape == (50, 100), f"the shape should be (50, 100), not {tuple(weight.shape)}"
# zh: 形状应为 (50, 100)，而不是 {tuple(weight.shape)}
assert 0.19 < weight.max() <= 0.2 and -0.2 <= weight.min() < -0.19, (weight.min(), weight.max())

# %% [markdown] lang="en"
# ## He initialization
#
# Xavier's reckoning holds for units around zero. A ReLU throws one half of its inputs away, and with it one half of their mean square. Kaiming He makes up for it with a factor of two, now for the forward direction alone:
#
# $$\mathrm{Var}(w) = \frac{2}{(1 + a^2)\, \text{fan}_{\text{in}}}, \qquad w \sim N\big(0,\ \mathrm{Var}(w)\big)$$
#
# where $a$ is the slope that a leaky ReLU has below zero, and 0 for a ReLU. The mean square of the activations, $\mathrm{E}[h^2]$, then stays the same from layer to layer. With Xavier's weights in a square layer the next one has one half of it,
#
# $$\mathrm{E}[h_{l+1}^2] = \frac{(1 + a^2)\, \text{fan}_{\text{in}}}{2}\, \mathrm{Var}(w)\, \mathrm{E}[h_l^2]$$
#
# so that a thousandth is left after ten layers, and a millionth after twenty:
#
# ![the root mean square of the activations of 20 ReLU layers: it stays level with He's weights, and falls with Xavier's and with small ones](picture:signal)
#
# - Fan-**in** is the number of values that each output adds up: for a convolution the input channels times the size of the kernel, as above.
# - $N(0, \sigma^2)$ is written with the variance, and `torch.randn` has a standard deviation of 1: multiply by the **root**.
#
# Write `he_normal`, with the same rules as above: draw with the generator, raise a `ValueError` for fewer than two axes, and call nothing of `torch.nn.init`.

# %% [markdown] lang="zh"
# ## He 初始化
#
# Xavier 的推算适用于在零附近工作的单元。ReLU 会丢掉一半的输入，均方值也随之减半。何恺明（Kaiming He）用系数二来补偿，这次只考虑前向：
#
# $$\mathrm{Var}(w) = \frac{2}{(1 + a^2)\, \text{fan}_{\text{in}}}, \qquad w \sim N\big(0,\ \mathrm{Var}(w)\big)$$
#
# 其中 $a$ 是 leaky ReLU 在零以下的斜率，对 ReLU 则为 0。这样，激活的均方值 $\mathrm{E}[h^2]$ 逐层保持不变。若在方形的层里用 Xavier 的权重，下一层就只剩一半，因为
#
# $$\mathrm{E}[h_{l+1}^2] = \frac{(1 + a^2)\, \text{fan}_{\text{in}}}{2}\, \mathrm{Var}(w)\, \mathrm{E}[h_l^2]$$
#
# 于是十层之后剩千分之一，二十层之后剩百万分之一：
#
# ![20 个 ReLU 层激活的均方根：用 He 的权重保持水平，用 Xavier 的权重和很小的权重则下降](picture:signal)
#
# - **扇入**是每个输出所累加的数值个数：对卷积而言，是输入通道数乘以卷积核的大小，与上文相同。
# - $N(0, \sigma^2)$ 里写的是方差，而 `torch.randn` 的标准差是 1：要乘的是**平方根**。
#
# 请编写 `he_normal`，规则与上题相同：用生成器抽取；若少于两个轴，请抛出 `ValueError`；不要调用 `torch.nn.init` 中的函数。


# %% exercise="he_normal" without=["torch.nn.init"] uses=["xavier_uniform"] stub={"en": "he_normal is not written yet: normal numbers times the root of the variance", "zh": "he_normal 尚未编写：正态分布的数乘以方差的平方根"}
def he_normal(shape, negative_slope=0.0, generator=None):
    """Draw the first weights of a layer by He's rule.

    Args:
        shape: the shape of the weight, a tuple: (out, in) or (out, in, *kernel), each size at least 1.
        negative_slope: the slope of the leaky ReLU that follows, or 0 for a ReLU.
        generator: a torch.Generator that the numbers are drawn from; None for torch's global one.

    Returns:
        A float32 tensor of this shape.

    Raises:
        ValueError: the shape has fewer than two axes.

    zh: 按 He 的规则抽取一层的初始权重。

    参数：
        shape: 权重的形状，一个元组：(out, in) 或 (out, in, *kernel)，每个大小至少为 1。
        negative_slope: 其后的 leaky ReLU 的斜率，ReLU 则为 0。
        generator: 用来抽取随机数的 torch.Generator；None 表示 torch 的全局生成器。

    返回：
        这个形状的 float32 张量。

    抛出：
        ValueError: 形状少于两个轴。
    """
    ### BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError(f"a weight has an axis for outputs and one for inputs, and this has the shape {shape}")
    fan_in = math.prod(shape[1:])
    std = math.sqrt(2 / ((1 + negative_slope**2) * fan_in))
    return std * torch.randn(shape, generator=generator)
    ### END SOLUTION


# %% examples="he_normal"
# 200 inputs: the standard deviation is the root of 2 / 200, which is 0.1.
# zh: 200 个输入：标准差是 2 / 200 的平方根，即 0.1。
weight = he_normal((500, 200), generator=torch.Generator().manual_seed(1))
assert weight.shape == (500, 200), f"the shape should be (500, 200), not {tuple(weight.shape)}"
# zh: 形状应为 (500, 200)，而不是 {tuple(weight.shape)}
assert abs(weight.std() - 0.1) < 0.002 and abs(weight.mean()) < 0.002, (weight.std(), weight.mean())

# %% [markdown] lang="en"
# ## Accumulating gradients
#
# A batch of 512 images is wanted, and the memory holds the activations of 64. As gradients add up, the batch can be taken in pieces: forward and backward pass for one micro-batch after the other, and one step at the end. For the mean
# loss $\ell$ over all $N$ rows, cut into pieces $B_1, \dots, B_K$ with the mean losses $\ell_k$,
#
# $$\ell = \sum_{k=1}^{K} \frac{|B_k|}{N}\, \ell_k, \qquad \nabla \ell = \sum_{k=1}^{K} \frac{|B_k|}{N}\, \nabla \ell_k$$
#
# ![ten rows in pieces of four, four and two: each gradient is weighted by the rows of its piece, and one step follows](picture:pieces)
#
# - Without the weights the gradient is $K$ times too large, as if the learning rate had been raised.
# - Dividing by $K$ is right only if all pieces have the same size. The last one may be smaller, and its rows then count too much.
# - What is in `.grad` at the beginning belongs to an older step and must not count.
# - Batch normalization sees the micro-batch alone, so with it the pieces give another result than the whole batch. No weights can mend that.
#
# Write `accumulate_gradients` for the mean cross-entropy, which you may take from torch. The pieces are neighbouring rows in order: the first `micro_batch` rows, then the next; the last piece has what is left. The parameters stay as they are. If a piece had
# no rows, or there are not as many labels as rows, raise a `ValueError`. What the function leaves in `.grad` is up to you.

# %% [markdown] lang="zh"
# ## 梯度累积
#
# 想用 512 张图像的批次，而内存只放得下 64 张图像的激活。梯度是可以相加的，因此批次可以分块处理：对每个微批次（micro-batch）依次做前向与反向计算，最后只更新一次。
# 设全部 $N$ 行的平均损失为 $\ell$，分成 $B_1, \dots, B_K$ 各块，其平均损失为 $\ell_k$，则
#
# $$\ell = \sum_{k=1}^{K} \frac{|B_k|}{N}\, \ell_k, \qquad \nabla \ell = \sum_{k=1}^{K} \frac{|B_k|}{N}\, \nabla \ell_k$$
#
# ![十行分成四、四、二的三块：每块的梯度按它的行数加权，最后更新一步](picture:pieces)
#
# - 不加权的话，梯度会大 $K$ 倍，相当于提高了学习率。
# - 只有各块大小相同时才能除以 $K$。最后一块可能较小，那样它的行就占得太重了。
# - 开始时 `.grad` 里已有的内容属于更早的一步，不能计入。
# - 批归一化只看得到微批次，因此有它时，分块的结果与整批不同，任何加权都无法弥补。
#
# 请为平均交叉熵编写 `accumulate_gradients`，交叉熵可以用 torch 的。各块是按次序相邻的行：先是前 `micro_batch` 行，然后是下一块；最后一块是剩下的行。参数保持不变。
# 若一块里没有行，或者标签与行的个数不同，请抛出 `ValueError`。函数结束时在 `.grad` 里留下什么，由你决定。

# %%
from torch.nn import BatchNorm1d, Linear


# %% exercise="accumulate_gradients" also=["torch.nn.functional.cross_entropy", "torch.log_softmax", "torch.logsumexp", "torch.nn.functional.nll_loss", "torch.nn.Linear", "torch.nn.functional.linear", "torch.nn.BatchNorm1d", "torch.nn.functional.batch_norm"] uses=["Linear=torch.nn.Linear", "BatchNorm1d=torch.nn.BatchNorm1d"] stub={"en": "accumulate_gradients is not written yet: the gradient of each piece, weighted by its share of the rows, added up", "zh": "accumulate_gradients 尚未编写：每块的梯度按所占行数的比例加权后相加"}
def accumulate_gradients(model, x, y, micro_batch):
    """Compute the mean cross-entropy of a batch and its gradients, piece by piece.

    Args:
        model: maps rows (B, *) to logits (B, C); `model.parameters()` gives the parameters, and all of them are used.
        x: inputs, shape (N, *), with N at least 1.
        y: int64 class indices, shape (N,).
        micro_batch: the number of rows of a piece; the last one has what is left.

    Returns:
        The mean loss of all rows, a Python float, and a list of its gradients: one tensor for each parameter, in their order.

    Raises:
        ValueError: `micro_batch` is less than 1, or there are not as many labels as rows.

    zh: 一块一块地计算一个批次的平均交叉熵及其梯度。

    参数：
        model: 把若干行 (B, *) 映射为 logits (B, C)；`model.parameters()` 给出参数，它们全都被用到。
        x: 输入，形状为 (N, *)，N 至少为 1。
        y: int64 的类别编号，形状为 (N,)。
        micro_batch: 一块的行数；最后一块是剩下的行。

    返回：
        所有行的平均损失，Python 的 float；以及它的梯度组成的列表：每个参数一个张量，次序相同。

    抛出：
        ValueError: `micro_batch` 小于 1，或标签与行的个数不同。
    """
    ### BEGIN SOLUTION
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError(f"{len(x)} rows with {len(y)} labels in pieces of {micro_batch}")
    parameters = list(model.parameters())
    total, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        share = len(rows) / len(x)
        loss = share * torch.nn.functional.cross_entropy(model(rows), labels)
        total += loss.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(loss, parameters), strict=True)]
    return total, grads
    ### END SOLUTION


# %% examples="accumulate_gradients"
# Without weights both classes are equally likely, and the loss is log 2. Each row gives the gradient 1/2 to the bias of the
# class that it does not have, -1/2 to the other; a third of the rows has class 1.
# zh: 权重为零时两个类别的可能性相同，损失是 log 2。每一行给它不属于的那个类别的偏置以梯度 1/2，给另一个以 -1/2；三分
# zh: 之一的行属于类别 1。
model = Linear(1, 2)
with torch.no_grad():
    model.weight.zero_()
    model.bias.zero_()
loss, grads = accumulate_gradients(model, torch.zeros(3, 1), torch.tensor([0, 0, 1]), micro_batch=2)
assert abs(loss - 0.6931472) < 1e-5, loss
assert torch.allclose(grads[1], torch.tensor([-1 / 6, 1 / 6])), grads
# Batch normalization sees one piece at a time: two equal rows become zeros, and again both classes are equally likely.
# zh: 批归一化一次只看到一块：两个相等的行变成零，两个类别的可能性仍然相同。
rows = torch.tensor([[1.0, 5.0], [1.0, 5.0], [7.0, 2.0], [7.0, 2.0]])
loss, grads = accumulate_gradients(BatchNorm1d(2), rows, torch.tensor([0, 0, 1, 1]), micro_batch=2)
assert abs(loss - 0.6931472) < 1e-5, loss

# %% [markdown] lang="en"
# ## Clipping in the right place
#
# In problem set 5 you clipped gradients; here it matters *when*. What is clipped is the gradient that the step is made of: the one of the whole batch, after the last piece and before the step, with one norm over all parameters.
#
# $$\lVert g \rVert = \sqrt{\sum_k \lVert g_k \rVert_2^2}, \qquad \theta_k \leftarrow \theta_k - \eta\, \min\!\Big(1,\ \frac{c}{\lVert g \rVert + 10^{-6}}\Big)\, g_k$$
#
# where $c$ is `max_norm` and $g_k$ the accumulated gradient of parameter $k$.
#
# - Clipping each piece looks careful and changes the direction: a piece with one odd row loses most of its gradient, its neighbours nothing.
# - Clipping after the step changes nothing at all, as the gradients are cleared next.
# - Nothing grows: where the norm is below $c$, the factor is 1.
# - If the norm is infinite or NaN, no factor helps: infinity times zero is NaN, and one such step destroys every weight. Skip the step, so that the parameters stay as they are. The next batch may be better.
#
# Write `clipped_step`: one step of plain gradient descent, in place. You may call your own `accumulate_gradients`, copy your `clip_grad_norm` from problem set 5 into the cell, or call torch's `clip_grad_norm_`. Return the loss and the norm
# **before** clipping, also of a step that was skipped: both are worth plotting.

# %% [markdown] lang="zh"
# ## 在正确的位置裁剪
#
# 第五次作业里你裁剪过梯度；这里要紧的是*何时*裁剪。要裁剪的是构成这一步的那个梯度，也就是整个批次的梯度：在最后一块之后、更新之前，用所有参数共同的一个范数。
#
# $$\lVert g \rVert = \sqrt{\sum_k \lVert g_k \rVert_2^2}, \qquad \theta_k \leftarrow \theta_k - \eta\, \min\!\Big(1,\ \frac{c}{\lVert g \rVert + 10^{-6}}\Big)\, g_k$$
#
# 其中 $c$ 就是 `max_norm`，$g_k$ 是参数 $k$ 累积后的梯度。
#
# - 逐块裁剪看似谨慎，却改变了方向：含有一行异常数据的那一块失去大部分梯度，相邻的块却分毫不减。
# - 更新之后再裁剪毫无作用，因为接下来梯度就被清除了。
# - 什么都不会变大：范数小于 $c$ 时系数为 1。
# - 若范数是无穷或 NaN，任何系数都无济于事：无穷乘以零是 NaN，这样的一步会毁掉所有权重。请跳过这一步，让参数保持原样；下一个批次也许就好了。
#
# 请编写 `clipped_step`：原地完成普通梯度下降的一步。可以调用你自己的 `accumulate_gradients`，可以把第五次作业的 `clip_grad_norm` 复制到这个单元格里，也可以调用 torch 的 `clip_grad_norm_`。
# 返回损失和裁剪**之前**的范数，跳过的那一步也照样返回：这两个值都值得画成曲线。


# %% exercise="clipped_step" also=["torch.nn.functional.cross_entropy", "torch.log_softmax", "torch.logsumexp", "torch.nn.functional.nll_loss", "torch.nn.Linear", "torch.nn.functional.linear", "torch.nn.utils.clip_grad_norm_", "torch.nn.utils.get_total_norm", "torch.nn.utils.clip_grads_with_norm_", "torch.linalg.vector_norm", "torch.norm"] uses=["Linear=torch.nn.Linear", "accumulate_gradients"] stub={"en": "clipped_step is not written yet: accumulate, then clip once, then step", "zh": "clipped_step 尚未编写：先累积，再裁剪一次，然后更新"}
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    """Take one step of plain gradient descent with the accumulated and clipped gradients of a batch.

    The parameters of the model are changed in place, unless the norm is infinite or NaN.

    Args:
        model: maps rows (B, *) to logits (B, C); `model.parameters()` gives what is trained, and all of it is used.
        x: inputs, shape (N, *), with N at least 1.
        y: int64 class indices, shape (N,).
        lr: the learning rate.
        micro_batch: the number of rows of a piece, at least 1; the last one has what is left.
        max_norm: the largest norm of all gradients together, above 0; with infinity nothing is clipped.

    Returns:
        The mean loss of all rows before the step, and the norm of its gradients before clipping, both Python floats.

    zh: 用一个批次累积并裁剪后的梯度，完成普通梯度下降的一步。

    模型的参数会被原地修改，除非范数是无穷大或 NaN。

    参数：
        model: 把若干行 (B, *) 映射为 logits (B, C)；`model.parameters()` 给出要训练的参数，它们全都被用到。
        x: 输入，形状为 (N, *)，N 至少为 1。
        y: int64 的类别编号，形状为 (N,)。
        lr: 学习率。
        micro_batch: 一块的行数，至少为 1；最后一块是剩下的行。
        max_norm: 所有梯度总范数的上限，大于 0；为无穷大时不裁剪。

    返回：
        这一步之前所有行的平均损失，以及裁剪之前梯度的范数，都是 Python 的 float。
    """
    ### BEGIN SOLUTION
    parameters = list(model.parameters())
    loss, grads = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch), strict=True):
        part = torch.nn.functional.cross_entropy(model(rows), labels) * len(rows) / len(x)
        loss += part.item()
        grads = [old + new for old, new in zip(grads, torch.autograd.grad(part, parameters), strict=True)]
    norm = math.sqrt(sum((grad**2).sum().item() for grad in grads))
    if math.isfinite(norm):
        factor = min(1.0, max_norm / (norm + 1e-6))
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter -= lr * factor * grad
    return loss, norm
    ### END SOLUTION


# %% examples="clipped_step"
# Both classes are equally likely and class 0 is the target twice, so weight and bias have gradients of -1/2 and 1/2: four
# numbers of the norm 1. Clipped to the norm 1/2 they are -1/4 and 1/4, and the step goes the other way.
# zh: 两个类别的可能性相同，两个目标都是类别 0，因此权重和偏置的梯度是 -1/2 和 1/2：四个数，范数是 1。裁剪到范数 1/2
# zh: 之后是 -1/4 和 1/4，更新沿反方向走。
model = Linear(1, 2)
with torch.no_grad():
    model.weight.zero_()
    model.bias.zero_()
loss, norm = clipped_step(model, torch.ones(2, 1), torch.tensor([0, 0]), lr=1.0, micro_batch=1, max_norm=0.5)
assert abs(loss - 0.6931472) < 1e-5, loss
assert abs(norm - 1.0) < 1e-5, norm
assert torch.allclose(model.weight, torch.tensor([[0.25], [-0.25]]), atol=1e-5), model.weight
assert torch.allclose(model.bias, torch.tensor([0.25, -0.25]), atol=1e-5), model.bias

# %% [markdown] lang="en"
# ## A race on real digits
#
# The cell below defines `show_race`. Add a cell of your own beneath it and call `show_race()` there: it trains one small network on the digits of scikit-learn, each time from weights and
# with steps that your functions make, for some seconds in all. It draws the loss of all runs into one picture and gives the accuracy on images that were put aside. Nothing here is graded; while
# something is not written yet, it only says what.
#
# Look at who leads after 20 steps and who leads at the end. Why does the run from tiny weights stand still for so long? Copy `race` into your cell, change
# its rates and run it again: which of the optimizers forgives a rate that is ten times too small?

# %% [markdown] lang="zh"
# ## 在真实的数字上赛跑
#
# 下面的单元格定义了 `show_race`。请在它下面自己添加一个单元格，在那里调用 `show_race()`：它在 scikit-learn 的数字图像上训练同一个小网络，每次都用你的函数抽取初始权重、完成每一步，总共几秒钟。
# 它把各次训练的损失画在一张图里，并给出在预留图像上的准确率。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# 请看 20 步之后谁领先，最后又是谁领先。从极小的权重出发的那一次为什么停滞那么久？把 `race` 复制到你的单元格里，改一改学习率再运行一次：学习率小了十倍时，哪个优化器还能应付？

# %%
import io
import time


def race(steps=200, batch=64):
    """Train a network of 64, 32 and 10 units by each of the optimizers; returns losses and test accuracy of each run.

    zh: 用每种优化器训练一个 64、32、10 个单元的网络；返回每次训练的损失和测试准确率。
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(9))
    train, test = order[360:], order[:360]

    def logits(weights, rows):
        return torch.relu(rows @ weights[0].T + weights[1]) @ weights[2].T + weights[3]

    def plain(state, weight, grad, t):
        return sgd_step(weight, grad, state, lr=0.1, momentum=0.0)

    def with_momentum(state, weight, grad, t):
        return sgd_step(weight, grad, state, lr=0.1)

    def adam(state, weight, grad, t):
        m, v = state or (torch.zeros_like(weight), torch.zeros_like(weight))
        weight, *state = adam_step(weight, grad, m, v, t + 1, lr=0.01)
        return weight, state

    def adamw(state, weight, grad, t):
        m, v = state or (torch.zeros_like(weight), torch.zeros_like(weight))
        rate = learning_rate(t, steps // 10, steps, 0.03)
        weight, *state = adamw_step(weight, grad, m, v, t + 1, lr=rate)
        return weight, state

    found = {}
    for name, take_step, scale in [
        ("SGD", plain, 1.0),
        ("SGD with momentum", with_momentum, 1.0),
        ("the same from tiny weights", with_momentum, 0.001),
        ("Adam", adam, 1.0),
        ("AdamW, warm-up and cosine", adamw, 1.0),
    ]:
        draws = torch.Generator().manual_seed(2)
        weights = [he_normal((32, 64), generator=draws) * scale, torch.zeros(32)]
        weights += [xavier_uniform((10, 32), generator=draws) * scale, torch.zeros(10)]
        states, losses = [None] * 4, []
        for t in range(steps):
            rows = train[torch.randint(len(train), (batch,), generator=draws)]
            leaves = [weight.detach().requires_grad_() for weight in weights]
            loss = torch.nn.functional.cross_entropy(logits(leaves, x[rows]), y[rows])
            grads = torch.autograd.grad(loss, leaves)
            with torch.no_grad():
                made = [take_step(states[i], weights[i], grads[i], t) for i in range(4)]
            weights, states = [weight for weight, _ in made], [state for _, state in made]
            losses.append(loss.item())
        found[name] = losses, (logits(weights, x[test]).argmax(1) == y[test]).double().mean().item()
    return found


def draw(found):
    """Draw the losses of all runs, each the mean of ten steps.

    zh: 画出每次训练的损失，每个点是十步的平均。
    """
    from IPython.display import SVG, display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.4), layout="constrained")
    axes = figure.subplots()
    for name, (losses, accuracy) in found.items():
        means = torch.tensor(losses).unfold(0, 10, 1).mean(1)
        axes.plot(range(9, len(losses)), means, label=f"{name}: {accuracy:.1%} of the test images")
    axes.set(xlabel="step", ylabel="cross-entropy", yscale="log", title="Five runs on the digits")
    figure.legend(loc="outside lower left", fontsize="small")
    drawing = io.StringIO()
    figure.savefig(drawing, format="svg")
    display(SVG(data=drawing.getvalue()))


def not_ready():
    """Try each exercise of the race on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍赛跑用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    one = torch.ones(2, 2)
    trials = {
        "sgd_step": lambda: sgd_step(one, one, None, 0.1),
        "adam_step": lambda: adam_step(one, one, one, one, 1),
        "adamw_step": lambda: adamw_step(one, one, one, one, 1),
        "learning_rate": lambda: learning_rate(0, 1, 2, 0.1),
        "xavier_uniform": lambda: xavier_uniform((2, 2)),
        "he_normal": lambda: he_normal((2, 2)),
    }
    lines = []
    for name, trial in trials.items():
        try:
            trial()
        except NotImplementedError:
            lines.append(f"- {name} is not written yet")
            # zh: - {name} 尚未编写
        except Exception as error:
            lines.append(f"- {name} raises {type(error).__name__}: {error}")
            # zh: - {name} 抛出 {type(error).__name__}：{error}
    return lines


def show_race():
    """Draw the race, or say which exercises are missing.

    zh: 画出赛跑，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The race begins when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，赛跑才会开始：
        return
    began = time.perf_counter()
    torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
    # zh: 这样小的张量，分工所花的时间比计算本身还长
    try:
        draw(race())
        print(f"five runs in {time.perf_counter() - began:.1f} s")
        # zh: 五次训练共 {time.perf_counter() - began:.1f} 秒
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A colleague trains a network with momentum SGD, rate 0.1, on batches of 256, and changes three things at once: Adam in place of SGD, with the rate kept at 0.1 and torch's `weight_decay=0.01`; and since memory is
# short, eight pieces of 32 rows. The loop calls `loss.backward()` with the mean loss of each piece, clips the gradients to a norm of 1 after each of them, and calls `step()` after the eighth. The loss goes up at once. With the rate 0.001
# it falls, but the weights of words that occur rarely shrink to nothing.
#
# 1. Why is 0.1 a sensible rate for SGD and not for Adam? (1 point)
# 2. Nobody divided by eight. What is the gradient multiplied by, and what does this do to a step of SGD, to a step of Adam, and to the clipping? (2 points)
# 3. What is wrong with the place of the clipping? (1 point)
# 4. Why do the rare words vanish, and what would AdamW change? (1 point)
#
# Eight to twelve sentences are enough.

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 一位同事用带动量的 SGD 训练网络，学习率 0.1，批大小 256，然后一次改了三处：把 SGD 换成 Adam，学习率仍为 0.1，并使用 torch 的 `weight_decay=0.01`；又因为内存不足，分成八块，每块 32 行。
# 训练循环对每块的平均损失调用 `loss.backward()`，每次之后都把梯度裁剪到范数 1，第八块之后调用 `step()`。损失立刻上升。学习率改为 0.001 后损失下降了，但那些很少出现的词，权重缩小到几乎为零。
#
# 1. 为什么 0.1 对 SGD 是合理的学习率，对 Adam 却不是？（1 分）
# 2. 没有人除以八。梯度被乘上了多少？这对 SGD 的一步、Adam 的一步以及裁剪各有什么影响？（2 分）
# 3. 裁剪的位置有什么问题？（1 分）
# 4. 为什么罕见的词会消失？换成 AdamW 会有什么不同？（1 分）
#
# 八到十二句话就够了。

# %% [markdown] written="ps9-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** 1. SGD multiplies the rate with the gradient, which is often small, so that the weights move by far less than 0.1. Adam divides the gradient by its own size: each number moves by about the rate in
# every step. First weights are of the order of 0.1 themselves, so a step of 0.1 in each of them wipes out what was drawn or learned.
#
# 2. Each piece gives the gradient of its mean; the sum of eight is eight times the gradient of the whole batch's mean (were nothing clipped on the way). Plain SGD then takes a step eight times as long, as with the rate 0.8. Adam hardly notices, since
# the factor is in $\hat m$ and in $\sqrt{\hat v}$ and cancels, but for $\epsilon$. The clipping does notice: the norm is eight times as large, so that 1 is reached eight times as early and much more is clipped than was meant.
#
# 3. After each piece the sum so far is clipped, old pieces together with the new one. So the early pieces are shrunk again and again, and a piece with one odd row pushes the others out: the direction is no longer that of the whole batch. Clip once, after the eighth piece and before
# the step.
#
# 4. torch's Adam adds $0.01\, w$ to the gradient. For a word that does not occur this is the whole gradient, and Adam divides it by its own size: the word moves towards zero by about the rate in each step, however small the decay. AdamW takes the decay around the averages:
# the weight loses $0.001 \cdot 0.01$ of itself in a step, as every other weight does.
#
# **Marking guide.** 1: one point for "the gradient's size cancels, so the rate is the length of the step". 2: half a point each for the factor eight, SGD (eight times as long), Adam (cancels) and clipping (reached too early, or its threshold would have to be 8). 3: one point for
# "the direction changes" or "once, after the last piece, before the step" with a reason; half without one. 4: half a point for the penalty that is divided by its own root, half for AdamW's proportional decay.
# ### END SOLUTION

# %% [markdown] written="ps9-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** 1. SGD 把学习率乘以梯度，而梯度往往很小，所以权重的移动远小于 0.1。Adam 把梯度除以它自身的大小：每一步中，每个数都移动大约一个学习率。初始权重本身也就在 0.1 左右，
# 每个数都走 0.1，就把抽取的或学到的内容全抹掉了。
#
# 2. 每块给出的是它自己平均损失的梯度；八块之和是整批平均损失的梯度的八倍（假如途中没有裁剪）。普通 SGD 的一步因此长了八倍，相当于学习率 0.8。Adam 几乎没有感觉，因为这个系数同时在 $\hat m$ 和 $\sqrt{\hat v}$ 里，
# 除 $\epsilon$ 以外都约去了。裁剪却有感觉：范数大了八倍，更早就达到 1，裁掉的比预想的多得多。
#
# 3. 每块之后裁剪的是迄今的和，即旧的各块连同新的一块。于是较早的块一再被缩小，而含有一行异常数据的块会挤掉其他块：方向不再是整批的方向。应当只裁剪一次，在第八块之后、更新之前。
#
# 4. torch 的 Adam 把 $0.01\, w$ 加到梯度上。对于没有出现的词，这就是全部的梯度，而 Adam 把它除以自身的大小：无论衰减多小，这个词每一步都朝零移动大约一个学习率。AdamW 让衰减绕过平均：
# 权重每一步只减少自身的 $0.001 \cdot 0.01$，与其他权重一样。
#
# **评分标准。** 1：指出“梯度的大小被约去，学习率就是步长”得 1 分。2：八倍、SGD（步子长八倍）、Adam（约去）、裁剪（过早达到，或阈值应改为 8）各得 0.5 分。3：指出“方向改变了”，或“只在最后一块之后、更新之前裁剪一次”并说明理由，得 1 分；
# 没有理由得 0.5 分。4：惩罚项被它自身的平方根除，得 0.5 分；AdamW 按比例衰减，得 0.5 分。
# ### END SOLUTION
