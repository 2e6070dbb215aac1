# %% [markdown] lang="en"
# # Problem set 8: losses
#
# After this problem set you will be able to
#
# - choose between squared and absolute error, and reduce a loss in the three ways that torch knows;
# - take log-probabilities from logits of any size without losing the small ones;
# - write cross-entropy from logits so that large logits do no harm, with weights, ignored targets and label smoothing;
# - write its relatives, for soft targets and for yes-or-no outputs, and check gradients where a formula has corners;
# - say which of two distributions comes first in a Kullback-Leibler divergence, and what torch makes of the order;
# - train embeddings with triplets and with contrastive losses, and say what stands in their denominators.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all is
# written, `show_embeddings()` near the end lets three of your losses arrange the same images. The last question is answered in
# prose and graded by hand.
#
# Some things hold in every exercise. The floating point tensors of one call are all float32 or all float64; the result has their dtype and
# is computed in their precision throughout. Gradients flow back to predictions, logits, probabilities and embeddings, and are those of the formula,
# for large logits too. Arguments are left unchanged. "Any shape" includes a single number, of shape `()`. Shapes differ also where they
# could be broadcast.

# %% [markdown] lang="zh"
# # 第八次作业：损失函数
#
# 完成本次作业后，你将能够
#
# - 在平方误差与绝对误差之间作出选择，并用 torch 的三种方式归约损失；
# - 从任意大小的 logits 求对数概率，而不丢失很小的概率；
# - 从 logits 出发编写不怕大数值的交叉熵（cross-entropy），并支持权重、忽略的目标和标签平滑；
# - 编写它的近亲：软目标的交叉熵与是非题的二元交叉熵，并在公式有尖角的地方检查梯度；
# - 说明 KL 散度中两个分布谁在前，以及 torch 采用怎样的次序；
# - 用三元组损失和对比损失训练嵌入，并说明它们的分母里有什么。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_embeddings()` 会让你的三种损失排列同样的图像。最后一题用文字作答，由人工评分。
#
# 有几条约定适用于所有练习。一次调用中的浮点张量要么都是 float32，要么都是 float64；结果的数据类型与它们相同，并始终按这一精度计算。
# 梯度要能传回预测值、logits、概率和嵌入，并与公式的梯度一致，logits 很大时也是如此。不修改任何参数。“任意形状”包括单个数（形状为 `()`）。
# 能够广播的不同形状，同样算作形状不同。

# %%
import torch

# %% [markdown] lang="en"
# ## Mean squared error
#
# A regression network predicts numbers $x_i$ where $y_i$ were measured. The squared error of one number, and its mean over all
# $K$ numbers of the tensor, are
#
# $$\ell_i = (x_i - y_i)^2, \qquad L = \frac{1}{K} \sum_{i=1}^{K} \ell_i$$
#
# The gradient $\partial \ell_i / \partial x_i = 2\,(x_i - y_i)$ grows with the error: what is far off is pulled hardest, outliers too.
#
# `reduction` says what becomes of the $\ell_i$: `"mean"` gives $L$, `"sum"` their sum, and `"none"` leaves them in the shape of
# the input, to be weighted or masked first. Anything else raises `ValueError`.
#
# Three things are often believed and wrong. The mean is over **every** number: for shape `(N, D)` it divides by $N D$, not by $N$.
# There is no root and no factor $\frac{1}{2}$. And two shapes that broadcast do not therefore fit: of `(N, 1)` and `(N,)` the difference
# has shape `(N, N)` and compares each prediction with every target. Training on it runs, and teaches the network to predict the
# mean. torch only warns; you raise `ValueError` where the shapes differ.
#
# Subtract first and square then: multiplied out, $x^2 - 2xy + y^2$ loses its digits where $x$ and $y$ are large and close together.
# The targets may be another network's output: pass gradients on to them as well. Do not call torch's own losses.

# %% [markdown] lang="zh"
# ## 均方误差
#
# 回归网络预测出 $x_i$，而测量值是 $y_i$。单个数的平方误差，以及它在张量全部 $K$ 个数上的平均为
#
# $$\ell_i = (x_i - y_i)^2, \qquad L = \frac{1}{K} \sum_{i=1}^{K} \ell_i$$
#
# 梯度 $\partial \ell_i / \partial x_i = 2\,(x_i - y_i)$ 随误差增大：偏得越远，拉得越狠，离群值也不例外。
#
# `reduction` 决定如何处理这些 $\ell_i$：`"mean"` 得到 $L$，`"sum"` 得到它们的和，`"none"` 保持输入的形状，以便先加权或加掩码。
# 其他取值抛出 `ValueError`。
#
# 有三点常被误解。平均是对**每一个**数取的：形状为 `(N, D)` 时除以 $N D$，而不是 $N$。这里没有开方，也没有 $\frac{1}{2}$。
# 两个形状能够广播，并不等于它们相配：`(N, 1)` 与 `(N,)` 之差的形状是 `(N, N)`，等于拿每个预测去和所有目标比较；
# 训练照样能跑，却只教会网络预测平均值。torch 对此只给出警告；你要在形状不同时抛出 `ValueError`。
#
# 先相减再平方：若展开成 $x^2 - 2xy + y^2$，当 $x$ 与 $y$ 又大又接近时有效数字会丢失。
# 目标也可能是另一个网络的输出：梯度同样要能传回目标。不要调用 torch 自带的损失函数。


# %% exercise="mse_loss" stub={"en": "mse_loss is not written yet: the squared differences, then the reduction", "zh": "mse_loss 尚未编写：差的平方，然后归约"}
def mse_loss(pred, target, reduction="mean"):
    """Compute the squared error.

    Args:
        pred: predictions, a floating point tensor of any shape.
        target: tensor of the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        A tensor of shape (), or with "none" of the shape of `pred`.

    Raises:
        ValueError: the shapes differ, or `reduction` is none of the three.

    zh: 计算平方误差。

    参数：
        pred: 预测，浮点张量，形状任意。
        target: 形状相同的张量。
        reduction: "mean"、"sum" 或 "none"。

    返回：
        形状为 () 的张量；取 "none" 时形状与 `pred` 相同。

    抛出：
        ValueError: 形状不同，或 `reduction` 不是这三种之一。
    """
    ### BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(f"shapes {tuple(pred.shape)} and {tuple(target.shape)} differ")
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"unknown reduction {reduction!r}")
    ### END SOLUTION


# %% examples="mse_loss"
# The differences are 0, -1, 2 and 1, their squares 0, 1, 4 and 1: the sum is 6, the mean 1.5.
# zh: 差是 0、-1、2 和 1，平方是 0、1、4 和 1：总和是 6，平均是 1.5。
pred = torch.tensor([1.0, 2.0, 5.0, 4.0])
target = torch.tensor([1.0, 3.0, 3.0, 3.0])
loss = mse_loss(pred, target)
assert torch.allclose(loss, torch.tensor(1.5)), f"the mean should be 1.5, not {loss}"
# zh: 平均应为 1.5，而不是 {loss}
loss = mse_loss(pred, target, reduction="none")
assert torch.allclose(loss, torch.tensor([0.0, 1.0, 4.0, 1.0])), f"the squares should be 0, 1, 4, 1, not {loss}"
# zh: 各个平方应为 0, 1, 4, 1，而不是 {loss}

# %% [markdown] lang="en"
# ## Mean absolute error
#
# The L1 loss takes the size of each difference in place of its square, and knows the same three reductions:
#
# $$\ell_i = |x_i - y_i|, \qquad L = \frac{1}{K} \sum_{i=1}^{K} \ell_i, \qquad \frac{\partial \ell_i}{\partial x_i} = \operatorname{sign}(x_i - y_i)$$
#
# ![left: the parabola d squared and the angle |d|; right: their slopes, the line 2d and the step from -1 to 1](picture:regression_losses)
#
# Every error pulls equally hard, however large it is. So of all constant predictions the **median** of the targets has the smallest L1
# loss, and the **mean** the smallest squared one: with the targets 0, 1 and 50 that is 1 against 17. One broken sensor moves
# the mean and hardly the median. The price is a slope that does not shrink near the goal.
#
# It is often believed that the corner at $x_i = y_i$ must break training. Any slope in $[-1, 1]$ may be taken there; torch takes 0, so
# that an exact prediction stays put, and so do you. And take the absolute value of *each* difference before you sum: otherwise
# errors of opposite sign cancel. Nor is there any need of a square: that of $10^{30}$ is infinite in float32, its absolute value is not.
#
# Targets get their gradient here, too. Shapes that differ and an unknown reduction raise `ValueError`. Do not call torch's own losses.

# %% [markdown] lang="zh"
# ## 平均绝对误差
#
# L1 损失取每个差的绝对值而不是平方，归约方式同样是三种：
#
# $$\ell_i = |x_i - y_i|, \qquad L = \frac{1}{K} \sum_{i=1}^{K} \ell_i, \qquad \frac{\partial \ell_i}{\partial x_i} = \operatorname{sign}(x_i - y_i)$$
#
# ![左：抛物线 d 的平方与折线 |d|；右：它们的斜率，直线 2d 与从 -1 到 1 的阶跃](picture:regression_losses)
#
# 无论误差多大，拉力都一样。因此在所有常数预测中，目标的**中位数**使 L1 损失最小，而**平均值**使平方损失最小：
# 目标为 0、1、50 时，前者是 1，后者是 17。一个坏掉的传感器会拖动平均值，却几乎动不了中位数。代价是靠近目标时斜率并不变小。
#
# 常有人以为 $x_i = y_i$ 处的尖角会破坏训练。其实那里可以取 $[-1, 1]$ 中的任意斜率；torch 取 0，使恰好正确的预测保持不动，
# 你也应如此。另外，要先对*每一个*差取绝对值再求和，否则符号相反的误差会互相抵消。也不要借道平方：$10^{30}$ 的平方在 float32 中是无穷大，
# 它的绝对值却不是。
#
# 这里梯度同样要能传回目标。形状不同或归约方式未知时抛出 `ValueError`。不要调用 torch 自带的损失函数。


# %% exercise="l1_loss" stub={"en": "l1_loss is not written yet: the absolute differences, then the reduction", "zh": "l1_loss 尚未编写：差的绝对值，然后归约"}
def l1_loss(pred, target, reduction="mean"):
    """Compute the absolute error.

    Args:
        pred: predictions, a floating point tensor of any shape.
        target: tensor of the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        A tensor of shape (), or with "none" of the shape of `pred`.

    Raises:
        ValueError: the shapes differ, or `reduction` is none of the three.

    zh: 计算绝对误差。

    参数：
        pred: 预测，浮点张量，形状任意。
        target: 形状相同的张量。
        reduction: "mean"、"sum" 或 "none"。

    返回：
        形状为 () 的张量；取 "none" 时形状与 `pred` 相同。

    抛出：
        ValueError: 形状不同，或 `reduction` 不是这三种之一。
    """
    ### BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(f"shapes {tuple(pred.shape)} and {tuple(target.shape)} differ")
    loss = (pred - target).abs()
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"unknown reduction {reduction!r}")
    ### END SOLUTION


# %% examples="l1_loss"
# The differences are 1, 3, -4 and 0: the sum of their sizes is 8, the mean 2.
# zh: 差是 1、3、-4 和 0：绝对值的总和是 8，平均是 2。
pred = torch.tensor([2.0, 5.0, 1.0, 7.0])
target = torch.tensor([1.0, 2.0, 5.0, 7.0])
loss = l1_loss(pred, target)
assert torch.allclose(loss, torch.tensor(2.0)), f"the mean should be 2, not {loss}"
# zh: 平均应为 2，而不是 {loss}
loss = l1_loss(pred, target, reduction="sum")
assert torch.allclose(loss, torch.tensor(8.0)), f"the sum should be 8, not {loss}"
# zh: 总和应为 8，而不是 {loss}

# %% [markdown] lang="en"
# ## Log-softmax
#
# All classification losses of this problem set are built from logarithms of probabilities. For logits $z$ along one dimension
#
# $$\log \operatorname{softmax}(z)_i = \log \frac{e^{z_i}}{\sum_j e^{z_j}} = (z_i - m) - \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j$$
#
# On paper any $m$ will do, since it cancels. In floating point $e^{89}$ is already infinite in float32; with the largest logit
# subtracted no exponent is above 0, and the sum is at least 1, so that its logarithm is harmless.
#
# It is often believed that a stable softmax followed by `.log()` is just as good. It is not: with the logits 0 and -200 the second
# probability, $e^{-200}$, is 0 in float32, its logarithm is $-\infty$, and the gradient is lost. The right answer, -200, is a number
# like any other. The logarithm must be taken *before* the small probability is rounded to zero, as the right-hand side does.
# Nor is one maximum for the whole tensor enough: each slice along `dim` needs its own, or a slice far below the others underflows.
#
# A logit of $-\infty$ (a masked class) has log-probability $-\infty$, and the others share the probability as though it were not there.
#
# Write `log_softmax`. Do not call torch's softmax functions, its `logsumexp` or its losses.

# %% [markdown] lang="zh"
# ## Log-softmax
#
# 本次作业的所有分类损失都由概率的对数构成。对沿某一维的 logits $z$，
#
# $$\log \operatorname{softmax}(z)_i = \log \frac{e^{z_i}}{\sum_j e^{z_j}} = (z_i - m) - \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j$$
#
# 在纸上 $m$ 取什么都行，反正会消掉。而在浮点数里，$e^{89}$ 在 float32 中已是无穷大；减去最大的 logit 之后，
# 指数都不大于 0，和至少是 1，取对数也就没有危险。
#
# 常有人以为先算稳定的 softmax 再 `.log()` 也一样好。并非如此：logits 为 0 和 -200 时，第二个概率 $e^{-200}$ 在 float32 中等于 0，
# 它的对数是 $-\infty$，梯度也就没了。而正确答案 -200 只是个普通的数。必须在很小的概率被舍入为零*之前*就取对数，等式右边正是这样做的。
# 整个张量只用一个最大值也不够：沿 `dim` 的每个切片都要减去自己的最大值，否则远低于其他切片的那一片会下溢。
#
# 等于 $-\infty$ 的 logit（被屏蔽的类别）的对数概率是 $-\infty$，其余类别分享概率，就当它不存在。
#
# 请编写 `log_softmax`。不要调用 torch 的各种 softmax 函数、`logsumexp` 或损失函数。


# %% exercise="log_softmax" equal="torch.nn.functional.log_softmax" stub={"en": "log_softmax is not written yet: shift by the maximum, then subtract the logarithm of the sum", "zh": "log_softmax 尚未编写：减去最大值，再减去总和的对数"}
def log_softmax(x, dim):
    """Compute the logarithm of the softmax.

    Args:
        x: logits, a floating point tensor of any shape with at least one dimension.
        dim: the dimension along which the probabilities sum to one; may be negative.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 计算 softmax 的对数。

    参数：
        x: logits，浮点张量，形状任意，至少有一维。
        dim: 概率之和为一的那一维；可以为负。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    shifted = x - x.amax(dim=dim, keepdim=True).detach()
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()
    ### END SOLUTION


# %% examples="log_softmax"
# Logits 0 and log 3 make the probabilities 1/4 and 3/4; equal logits make them 1/2 each.
# zh: logits 为 0 和 log 3 时，概率是 1/4 和 3/4；logits 相等时各为 1/2。
x = torch.tensor([[0.0, 1.0986123], [5.0, 5.0]])
y = log_softmax(x, dim=1)
expected = torch.tensor([[-1.3862944, -0.2876821], [-0.6931472, -0.6931472]])
assert y.shape == (2, 2), f"the shape should be (2, 2), not {tuple(y.shape)}"
# zh: 形状应为 (2, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, expected), f"the logarithms of 1/4, 3/4, 1/2 and 1/2 are {expected}, not {y}"
# zh: 1/4、3/4、1/2 和 1/2 的对数是 {expected}，而不是 {y}

# %% [markdown] lang="en"
# ## Cross-entropy
#
# For one sample with logits $z$ over $C$ classes and the target class $t$ the loss is the negative log-probability of the target:
#
# $$\ell = -w_t \log \frac{e^{z_t}}{\sum_{c} e^{z_c}}$$
#
# The loss takes **logits**, not probabilities: with a softmax in front the gradient fades, and the network still trains, only badly,
# which is why this mistake is so often not noticed. Take the logarithm of the softmax as one step, with the largest logit
# of each sample subtracted, or large logits overflow.
#
# - `weight` scales each sample by the weight of its class, and the mean is a *weighted* mean: divided by the sum of the $w_t$, with
#   label smoothing too.
# - Samples whose target is `ignore_index` count nowhere, in the mean neither.
# - Label smoothing with $\alpha$ takes part of the target from all classes:
#
# $$\ell_{\alpha} = (1 - \alpha)\, \ell + \frac{\alpha}{C} \sum_{c} -w_c \log \frac{e^{z_c}}{\sum_{j} e^{z_j}}$$
#
# Without weights the gradient with respect to the logits of one sample is as simple as can be, softmax less one-hot. Write
# `cross_entropy` for logits of shape `(N, C)` and `(N, C, L)`. You may call your own `log_softmax`. Do not call torch's own losses or its softmax.

# %% [markdown] lang="zh"
# ## 交叉熵
#
# 对于一个样本，若 $C$ 个类别的 logits 为 $z$，目标类别为 $t$，损失就是目标的负对数概率：
#
# $$\ell = -w_t \log \frac{e^{z_t}}{\sum_{c} e^{z_c}}$$
#
# 这个损失接收的是 **logits** 而不是概率：若在前面再加一层 softmax，梯度会变弱，网络仍能训练，只是效果差，所以这个错误常常不被发现。
# 请把 softmax 与对数合成一步，并先减去每个样本自己最大的 logit，否则大数值会溢出。
#
# - `weight` 按类别权重缩放每个样本，而平均是*加权*平均：除以各样本的 $w_t$ 之和，使用标签平滑时也是如此。
# - 目标等于 `ignore_index` 的样本完全不计入，也不计入平均。
# - 系数为 $\alpha$ 的标签平滑（label smoothing）把一部分目标分给所有类别：
#
# $$\ell_{\alpha} = (1 - \alpha)\, \ell + \frac{\alpha}{C} \sum_{c} -w_c \log \frac{e^{z_c}}{\sum_{j} e^{z_j}}$$
#
# 没有权重时，一个样本的损失对 logits 的梯度极其简单：softmax 减去 one-hot。请为形状 `(N, C)` 和 `(N, C, L)` 的 logits 编写
# `cross_entropy`。可以调用你自己的 `log_softmax`；不要调用 torch 自带的损失函数或 softmax。


# %% exercise="cross_entropy" equal="torch.nn.functional.cross_entropy" also=["torch.logsumexp"] uses=["log_softmax"] stub={"en": "cross_entropy is not written yet: the mean of minus the target's log-probability", "zh": "cross_entropy 尚未编写：目标的负对数概率的平均"}
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    """Compute the mean cross-entropy of class indices.

    Args:
        logits: shape (N, C) or (N, C, L).
        target: int64 class indices, shape (N,) or (N, L).
        weight: weight of each class, shape (C,), or None.
        ignore_index: target that counts nowhere.
        label_smoothing: part of the target that is spread over all classes, in [0, 1].

    Returns:
        The mean loss, a tensor of shape ().

    zh: 计算类别编号的平均交叉熵。

    参数：
        logits: 形状为 (N, C) 或 (N, C, L)。
        target: int64 的类别编号，形状为 (N,) 或 (N, L)。
        weight: 每个类别的权重，形状为 (C,)；或 None。
        ignore_index: 完全不计入的目标。
        label_smoothing: 分给所有类别的那部分目标，在 [0, 1] 内。

    返回：
        平均损失，形状为 () 的张量。
    """
    ### BEGIN SOLUTION
    rows = logits.movedim(1, -1).reshape(-1, logits.shape[1])
    shifted = rows - rows.amax(dim=1, keepdim=True).detach()
    log_probs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    kept = target.reshape(-1) != ignore_index
    log_probs, classes = log_probs[kept], target.reshape(-1)[kept]
    if weight is None:
        weight = torch.ones(logits.shape[1], dtype=logits.dtype)
    of_target = weight[classes]
    loss = -of_target * log_probs.gather(1, classes[:, None]).squeeze(1)
    total = loss.sum()
    if label_smoothing:  # without it a masked class, whose logit is -inf, may add nothing
        smooth = -(log_probs * weight).sum(dim=1) / logits.shape[1]
        total = (1 - label_smoothing) * total + label_smoothing * smooth.sum()
    return total / of_target.sum()
    ### END SOLUTION


# %% examples="cross_entropy"
# Four equal logits: every class has the probability 1/4, whatever the target.
# zh: 四个 logits 相等：无论目标是什么，每个类别的概率都是 1/4。
loss = cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3]))
assert torch.allclose(loss, torch.tensor(4.0).log()), loss
# A logit that is larger by log 3 makes its class three times as likely: 3/4 against 1/4.
# zh: logit 大 log 3，类别的可能性就是三倍：3/4 对 1/4。
logits = torch.tensor([[1.0986123, 0.0]])
right, wrong = cross_entropy(logits, torch.tensor([0])), cross_entropy(logits, torch.tensor([1]))
assert torch.allclose(right, torch.tensor(0.28768207)), right
assert torch.allclose(wrong, torch.tensor(1.3862944)), wrong

# %% [markdown] lang="en"
# ## Cross-entropy with soft targets
#
# The textbook writes cross-entropy between a target distribution $y$ and the predicted probabilities $p$ as
#
# $$\ell = -\sum_{c=1}^{C} y_c \log p_c, \qquad p = \operatorname{softmax}(z), \qquad L = \frac{1}{N} \sum_{n=1}^{N} \ell_n$$
#
# With a one-hot $y$ only the target's own term is left, $-\log p_t$: the previous exercise. But $y$ may be any distribution: smoothed
# labels, the votes of five annotators, Mixup's blend of two pictures, a teacher network's output. The gradient keeps its form,
#
# $$\frac{\partial \ell}{\partial z_c} = p_c - y_c$$
#
# so the loss pulls $p$ towards $y$, and is smallest at $p = y$, where it is the entropy of $y$ and in general **not** zero.
#
# Often believed and wrong: that $p$ may be formed first, and its logarithm taken then. Where $p_c$ rounds to 0 and $y_c = 0$ as well, the
# product is $0 \cdot (-\infty)$, NaN. A small constant inside the logarithm hides that and changes the loss: with $10^{-8}$ it can
# never exceed 18.4, and its gradient vanishes just where the network is most wrong. Work with log-probabilities. And the mean
# is over the $N$ samples, not over all $N C$ entries.
#
# The logits are finite. You may call your `log_softmax` (while this exercise is graded, that name is torch's own). Do not call
# torch's cross-entropy or its other losses.

# %% [markdown] lang="zh"
# ## 软目标的交叉熵
#
# 教科书把目标分布 $y$ 与预测概率 $p$ 之间的交叉熵写成
#
# $$\ell = -\sum_{c=1}^{C} y_c \log p_c, \qquad p = \operatorname{softmax}(z), \qquad L = \frac{1}{N} \sum_{n=1}^{N} \ell_n$$
#
# 当 $y$ 是 one-hot 时，只剩下目标自己的一项 $-\log p_t$，也就是上一题。但 $y$ 可以是任意分布：平滑后的标签、五位标注者的投票、
# Mixup 对两张图像的混合、教师网络的输出。梯度的形式不变：
#
# $$\frac{\partial \ell}{\partial z_c} = p_c - y_c$$
#
# 因此损失把 $p$ 拉向 $y$，并在 $p = y$ 时最小；最小值是 $y$ 的熵，一般**不**为零。
#
# 常见的误解是：可以先算出 $p$，再取对数。当 $p_c$ 被舍入为 0 而 $y_c$ 也为 0 时，乘积是 $0 \cdot (-\infty)$，即 NaN。
# 在对数里加一个小常数只是把问题藏起来，还改变了损失：加 $10^{-8}$ 时损失永远不会超过 18.4，而且恰恰在网络错得最离谱的地方梯度消失。
# 请直接使用对数概率。另外，平均是对 $N$ 个样本取的，而不是对全部 $N C$ 个元素。
#
# logits 都是有限的数。可以调用你自己的 `log_softmax`（评分本题时，这个名字就是 torch 自带的函数）。不要调用 torch 的交叉熵或其他损失函数。
# 两个参数的形状不同时，抛出 `ValueError`。


# %% exercise="cross_entropy_probs" also=["torch.softmax", "torch.log_softmax", "torch.logsumexp"] uses=["log_softmax"] stub={"en": "cross_entropy_probs is not written yet: minus the sum of target times log-probability, averaged over the samples", "zh": "cross_entropy_probs 尚未编写：负的“目标乘以对数概率”之和，再对样本取平均"}
def cross_entropy_probs(logits, soft_target):
    """Compute the mean cross-entropy of target distributions.

    Args:
        logits: shape (N, C), finite.
        soft_target: probability of each class, shape (N, C); every row sums to one.

    Returns:
        The mean loss over the samples, a tensor of shape ().

    Raises:
        ValueError: the shapes differ.

    zh: 计算目标分布的平均交叉熵。

    参数：
        logits: 形状为 (N, C)，都是有限的数。
        soft_target: 每个类别的概率，形状为 (N, C)；每一行的和为一。

    返回：
        对样本取平均的损失，形状为 () 的张量。

    抛出：
        ValueError: 形状不同。
    """
    ### BEGIN SOLUTION
    if logits.shape != soft_target.shape:
        raise ValueError(f"shapes {tuple(logits.shape)} and {tuple(soft_target.shape)} differ")
    return -(soft_target * log_softmax(logits, dim=1)).sum(dim=1).mean()
    ### END SOLUTION


# %% examples="cross_entropy_probs"
# The logits make the probabilities 1/4 and 3/4. All on the second class: -log 3/4. Half on each: the mean of -log 1/4 and -log 3/4.
# zh: 这些 logits 给出概率 1/4 和 3/4。全在第二个类别上：-log 3/4。各占一半：-log 1/4 和 -log 3/4 的平均。
logits = torch.tensor([[0.0, 1.0986123]])
loss = cross_entropy_probs(logits, torch.tensor([[0.0, 1.0]]))
assert torch.allclose(loss, torch.tensor(0.2876821)), f"-log 3/4 is 0.2876821, not {loss}"
# zh: -log 3/4 是 0.2876821，而不是 {loss}
loss = cross_entropy_probs(logits, torch.tensor([[0.5, 0.5]]))
assert torch.allclose(loss, torch.tensor(0.8369882)), f"half of both is 0.8369882, not {loss}"
# zh: 两者各一半是 0.8369882，而不是 {loss}

# %% [markdown] lang="en"
# ## Binary cross-entropy with logits
#
# Where each output is a yes or no of its own (is there a dog? is there a cat?) every logit $z$ goes through a sigmoid $\sigma$, with a
# target $y \in [0, 1]$. A weight $w$ for the positive term makes up for rare positives:
#
# $$\ell = -\big[\, w\, y \log \sigma(z) + (1 - y) \log (1 - \sigma(z)) \,\big]$$
#
# The loss is the mean of $\ell$ over **all** elements. In float32 $\sigma(20)$ is exactly 1, and the logarithm of $1 - \sigma(20)$ is $-\infty$. Both
# logarithms are one function, $\log(1 + e^{u})$, the softplus, which for large $u$ is simply $u$:
#
# $$-\log \sigma(z) = \log(1 + e^{-z}), \qquad -\log(1 - \sigma(z)) = \log(1 + e^{z}) = z + \log(1 + e^{-z})$$
#
# $$\log(1 + e^{u}) = \max(u, 0) + \log(1 + e^{-|u|})$$
#
# Three things are often believed and wrong. That clamping $\sigma(z)$ to $[\epsilon, 1 - \epsilon]$ makes the loss stable: it makes it flat, and
# the gradient 0, where the network is confident and mistaken. That `pos_weight` weights both terms: it stands on the positive one
# only. And that a right value brings a right gradient: at $z = 0$ the maximum and the absolute value have corners, where autograd takes
# a side. The true slope there is smooth, $\frac{1}{2} - y$ without a weight. A last layer that starts with zeros has all its logits there! Look
# for a form without corners (`torch.logaddexp` is one), or check what slopes your corners are given.
#
# Shapes of logits and target that differ raise `ValueError`. Do not call torch's losses, its `logsigmoid` or its `softplus`.

# %% [markdown] lang="zh"
# ## 带 logits 的二元交叉熵
#
# 如果每个输出各自回答一个是非题（有没有狗？有没有猫？），那么每个 logit $z$ 都要经过 sigmoid 函数 $\sigma$，目标为 $y \in [0, 1]$。
# 正类稀少时，可以给正类那一项乘上权重 $w$ 来弥补：
#
# $$\ell = -\big[\, w\, y \log \sigma(z) + (1 - y) \log (1 - \sigma(z)) \,\big]$$
#
# 损失是 $\ell$ 在**所有**元素上的平均。在 float32 中 $\sigma(20)$ 恰好等于 1，于是 $1 - \sigma(20)$ 的对数是 $-\infty$。两个对数其实是
# 同一个函数 $\log(1 + e^{u})$，即 softplus，当 $u$ 很大时它就是 $u$：
#
# $$-\log \sigma(z) = \log(1 + e^{-z}), \qquad -\log(1 - \sigma(z)) = \log(1 + e^{z}) = z + \log(1 + e^{-z})$$
#
# $$\log(1 + e^{u}) = \max(u, 0) + \log(1 + e^{-|u|})$$
#
# 有三点常被误解。其一，以为把 $\sigma(z)$ 截断到 $[\epsilon, 1 - \epsilon]$ 就稳定了：其实这让损失变平，恰恰在网络自信却答错的地方梯度为 0。
# 其二，以为 `pos_weight` 对两项都加权：它只乘在正类那一项上。其三，以为值对了梯度就对：在 $z = 0$ 处，最大值和绝对值都有尖角，
# 自动求导会取其中一侧，而真正的斜率是光滑的，无权重时为 $\frac{1}{2} - y$。以零初始化的最后一层，所有 logits 恰好都在这里！
# 请找一种没有尖角的写法（例如 `torch.logaddexp`），或者检查一下尖角处得到的斜率。
#
# logits 与目标的形状不同时抛出 `ValueError`。不要调用 torch 的损失函数、`logsigmoid` 或 `softplus`。


# %% exercise="bce_with_logits" also=["torch.sigmoid"] stub={"en": "bce_with_logits is not written yet: the mean of both terms, from logits and without overflow", "zh": "bce_with_logits 尚未编写：两项的平均，由 logits 算出，不得溢出"}
def bce_with_logits(logits, target, pos_weight=None):
    """Compute the mean binary cross-entropy.

    Args:
        logits: floating point tensor of any shape.
        target: the probability of "yes", in [0, 1], of the shape and dtype of `logits`.
        pos_weight: weight of the positive term, a tensor that broadcasts to `target`, or None.

    Returns:
        The mean over all elements, a tensor of shape ().

    Raises:
        ValueError: the shapes of `logits` and `target` differ.

    zh: 计算平均二元交叉熵。

    参数：
        logits: 浮点张量，形状任意。
        target: 回答“是”的概率，在 [0, 1] 内，形状和数据类型与 `logits` 相同。
        pos_weight: 正类那一项的权重，能广播到 `target` 的张量；或 None。

    返回：
        对所有元素的平均，形状为 () 的张量。

    抛出：
        ValueError: `logits` 与 `target` 的形状不同。
    """
    ### BEGIN SOLUTION
    if logits.shape != target.shape:
        raise ValueError(f"shapes {tuple(logits.shape)} and {tuple(target.shape)} differ")
    of_positive = torch.logaddexp(torch.zeros_like(logits), -logits)
    of_negative = torch.logaddexp(torch.zeros_like(logits), logits)
    weight = 1 if pos_weight is None else pos_weight
    return (weight * target * of_positive + (1 - target) * of_negative).mean()
    ### END SOLUTION


# %% examples="bce_with_logits"
# The logit log 3 means 3 to 1 for yes: -log 3/4 where yes is right, -log 1/4 where no is; the logit 0 costs log 2.
# zh: logit 为 log 3 表示“是”与“否”为 3 比 1：应答“是”时损失为 -log 3/4，应答“否”时为 -log 1/4；
# zh: logit 为 0 时损失为 log 2。
logits = torch.tensor([1.0986123, 1.0986123, 0.0])
loss = bce_with_logits(logits, torch.tensor([1.0, 0.0, 1.0]))
expected = torch.tensor((0.2876821 + 1.3862944 + 0.6931472) / 3)
assert torch.allclose(loss, expected), f"the mean of the three should be {expected}, not {loss}"
# zh: 三者的平均应为 {expected}，而不是 {loss}
# With the weight 2 both yes terms count twice; the mean is still over three.
# zh: 权重为 2 时，两个“是”的项都计两次；平均仍是对三个取的。
loss = bce_with_logits(logits, torch.tensor([1.0, 0.0, 1.0]), pos_weight=torch.tensor(2.0))
expected = torch.tensor((2 * 0.2876821 + 1.3862944 + 2 * 0.6931472) / 3)
assert torch.allclose(loss, expected), f"with the weight 2 it should be {expected}, not {loss}"
# zh: 权重为 2 时应为 {expected}，而不是 {loss}

# %% [markdown] lang="en"
# ## Kullback-Leibler divergence
#
# How far is the distribution $q$ from $p$? The divergence is what coding with $q$ costs beyond the entropy of $p$:
#
# $$\mathrm{KL}(p \,\|\, q) = \sum_{c=1}^{C} p_c \,(\log p_c - \log q_c) \;\ge\; 0$$
#
# It is zero only for $p = q$, and the first argument is the one that weighs the terms. Variational autoencoders, distillation and policy
# gradients with a trust region all use it. Cross-entropy is the same but for a constant:
#
# $$-\sum_{c=1}^{C} p_c \log q_c = \mathrm{KL}(p \,\|\, q) - \sum_{c=1}^{C} p_c \log p_c$$
#
# Four things are often believed and wrong. It is no distance: $\mathrm{KL}(p \,\|\, q)$ and $\mathrm{KL}(q \,\|\, p)$ differ. torch's
# `kl_div(input, target)` does not take two probabilities in this order: `input` comes first, holds **log**-probabilities, and is the
# $q$ of the formula, so that $\mathrm{KL}(p \,\|\, q)$ is `kl_div(q.log(), p, reduction="batchmean")`. Its default reduction
# `"mean"` divides by all $N C$ entries, while the divergence of a batch is the mean over its $N$ rows (`"batchmean"`). And
# $0 \log 0$ is 0 here, not NaN: a class with $p_c = 0$ adds nothing, whatever $q_c$ is, zero too. Where $q_c = 0 < p_c$ the divergence is $\infty$.
# A $q_c$ of $10^{-30}$ is no zero and counts as it is: a small constant in the logarithm would change the result.
#
# The $q_c$ of a class with $p_c = 0$ gets the gradient 0.
# Keep such classes out *before* the logarithm. To repair a NaN afterwards repairs the value only: the gradient still passes
# through $0 \cdot \infty$. Do not call torch's `kl_div` or its other losses.

# %% [markdown] lang="zh"
# ## KL 散度
#
# 分布 $q$ 离 $p$ 有多远？KL 散度（Kullback-Leibler divergence）是用 $q$ 来编码时，比 $p$ 的熵多付出的代价：
#
# $$\mathrm{KL}(p \,\|\, q) = \sum_{c=1}^{C} p_c \,(\log p_c - \log q_c) \;\ge\; 0$$
#
# 只有 $p = q$ 时它才为零；第一个参数决定各项的权重。变分自编码器、知识蒸馏以及带信赖域的策略梯度都用到它。
# 它与交叉熵只差一个常数：
#
# $$-\sum_{c=1}^{C} p_c \log q_c = \mathrm{KL}(p \,\|\, q) - \sum_{c=1}^{C} p_c \log p_c$$
#
# 有四点常被误解。它不是距离：$\mathrm{KL}(p \,\|\, q)$ 与 $\mathrm{KL}(q \,\|\, p)$ 并不相等。torch 的 `kl_div(input, target)` 也不是按
# 这个次序接收两个概率：排在前面的 `input` 是**对数**概率，对应公式里的 $q$，所以 $\mathrm{KL}(p \,\|\, q)$ 要写成
# `kl_div(q.log(), p, reduction="batchmean")`。它默认的归约 `"mean"` 除以全部 $N C$ 个元素，而一批数据的散度是对 $N$ 行取平均
# （`"batchmean"`）。最后，这里的 $0 \log 0$ 等于 0，而不是 NaN：$p_c = 0$ 的类别不论 $q_c$ 是多少（为零也一样）都没有贡献。
# 若 $q_c = 0 < p_c$，散度就是 $\infty$。而 $q_c = 10^{-30}$ 并不是零，要如实计入：在对数里加小常数会改变结果。
#
# $p_c = 0$ 的类别，其 $q_c$ 的梯度为 0。
# 请在取对数*之前*就排除这样的类别。事后再修补 NaN 只能修好数值：梯度仍然要经过 $0 \cdot \infty$。不要调用 torch 的 `kl_div` 或其他损失函数。
# 两个参数的形状不同时，抛出 `ValueError`。


# %% exercise="kl_divergence" stub={"en": "kl_divergence is not written yet: p times the difference of the logarithms, summed over classes, averaged over rows", "zh": "kl_divergence 尚未编写：p 乘以对数之差，对类别求和，再对各行取平均"}
def kl_divergence(p, q):
    """Compute the Kullback-Leibler divergence KL(p || q), averaged over the rows.

    Args:
        p: probabilities, shape (N, C); every row sums to one, zeros are allowed.
        q: probabilities, shape (N, C), likewise.

    Returns:
        The mean over the N rows, a tensor of shape (): infinite where q is 0 and p is not.

    Raises:
        ValueError: the shapes differ.

    zh: 计算 KL 散度 KL(p || q)，并对各行取平均。

    参数：
        p: 概率，形状为 (N, C)；每一行的和为一，可以有零。
        q: 概率，形状为 (N, C)，同上。

    返回：
        对 N 行的平均，形状为 () 的张量：q 为 0 而 p 不为 0 时是无穷大。

    抛出：
        ValueError: 形状不同。
    """
    ### BEGIN SOLUTION
    if p.shape != q.shape:
        raise ValueError(f"shapes {tuple(p.shape)} and {tuple(q.shape)} differ")
    counts = p > 0
    log_p = torch.where(counts, p, 1).log()
    log_q = torch.where(counts, q, 1).log()
    return (p * (log_p - log_q)).sum(dim=1).mean()
    ### END SOLUTION


# %% examples="kl_divergence"
# p = (1/2, 1/2) against q = (1/4, 3/4): 1/2 log 2 + 1/2 log 2/3 = 1/2 (0.6931472 - 0.4054651).
# zh: p = (1/2, 1/2) 对 q = (1/4, 3/4)：1/2 log 2 + 1/2 log 2/3 = 1/2 (0.6931472 - 0.4054651)。
p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])
loss = kl_divergence(p, q)
assert torch.allclose(loss, torch.tensor(0.1438410)), f"KL(p || q) should be 0.1438410, not {loss}"
# zh: KL(p || q) 应为 0.1438410，而不是 {loss}
loss = kl_divergence(p, p)
assert torch.allclose(loss, torch.tensor(0.0)), f"a distribution does not diverge from itself: 0, not {loss}"
# zh: 分布对它自己的散度是 0，而不是 {loss}

# %% [markdown] lang="en"
# ## Triplet margin loss
#
# Faces of a million people cannot be a million classes. A network learns an embedding instead: an anchor $a$ shall lie closer to a
# positive $p$ (the same person) than to a negative $n$ (another one), and by a margin $m$ at least:
#
# $$\ell = \max\big(0,\; d(a, p) - d(a, n) + m\big), \qquad d(u, v) = \sqrt{\sum_{k=1}^{D} (u_k - v_k)^2}$$
#
# ![an anchor a with a positive p; the negative n1 is nearer than p, n2 within the margin, n3 beyond it with loss 0](picture:triplets)
#
# A triplet that keeps the margin has loss 0 and gradient 0: it is learned, and the batch goes on with the others. Each triplet is
# therefore clamped **on its own, before** the reduction; otherwise easy triplets pay for hard ones. `reduction` is `"mean"`, `"sum"` or
# `"none"` as before.
#
# It is often believed that squared distances do as well, since they sort alike. They do sort alike, but the margin is added to
# differences of distances: squared, it means something else at every scale. (FaceNet squares them; torch does not.)
#
# Where anchor and positive coincide, the root has an infinite slope and its chain rule gives $\infty \cdot 0$, NaN, as soon as the
# triplet counts. The gradient must stay finite there: torch adds $10^{-6}$ to every difference, while `torch.linalg.vector_norm` takes
# the gradient 0; either is right. Shapes that differ and an unknown reduction raise `ValueError`. Do not call torch's own losses.

# %% [markdown] lang="zh"
# ## 三元组间隔损失
#
# 一百万人的脸没法当成一百万个类别。于是让网络学习一种嵌入：锚点 $a$ 到正样本 $p$（同一个人）的距离，
# 应当比到负样本 $n$（另一个人）的距离更近，而且至少近一个间隔（margin）$m$：
#
# $$\ell = \max\big(0,\; d(a, p) - d(a, n) + m\big), \qquad d(u, v) = \sqrt{\sum_{k=1}^{D} (u_k - v_k)^2}$$
#
# ![锚点 a 与正样本 p；负样本 n1 比 p 更近，n2 在间隔之内，n3 在间隔之外，损失为 0](picture:triplets)
#
# 已满足间隔的三元组损失为 0，梯度也为 0：它已经学会了，这一批接着学其余的。因此每个三元组要在归约**之前各自**截断，
# 否则容易的三元组会替困难的抵账。`reduction` 仍为 `"mean"`、`"sum"` 或 `"none"`。
#
# 常有人以为用距离的平方也一样，因为排序相同。排序确实相同，但间隔是加在距离之差上的：取平方后，它在不同尺度下含义各不相同。
# （FaceNet 用平方，torch 不用。）
#
# 当锚点与正样本重合时，平方根的斜率是无穷大，只要该三元组的损失不为零，链式法则就给出 $\infty \cdot 0$，即 NaN。
# 此处梯度必须保持有限：torch 给每个差加上 $10^{-6}$，而 `torch.linalg.vector_norm` 取梯度 0，两种做法都对。
# 形状不同或归约方式未知时抛出 `ValueError`。不要调用 torch 自带的损失函数。


# %% exercise="triplet_margin_loss" also=["torch.linalg.vector_norm", "torch.norm", "torch.relu"] stub={"en": "triplet_margin_loss is not written yet: two distances, the margin, the clamp, then the reduction", "zh": "triplet_margin_loss 尚未编写：两个距离、间隔、截断，然后归约"}
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    """Compute the triplet margin loss with Euclidean distances.

    Args:
        a: anchors, shape (N, D).
        p: positives, shape (N, D).
        n: negatives, shape (N, D).
        margin: by how much closer the positive shall be.
        reduction: "mean", "sum" or "none".

    Returns:
        A tensor of shape (), or with "none" of shape (N,).

    Raises:
        ValueError: the shapes differ, or `reduction` is none of the three.

    zh: 计算欧氏距离的三元组间隔损失。

    参数：
        a: 锚点，形状为 (N, D)。
        p: 正样本，形状为 (N, D)。
        n: 负样本，形状为 (N, D)。
        margin: 正样本应当更近多少。
        reduction: "mean"、"sum" 或 "none"。

    返回：
        形状为 () 的张量；取 "none" 时形状为 (N,)。

    抛出：
        ValueError: 形状不同，或 `reduction` 不是这三种之一。
    """
    ### BEGIN SOLUTION
    if not a.shape == p.shape == n.shape:
        raise ValueError(f"shapes {tuple(a.shape)}, {tuple(p.shape)} and {tuple(n.shape)} differ")
    to_positive = torch.linalg.vector_norm(a - p, dim=1)
    to_negative = torch.linalg.vector_norm(a - n, dim=1)
    loss = torch.relu(to_positive - to_negative + margin)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"unknown reduction {reduction!r}")
    ### END SOLUTION


# %% examples="triplet_margin_loss"
# The positive is at distance 5. A negative at distance 13 is beyond the margin of 2, one at distance 6 within it: 5 - 6 + 2 = 1.
# zh: 正样本的距离是 5。距离为 13 的负样本在间隔 2 之外，距离为 6 的在间隔之内：5 - 6 + 2 = 1。
a = torch.zeros(2, 2)
p = torch.tensor([[3.0, 4.0], [4.0, 3.0]])
n = torch.tensor([[5.0, 12.0], [0.0, 6.0]])
loss = triplet_margin_loss(a, p, n, margin=2.0, reduction="none")
assert torch.allclose(loss, torch.tensor([0.0, 1.0]), atol=1e-4), f"the two losses should be 0 and 1, not {loss}"
# zh: 两个损失应为 0 和 1，而不是 {loss}
loss = triplet_margin_loss(a, p, n, margin=2.0)
assert torch.allclose(loss, torch.tensor(0.5), atol=1e-4), f"their mean should be 0.5, not {loss}"
# zh: 它们的平均应为 0.5，而不是 {loss}

# %% [markdown] lang="en"
# ## InfoNCE
#
# Contrastive learning needs no labels. Two views of each of $N$ samples (two crops, or a picture and its caption) are embedded as the
# rows of $z_1$ and $z_2$, of shape `(N, D)`. Which row of $z_2$ belongs to row $i$ of $z_1$? That is a classification into $N$ classes,
# with $i$ as the answer and all other rows as negatives. With $u_i$ and $v_j$ the rows at length one, and a temperature $\tau$,
#
# $$u_i = \frac{z_{1,i}}{\|z_{1,i}\|}, \qquad v_j = \frac{z_{2,j}}{\|z_{2,j}\|}, \qquad s_{ij} = \frac{u_i \cdot v_j}{\tau}$$
#
# $$L = \frac{1}{2N} \sum_{i=1}^{N} \left[ -\log \frac{e^{s_{ii}}}{\sum_{j} e^{s_{ij}}} - \log \frac{e^{s_{ii}}}{\sum_{j} e^{s_{ji}}} \right]$$
#
# The first term reads the matrix $s$ by rows, the second by columns: the loss is symmetric in the two views, as in CLIP.
#
# ![InfoNCE: the positives on the diagonal of an N by N matrix; NT-Xent: 2N by 2N, the diagonal left out, the positives N beside it](picture:contrastive_matrices)
#
# Often believed and wrong: that the positive must be kept out of the denominator, or added to it. It is one of the $N$ classes and stands in
# the sum **once**. That a small $\tau$ softens: dividing by it sharpens, and at $\tau = 0.01$ the logits reach $\pm 100$, whose exponential
# overflows in float32. And that the length of the embeddings matters: without normalisation the network lowers the loss by making
# them longer. (A single pair has no negatives: its loss is 0.)
#
# Shapes that differ, and a temperature that is not above 0, raise `ValueError`. No row is zero. You may call your `cross_entropy` and
# your `log_softmax` (while this exercise is graded, those names are torch's own); nothing is forbidden.

# %% [markdown] lang="zh"
# ## InfoNCE
#
# 对比学习不需要标签。$N$ 个样本各有两个视图（两次裁剪，或图像与它的文字说明），嵌入后成为 $z_1$ 和 $z_2$ 的行，形状都是 `(N, D)`。
# $z_1$ 的第 $i$ 行对应 $z_2$ 的哪一行？这是一个 $N$ 类的分类问题：答案是 $i$，其余各行都是负样本。
# 记长度归一后的行为 $u_i$ 与 $v_j$，温度为 $\tau$：
#
# $$u_i = \frac{z_{1,i}}{\|z_{1,i}\|}, \qquad v_j = \frac{z_{2,j}}{\|z_{2,j}\|}, \qquad s_{ij} = \frac{u_i \cdot v_j}{\tau}$$
#
# $$L = \frac{1}{2N} \sum_{i=1}^{N} \left[ -\log \frac{e^{s_{ii}}}{\sum_{j} e^{s_{ij}}} - \log \frac{e^{s_{ii}}}{\sum_{j} e^{s_{ji}}} \right]$$
#
# 第一项按行读矩阵 $s$，第二项按列读：损失对两个视图是对称的，与 CLIP 相同。
#
# ![InfoNCE：正样本在 N×N 矩阵的对角线上；NT-Xent：2N×2N，去掉对角线，正样本与对角线相距 N](picture:contrastive_matrices)
#
# 常见的误解：以为正样本要从分母中去掉，或者再加进去一次。其实它就是 $N$ 个类别之一，在求和中恰好出现**一次**。
# 又以为小的 $\tau$ 会让分布变平：除以它其实使分布更尖锐，$\tau = 0.01$ 时 logits 可达 $\pm 100$，其指数在 float32 中会溢出。
# 还有人以为嵌入的长度有意义：若不归一化，网络只要把嵌入拉长就能降低损失。（只有一对样本时没有负样本，损失为 0。）
#
# 形状不同，或温度不大于 0，都抛出 `ValueError`。没有全零的行。可以调用你自己的 `cross_entropy` 和 `log_softmax`
# （评分本题时，这两个名字就是 torch 自带的函数）；没有禁止调用的函数。


# %% exercise="info_nce" also=["*"] uses=["cross_entropy", "log_softmax"] stub={"en": "info_nce is not written yet: cross-entropy of the similarities, by rows and by columns", "zh": "info_nce 尚未编写：相似度的交叉熵，按行和按列"}
def info_nce(z1, z2, temperature):
    """Compute the symmetric InfoNCE loss of two views.

    Args:
        z1: embeddings of the first views, shape (N, D).
        z2: embeddings of the second views, shape (N, D); row i belongs to row i of `z1`.
        temperature: what the cosine similarities are divided by, above 0.

    Returns:
        The mean over both directions and all rows, a tensor of shape ().

    Raises:
        ValueError: the shapes differ, or the temperature is not above 0.

    zh: 计算两个视图的对称 InfoNCE 损失。

    参数：
        z1: 第一个视图的嵌入，形状为 (N, D)。
        z2: 第二个视图的嵌入，形状为 (N, D)；第 i 行对应 `z1` 的第 i 行。
        temperature: 余弦相似度所除以的数，大于 0。

    返回：
        对两个方向和所有行的平均，形状为 () 的张量。

    抛出：
        ValueError: 形状不同，或温度不大于 0。
    """
    ### BEGIN SOLUTION
    if z1.shape != z2.shape:
        raise ValueError(f"shapes {tuple(z1.shape)} and {tuple(z2.shape)} differ")
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    u = z1 / z1.norm(dim=1, keepdim=True)
    v = z2 / z2.norm(dim=1, keepdim=True)
    logits = u @ v.T / temperature
    answer = torch.arange(len(logits))
    return (cross_entropy(logits, answer) + cross_entropy(logits.T, answer)) / 2
    ### END SOLUTION


# %% examples="info_nce"
# Each row fits its own partner (cosine 1) and no other (cosine 0): -log e / (e + 1) in both directions, whatever the lengths.
# zh: 每一行与自己的搭档相配（余弦为 1），与其他行不相配（余弦为 0）：两个方向都是 -log e / (e + 1)，与长度无关。
z1 = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
z2 = torch.tensor([[3.0, 0.0], [0.0, 1.0]])
loss = info_nce(z1, z2, temperature=1.0)
assert torch.allclose(loss, torch.tensor(0.3132617)), f"log(1 + 1/e) is 0.3132617, not {loss}"
# zh: log(1 + 1/e) 是 0.3132617，而不是 {loss}

# %% [markdown] lang="en"
# ## NT-Xent
#
# SimCLR's loss, the *normalized temperature-scaled cross-entropy*, puts both views into one tensor $z$ of $2N$ rows, where rows $i$ and
# $i + N$ are views of the same sample. Every row now meets all $2N - 1$ others, those of its own half too. With the rows $u_i$ at
# length one, $s_{ij} = u_i \cdot u_j / \tau$ and $\pi(i)$ the partner of $i$,
#
# $$L = \frac{1}{2N} \sum_{i=0}^{2N-1} -\log \frac{e^{s_{i\,\pi(i)}}}{\sum_{j \ne i} e^{s_{ij}}}, \qquad \pi(i) = (i + N) \bmod 2N$$
#
# It is the right-hand matrix of the picture above. For the same batch each row has twice the negatives that it has under InfoNCE:
# $2N - 2$ in place of $N - 1$.
#
# What is often wrong is the row itself. It has cosine 1, the largest there is, so at a low temperature it outweighs all negatives in
# the denominator: with $\tau = 0.1$ it adds $e^{10}$, about 22026. Setting $s_{ii}$ to 0 does not take it out, since $e^0 = 1$ still stands
# in the sum. A logit takes part with nothing only where it is $-\infty$, or absent.
#
# Another trap is the order of the rows: some code keeps the two views as neighbours, $2k$ and $2k + 1$. Here they are $N$ apart, as
# `torch.cat([z1, z2])` leaves them. With the wrong partners the loss still falls, and the network learns nonsense. A single pair has no
# negatives: its loss is 0, however unlike its two views are.
#
# An odd number of rows, and a temperature that is not above 0, raise `ValueError`. No row is zero. You may call your `cross_entropy` and your
# `log_softmax` (torch's own while this exercise is graded); nothing is forbidden.

# %% [markdown] lang="zh"
# ## NT-Xent
#
# SimCLR 的损失叫*归一化的温度缩放交叉熵*（NT-Xent）。它把两个视图放进同一个张量 $z$，共 $2N$ 行，其中第 $i$ 行和第 $i + N$ 行是
# 同一样本的两个视图。现在每一行都要与其余 $2N - 1$ 行比较，同一半里的也算在内。记长度归一后的行为 $u_i$，
# $s_{ij} = u_i \cdot u_j / \tau$，$\pi(i)$ 为 $i$ 的搭档：
#
# $$L = \frac{1}{2N} \sum_{i=0}^{2N-1} -\log \frac{e^{s_{i\,\pi(i)}}}{\sum_{j \ne i} e^{s_{ij}}}, \qquad \pi(i) = (i + N) \bmod 2N$$
#
# 它对应上图右边的矩阵。同样的批次，每一行的负样本数目是 InfoNCE 的两倍：从 $N - 1$ 个变成 $2N - 2$ 个。
#
# 最常出错的是行自己。它与自己的余弦是 1，是可能的最大值，因此温度低时它会压倒分母里的所有负样本：$\tau = 0.1$ 时它贡献 $e^{10}$，
# 约 22026。把 $s_{ii}$ 设为 0 并不能去掉它，因为 $e^0 = 1$ 仍留在和里。只有当 logit 为 $-\infty$ 或根本不存在时，它才毫无贡献。
#
# 另一个陷阱是行的次序：有些代码让两个视图相邻，即 $2k$ 与 $2k + 1$。这里它们相距 $N$，正如 `torch.cat([z1, z2])` 的结果。
# 搭档弄错了，损失照样会下降，网络学到的却毫无意义。只有一对样本时没有负样本，无论两个视图多么不像，损失都为 0。
#
# 行数为奇数，或温度不大于 0，都抛出 `ValueError`。没有全零的行。可以调用你自己的 `cross_entropy` 和 `log_softmax`
# （评分本题时就是 torch 自带的函数）；没有禁止调用的函数。


# %% exercise="nt_xent" also=["*"] uses=["cross_entropy", "log_softmax"] stub={"en": "nt_xent is not written yet: similarities of all rows without themselves, the partner N rows away as the answer", "zh": "nt_xent 尚未编写：除自己以外所有行的相似度，答案是相距 N 行的搭档"}
def nt_xent(z, temperature):
    """Compute SimCLR's normalized temperature-scaled cross-entropy.

    Args:
        z: embeddings, shape (2N, D); rows i and i + N are views of the same sample.
        temperature: what the cosine similarities are divided by, above 0.

    Returns:
        The mean over all 2N rows, a tensor of shape ().

    Raises:
        ValueError: the number of rows is odd, or the temperature is not above 0.

    zh: 计算 SimCLR 的归一化的温度缩放交叉熵。

    参数：
        z: 嵌入，形状为 (2N, D)；第 i 行和第 i + N 行是同一样本的两个视图。
        temperature: 余弦相似度所除以的数，大于 0。

    返回：
        对全部 2N 行的平均，形状为 () 的张量。

    抛出：
        ValueError: 行数为奇数，或温度不大于 0。
    """
    ### BEGIN SOLUTION
    if len(z) % 2:
        raise ValueError(f"{len(z)} rows are no pairs")
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    u = z / z.norm(dim=1, keepdim=True)
    itself = torch.eye(len(z), dtype=torch.bool)
    logits = (u @ u.T / temperature).masked_fill(itself, -torch.inf)
    partner = torch.arange(len(z)).roll(len(z) // 2)
    return -log_softmax(logits, dim=1).gather(1, partner[:, None]).mean()
    ### END SOLUTION


# %% examples="nt_xent"
# Rows 0 and 2 point the same way, so do 1 and 3: every row has cosine 1 with its partner and 0 with the two others.
# zh: 第 0 行和第 2 行方向相同，第 1 行和第 3 行也相同：每一行与搭档的余弦是 1，与另外两行的余弦是 0。
z = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0]])
loss = nt_xent(z, temperature=1.0)
assert torch.allclose(loss, torch.tensor(0.5514447)), f"-log e / (e + 1 + 1) is 0.5514447, not {loss}"
# zh: -log e / (e + 1 + 1) 是 0.5514447，而不是 {loss}

# %% [markdown] lang="en"
# ## Three losses arrange the same images
#
# The cell below defines `show_embeddings`. Add a cell of your own beneath it and call `show_embeddings()` there: it trains one small network three times, each time by another of your losses, some seconds in all. The network maps the
# digits of scikit-learn, images of 8 x 8 pixels, to **two** numbers, a point in the plane. Nothing here is graded; while something is not written yet, it only says what.
#
# - `cross_entropy`: ten linear scores are computed from the point, one for each digit.
# - `triplet_margin_loss`: anchor and positive are images of the same digit, the negative is one of another digit.
# - `nt_xent`: ten pairs of images, one pair for each digit, take the place of the two views. As the loss does not see the length of an embedding, only the direction is drawn; the distance from the middle is
#   random, so that the points do not hide each other.
#
# Each row shows 400 images that were put aside, before training, half-way and after training, in one colour for each digit. Above stands the share of them that is recognized by the five nearest images of the training set.
#
# All three losses were told the same, which digit each image is. What does each of them ask of the points, and how do you see it in its picture? Which digits lie next to each other? And why could two numbers be too few for `nt_xent`, if there
# were a hundred classes?

# %% [markdown] lang="zh"
# ## 三种损失排列同样的图像
#
# 下面的单元格定义了 `show_embeddings`。请在它下面自己添加一个单元格，在那里调用 `show_embeddings()`：它把一个小网络训练三次，每次用你的另一种损失，总共几秒钟。这个网络把 scikit-learn 的数字（8 x 8 像素的图像）
# 映射成**两个**数，即平面上的一个点。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# - `cross_entropy`：由这个点计算十个线性的打分，每个数字一个。
# - `triplet_margin_loss`：锚点和正样本是同一个数字的图像，负样本是另一个数字的图像。
# - `nt_xent`：用十对图像代替两个视图，每个数字一对。这个损失看不到嵌入的长度，因此只画方向；到中心的距离是随机的，免得各点互相遮挡。
#
# 每一行是 400 张预留的图像，分别在训练之前（start）、训练到一半（half-way）和训练之后（end），每个数字一种颜色。图的上方是其中能由训练集里最近的五张图像认出来的比例。
#
# 三种损失得到的信息是一样的：每张图像是哪个数字。它们各自要求这些点怎样，你从图中怎样看出来？哪些数字彼此相邻？如果有一百个类别，为什么两个数对 `nt_xent` 来说可能太少？

# %%
import io


def digit_images():
    """Return the digits without their mean image: images and labels to train on, and 400 images and labels put aside.

    zh: 返回减去平均图像的数字：用于训练的图像和标签，以及预留的 400 张图像和它们的标签。
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = torch.tensor(digits.data, dtype=torch.float32) / 8, torch.tensor(digits.target)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(8))
    x = (x - x[order[400:]].mean(dim=0))[order]
    return x[400:], y[order][400:], x[:400], y[order][:400]


def points_of(weights, x):
    """Map images, shape (N, 64), to points in the plane, shape (N, 2), by two hidden layers.

    zh: 用两个隐藏层把图像（形状为 (N, 64)）映射成平面上的点（形状为 (N, 2)）。
    """
    for i in (0, 2):
        x = (x @ weights[i].T + weights[i + 1]).clamp(min=0)
    return x @ weights[4].T + weights[5]


def loss_of_points(name, weights, x, y, draws):
    """Draw a batch of images and compute one of the losses of their points.

    zh: 抽取一批图像，并计算它们的点的某一种损失。
    """
    order, counts = y.argsort(), y.bincount()

    def images_of(classes):
        places = (torch.rand(classes.shape, generator=draws) * counts[classes]).long()
        return x[order[(counts.cumsum(0) - counts)[classes] + places]]

    classes = torch.arange(10).repeat(12)
    if name == "cross_entropy":
        return cross_entropy(points_of(weights, images_of(classes)) @ weights[6].T, classes)
    if name == "triplet_margin_loss":
        others = (classes + torch.randint(1, 10, classes.shape, generator=draws)) % 10
        points = points_of(weights, images_of(torch.cat([classes, classes, others])))
        return triplet_margin_loss(*points.chunk(3))
    losses = [nt_xent(points, 0.3) for points in points_of(weights, images_of(classes)).split(20)]
    return sum(losses) / len(losses)


def trained_points(name, x, y, steps=200):
    """Train the network by a loss; returns its weights before, half-way and after.

    zh: 用一种损失训练网络；返回训练之前、训练到一半和训练之后的权重。
    """
    draws = torch.Generator().manual_seed(3)
    shapes = [(64, 64), (64,), (64, 64), (64,), (2, 64), (2,), (10, 2)]
    weights = [torch.randn(shape, generator=draws) * (2 / shape[-1]) ** 0.5 * (len(shape) > 1) for shape in shapes]
    moves = [torch.zeros_like(weight) for weight in weights]
    kept = [weights]
    for step in range(steps):
        leaves = [weight.detach().requires_grad_() for weight in weights]
        loss = loss_of_points(name, leaves, x, y, draws)
        grads = torch.autograd.grad(loss, leaves, materialize_grads=True)
        rate = 0.05 * min(1, 2 - 2 * step / steps)
        moves = [0.9 * move + grad for move, grad in zip(moves, grads, strict=True)]
        weights = [weight - rate * move for weight, move in zip(weights, moves, strict=True)]
        if step + 1 in (steps // 2, steps):
            kept.append(weights)
    return kept


def draw_embeddings(found, labels):
    """Draw the points of each loss in a row; `found` holds points and the share that is recognized, by loss and by time.

    zh: 把每种损失的点画成一行；`found` 按损失和时刻保存各点以及被认出的比例。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6.8), layout="constrained")
    for row, (name, times) in zip(figure.subplots(len(found), 3), found.items(), strict=True):
        row[0].set_ylabel(name)
        for axes, (time, (points, share)) in zip(row, times.items(), strict=True):
            for digit in range(10):
                axes.scatter(*points[labels == digit].T.numpy(), s=5, color=f"C{digit}", label=str(digit))
            axes.set(xticks=[], yticks=[])
            axes.set_title(f"{time}: {share:.0%}", fontsize="medium")
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=10,
        markerscale=2.5,
        columnspacing=1,
        handletextpad=0,
    )
    drawing = io.BytesIO()
    figure.savefig(drawing, format="png", dpi=120)
    IPython.display.display(IPython.display.Image(drawing.getvalue()))


def arranged_images():
    """Train by each of three losses; returns points and the share that is recognized by loss and by time, and the labels.

    zh: 用三种损失各训练一次；按损失和时刻返回各点以及被认出的比例，并返回标签。
    """
    x, y, test, labels = digit_images()
    found = {}
    for name in ("cross_entropy", "triplet_margin_loss", "nt_xent"):
        found[name] = {}
        for time, weights in zip(("start", "half-way", "end"), trained_points(name, x, y), strict=True):
            known, points = points_of(weights, x), points_of(weights, test)
            if name == "nt_xent":
                known, points = (part / part.norm(dim=1, keepdim=True) for part in (known, points))
            nearest = torch.cdist(points, known).topk(5, largest=False).indices
            share = (y[nearest].mode(dim=1).values == labels).double().mean().item()
            if name == "nt_xent":
                points = points * (0.8 + 0.4 * torch.rand(len(points), 1, generator=torch.Generator().manual_seed(2)))
            found[name][time] = points, share
    return found, labels


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x = torch.rand(2, 2)
    trials = {
        "cross_entropy": lambda: cross_entropy(x, torch.tensor([0, 1])),
        "triplet_margin_loss": lambda: triplet_margin_loss(x, x, 1 - x),
        "nt_xent": lambda: nt_xent(x, 0.2),
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


def show_embeddings():
    """Draw how three losses arrange the digits, or say which exercises are missing.

    zh: 画出三种损失怎样排列数字图像，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
        # zh: 这样小的张量，分工所花的时间比计算本身还长
        draw_embeddings(*arranged_images())
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## Written question: three losses that do not fall
#
# Answer in a few sentences each, with the derivation where one is asked for.
#
# 1. A classifier with 10 classes ends with a softmax, and its output goes into `cross_entropy`. Training accuracy is close to 100 %, yet the
#    loss stays at 1.461. Derive this number. A sample is classified wrongly and with great confidence: what happens to its
#    gradient, and why?
# 2. In a regression the predictions $x$ have the shape `(N, 1)` and the targets $y$ the shape `(N,)`, and nobody compares them. The mean
#    squared error is then taken over the $N \times N$ differences $x_i - y_j$. Derive which predictions make it smallest, and the loss
#    that is then left.
# 3. Two students learn from the same teacher's probabilities $p$ (which are fixed), one by $\mathrm{KL}(p \,\|\, q)$ and the other by the
#    cross-entropy of $q$ under the target $p$. Do they learn differently? Which of the two numbers tells how far the student still is from the teacher?

# %% [markdown] lang="zh"
# ## 文字题：三个降不下去的损失
#
# 每问用几句话回答，要求推导的请写出推导。
#
# 1. 一个 10 类的分类器以 softmax 结尾，其输出又送入 `cross_entropy`。训练准确率接近 100%，损失却停在 1.461。请推导这个数。
#    若某个样本被分错，而且网络非常自信，它的梯度会怎样？为什么？
# 2. 某个回归任务中，预测 $x$ 的形状是 `(N, 1)`，目标 $y$ 的形状是 `(N,)`，没有人检查形状。于是均方误差是对 $N \times N$ 个差
#    $x_i - y_j$ 取的。请推导怎样的预测使它最小，以及此时剩下的损失是多少。
# 3. 两个学生网络学习同一个教师给出的概率 $p$（固定不变），一个用 $\mathrm{KL}(p \,\|\, q)$，另一个用以 $p$ 为目标、$q$ 为预测的交叉熵。
#    它们学得不一样吗？两个数值中，哪一个说明学生离教师还有多远？

# %% [markdown] written="ps8-written" points=5 lang="en"
# ### BEGIN SOLUTION
# 1. `cross_entropy` takes the probabilities for logits. They lie in $[0, 1]$, so the best it can be given is 1 for the right class and 0 for
#    the nine others: the loss is $-\log \frac{e^1}{e^1 + 9 e^0} = \log(1 + 9/e) \approx 1.461$, and not 0. The gradient has to pass the
#    first softmax, with probabilities $p$ and derivatives $p_c (\delta_{cd} - p_d)$. If one class, even a wrong one, has almost all of
#    the probability, each of these is close to 0: the gradient vanishes, and the sample is hardly corrected. (With one softmax it would be
#    $p_c - y_c$, which is then largest.)
# 2. $L = \frac{1}{N^2} \sum_{i,j} (x_i - y_j)^2$ has $\partial L / \partial x_i = \frac{2}{N^2} \sum_j (x_i - y_j) = \frac{2}{N} (x_i - \bar y)$. It is zero only
#    for $x_i = \bar y$, and $L$ is convex: every prediction is the mean of the targets, whatever the input. What is left is
#    $\frac{1}{N} \sum_j (\bar y - y_j)^2$, the (biased) variance of the targets.
# 3. No. The cross-entropy is $\mathrm{KL}(p \,\|\, q)$ plus the entropy of $p$, which does not depend on $q$: the gradients are the same. The
#    divergence tells the distance still to go, since it is 0 where $q = p$; the cross-entropy stops at the entropy of $p$.
#
# Marking guide: 1: one point for the derivation of 1.461, one for the vanishing gradient with its reason (the Jacobian of the first
# softmax; "the loss is too flat" without a reason: half a point). 2: one point for the mean with its derivation, one for the variance (for the
# mean without derivation half a point). 3: half a point for "the same gradient, since the entropy of $p$ is constant", half for the divergence.
# ### END SOLUTION

# %% [markdown] written="ps8-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# 1. `cross_entropy` 把概率当成了 logits。概率落在 $[0, 1]$ 内，因此它能得到的最好输入是正确类别为 1、其余九类为 0：损失是
#    $-\log \frac{e^1}{e^1 + 9 e^0} = \log(1 + 9/e) \approx 1.461$，而不是 0。梯度还要穿过第一个 softmax，设其概率为 $p$，
#    导数为 $p_c (\delta_{cd} - p_d)$。只要某一类（哪怕是错的）占了几乎全部概率，这些导数就都接近 0：梯度消失，该样本几乎得不到纠正。
#    （若只有一个 softmax，梯度是 $p_c - y_c$，此时恰恰最大。）
# 2. $L = \frac{1}{N^2} \sum_{i,j} (x_i - y_j)^2$ 的导数是
#    $\partial L / \partial x_i = \frac{2}{N^2} \sum_j (x_i - y_j) = \frac{2}{N} (x_i - \bar y)$。只有 $x_i = \bar y$ 时它为零，且 $L$ 是凸的：
#    不论输入是什么，每个预测都是目标的平均值。剩下的损失是 $\frac{1}{N} \sum_j (\bar y - y_j)^2$，即目标的（有偏）方差。
# 3. 没有不同。交叉熵等于 $\mathrm{KL}(p \,\|\, q)$ 加上 $p$ 的熵，而后者与 $q$ 无关，所以梯度相同。说明还差多远的是散度，
#    因为 $q = p$ 时它为 0；交叉熵则停在 $p$ 的熵上。
#
# 评分标准：1：推导出 1.461 得 1 分，说明梯度消失及其原因（第一个 softmax 的雅可比矩阵）得 1 分；只说“损失太平”而无原因，得 0.5 分。
# 2：推导出平均值得 1 分（无推导 0.5 分），指出方差得 1 分。3：“$p$ 的熵是常数，因此梯度相同”得 0.5 分，选散度得 0.5 分。
# ### END SOLUTION
