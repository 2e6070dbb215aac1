# %% [markdown] lang="en"
# # Problem set 3: activations and linear layers
#
# After this problem set you will be able to
#
# - write the linear layer for inputs with any number of leading axes;
# - write ReLU, leaky ReLU, sigmoid, tanh, GELU and softmax so that values **and gradients** hold at extreme inputs;
# - tell a formula that is right on paper from one that is right in floating point;
# - solve XOR with two ReLU units, chosen by hand;
# - say why a stack of linear layers is still one linear layer, and compute that layer.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here. When the
# notebook is graded, hidden checks are run as well: other shapes and dtypes, extreme inputs, gradients. Passing the visible
# examples is a start and not the end. Inputs are never to be changed in place. When all is written, `show_boundaries()` near
# the end trains small networks of your functions and draws how they divide the plane.
#
# Some things hold in every exercise that takes tensors. They may be float32 or float64, and the result has their dtype and
# is computed in their precision throughout. "Any shape" includes a single number (no axes) and a tensor without elements.
# Gradients reach every tensor that is given, and are those that torch gives.

# %% [markdown] lang="zh"
# # 第三次作业：激活函数与线性层
#
# 完成本次作业后，你将能够
#
# - 编写线性层，使它接受前面有任意多个维度的输入；
# - 编写 ReLU、leaky ReLU、sigmoid、tanh、GELU 和 softmax，并让数值**和梯度**在极端输入下也正确；
# - 区分“纸面上正确”的公式与“浮点运算中正确”的公式；
# - 用两个亲手设定的 ReLU 单元解决异或（XOR）问题；
# - 说明为什么若干线性层叠在一起仍然只是一个线性层，并把这一层算出来。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行。评分时还会运行隐藏的检查：
# 其他形状与数据类型、极端输入、梯度。通过可见的示例只是开始，并不是终点。任何输入都不得被原地修改。
# 全部写好之后，靠近末尾的 `show_boundaries()` 会用你的函数训练几个小网络，并画出它们怎样划分平面。
#
# 有几条约定适用于所有以张量为输入的练习：输入可以是 float32 或 float64，结果与输入的 dtype 相同，并始终按这一精度计算；
# “任意形状”包括单个数（没有轴）和没有元素的张量；梯度要能传回每一个输入的张量，并与 torch 给出的一致。

# %%
import math

import torch

# %% [markdown] lang="en"
# ## The linear layer
#
# Every output of a linear layer is a weighted sum of all inputs plus a bias. With the weight stored as
# `(out_features, in_features)`, one row of weights for each output, this is
#
# $$y = x W^\top + b$$
#
# Textbooks write $y = Wx + b$ for one column vector $x$. In code the features stand on the **last** axis, and hence the
# transpose. Whatever stands before that axis (a batch, time steps, pixels, or nothing at all) is kept: a Transformer applies
# one linear layer to `(batch, time, features)`.
#
# A linear layer gathers what earlier layers found: after flattening a feature map, or as the last layer of a classifier. It is
# often called "linear", but with a bias it is *affine*: zero goes in, and $b$ comes out. It is also often believed that
# the input has to be two-dimensional; it does not. A batch may even be empty: a leading axis of length 0 stays one.
#
# Write `linear`. Do not call `F.linear` or `nn.Linear`; products such as `@` are allowed.

# %% [markdown] lang="zh"
# ## 线性层
#
# 线性层（linear layer）的每个输出都是所有输入的加权和再加上一个偏置（bias）。权重按 `(out_features, in_features)` 存放，
# 每个输出占一行，于是
#
# $$y = x W^\top + b$$
#
# 教科书对单个列向量 $x$ 写作 $y = Wx + b$；而在代码里特征位于**最后**一个轴，所以要转置。最后一轴之前的部分
# （批次、时间步、像素，或者什么都没有）保持不变：Transformer 就把同一个线性层用在 `(batch, time, features)` 上。
#
# 线性层负责汇总前面各层提取到的信息：例如接在展平后的特征图之后，或作为分类器的最后一层。它虽被称为“线性”，
# 但带偏置时其实是**仿射**（affine）变换：输入为零时输出是 $b$。另一个常见误解是输入必须是二维的，其实不必。
# 批次甚至可以是空的：长度为 0 的前导轴，结果中仍是长度为 0 的轴。
#
# 请编写 `linear`。不要调用 `F.linear` 或 `nn.Linear`；`@` 之类的乘法可以使用。


# %% exercise="linear" equal="torch.nn.functional.linear" stub={"en": "linear is not written yet: a weighted sum over the last axis, plus the bias", "zh": "linear 尚未编写：对最后一个轴加权求和，再加上偏置"}
def linear(x, weight, bias=None):
    """Apply an affine map to the last axis.

    Args:
        x: tensor of shape (*, in_features), with any number of leading axes, also none; one of them may have the length 0.
        weight: tensor of shape (out_features, in_features).
        bias: tensor of shape (out_features,), or None for no bias.

    Returns:
        A tensor of shape (*, out_features) and the dtype of `x`.

    zh: 对最后一个轴作仿射变换。

    参数：
        x: 形状为 (*, in_features) 的张量，前导轴可以有任意多个，也可以没有；其中可以有一个的长度为 0。
        weight: 形状为 (out_features, in_features) 的张量。
        bias: 形状为 (out_features,) 的张量，None 表示没有偏置。

    返回：
        形状为 (*, out_features) 的张量，数据类型与 `x` 相同。
    """
    ### BEGIN SOLUTION
    y = x @ weight.T
    return y if bias is None else y + bias
    ### END SOLUTION


# %% examples="linear"
x = torch.tensor([[2.0, 1.0], [0.5, -0.5]])
y = linear(x, torch.tensor([[0.5, -0.25], [0.0, 1.0]]))
assert torch.allclose(y, torch.tensor([[0.75, 1.0], [0.375, -0.5]])), f"two samples, no bias: got {y}"
# zh: 两个样本，没有偏置：得到 {y}

y = linear(x, torch.eye(2), torch.tensor([0.1, -1.0]))
assert torch.allclose(y, torch.tensor([[2.1, 0.0], [0.6, -1.5]])), f"with a bias: got {y}"
# zh: 有偏置：得到 {y}

# %% [markdown] lang="en"
# ## The linear layer, backwards
#
# Autograd writes this pass for you; once it is worth doing by hand. Given is the gradient $\partial L / \partial y$ of the loss with respect to the output, `dy`. An input reaches the loss
# through every output that it contributes to, with the weight on the way as factor; with one row for each of the $N$ samples,
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, W$$
#
# A weight and a bias serve **every** sample, and therefore their gradients are sums over all of them:
#
# $$\frac{\partial L}{\partial W_{oi}} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{no}}\, x_{ni}, \qquad \frac{\partial L}{\partial b_o} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{no}}$$
#
# - Shapes nearly write the pass: a gradient has the shape of what it belongs to, so $\partial L / \partial W$ is `(out_features, in_features)` like the weight, and each product can be put together in one way only.
#   If the weight is square, shapes alone no longer tell $W$ from $W^\top$.
# - It is a sum, not a mean. Where a mean belongs, the loss has taken it, and `dy` is small already.
# - All leading axes count as samples: for `(batch, time, features)` the sums run over batch **and** time. Without a leading axis there is one sample; with none (an axis of length 0) the sums are zero.
#
# Write `linear_backward`. Call neither torch's linear layers nor autograd (`backward`, `torch.autograd.grad`). Your result is a gradient already, and nothing is differentiated through it.

# %% [markdown] lang="zh"
# ## 线性层的反向计算
#
# 这一步 autograd 会代劳，但值得亲手写一次。已知损失对输出的梯度 $\partial L / \partial y$，记作 `dy`。一个输入通过它所参与的每个输出影响损失，途中的权重就是系数；每个样本占一行，共 $N$ 行，于是
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, W$$
#
# 权重和偏置用于**每一个**样本，因此它们的梯度是对所有样本求和：
#
# $$\frac{\partial L}{\partial W_{oi}} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{no}}\, x_{ni}, \qquad \frac{\partial L}{\partial b_o} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{no}}$$
#
# - 形状几乎就决定了写法：梯度的形状与它所属的量相同，所以 $\partial L / \partial W$ 与权重一样是 `(out_features, in_features)`，每个乘积只有一种拼法。但若权重是方阵，单凭形状就分不清 $W$ 与 $W^\top$ 了。
# - 这里是求和，不是平均。该平均的地方，损失已经平均过了，`dy` 本来就小。
# - 所有前导轴都算作样本：对 `(batch, time, features)`，求和同时取遍批次**和**时间步。没有前导轴就是一个样本；前导轴长度为 0 就没有样本，和为零。
#
# 请编写 `linear_backward`。既不要调用 torch 的线性层，也不要用 autograd（`backward`、`torch.autograd.grad`）。你的结果本身就是梯度，不再对它求导。


# %% exercise="linear_backward" without=["torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad", "torch.autograd.functional", "torch.func"] uses=["linear"] stub={"en": "linear_backward is not written yet: three gradients, each in the shape of what it belongs to", "zh": "linear_backward 尚未编写：三个梯度，各与所属的量形状相同"}
def linear_backward(dy, x, weight):
    """Compute the gradients of a linear layer with a bias.

    Args:
        dy: gradient of the loss with respect to the output, shape (*, out_features).
        x: the input of the forward pass, shape (*, in_features), with any number of leading axes, also none; one of them
            may have the length 0.
        weight: tensor of shape (out_features, in_features).

    Returns:
        A tuple (dx, dweight, dbias): the gradients of the input, the weight and the bias, each in the shape of what it
        belongs to and all of the dtype of `x`.

    zh: 计算带偏置的线性层的梯度。

    参数：
        dy: 损失对输出的梯度，形状为 (*, out_features)。
        x: 前向计算的输入，形状为 (*, in_features)，前导轴可以有任意多个，也可以没有；其中可以有一个的长度为 0。
        weight: 形状为 (out_features, in_features) 的张量。

    返回：
        元组 (dx, dweight, dbias)：输入、权重和偏置的梯度，各与所属的量形状相同，数据类型都与 `x` 相同。
    """
    ### BEGIN SOLUTION
    rows_dy, rows_x = dy.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return dy @ weight, rows_dy.T @ rows_x, rows_dy.sum(dim=0)
    ### END SOLUTION


# %% examples="linear_backward"
# Two samples, two inputs, one output: each sample sends its gradient times the weights back to its inputs.
# zh: 两个样本、两个输入、一个输出：每个样本把自己的梯度乘以权重，传回它的各个输入。
dy, x = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0, 0.0], [0.0, 5.0]])
dx, dweight, dbias = linear_backward(dy, x, torch.tensor([[10.0, 20.0]]))
assert dx.tolist() == [[10.0, 20.0], [20.0, 40.0]], dx
# The weight adds up over the samples: 1 * 3 + 2 * 0 and 1 * 0 + 2 * 5.
# zh: 权重的梯度对样本求和：1 * 3 + 2 * 0 和 1 * 0 + 2 * 5。
assert dweight.tolist() == [[3.0, 10.0]], dweight
assert dbias.tolist() == [3.0], dbias

# %% [markdown] lang="en"
# ## ReLU
#
# Two linear layers in a row are again one linear layer (the last exercise proves it). What makes depth worth its price is a
# non-linear function between them, applied to each element. The most used one is also the simplest, the *rectified linear
# unit*:
#
# $$\mathrm{ReLU}(x) = \max(0, x)$$
#
# ![ReLU and leaky ReLU with their slopes: the two differ only below zero](picture:relu_family)
#
# It costs next to nothing, and its slope is exactly 1 wherever a unit is active, so that gradients do not fade on their way
# through many layers. At the kink $x = 0$ there is no derivative. torch chooses 0 there, and so do you.
#
# The formula can be written in many ways, and they are **not** all the same in floating point:
#
# - multiplying by a mask of zeros and ones seems harmless, but $0 \cdot \infty$ is NaN;
# - `<`, `>` and `==` with NaN are always false, so that a careless choice turns NaN into 0 and hides that training has
#   broken down. NaN must stay NaN;
# - torch's own ways to take a maximum agree in value, and differ in the gradient that they choose at 0.
#
# Write `relu`. Do not call torch's ReLU or one of its relatives (leaky, ELU, hardtanh, threshold); comparisons,
# `torch.where` and maxima are allowed.

# %% [markdown] lang="zh"
# ## ReLU
#
# 两个相连的线性层合起来还是一个线性层（最后一道练习会证明这一点）。让深度有意义的，是夹在它们之间、逐元素作用的非线性函数。
# 其中最常用的恰好也最简单，即**修正线性单元**（rectified linear unit, ReLU）：
#
# $$\mathrm{ReLU}(x) = \max(0, x)$$
#
# ![ReLU 与 leaky ReLU 及其斜率：二者只在零以下不同](picture:relu_family)
#
# 它几乎不花计算量；只要单元处于激活状态，斜率就恰好是 1，梯度穿过许多层也不会衰减。在折点 $x = 0$ 处导数不存在，
# torch 约定取 0，你也要这样做。
#
# 这个公式有许多写法，但在浮点运算中它们**并不**等价：
#
# - 乘以由 0 和 1 组成的掩码看似无害，然而 $0 \cdot \infty$ 是 NaN；
# - 任何数与 NaN 做 `<`、`>`、`==` 比较都为假，选择分支时稍不留神就会把 NaN 变成 0，从而掩盖训练已经崩溃的事实。
#   NaN 必须仍是 NaN；
# - torch 中几种取最大值的办法数值相同，但在 0 处选取的梯度各不相同。
#
# 请编写 `relu`。不要调用 torch 的 ReLU 及其同类（leaky、ELU、hardtanh、threshold）；比较、`torch.where`
# 和取最大值都可以使用。


# %% exercise="relu" stub={"en": "relu is not written yet: zero below zero, the input itself above", "zh": "relu 尚未编写：零以下为零，零以上为输入本身"}
def relu(x):
    """Set negative elements to zero.

    The gradient is 1 where x > 0 and 0 where x <= 0, also at 0 itself. NaN stays NaN.

    Args:
        x: floating point tensor of any shape; infinities and NaN may occur.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 把负的元素置零。

    梯度在 x > 0 处是 1，在 x <= 0 处是 0，在 0 处也是 0。NaN 仍是 NaN。

    参数：
        x: 浮点张量，形状任意；其中可能有无穷大和 NaN。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    return torch.where(x <= 0, 0, x)
    ### END SOLUTION


# %% examples="relu"
x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 3.0], requires_grad=True)
y = relu(x)
assert y.tolist() == [0.0, 0.0, 0.0, 0.5, 3.0], f"negative numbers become 0: got {y}"
# zh: 负数应变成 0：得到 {y}

y.sum().backward()
assert x.grad[0] == 0 and x.grad[4] == 1, f"the slope is 0 below zero and 1 above: got {x.grad}"
# zh: 斜率在零以下是 0，在零以上是 1：得到 {x.grad}

# %% [markdown] lang="en"
# ## Leaky ReLU
#
# A ReLU unit whose input is negative for every sample gets no gradient at all: its weights no longer change, and it is called *dead*.
# The leaky ReLU keeps a small slope $s$ below zero, so that some gradient always comes back:
#
# $$\mathrm{LeakyReLU}(x) = \begin{cases} x & \text{if } x > 0 \\ s\,x & \text{otherwise} \end{cases}$$
#
# The usual slope is 0.01, but it is an ordinary argument. With $s = 0$ this is ReLU on finite inputs, with $s = 1$ the identity.
#
# Often one reads $\max(x, s x)$ instead. That is the same only for $s \le 1$: with $s = 2$ it picks the wrong piece
# on both sides. Here any slope must work, also one above 1 or below 0. NaN stays NaN, and with a positive slope infinities
# stay what they are.
#
# At 0 the second case holds, and hence **the gradient at 0 is $s$**, as in torch.
#
# Write `leaky_relu`. What may not be called is the same as before.

# %% [markdown] lang="zh"
# ## Leaky ReLU
#
# 如果某个 ReLU 单元对所有样本的输入都是负数，它就得不到任何梯度，权重不再变化，人们称它“死亡”（dead）。
# Leaky ReLU 在零以下保留一个小斜率 $s$，使梯度总能回传一部分：
#
# $$\mathrm{LeakyReLU}(x) = \begin{cases} x & \text{若 } x > 0 \\ s\,x & \text{其他} \end{cases}$$
#
# 斜率通常取 0.01，但它只是一个普通参数：对有限的输入，$s = 0$ 时就是 ReLU，$s = 1$ 时就是恒等映射。
#
# 常见的另一种写法是 $\max(x, s x)$。它只在 $s \le 1$ 时与上式相同；当 $s = 2$ 时，它在零的两侧都选错了分支。
# 这里任何斜率都必须正确，包括大于 1 和小于 0 的。NaN 仍是 NaN；斜率为正时，无穷大仍是同号的无穷大。
#
# 在 0 处适用第二种情形，因此**在 0 处的梯度是 $s$**，与 torch 一致。
#
# 请编写 `leaky_relu`。不得调用的函数与上一题相同。


# %% exercise="leaky_relu" uses=["relu"] stub={"en": "leaky_relu is not written yet: the input itself above zero, slope times the input elsewhere", "zh": "leaky_relu 尚未编写：零以上为输入本身，其余为斜率乘以输入"}
def leaky_relu(x, slope=0.01):
    """Scale the elements that are not positive by `slope`.

    The gradient is 1 where x > 0 and `slope` where x <= 0, also at 0 itself. NaN stays NaN.

    Args:
        x: floating point tensor of any shape; infinities and NaN may occur.
        slope: the slope below zero, any number, also above 1 or negative.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 把非正的元素乘以 `slope`。

    梯度在 x > 0 处是 1，在 x <= 0 处是 `slope`，在 0 处也是 `slope`。NaN 仍是 NaN。

    参数：
        x: 浮点张量，形状任意；其中可能有无穷大和 NaN。
        slope: 零以下的斜率，可以是任意数，大于 1 或为负均可。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, slope * x)
    ### END SOLUTION


# %% examples="leaky_relu"
x = torch.tensor([-4.0, -1.0, 0.0, 2.0])
y = leaky_relu(x, slope=0.25)
assert y.tolist() == [-1.0, -0.25, 0.0, 2.0], f"slope 0.25 below zero: got {y}"
# zh: 零以下的斜率是 0.25：得到 {y}

y = leaky_relu(x)
assert torch.allclose(y, torch.tensor([-0.04, -0.01, 0.0, 2.0])), f"the slope is 0.01 where none is given: got {y}"
# zh: 没有给出斜率时应为 0.01：得到 {y}

# %% [markdown] lang="en"
# ## Sigmoid
#
# The logistic sigmoid maps every real number into $(0, 1)$, so that a score can be read as a probability. It is the output of a
# binary classifier, and the gate of an LSTM or GRU:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}}$$
#
# ![the sigmoid rises from 0 to 1; its slope has its maximum 0.25 at 0](picture:sigmoid_and_slope)
#
# It is sometimes called non-monotonic, or insensitive to its input. Neither is right: it is **strictly increasing**, steep
# near 0, and flat in both tails.
#
# Both fractions are exact on paper, and each fails in floating point on one side: $e^{1000}$ is infinite. The second gives
# $\infty / \infty$, which is NaN. The first still gives the right *value*, since $1 / \infty = 0$, but its gradient multiplies 0 by
# $\infty$. One NaN in a gradient is enough to spoil all weights at the next step. So take each fraction where it is harmless.
# Two traps remain:
#
# - `torch.where` computes **both** branches, and sends a gradient of 0 into the one that was not chosen. There,
#   $0 \cdot \infty$ is NaN again: what goes into a branch must be harmless even where it is not chosen;
# - $|x|$ has the gradient 0 at 0 in torch, whereas the sigmoid's is $1/4$ there.
#
# Write `sigmoid`. Do not call torch's sigmoid in any form (`expit`, `logsigmoid`, `SiLU`, `glu`), nor tanh or softmax.

# %% [markdown] lang="zh"
# ## Sigmoid
#
# Logistic sigmoid 把任意实数映射到 $(0, 1)$，于是一个打分可以当作概率来读。它用作二分类器的输出，也用作 LSTM 和 GRU 的门：
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}}$$
#
# ![sigmoid 从 0 升到 1；其斜率在 0 处达到最大值 0.25](picture:sigmoid_and_slope)
#
# 有人说它“非单调”，或“对输入的变化不敏感”。两种说法都不对：它**严格递增**，在 0 附近陡峭，在两侧的尾部平坦。
#
# 上面两个分式在纸面上都精确，但在浮点运算中各有一侧会出问题：$e^{1000}$ 是无穷大。第二个分式会得到 $\infty / \infty$，
# 即 NaN。第一个分式的*数值*仍然正确，因为 $1 / \infty = 0$，可是它的梯度要用 0 乘以 $\infty$。
# 梯度里只要有一个 NaN，下一步更新就会毁掉所有权重。因此应在每个分式无害的那一侧使用它。此外还有两个陷阱：
#
# - `torch.where` 会把**两个**分支都算出来，并给没被选中的分支传回梯度 0，而 $0 \cdot \infty$ 又是 NaN：
#   送进一个分支的数值，即使在没被选中的位置也必须无害；
# - 在 torch 中 $|x|$ 在 0 处的梯度是 0，而 sigmoid 在那里的梯度是 $1/4$。
#
# 对有限的输入（±10,000 乃至更大），数值和梯度都不得是 NaN；在 float64 中结果要精确到 $10^{-12}$。
#
# 请编写 `sigmoid`。不要以任何形式调用 torch 的 sigmoid（`expit`、`logsigmoid`、`SiLU`、`glu`），也不要调用 tanh 或 softmax。


# %% exercise="sigmoid" equal="torch.sigmoid" stub={"en": "sigmoid is not written yet: use each fraction where its exponential cannot overflow", "zh": "sigmoid 尚未编写：每个分式都用在指数不会溢出的一侧"}
def sigmoid(x):
    """Map each element into (0, 1) by the logistic function.

    Neither the result nor its gradient is NaN for finite `x`, however large (±10,000 and more). The gradient at 0 is 0.25.

    Args:
        x: floating point tensor of any shape.

    Returns:
        A tensor of the shape and dtype of `x`, accurate to 1e-12 in float64.

    zh: 用 logistic 函数把每个元素映射到 (0, 1)。

    对有限的 `x`，无论多大（±10,000 乃至更大），结果和梯度都不是 NaN。在 0 处的梯度是 0.25。

    参数：
        x: 浮点张量，形状任意。

    返回：
        形状和数据类型与 `x` 相同的张量，在 float64 中精确到 1e-12。
    """
    ### BEGIN SOLUTION
    of_positive = 1 / (1 + torch.exp(-x.clamp(min=0)))
    exp = torch.exp(x.clamp(max=0))
    return torch.where(x >= 0, of_positive, exp / (1 + exp))
    ### END SOLUTION


# %% examples="sigmoid"
# 1 / (1 + e^-x) with x = log 3 is 1 / (1 + 1/3) = 3/4, and with x = -log 3 it is 1 / (1 + 3) = 1/4.
# zh: x = log 3 时，1 / (1 + e^-x) 是 1 / (1 + 1/3) = 3/4；x = -log 3 时是 1 / (1 + 3) = 1/4。
y = sigmoid(torch.tensor([0.0, math.log(3), -math.log(3)]))
assert torch.allclose(y, torch.tensor([0.5, 0.75, 0.25])), f"sigmoid of 0, log 3 and -log 3: got {y}"
# zh: 0、log 3 和 -log 3 的 sigmoid：得到 {y}

# %% [markdown] lang="en"
# ## The gradient of the sigmoid
#
# In the backward pass a layer needs its derivative. The sigmoid's can be computed from its *output* $y = \sigma(x)$ alone:
#
# $$\frac{d\sigma}{dx} = y\,(1 - y)$$
#
# This is why autograd keeps the output of a sigmoid rather than its input, and why the layer needs no second exponential to go
# back.
#
# The derivative lies in $(0, 0.25]$. One often reads $(0, 0.25)$, but the maximum 0.25 **is** reached: at $x = 0$, where
# $y = 0.5$. Ten sigmoid layers in a row multiply the gradient by $0.25^{10} \approx 10^{-6}$ at best (weights aside): this is the
# *vanishing gradient*, and one reason why hidden layers use ReLU today. Where $y$ is rounded to 0 or 1 the gradient is 0, and the
# unit is called saturated. The result can be differentiated once more, with the gradient $1 - 2y$.
#
# Write `sigmoid_grad`, whose argument is the **output** $y$, not $x$. No call of torch's sigmoid is needed, and none is allowed.

# %% [markdown] lang="zh"
# ## Sigmoid 的梯度
#
# 反向传播时，每一层都需要自己的导数。Sigmoid 的导数只用它的*输出* $y = \sigma(x)$ 就能算出：
#
# $$\frac{d\sigma}{dx} = y\,(1 - y)$$
#
# 正因如此，自动求导为 sigmoid 保存的是输出而不是输入，反向时也不必再算一次指数。
#
# 这个导数位于 $(0, 0.25]$。常见的说法是 $(0, 0.25)$，但最大值 0.25 **确实**能取到：就在 $x = 0$，即 $y = 0.5$ 处。
# 十个 sigmoid 层相连，即使在最好的情况下（不计权重）梯度也要乘以 $0.25^{10} \approx 10^{-6}$：这就是*梯度消失*，
# 也是如今隐藏层多用 ReLU 的原因之一。当 $y$ 被舍入为 0 或 1 时梯度为 0，称该单元已饱和（saturated）。
# 结果还可以再求一次导，其梯度是 $1 - 2y$。
#
# 请编写 `sigmoid_grad`，它的参数是**输出** $y$，而不是 $x$。不需要、也不允许调用 torch 的 sigmoid。


# %% exercise="sigmoid_grad" stub={"en": "sigmoid_grad is not written yet: the derivative, from the output alone", "zh": "sigmoid_grad 尚未编写：只由输出求导数"}
def sigmoid_grad(y):
    """Compute the derivative of the sigmoid from its output.

    Args:
        y: outputs of a sigmoid, a floating point tensor of any shape with values in [0, 1].

    Returns:
        The derivative dy/dx at each element, a tensor of the shape and dtype of `y`.

    zh: 由 sigmoid 的输出计算它的导数。

    参数：
        y: sigmoid 的输出，浮点张量，形状任意，数值在 [0, 1] 内。

    返回：
        每个元素处的导数 dy/dx，形状和数据类型与 `y` 相同的张量。
    """
    ### BEGIN SOLUTION
    return y * (1 - y)
    ### END SOLUTION


# %% examples="sigmoid_grad"
# y = 0.5 is the steepest place: 0.5 * 0.5. At y = 0.8 the slope is 0.8 * 0.2.
# zh: y = 0.5 处最陡：0.5 * 0.5。y = 0.8 处的斜率是 0.8 * 0.2。
grad = sigmoid_grad(torch.tensor([0.5, 0.8, 1.0]))
assert torch.allclose(grad, torch.tensor([0.25, 0.16, 0.0])), f"slopes at the outputs 0.5, 0.8 and 1: got {grad}"
# zh: 输出为 0.5、0.8 和 1 处的斜率：得到 {grad}

# %% [markdown] lang="en"
# ## Tanh
#
# The hyperbolic tangent has the sigmoid's shape, but its values lie in $(-1, 1)$, centred at zero:
#
# $$\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} = \frac{e^{2x} - 1}{e^{2x} + 1} = 2\,\sigma(2x) - 1$$
#
# Outputs around zero keep the inputs of the next layer around zero too. Recurrent networks use it for the state itself, and the
# sigmoid for their gates. Its slope is $1 - \tanh^2(x)$, and hence 1 at 0, four times that of the sigmoid.
#
# The relation to the sigmoid is easily misremembered: $2\sigma(x) - 1$ equals $\tanh(x / 2)$, not $\tanh(x)$.
#
# Two things go wrong when the formulas are typed as they stand:
#
# - **overflow.** For $x = 1000$ the exponentials are infinite, and $\infty / \infty$ is NaN. Beyond $|x| = 20$ the result is
#   $\pm 1$ in float64, so larger inputs need no exponential of their own;
# - **cancellation.** For small $x$ the answer is nearly $x$, but $e^{2x} - 1$ subtracts two numbers that are almost equal. With
#   $x = 10^{-8}$ in float32, $e^{2x}$ rounds to 1, and the difference to 0. `torch.expm1(z)` computes $e^{z} - 1$ without that
#   loss; the other ways to write $\tanh$ are no better near 0.
#
# Write `tanh`. Do not call torch's tanh. Your own `sigmoid` may be used.

# %% [markdown] lang="zh"
# ## Tanh
#
# 双曲正切与 sigmoid 形状相同，但取值在 $(-1, 1)$，以零为中心：
#
# $$\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} = \frac{e^{2x} - 1}{e^{2x} + 1} = 2\,\sigma(2x) - 1$$
#
# 输出以零为中心，下一层的输入也就在零附近。循环网络用它表示状态本身，而用 sigmoid 表示门。
# 它的斜率是 $1 - \tanh^2(x)$，在 0 处等于 1，是 sigmoid 的四倍。
#
# 它与 sigmoid 的关系容易记错：$2\sigma(x) - 1$ 等于 $\tanh(x / 2)$，而不是 $\tanh(x)$。
#
# 若把公式原样照抄，会出两个问题：
#
# - **溢出。** 当 $x = 1000$ 时指数为无穷大，而 $\infty / \infty$ 是 NaN。在 float64 中，$|x|$ 超过 20 时结果就是
#   $\pm 1$，更大的输入不必再单独计算指数；
# - **相消。** 当 $x$ 很小时答案几乎就是 $x$，而 $e^{2x} - 1$ 是两个几乎相等的数相减。在 float32 中取 $x = 10^{-8}$，
#   $e^{2x}$ 会舍入为 1，差就成了 0。`torch.expm1(z)` 计算 $e^{z} - 1$ 时没有这种损失；$\tanh$ 的其他写法在 0 附近同样不准。
#
# 对有限的输入（±10,000 乃至更大），数值和梯度都不得是 NaN；在 0 附近要有足够的相对精度：$\tanh(10^{-8})$ 是 $10^{-8}$，而不是 0。
#
# 请编写 `tanh`。不要调用 torch 的 tanh；可以使用你自己写的 `sigmoid`。


# %% exercise="tanh" equal="torch.tanh" uses=["sigmoid"] stub={"en": "tanh is not written yet: mind overflow far from 0 and cancellation near 0", "zh": "tanh 尚未编写：注意远离 0 处的溢出和 0 附近的相消"}
def tanh(x):
    """Map each element into (-1, 1) by the hyperbolic tangent.

    Neither the result nor its gradient is NaN for finite `x`, however large (±10,000 and more). Near 0 the result is
    accurate relative to its size: tanh(1e-8) is 1e-8 and not 0. The gradient at 0 is 1.

    Args:
        x: floating point tensor of any shape.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 用双曲正切把每个元素映射到 (-1, 1)。

    对有限的 `x`，无论多大（±10,000 乃至更大），结果和梯度都不是 NaN。在 0 附近结果有足够的相对精度：tanh(1e-8) 是
    1e-8，而不是 0。在 0 处的梯度是 1。

    参数：
        x: 浮点张量，形状任意。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    exp_minus_one = torch.expm1(2 * x.clamp(-20, 20))
    return exp_minus_one / (exp_minus_one + 2)
    ### END SOLUTION


# %% examples="tanh"
# With x = log 3: (3 - 1/3) / (3 + 1/3) = 0.8. With x = log 2: (2 - 1/2) / (2 + 1/2) = 0.6.
# zh: x = log 3 时：(3 - 1/3) / (3 + 1/3) = 0.8。x = log 2 时：(2 - 1/2) / (2 + 1/2) = 0.6。
y = tanh(torch.tensor([0.0, math.log(3), -math.log(3), math.log(2)]))
assert torch.allclose(y, torch.tensor([0.0, 0.8, -0.8, 0.6])), f"tanh of 0, log 3, -log 3 and log 2: got {y}"
# zh: 0、log 3、-log 3 和 log 2 的 tanh：得到 {y}

# %% [markdown] lang="en"
# ## GELU
#
# ReLU keeps or drops an input by its sign. The Gaussian error linear unit weighs it instead, by the probability that a
# standard normal variable is smaller:
#
# $$\mathrm{GELU}(x) = x\,\Phi(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right)$$
#
# ![GELU is a smooth ReLU with a dip of -0.17 at x = -0.75](picture:gelu_and_relu)
#
# BERT, GPT-2 and many Transformers since use it in their feed-forward layers. It is smooth, so that its gradient does not jump at 0, and
# units with a slightly negative input still learn. Unlike ReLU it is **not** monotonic: it dips to about $-0.17$ at
# $x \approx -0.75$, and then returns to zero.
#
# When `erf` was slow, an approximation came into use that many pretrained models still expect:
#
# $$\mathrm{GELU}_{\tanh}(x) = \frac{x}{2}\left(1 + \tanh\left(\sqrt{2 / \pi}\,\bigl(x + 0.044715\,x^3\bigr)\right)\right)$$
#
# The two differ by up to 0.0005. That is little, but enough to change what a model answers, so a model must be run with the form
# it was trained with. A third form, $x\,\sigma(1.702\,x)$, is also called GELU here and there; it is off by up to 0.02, and is
# neither of the two.
#
# Write `gelu` with torch's argument `approximate`. Do not call torch's GELU. `torch.erf`, `torch.tanh` and your own `tanh` may be
# used.

# %% [markdown] lang="zh"
# ## GELU
#
# ReLU 按符号决定输入的去留。高斯误差线性单元（Gaussian error linear unit, GELU）则给输入加权，
# 权重是标准正态变量小于该输入的概率：
#
# $$\mathrm{GELU}(x) = x\,\Phi(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right)$$
#
# ![GELU 是平滑的 ReLU，在 x = -0.75 处下探到 -0.17](picture:gelu_and_relu)
#
# BERT、GPT-2 以及此后的许多 Transformer 都在前馈层中使用它。它是平滑的，梯度在 0 处不会跳变，输入略小于零的单元也还能学习。
# 与 ReLU 不同，它**不是**单调的：在 $x \approx -0.75$ 处下探到约 $-0.17$，然后回到零。
#
# 早年 `erf` 计算较慢，于是有了一个近似式，许多预训练模型至今仍以它为准：
#
# $$\mathrm{GELU}_{\tanh}(x) = \frac{x}{2}\left(1 + \tanh\left(\sqrt{2 / \pi}\,\bigl(x + 0.044715\,x^3\bigr)\right)\right)$$
#
# 二者最多相差 0.0005。差别虽小，却足以改变模型的回答，因此模型必须使用训练时的那一种。偶尔还有人把
# $x\,\sigma(1.702\,x)$ 也叫作 GELU；它的误差可达 0.02，与上面两种都不是一回事。`approximate` 取其他值时，应抛出 `ValueError`。
# 两种形式都要能处理大到 ±10,000 的输入，数值和梯度都不得是 NaN。
#
# 请编写 `gelu`，参数 `approximate` 与 torch 相同。不要调用 torch 的 GELU；可以使用 `torch.erf`、`torch.tanh` 和你自己写的 `tanh`。


# %% exercise="gelu" also=["torch.tanh"] uses=["tanh", "sigmoid"] stub={"en": "gelu is not written yet: the input times the normal distribution function, in two forms", "zh": "gelu 尚未编写：输入乘以正态分布的分布函数，有两种形式"}
def gelu(x, approximate="none"):
    """Weigh each element by the standard normal distribution function.

    Neither the result nor its gradient is NaN for values up to ±10,000, in both forms.

    Args:
        x: floating point tensor of any shape, values up to ±10,000.
        approximate: "none" for the exact form, "tanh" for the approximation with tanh.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: `approximate` is neither "none" nor "tanh".

    zh: 用标准正态分布的分布函数给每个元素加权。

    数值大到 ±10,000 时，两种形式的结果和梯度都不是 NaN。

    参数：
        x: 浮点张量，形状任意，数值不超过 ±10,000。
        approximate: "none" 表示精确形式，"tanh" 表示用 tanh 的近似形式。

    返回：
        形状和数据类型与 `x` 相同的张量。

    抛出：
        ValueError: `approximate` 既不是 "none" 也不是 "tanh"。
    """
    ### BEGIN SOLUTION
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError(f'approximate is "none" or "tanh", not {approximate!r}')
    ### END SOLUTION


# %% examples="gelu"
# A standard normal variable is below 1 with the probability 0.8413447, and below -1 with 0.1586553.
# zh: 标准正态变量小于 1 的概率是 0.8413447，小于 -1 的概率是 0.1586553。
y = gelu(torch.tensor([-1.0, 0.0, 1.0]))
assert torch.allclose(y, torch.tensor([-0.1586553, 0.0, 0.8413447])), f"GELU of -1, 0 and 1: got {y}"
# zh: -1、0 和 1 的 GELU：得到 {y}

# %% [markdown] lang="en"
# ## Softmax
#
# Softmax turns the scores $z$ of $C$ classes, the *logits*, into probabilities: non-negative numbers with the sum 1, in the same order.
# It is the last step of a classifier, and the heart of attention:
#
# $$p_i = \frac{e^{z_i}}{\sum_{j=1}^{C} e^{z_j}}$$
#
# Only differences between logits count: adding the same number $c$ to all of them changes nothing. So one may subtract the
# largest, after which no exponent is above 0, and none can overflow:
#
# $$\frac{e^{z_i - m}}{\sum_{j} e^{z_j - m}} = \frac{e^{z_i}}{\sum_{j} e^{z_j}}, \qquad m = \max_j z_j$$
#
# It is often believed that any large number to subtract will do, for instance the maximum of the whole tensor. It has to be close
# to the maximum **of the same slice**, and simplest is that maximum itself: a row whose logits all lie 1000 below the global maximum underflows to $0 / 0$.
#
# Softmax is no element-wise function: each output depends on all inputs of its slice, and its derivative is a matrix,
#
# $$\frac{\partial p_i}{\partial z_j} = p_i\,(\delta_{ij} - p_j)$$
#
# A logit of $-\infty$ means "impossible", as attention masks use it: its probability is exactly 0, and so is its gradient.
# The derivative is the same formula where several logits tie for the maximum, and nothing becomes NaN for logits of ±10,000.
# Which axis holds the classes is given by `dim`; mixing up axes is the most frequent mistake, and raises no error.
#
# Write `softmax`. Do not call torch's softmax, log-softmax or softmin.

# %% [markdown] lang="zh"
# ## Softmax
#
# Softmax 把 $C$ 个类别的打分 $z$（即 *logits*）变成概率：非负，和为 1，大小次序不变。它是分类器的最后一步，也是注意力的核心：
#
# $$p_i = \frac{e^{z_i}}{\sum_{j=1}^{C} e^{z_j}}$$
#
# 起作用的只是 logits 之间的差：给所有 logits 加上同一个数 $c$，结果不变。因此可以减去其中最大的一个，
# 这样所有指数都不大于 0，也就不会溢出：
#
# $$\frac{e^{z_i - m}}{\sum_{j} e^{z_j - m}} = \frac{e^{z_i}}{\sum_{j} e^{z_j}}, \qquad m = \max_j z_j$$
#
# 常有人以为减去任何一个足够大的数都行，比如整个张量的最大值。其实它必须接近**同一个切片内**的最大值，最简单就是取这个最大值：
# 若某一行的 logits 都比全局最大值小 1000，这一行就会下溢成 $0 / 0$。
#
# Softmax 不是逐元素的函数：每个输出都依赖于所在切片的全部输入，它的导数是一个矩阵，
#
# $$\frac{\partial p_i}{\partial z_j} = p_i\,(\delta_{ij} - p_j)$$
#
# 取值为 $-\infty$ 的 logit 表示“不可能”，注意力的掩码就是这样用的：它的概率恰好是 0，梯度也是 0。
# 几个 logits 同为最大值时，导数仍是这个公式；logits 达到 ±10,000 时，结果中也不得出现 NaN。
# 类别位于哪个轴由 `dim` 给出（也可以从后往前数）；弄错轴是最常见的错误，而且不会报错。
#
# 请编写 `softmax`。不要调用 torch 的 softmax、log-softmax 或 softmin。


# %% exercise="softmax" also=["torch.logsumexp"] stub={"en": "softmax is not written yet: exponentials over their sum, safe for large logits", "zh": "softmax 尚未编写：指数除以指数之和，logits 很大时也要安全"}
def softmax(x, dim):
    """Turn logits into probabilities along one axis.

    Args:
        x: floating point tensor with at least one axis. Logits may be as large as ±10,000 and more, and some may be minus
            infinity, but never all of a slice.
        dim: the axis over which the probabilities sum to 1, also counted from the end.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 沿一个轴把 logits 变成概率。

    参数：
        x: 至少有一个轴的浮点张量。logits 可能达到 ±10,000 乃至更大，其中一些可能是负无穷，但一个切片不会全是负无穷。
        dim: 概率之和为 1 的那个轴，也可以从后往前数。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    exp = torch.exp(x - x.amax(dim, keepdim=True).detach())
    return exp / exp.sum(dim, keepdim=True)
    ### END SOLUTION


# %% examples="softmax"
# e^0 : e^(log 3) is 1 : 3. Two equal logits share evenly, whatever their size.
# zh: e^0 : e^(log 3) 等于 1 : 3。两个相等的 logits 无论多大都平分概率。
p = softmax(torch.tensor([[0.0, math.log(3)], [7.0, 7.0]]), dim=1)
assert torch.allclose(p, torch.tensor([[0.25, 0.75], [0.5, 0.5]])), f"each row sums to 1: got {p}"
# zh: 每一行的和应为 1：得到 {p}

# %% [markdown] lang="en"
# ## XOR with two ReLU units
#
# Exclusive or is 1 where exactly one of two bits is 1. It is famous for what cannot compute it: no linear layer can. Any affine
# function $f$ on the corners of the unit square satisfies
#
# $$f(0, 0) + f(1, 1) = f(0, 1) + f(1, 0)$$
#
# and for XOR the left side would be 0 and the right side 2. Stacking more linear layers does not help, however many there are: the
# result is affine again. It is often said that XOR needs a *deep* network; one hidden layer with **two** ReLU units is enough:
#
# $$y = W_2\,\mathrm{ReLU}(W_1 x + b_1) + b_2$$
#
# The hidden layer moves the four points so that a straight line can separate them. In the picture $(0, 1)$ and $(1, 0)$ fall on the
# same place.
#
# ![left: no straight line separates the two classes; right: in the hidden layer one does](picture:xor_space)
#
# Find weights by hand, no training needed (each output within $10^{-6}$, and the same weights on every call): think of two ReLU units whose sum or difference is 1 for unequal bits and 0
# for equal ones. There are many solutions, and all count. The weights have torch's layout, one row for each output. Nothing is forbidden
# in this exercise.

# %% [markdown] lang="zh"
# ## 用两个 ReLU 单元解决 XOR
#
# 异或（exclusive or, XOR）在两个比特恰有一个为 1 时取 1。它之所以出名，是因为线性层算不出它。
# 任何仿射函数 $f$ 在单位正方形的四个角上都满足
#
# $$f(0, 0) + f(1, 1) = f(0, 1) + f(1, 0)$$
#
# 而对 XOR 来说，左边应为 0，右边应为 2。再叠多少线性层都无济于事，因为结果仍是仿射函数。常有人说 XOR 需要*深层*网络；
# 其实一个含**两个** ReLU 单元的隐藏层就够了：
#
# $$y = W_2\,\mathrm{ReLU}(W_1 x + b_1) + b_2$$
#
# 隐藏层把四个点挪到了一条直线就能分开的位置。图中 $(0, 1)$ 与 $(1, 0)$ 落在同一处。
#
# ![左：没有直线能分开两类；右：在隐藏层中可以](picture:xor_space)
#
# 请亲手找出权重，不需要训练（每个输出的误差不超过 $10^{-6}$，每次调用给出相同的权重）：设想两个 ReLU 单元，它们的和或差在两个比特不同时为 1，相同时为 0。解有很多种，都算正确。
# 权重是 float32，采用 torch 的布局，每个输出占一行。这道练习没有禁止调用的函数。


# %% exercise="xor_network" also=["*"] stub={"en": "xor_network is not written yet: choose the weights of two hidden ReLU units and one output", "zh": "xor_network 尚未编写：选定两个隐藏 ReLU 单元和一个输出的权重"}
def xor_network():
    """Give the weights of a ReLU network that computes XOR.

    The network is y = weight2 @ relu(weight1 @ x + bias1) + bias2. On the four inputs (0, 0), (0, 1), (1, 0), (1, 1) its
    output is 0, 1, 1, 0, each within 1e-6. Every call gives the same weights.

    Returns:
        (weight1, bias1, weight2, bias2), float32 tensors of the shapes (2, 2), (2,), (1, 2), (1,).

    zh: 给出一个计算 XOR 的 ReLU 网络的权重。

    网络是 y = weight2 @ relu(weight1 @ x + bias1) + bias2。对四个输入 (0, 0), (0, 1), (1, 0), (1, 1)，输出是 0, 1, 1,
    0，误差各不超过 1e-6。每次调用给出相同的权重。

    返回：
        (weight1, bias1, weight2, bias2)，形状为 (2, 2), (2,), (1, 2), (1,) 的 float32 张量。
    """
    ### BEGIN SOLUTION
    # Both units see the number of ones; the second counts only what exceeds one, and is subtracted twice.
    weight1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    bias1 = torch.tensor([0.0, -1.0])
    weight2 = torch.tensor([[1.0, -2.0]])
    bias2 = torch.tensor([0.0])
    return weight1, bias1, weight2, bias2
    ### END SOLUTION


# %% examples="xor_network"
weight1, bias1, weight2, bias2 = xor_network()
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
hidden = (bits @ weight1.T + bias1).clamp(min=0)
y = (hidden @ weight2.T + bias2).squeeze(1)
assert torch.allclose(y, torch.tensor([0.0, 1.0, 1.0, 0.0]), atol=1e-6), f"XOR of 00, 01, 10 and 11: got {y.tolist()}"
# zh: 00、01、10 和 11 的 XOR：得到 {y.tolist()}

# %% [markdown] lang="en"
# ## A stack of linear layers is one linear layer
#
# Put the second layer's input, $W_1 x + b_1$, into the second layer:
#
# $$W_2 (W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2)$$
#
# That is a single linear layer again, and so it goes on for any number of layers. Without non-linear functions in between, depth adds
# parameters and nothing else: a stack 100 → 1000 → 1000 → 10 computes only what 100 → 10 can. If a layer in the middle is *narrow*,
# the stack can do even less, for the rank of the product is at most its width. This is what LoRA makes use of, on purpose.
#
# Two mistakes are common. The product has the **last** layer on the left, the reverse of the order in which the layers are applied. And the
# biases do not simply add up: each one passes through all **later** weights. Gradients reach every weight and every bias.
#
# Write `collapse_linear`. Your own `linear` may be used; nothing is forbidden. A stack without layers raises `ValueError`.

# %% [markdown] lang="zh"
# ## 一叠线性层就是一个线性层
#
# 把第二层的输入 $W_1 x + b_1$ 代入第二层：
#
# $$W_2 (W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2)$$
#
# 结果又是一个线性层；层数再多也是如此。中间若没有非线性函数，深度只增加参数，别无所得：
# 100 → 1000 → 1000 → 10 这一叠能算的，100 → 10 也能算。如果中间某一层很*窄*，整叠的能力还会更弱，
# 因为乘积的秩不超过它的宽度。LoRA 正是有意利用了这一点。
#
# 有两个常见错误。乘积中**最后**一层在最左边，与各层作用的先后次序相反。偏置也不是简单相加：
# 每个偏置都要乘以它**之后**的所有权重。梯度要能传回每一个权重和偏置。
#
# 请编写 `collapse_linear`。可以使用你自己写的 `linear`，没有禁止调用的函数。若一层都没有，应抛出 `ValueError`。


# %% exercise="collapse_linear" also=["*"] uses=["linear"] stub={"en": "collapse_linear is not written yet: one weight and one bias that do what all layers do", "zh": "collapse_linear 尚未编写：一个权重和一个偏置，作用与所有层相同"}
def collapse_linear(layers):
    """Combine linear layers, applied one after another, into one.

    Args:
        layers: list of any number of pairs (weight, bias) in the order in which they are applied, each of shapes (out, in) and (out,);
            the `in` of a layer is the `out` of the one before.

    Returns:
        (weight, bias) of shapes (last out, first in) and (last out,), of the dtype of the layers.

    Raises:
        ValueError: there are no layers.

    zh: 把依次作用的若干线性层合并成一层。

    参数：
        layers: 由任意多对 (weight, bias) 组成的列表，按作用的先后排列，形状各为 (out, in) 和 (out,)；每一层的 `in` 就
            是前一层的 `out`。

    返回：
        (weight, bias)，形状为（最后的 out，最初的 in）和（最后的 out,），数据类型与各层相同。

    抛出：
        ValueError: 一层都没有。
    """
    ### BEGIN SOLUTION
    if not layers:
        raise ValueError("there are no layers to combine")
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight, bias
    ### END SOLUTION


# %% examples="collapse_linear"
first = (torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([1.0, 0.0]))
second = (torch.tensor([[1.0, 0.0], [3.0, 1.0]]), torch.tensor([0.0, 5.0]))
weight, bias = collapse_linear([first, second])
assert weight.tolist() == [[1.0, 2.0], [3.0, 7.0]], f"the second weight times the first: got {weight}"
# zh: 第二层的权重左乘第一层的权重：得到 {weight}
assert bias.tolist() == [1.0, 8.0], f"the first bias through the second weight, plus the second bias: got {bias}"
# zh: 第一层的偏置经过第二层的权重，再加上第二层的偏置：得到 {bias}

# %% [markdown] lang="en"
# ## What an activation is good for
#
# The cell below defines `show_boundaries`. Add a cell of your own beneath it and call `show_boundaries()` there: it trains small networks of your functions on 200 points around the four corners of
# XOR, in a few seconds, and draws where they answer 0 (red) and 1 (blue). Nothing here is graded; while something is not written yet, it only says what.
#
# - The first network has two hidden layers and no activation. The dashed line is the boundary of the single layer that your `collapse_linear` makes of it.
# - The second is your `xor_network` with your `relu`: nobody trained it. The next three have one hidden layer of eight units each, the same first weights, and your ReLU, sigmoid and tanh.
# - The last picture shows ten hidden layers before any training, and how large the gradient of the loss is in each of them, with four of your activations.
#
# Above each network stands the share of the points that it answers right. Why can the first one not do better, however long it trains? Where do the boundaries have corners, and where are they smooth? Which of
# the four deep networks would you not want to train?

# %% [markdown] lang="zh"
# ## 激活函数有什么用
#
# 下面的单元格定义了 `show_boundaries`。请在它下面自己添加一个单元格，在那里调用 `show_boundaries()`：它用你的函数训练几个小网络，数据是 XOR 四个角附近的 200 个点，只需几秒钟，
# 并画出网络在哪里回答 0（红）、在哪里回答 1（蓝）。这里不评分；若还有未写的内容，它只会指出缺少什么。图中的文字是英文，含义如下：
#
# - 第一个网络有两个隐藏层，没有激活函数（no activation）。虚线是你的 `collapse_linear` 把它合并成单层之后的边界。
# - 第二个是你的 `xor_network`，用的是你的 `relu`，没有经过训练。接下来三个各有一个含八个单元的隐藏层，初始权重相同，分别使用你的 ReLU、sigmoid 和 tanh。
# - 最后一张图是训练之前的十个隐藏层（hidden layer）：分别使用你的四种激活函数，损失的梯度（gradient）在每一层有多大。
#
# 每个网络上方是它答对的点所占的比例。第一个网络无论训练多久都不能做得更好，为什么？哪些边界有尖角，哪些是光滑的？四个深层网络中，哪一个你不愿意训练？

# %%
import io


def xor_points():
    """Draw 200 points around the corners of the unit square; returns them and their exclusive or, 0 or 1.

    zh: 在单位正方形的四个角附近抽取 200 个点；返回这些点以及它们的异或，0 或 1。
    """
    draws = torch.Generator().manual_seed(3)
    bits = torch.randint(0, 2, (200, 2), generator=draws)
    return bits + 0.16 * torch.randn(200, 2, generator=draws), (bits[:, 0] != bits[:, 1]).float()


def first_layers(*sizes):
    """Draw the weights of linear layers from each size to the next.

    zh: 抽取从每个大小到下一个大小的各线性层的权重。
    """
    draws = torch.Generator().manual_seed(0)
    shapes = zip(sizes[1:], sizes[:-1], strict=True)
    layers = [(torch.randn(s, generator=draws) * s[1] ** -0.5, torch.randn(s[0], generator=draws) / 2) for s in shapes]
    return [tuple(tensor.requires_grad_() for tensor in layer) for layer in layers]


def score_of_network(x, layers, activation):
    """Compute the output of a network, above 0 for the answer 1, with the activation between the layers.

    zh: 计算网络的输出，大于 0 表示回答 1；各层之间是激活函数。
    """
    for weight, bias in layers[:-1]:
        x = activation(linear(x, weight, bias))
    return linear(x, *layers[-1]).squeeze(1)


def xor_loss(layers, activation):
    """Compute how wrong a network is on the points of XOR.

    zh: 计算网络在 XOR 的各点上错得多厉害。
    """
    x, y = xor_points()
    return torch.nn.functional.binary_cross_entropy_with_logits(score_of_network(x, layers, activation), y)


def trained_on_xor(layers, activation):
    """Train a network for 200 steps of gradient descent with momentum, in place.

    zh: 用带动量的梯度下降把网络原地训练 200 步。
    """
    tensors = [tensor for layer in layers for tensor in layer]
    steps = [torch.zeros_like(tensor) for tensor in tensors]
    for _ in range(200):
        grads = torch.autograd.grad(xor_loss(layers, activation), tensors, materialize_grads=True)
        with torch.no_grad():
            for tensor, step, grad in zip(tensors, steps, grads, strict=True):
                tensor += step.mul_(0.9).sub_(0.2 * grad)
    return layers


def gradients_of_layers(activation):
    """Give the norm of the loss's gradient in the weights of each of ten hidden layers.

    zh: 给出损失对十个隐藏层中每一层权重的梯度范数。
    """
    layers = first_layers(2, *[16] * 10, 1)
    weights = [weight for weight, _ in layers]
    grads = torch.autograd.grad(xor_loss(layers, activation), weights, materialize_grads=True)
    return [grad.norm().item() for grad in grads[:-1]]


def networks_for_xor():
    """Train the networks; returns for each its name and its score of any points, and the collapsed layer of the first.

    zh: 训练各个网络；返回每个网络的名称和打分函数，以及第一个网络合并成的单层。
    """
    deep = trained_on_xor(first_layers(2, 8, 8, 1), lambda x: x)
    weight1, bias1, weight2, bias2 = xor_network()
    by_hand = [(weight1, bias1), (8 * weight2, 8 * bias2 - 4)]  # above 0 where the output is above 1/2
    # zh: 输出大于 1/2 时，打分大于 0
    found = {
        "no activation": lambda x: score_of_network(x, deep, lambda h: h),
        "by hand": lambda x: score_of_network(x, by_hand, relu),
    }
    for name, activation in {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}.items():
        layers = trained_on_xor(first_layers(2, 8, 1), activation)
        found[name] = lambda x, layers=layers, activation=activation: score_of_network(x, layers, activation)
    return found, collapse_linear(deep)


def draw_boundaries(networks, collapsed, gradients):
    """Draw what each network answers, and the gradients of the deep ones; returns the share of right answers of each.

    zh: 画出每个网络的回答，以及深层网络的梯度；返回每个网络答对的比例。
    """
    import IPython.display
    from matplotlib.figure import Figure

    x, y = xor_points()
    line = torch.linspace(-0.6, 1.6, 100)
    plane = torch.cartesian_prod(line, line)
    figure = Figure(figsize=(6, 8.4), layout="constrained")
    *places, last = figure.subplots(3, 2).flat
    shares = {}
    for axes, (name, answer) in zip(places, networks.items(), strict=True):
        with torch.no_grad():
            shares[name] = ((answer(x) > 0) == (y > 0)).double().mean().item()
            shown = answer(plane).clamp(-4, 4).reshape(len(line), len(line)).T.numpy()
        axes.imshow(shown, cmap="RdBu", vmin=-7, vmax=7, origin="lower", extent=(-0.6, 1.6, -0.6, 1.6))
        axes.scatter(*x.T.numpy(), c=y.numpy(), s=10, cmap="RdBu", edgecolors="black", linewidths=0.5)
        axes.set_title(f"{name}: {shares[name]:.0%}", fontsize="medium")
        axes.set(xticks=[0, 1], yticks=[0, 1])
    (slope0, slope1), offset = (tensor.detach().flatten().tolist() for tensor in collapsed)
    places[0].axline((0, -offset[0] / slope1), slope=-slope0 / slope1, color="black", linestyle="--")
    places[0].set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6))
    for name, norms in gradients.items():
        last.plot(range(1, 11), norms, marker=".", label=name)
    last.set(xlabel="hidden layer", yscale="log", xticks=range(1, 11))
    last.set_title("gradient in each layer", fontsize="medium")
    last.legend(fontsize="small")
    drawing = io.BytesIO()
    figure.savefig(drawing, format="png", dpi=120)
    IPython.display.display(IPython.display.Image(drawing.getvalue()))
    return shares


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x = torch.ones(2, 2)
    trials = {
        "linear": lambda: linear(x, x, x[0]),
        "relu": lambda: relu(x),
        "sigmoid": lambda: sigmoid(x),
        "tanh": lambda: tanh(x),
        "gelu": lambda: gelu(x),
        "xor_network": lambda: xor_network(),
        "collapse_linear": lambda: collapse_linear([(x, x[0])]),
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


def show_boundaries():
    """Draw what networks of these functions make of XOR, or say which exercises are missing.

    zh: 画出用这些函数搭成的网络怎样解决 XOR，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
        # zh: 这样小的张量，分工所花的时间比计算本身还长
        activations = {"relu": relu, "gelu": gelu, "tanh": tanh, "sigmoid": sigmoid}
        gradients = {name: gradients_of_layers(activation) for name, activation in activations.items()}
        draw_boundaries(*networks_for_xor(), gradients)
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A colleague trains a classifier with ten hidden layers, each linear and then sigmoid, written as `exp(x) / (1 + exp(x))`. At
# first the loss hardly moves, and the gradients in the first layer are around $10^{-9}$. With a larger learning rate the loss
# becomes NaN after some steps. "The activations only do harm," says the colleague, "I will take them all out."
#
# In 8 to 12 sentences:
#
# 1. Why are the gradients in the first layer so small? Name the number that the sigmoid contributes. (2 points)
# 2. Where does the NaN come from, why only with the larger learning rate, and how is it avoided without changing the
#    function? (2 points)
# 3. What can the network still compute when all activations are taken out, and what would you advise instead? (1 point)

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 一位同事训练一个含十个隐藏层的分类器，每层先线性、后 sigmoid，sigmoid 写作 `exp(x) / (1 + exp(x))`。起初损失几乎不动，
# 第一层的梯度约为 $10^{-9}$。调大学习率后，训练若干步损失就变成了 NaN。同事说：“激活函数有害无益，我把它们全去掉。”
#
# 请用 8 到 12 句话回答：
#
# 1. 第一层的梯度为什么这么小？请指出 sigmoid 在其中贡献的数值。（2 分）
# 2. NaN 从何而来？为什么只在学习率较大时出现？怎样在不改变函数的前提下避免？（2 分）
# 3. 去掉全部激活函数后，网络还能计算什么？你会给出什么建议？（1 分）

# %% [markdown] written="ps3-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** The gradient of the first layer is a product over all later layers, and every sigmoid contributes a factor
# $y(1 - y)$. That factor is at most 0.25, reached only at $x = 0$; for saturated units it is nearly 0. Ten of them give at most
# $0.25^{10} \approx 10^{-6}$, and with units away from 0 and small weights $10^{-9}$ is no surprise: the gradient vanishes.
#
# With a larger learning rate the weights grow, and with them the inputs of the sigmoids. In float32 `exp(x)` is infinite above
# about 88, and the fraction is then infinity over infinity, which is NaN; from there it spreads into the loss and, by the
# gradients, into all weights. With small inputs this never happened. The cure is to use $1 / (1 + e^{-x})$ for positive $x$ and
# $e^x / (1 + e^x)$ for negative $x$, with the input of each branch limited so that the gradient stays finite too (or torch's
# own sigmoid, which does so). The function is the same.
#
# Without activations the ten layers are one affine map, $W_{10} \cdots W_1 x + b$: the classifier can draw only flat
# boundaries, and cannot even solve XOR. Better is to keep a non-linearity whose slope is 1 where it is active, such as ReLU or
# GELU (together with suitable initialization, normalization or residual connections), and to keep the sigmoid for the output.
#
# **Marking guide.** Question 1: one point for a product of factors, one for $y(1 - y) \le 0.25$ (also as "at most 1/4").
# Question 2: one point for the overflow of `exp` giving infinity over infinity, because large steps make large inputs; one
# for a stable form (choosing by the sign of the input, or torch's own function). Clipping the *gradients* alone
# gains nothing here; reducing the learning rate alone gains nothing, for the function stays fragile. Question 3: half a point for
# "one linear (affine) layer", half for ReLU or a relative.
# ### END SOLUTION

# %% [markdown] written="ps3-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** 第一层的梯度是其后各层因子的乘积，每个 sigmoid 贡献一个因子 $y(1 - y)$。它最大为 0.25，且只在 $x = 0$ 处取到；
# 对饱和的单元则接近 0。十个这样的因子至多给出 $0.25^{10} \approx 10^{-6}$，再加上许多单元偏离 0、权重较小，
# 出现 $10^{-9}$ 并不奇怪：这就是梯度消失。
#
# 学习率较大时权重随之变大，sigmoid 的输入也变大。在 float32 中，$x$ 超过约 88 时 `exp(x)` 就是无穷大，
# 分式成为无穷比无穷，即 NaN；它随后传入损失，再经梯度传入所有权重。输入较小时不会发生这种情况。
# 办法是对正的 $x$ 用 $1 / (1 + e^{-x})$，对负的 $x$ 用 $e^x / (1 + e^x)$，并限制送入每个分支的数值，使梯度也保持有限
# （或者直接用 torch 自带的 sigmoid，它正是这样处理的）。函数本身并未改变。
#
# 去掉激活函数后，十层合起来只是一个仿射映射 $W_{10} \cdots W_1 x + b$：分类器只能画出平直的边界，连 XOR 都解决不了。
# 更好的做法是保留非线性，但换成激活时斜率为 1 的函数，例如 ReLU 或 GELU（并配合恰当的初始化、归一化或残差连接），
# sigmoid 只留给输出层。
#
# **评分标准。** 第 1 问：指出是多个因子的乘积得 1 分；指出 $y(1 - y) \le 0.25$（说“至多四分之一”亦可）得 1 分。
# 第 2 问：指出大步长导致大输入、`exp` 溢出而得到无穷比无穷，得 1 分；给出稳定的写法（按输入的符号选择，或使用 torch 自带的函数）得 1 分。只裁剪*梯度*在此不得分；只调小学习率也不得分，因为函数依然脆弱。
# 第 3 问：指出“等价于一个线性（仿射）层”得半分，建议 ReLU 或其同类得半分。
# ### END SOLUTION
