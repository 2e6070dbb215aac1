# %% [markdown] lang="en"
# # Problem set 5: recurrent networks
#
# After this problem set you will be able to
#
# - write one step of a plain recurrent network, and say what its state holds;
# - write one step of a gated recurrent unit with torch's packed weights, and say which gate does what;
# - write one step of an LSTM, and say why its gradient lasts longer;
# - run a network over a sequence, in several layers and in both directions, and tell `out` from `h_n`;
# - count the parameters of a recurrent network before building it;
# - clip exploding gradients, and say what clipping does not cure;
# - get the right state out of a padded batch.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all is
# written, `show_memory()` near the end lets your networks learn to remember.
#
# In every exercise that computes with tensors
#
# - floating point inputs are of one dtype, float32 or float64, and results have it too, with its precision: float64 is
#   right to about nine digits, so that nothing on the way (a first state of zeros, say) may be float32;
# - every size (N, T, D, H) may be 1, and none is 0 but where an exercise says so;
# - what goes into a sigmoid or a tanh may be as large as ±10,000: gates are then 0 or 1 and a tanh −1 or 1, never NaN;
# - the gradients that autograd takes through your result are right for every input, state and weight (only
#   `clip_grad_norm`, which works on gradients, is not differentiated);
# - arguments are never changed in place.

# %% [markdown] lang="zh"
# # 第五次作业：循环神经网络
#
# 完成本次作业后，你将能够
#
# - 编写普通循环网络的一步，并说明其状态保存了什么；
# - 用 torch 的打包权重编写门控循环单元（gated recurrent unit）的一步，并说明每个门的作用；
# - 编写 LSTM 的一步，并说明其梯度为何更持久；
# - 让网络处理整个序列（多层、双向），并分清 `out` 与 `h_n`；
# - 在构建循环网络之前算出它的参数量；
# - 裁剪爆炸的梯度，并说明裁剪解决不了什么；
# - 从填充过的批次中取出正确的状态。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_memory()` 会让你的网络学习记忆。
#
# 凡是用张量计算的练习都要满足：
#
# - 浮点输入的数据类型一致，为 float32 或 float64，结果也是这一类型，并有相应的精度：float64 大约九位数字正确，因此中间
#   （例如全零的初始状态）不能出现 float32；
# - 每个大小（N、T、D、H）都可以是 1；除非题目另有说明，都不会是 0；
# - 送入 sigmoid 或 tanh 的数值可能大到 ±10,000：这时门为 0 或 1，tanh 为 −1 或 1，绝不能是 NaN；
# - autograd 经由你的结果求出的梯度，对每个输入、状态和权重都正确（只有 `clip_grad_norm` 处理的就是梯度，不再对它求导）；
# - 任何参数都不得被原地修改。

# %%
import torch

# %% [markdown] lang="en"
# ## One step of a plain recurrent network
#
# A recurrent network reads a sequence one element at a time and keeps what it has seen in a state $h$. One step mixes the new input
# $x$ with the state before and squeezes the result into $(-1, 1)$:
#
# $$h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})$$
#
# The same four parameters serve every step, so the number of parameters does not depend on the length of the sequence.
#
# ![a cell with arrows from the input x and from the state h into a sum and a tanh, whose result is the next state](picture:rnn_cell)
#
# torch stores samples as rows, so that $W_{ih} x$ for a batch is `x @ w_ih.T`. Two things are often believed and wrong. There is *one* $\tanh$,
# around the sum: $\tanh a + \tanh b$ is something else, and leaves $(-1, 1)$. And there are *two* biases. As a formula one would do, since
# only their sum matters; torch keeps both because NVIDIA's cuDNN library does.
#
# Write `rnn_step`. Do not call torch's own recurrent functions.

# %% [markdown] lang="zh"
# ## 普通循环网络的一步
#
# 循环网络逐个读入序列中的元素，并把看到过的内容保存在状态 $h$ 里。每一步把新的输入 $x$ 与之前的状态混合，再把结果压缩到 $(-1, 1)$：
#
# $$h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})$$
#
# 所有时间步共用这四个参数，因此参数量与序列长度无关。
#
# ![一个单元：输入 x 和状态 h 的箭头汇入求和与 tanh，结果就是下一个状态](picture:rnn_cell)
#
# torch 把样本存为行，所以一个批次的 $W_{ih} x$ 写作 `x @ w_ih.T`。有两点常被误解。第一，$\tanh$ 只有*一个*，套在总和外面：
# $\tanh a + \tanh b$ 是另一回事，而且会超出 $(-1, 1)$。第二，偏置有*两个*。单看公式一个就够了，因为起作用的只是它们之和；
# torch 保留两个，是为了与 NVIDIA 的 cuDNN 库一致。
#
# 请编写 `rnn_step`，不要调用 torch 自带的循环网络函数。


# %% exercise="rnn_step" equal="torch.rnn_tanh_cell" also=["torch.sigmoid", "torch.tanh"] stub={"en": "rnn_step is not written yet: one tanh around the sum of what input and state contribute", "zh": "rnn_step 尚未编写：输入与状态的贡献之和，外面一个 tanh"}
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state of a plain recurrent network.

    Args:
        x: input of one time step, shape (N, D).
        h: state before, shape (N, H).
        w_ih: input weights, shape (H, D).
        w_hh: state weights, shape (H, H).
        b_ih: input bias, shape (H,).
        b_hh: state bias, shape (H,).

    Returns:
        The next state, shape (N, H).

    zh: 计算普通循环网络的下一个状态。

    参数：
        x: 一个时间步的输入，形状为 (N, D)。
        h: 之前的状态，形状为 (N, H)。
        w_ih: 输入权重，形状为 (H, D)。
        w_hh: 状态权重，形状为 (H, H)。
        b_ih: 输入偏置，形状为 (H,)。
        b_hh: 状态偏置，形状为 (H,)。

    返回：
        下一个状态，形状为 (N, H)。
    """
    ### BEGIN SOLUTION
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    ### END SOLUTION


# %% examples="rnn_step"
# One unit: 2 * 0.5 from the input, -1 * 0.25 from the state, no biases: tanh(0.75).
# zh: 一个单元：输入贡献 2 * 0.5，状态贡献 -1 * 0.25，没有偏置：tanh(0.75)。
w_ih, w_hh, none = torch.tensor([[2.0]]), torch.tensor([[-1.0]]), torch.zeros(1)
h = rnn_step(torch.tensor([[0.5]]), torch.tensor([[0.25]]), w_ih, w_hh, none, none)
assert h.shape == (1, 1), f"the shape should be (1, 1), not {tuple(h.shape)}"
# zh: 形状应为 (1, 1)，而不是 {tuple(h.shape)}
assert torch.allclose(h, torch.tensor([[0.6351490]])), h
# Three inputs and two units: without state and biases each unit takes its own row of w_ih.
# zh: 三个输入、两个单元：没有状态和偏置时，每个单元取 w_ih 中属于自己的那一行。
w_ih = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, -1.0]])
h = rnn_step(torch.tensor([[0.5, 2.0, 1.0]]), torch.zeros(1, 2), w_ih, torch.eye(2), torch.zeros(2), torch.zeros(2))
assert torch.allclose(h, torch.tensor([[0.4621172, 0.7615942]])), h

# %% [markdown] lang="en"
# ## One step of a GRU
#
# A gated recurrent unit decides anew at every step how much of its state $h$ to keep. The reset gate $r$ says how much
# of the old state the candidate $n$ may see; the update gate $z$ says how much of the old state stays:
#
# $$r = \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr})$$
#
# $$z = \sigma(W_{iz} x + b_{iz} + W_{hz} h + b_{hz})$$
#
# $$n = \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn}))$$
#
# $$h' = (1 - z) \odot n + z \odot h$$
#
# torch packs the weights: the rows of $W_{ir}$, $W_{iz}$, $W_{in}$ stand one below the other in `w_ih`, in this order, and those of
# the state in `w_hh`. There are two bias vectors.
#
# A GRU is often said to "merge the gates" of an LSTM; more exactly, one gate $z$ plays both forgetting and writing, and there is no
# separate cell state. Beware of the literature: the first paper applies $r$ to $h$ before the matrix product, torch (for speed) to
# the product. The numbers differ; here torch's way counts. Do not call torch's own recurrent functions.

# %% [markdown] lang="zh"
# ## GRU 的一步
#
# 门控循环单元在每一步都重新决定保留多少状态 $h$。重置门 $r$ 决定候选状态 $n$ 能看到多少旧状态；更新门 $z$ 决定旧状态留下多少：
#
# $$r = \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr})$$
#
# $$z = \sigma(W_{iz} x + b_{iz} + W_{hz} h + b_{hz})$$
#
# $$n = \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn}))$$
#
# $$h' = (1 - z) \odot n + z \odot h$$
#
# torch 把权重打包存放：$W_{ir}$、$W_{iz}$、$W_{in}$ 的行按此顺序上下排在 `w_ih` 中，状态的权重同样排在 `w_hh` 中。偏置向量有两个。
#
# 人们常说 GRU“合并了”LSTM 的门；更准确地说，一个门 $z$ 同时负责遗忘与写入，并且没有单独的细胞状态。阅读文献时请注意：
# 最初的论文在矩阵乘法之前把 $r$ 作用于 $h$，而 torch（为了速度）作用于乘积之后。两者数值不同，这里以 torch 为准。
# 不要调用 torch 自带的循环网络函数。


# %% exercise="gru_step" equal="torch.gru_cell" also=["torch.sigmoid", "torch.tanh"] stub={"en": "gru_step is not written yet: two gates, a candidate, and a mix of old and new", "zh": "gru_step 尚未编写：两个门、一个候选状态，以及新旧的混合"}
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state of a GRU.

    Args:
        x: input of one time step, shape (N, D).
        h: state before, shape (N, H).
        w_ih: input weights of r, z and n, stacked, shape (3H, D).
        w_hh: state weights of r, z and n, stacked, shape (3H, H).
        b_ih: input biases, shape (3H,).
        b_hh: state biases, shape (3H,).

    Returns:
        The next state, shape (N, H).

    zh: 计算 GRU 的下一个状态。

    参数：
        x: 一个时间步的输入，形状为 (N, D)。
        h: 之前的状态，形状为 (N, H)。
        w_ih: r、z 和 n 的输入权重，上下排列，形状为 (3H, D)。
        w_hh: r、z 和 n 的状态权重，上下排列，形状为 (3H, H)。
        b_ih: 输入偏置，形状为 (3H,)。
        b_hh: 状态偏置，形状为 (3H,)。

    返回：
        下一个状态，形状为 (N, H)。
    """
    ### BEGIN SOLUTION
    from_input = (x @ w_ih.T + b_ih).chunk(3, dim=1)
    from_state = (h @ w_hh.T + b_hh).chunk(3, dim=1)
    r = torch.sigmoid(from_input[0] + from_state[0])
    z = torch.sigmoid(from_input[1] + from_state[1])
    n = torch.tanh(from_input[2] + r * from_state[2])
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% examples="gru_step"
# With zero weights both gates are 0.5 and the candidate is 0: half of the old state stays.
# zh: 权重为零时，两个门都是 0.5，候选状态是 0：旧状态留下一半。
zeros = [torch.zeros(6, 3), torch.zeros(6, 2), torch.zeros(6), torch.zeros(6)]
h = gru_step(torch.ones(1, 3), torch.tensor([[0.8, -0.4]]), *zeros)
assert h.shape == (1, 2), f"the shape should be (1, 2), not {tuple(h.shape)}"
# zh: 形状应为 (1, 2)，而不是 {tuple(h.shape)}
assert torch.allclose(h, torch.tensor([[0.4, -0.2]])), h

# %% [markdown] lang="en"
# ## One step of an LSTM
#
# In a plain recurrent network the state is rewritten at every step, and what was learned early fades. A long short-term memory keeps a
# second state, the **cell** $c$, that is changed only by multiplying and adding. Three gates lie between 0 and 1: the input gate $i$, the
# forget gate $f$ and the output gate $o$. The candidate $g$ is what may be written:
#
# $$i = \sigma(W_{ii} x + b_{ii} + W_{hi} h + b_{hi}), \qquad f = \sigma(W_{if} x + b_{if} + W_{hf} h + b_{hf})$$
#
# $$g = \tanh(W_{ig} x + b_{ig} + W_{hg} h + b_{hg}), \qquad o = \sigma(W_{io} x + b_{io} + W_{ho} h + b_{ho})$$
#
# $$c' = f \odot c + i \odot g, \qquad h' = o \odot \tanh(c')$$
#
# ![the cell state runs through a product with f and a sum with i times g; its tanh times o is the new state](picture:lstm_cell)
#
# Along the cell the gradient is multiplied by the forget gate alone, $\partial c' / \partial c = \operatorname{diag}(f)$ for given gates. Where $f$ is
# near 1 it survives many steps.
#
# torch packs the four blocks in the order $i$, $f$, $g$, $o$. Other libraries have other orders (ONNX has $i$, $o$, $f$, $c$), so weights that are
# copied without a thought fit in shape and compute something else. Two more mistakes are frequent: the output gate is a sigmoid, the
# $\tanh$ is around the cell; and the advice to begin with a forget bias of 1 is about *initializing* $b$, the step itself adds nothing.
#
# Write `lstm_step`. Do not call torch's own recurrent functions.

# %% [markdown] lang="zh"
# ## LSTM 的一步
#
# 普通循环网络每一步都重写整个状态，早先学到的内容会逐渐消退。长短期记忆网络（long short-term memory）另外保留一个**细胞状态** $c$，
# 只通过相乘和相加来改变它。三个门的取值在 0 与 1 之间：输入门 $i$、遗忘门 $f$ 和输出门 $o$；候选值 $g$ 是可能写入的内容：
#
# $$i = \sigma(W_{ii} x + b_{ii} + W_{hi} h + b_{hi}), \qquad f = \sigma(W_{if} x + b_{if} + W_{hf} h + b_{hf})$$
#
# $$g = \tanh(W_{ig} x + b_{ig} + W_{hg} h + b_{hg}), \qquad o = \sigma(W_{io} x + b_{io} + W_{ho} h + b_{ho})$$
#
# $$c' = f \odot c + i \odot g, \qquad h' = o \odot \tanh(c')$$
#
# ![细胞状态先与 f 相乘，再加上 i 与 g 的乘积；对它取 tanh 再乘以 o 就是新的状态](picture:lstm_cell)
#
# 沿着细胞状态，梯度只被遗忘门相乘：门给定时 $\partial c' / \partial c = \operatorname{diag}(f)$。当 $f$ 接近 1 时，梯度可以保持许多步。
#
# torch 按 $i$、$f$、$g$、$o$ 的顺序打包四个块。其他库的顺序不同（ONNX 是 $i$、$o$、$f$、$c$），因此不假思索地复制权重，形状完全吻合，
# 算出的却是另一回事。还有两个常见错误：输出门是 sigmoid，$\tanh$ 作用于细胞状态；“遗忘门偏置取 1”的建议说的是如何*初始化* $b$，
# 这一步的计算本身并不加任何东西。
#
# 请编写 `lstm_step`，不要调用 torch 自带的循环网络函数。


# %% exercise="lstm_step" also=["torch.sigmoid", "torch.tanh"] stub={"en": "lstm_step is not written yet: three gates, a candidate, the new cell and what the output gate shows of it", "zh": "lstm_step 尚未编写：三个门、一个候选值、新的细胞状态，以及输出门显示的部分"}
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state and the next cell of an LSTM.

    Args:
        x: input of one time step, shape (N, D).
        h: state before, shape (N, H).
        c: cell before, shape (N, H).
        w_ih: input weights of i, f, g and o, stacked, shape (4H, D).
        w_hh: state weights of i, f, g and o, stacked, shape (4H, H).
        b_ih: input biases, shape (4H,).
        b_hh: state biases, shape (4H,).

    Returns:
        The next state and the next cell, each of shape (N, H).

    zh: 计算 LSTM 的下一个状态和下一个细胞状态。

    参数：
        x: 一个时间步的输入，形状为 (N, D)。
        h: 之前的状态，形状为 (N, H)。
        c: 之前的细胞状态，形状为 (N, H)。
        w_ih: i、f、g 和 o 的输入权重，上下排列，形状为 (4H, D)。
        w_hh: i、f、g 和 o 的状态权重，上下排列，形状为 (4H, H)。
        b_ih: 输入偏置，形状为 (4H,)。
        b_hh: 状态偏置，形状为 (4H,)。

    返回：
        下一个状态和下一个细胞状态，形状各为 (N, H)。
    """
    ### BEGIN SOLUTION
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
    ### END SOLUTION


# %% examples="lstm_step"
# With zero weights all gates are 0.5 and the candidate is 0: half of the cell stays, and half of its tanh is shown.
# zh: 权重为零时，所有的门都是 0.5，候选值是 0：细胞状态留下一半，再输出它的 tanh 的一半。
zeros = [torch.zeros(8, 3), torch.zeros(8, 2), torch.zeros(8), torch.zeros(8)]
h, c = lstm_step(torch.ones(1, 3), torch.ones(1, 2), torch.tensor([[0.8, -0.4]]), *zeros)
assert h.shape == c.shape == (1, 2), f"both shapes should be (1, 2), not {tuple(h.shape)} and {tuple(c.shape)}"
# zh: 两个形状都应为 (1, 2)，而不是 {tuple(h.shape)} 和 {tuple(c.shape)}
assert torch.allclose(c, torch.tensor([[0.4, -0.2]])), c
assert torch.allclose(h, torch.tensor([[0.1899745, -0.0986877]])), h

# %% [markdown] lang="en"
# ## A whole sequence
#
# A recurrent layer is a loop: the state that one step gives is the state that the next step takes. With the step of the first exercise,
#
# $$h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}), \qquad t = 1, \dots, T$$
#
# and the layer returns all states $h_1, \dots, h_T$ as well as the last one.
#
# ![three steps in a row: each state goes up as an output and right to the next step](picture:unrolled)
#
# The gradient goes back along the same chain. From the last state to the first it is a product of $T$ Jacobian matrices,
#
# $$\frac{\partial h_T}{\partial h_0} = J_T J_{T-1} \cdots J_1, \qquad J_t = \operatorname{diag}(1 - h_t^2)\, W_{hh}$$
#
# so over many steps it usually vanishes, or explodes: the reason for gates, and for clipping further below.
#
# Many expect the batch to be the first axis, as it is for images. In torch's recurrent layers `batch_first` is False by default, and
# **time comes first**: $(T, N, D)$. The last state is then `out[-1]`; `out[:, -1]` is all steps of the last *sample*, and raises no error.
#
# Write `rnn_forward`. You may call your own `rnn_step` (give it its arguments by position); do not call torch's recurrent layers.
# A sequence without any steps has no last state: raise a `ValueError`.

# %% [markdown] lang="zh"
# ## 处理整个序列
#
# 循环层就是一个循环：上一步给出的状态正是下一步要用的状态。沿用第一道练习中的一步：
#
# $$h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}), \qquad t = 1, \dots, T$$
#
# 该层既返回全部状态 $h_1, \dots, h_T$，也返回最后一个状态。
#
# ![依次三步：每个状态向上作为输出，向右传给下一步](picture:unrolled)
#
# 梯度沿同一条链反向传播。从最后的状态到最初的状态，它是 $T$ 个雅可比矩阵的乘积：
#
# $$\frac{\partial h_T}{\partial h_0} = J_T J_{T-1} \cdots J_1, \qquad J_t = \operatorname{diag}(1 - h_t^2)\, W_{hh}$$
#
# 因此步数一多，它通常会消失或爆炸：这正是引入门控以及后文梯度裁剪的原因。
#
# 许多人以为第一个轴是批次，就像图像那样。torch 的循环层默认 `batch_first` 为 False，**时间轴在最前**：$(T, N, D)$。
# 于是最后的状态是 `out[-1]`；而 `out[:, -1]` 是最后一个*样本*的所有时间步，并且不会报错。
#
# 请编写 `rnn_forward`。可以调用你自己的 `rnn_step`（请按位置传参）；不要调用 torch 的循环层。
# 没有任何时间步的序列没有最后的状态：请抛出 `ValueError`。


# %% exercise="rnn_forward" also=["torch.sigmoid", "torch.tanh"] uses=["rnn_step"] stub={"en": "rnn_forward is not written yet: a loop over time that carries the state along", "zh": "rnn_forward 尚未编写：沿时间循环，并带着状态前进"}
def rnn_forward(x, h0, weights):
    """Run a plain recurrent network over a sequence.

    Args:
        x: inputs with time first, shape (T, N, D).
        h0: state before the first step, shape (N, H).
        weights: the tuple (w_ih, w_hh, b_ih, b_hh) of `rnn_step`.

    Returns:
        All states, shape (T, N, H), and the last one, shape (N, H).

    Raises:
        ValueError: the sequence has no steps, T = 0.

    zh: 让普通循环网络处理一个序列。

    参数：
        x: 时间轴在最前的输入，形状为 (T, N, D)。
        h0: 第一步之前的状态，形状为 (N, H)。
        weights: `rnn_step` 的元组 (w_ih, w_hh, b_ih, b_hh)。

    返回：
        全部状态，形状为 (T, N, H)；以及最后一个状态，形状为 (N, H)。

    抛出：
        ValueError: 序列没有任何时间步，即 T = 0。
    """
    ### BEGIN SOLUTION
    if len(x) == 0:
        raise ValueError("the sequence has no steps")
    h, states = h0, []
    for x_t in x:
        h = rnn_step(x_t, h, *weights)
        states.append(h)
    return torch.stack(states), h
    ### END SOLUTION


# %% examples="rnn_forward"
# One sample, one unit, two steps: h1 = tanh(0.5) = 0.46212 and h2 = tanh(0.25 + 2 * h1) = tanh(1.17423) = 0.82562.
# zh: 一个样本、一个单元、两步：h1 = tanh(0.5) = 0.46212，h2 = tanh(0.25 + 2 * h1) = tanh(1.17423) = 0.82562。
weights = (torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.zeros(1), torch.zeros(1))
out, last = rnn_forward(torch.tensor([[[0.5]], [[0.25]]]), torch.zeros(1, 1), weights)
assert out.shape == (2, 1, 1), f"the states should have shape (2, 1, 1), not {tuple(out.shape)}"
# zh: 全部状态的形状应为 (2, 1, 1)，而不是 {tuple(out.shape)}
assert last.shape == (1, 1), f"the last state should have shape (1, 1), not {tuple(last.shape)}"
# zh: 最后一个状态的形状应为 (1, 1)，而不是 {tuple(last.shape)}
assert torch.allclose(out.flatten(), torch.tensor([0.4621172, 0.8256249])), out
assert torch.allclose(last, torch.tensor([[0.8256249]])), last

# %% [markdown] lang="en"
# ## A stack of GRU layers
#
# Layers are stacked as in any deep network: the first reads the input, every further one reads the states of the layer below, step by
# step. With $h^{(0)}_t = x_t$ and all first states zero,
#
# $$h^{(\ell)}_t = \operatorname{GRU}^{(\ell)}\big(h^{(\ell-1)}_t,\ h^{(\ell)}_{t-1}\big), \qquad h^{(\ell)}_0 = 0, \qquad \ell = 1, \dots, L$$
#
# The layer returns two things that are easily mixed up: `out`, the states of the **top** layer at **all** steps, of shape $(T, N, H)$, and
# `h_n`, the states of **all** layers at the **last** step, of shape $(L, N, H)$. They meet in one place only: `h_n[-1]` equals `out[-1]`.
#
# ![a grid of layers by steps: out is its top row, h_n its last column](picture:stack)
#
# Each layer has four tensors of its own, and `weights` holds them one layer after the other, as `nn.GRU` does: `w_ih`, `w_hh`, `b_ih`, `b_hh` of
# the first layer, then of the second. Only the first `w_ih` has $D$ columns; those above have $H$, for their input is a state.
# What a state *begins* with is its own layer's business: the last state of the layer below is not handed up.
#
# Write `stacked_gru`. You may call your own `gru_step` (arguments by position); do not call torch's recurrent layers. Where
# the number of tensors does not fit `layers`, raise a `ValueError`.

# %% [markdown] lang="zh"
# ## 多层 GRU
#
# 循环层可以像其他深度网络一样堆叠：第一层读输入，其后每一层逐步读取它下方一层的状态。令 $h^{(0)}_t = x_t$，所有初始状态为零，则
#
# $$h^{(\ell)}_t = \operatorname{GRU}^{(\ell)}\big(h^{(\ell-1)}_t,\ h^{(\ell)}_{t-1}\big), \qquad h^{(\ell)}_0 = 0, \qquad \ell = 1, \dots, L$$
#
# 返回的两样东西很容易混淆：`out` 是**最上层**在**所有**时间步的状态，形状为 $(T, N, H)$；`h_n` 是**所有层**在**最后**一步的状态，
# 形状为 $(L, N, H)$。两者只在一处相同：`h_n[-1]` 等于 `out[-1]`。
#
# ![层与时间步组成的网格：out 是最上一行，h_n 是最后一列](picture:stack)
#
# 每一层有自己的四个张量，`weights` 按层依次存放，与 `nn.GRU` 相同：先是第一层的 `w_ih`、`w_hh`、`b_ih`、`b_hh`，然后是第二层的。
# 只有第一层的 `w_ih` 有 $D$ 列；上面各层有 $H$ 列，因为它们的输入是状态。每一层的初始状态各自独立：下层的最后状态不会传给上层。
#
# 请编写 `stacked_gru`。可以调用你自己的 `gru_step`（请按位置传参）；不要调用 torch 的循环层。
# 张量的个数与 `layers` 不符时，请抛出 `ValueError`。


# %% exercise="stacked_gru" also=["torch.sigmoid", "torch.tanh"] uses=["gru_step"] stub={"en": "stacked_gru is not written yet: each layer reads the states of the layer below", "zh": "stacked_gru 尚未编写：每一层读取下方一层的状态"}
def stacked_gru(x, weights, layers):
    """Run a GRU of several layers over a sequence, from zero states.

    Args:
        x: inputs with time first, shape (T, N, D), T at least 1.
        weights: list of 4 * layers tensors: w_ih, w_hh, b_ih and b_hh of the first layer, then of the second, and so on;
            w_ih has shape (3H, D) in the first layer and (3H, H) above.
        layers: number of layers, at least 1.

    Returns:
        The states of the top layer, shape (T, N, H), and the last states of all layers, shape (layers, N, H).

    Raises:
        ValueError: `weights` does not hold four tensors for each layer.

    zh: 让多层 GRU 从零状态开始处理一个序列。

    参数：
        x: 时间轴在最前的输入，形状为 (T, N, D)，T 至少为 1。
        weights: 由 4 * layers 个张量组成的列表：先是第一层的 w_ih、w_hh、b_ih 和 b_hh，然后是第二层的，依此类推；w_ih
            在第一层形状为 (3H, D)，在上面各层为 (3H, H)。
        layers: 层数，至少为 1。

    返回：
        最上层的全部状态，形状为 (T, N, H)；以及所有层的最后状态，形状为 (layers, N, H)。

    抛出：
        ValueError: `weights` 不是每层恰好四个张量。
    """
    ### BEGIN SOLUTION
    if len(weights) != 4 * layers:
        raise ValueError(f"{layers} layers need {4 * layers} tensors, not {len(weights)}")
    out, last = x, []
    for layer in range(layers):
        own = weights[4 * layer : 4 * layer + 4]
        h, states = x.new_zeros(x.shape[1], own[1].shape[1]), []
        for x_t in out:
            h = gru_step(x_t, h, *own)
            states.append(h)
        out = torch.stack(states)
        last.append(h)
    return out, torch.stack(last)
    ### END SOLUTION


# %% examples="stacked_gru"
# Weights of 0 make z = 0.5, so that each state is the mean of its candidate and the state before. Layer 1 has the candidate
# tanh(1), from its bias; layer 2 has the tanh of what layer 1 gives.
# zh: 权重为 0 使 z = 0.5，因此每个状态是候选状态与之前状态的平均。第 1 层的候选状态是 tanh(1)，来自它的偏置；第 2 层
# zh: 的是第 1 层输出的 tanh。
first = [torch.zeros(3, 1), torch.zeros(3, 1), torch.tensor([0.0, 0.0, 1.0]), torch.zeros(3)]
second = [torch.tensor([[0.0], [0.0], [1.0]]), torch.zeros(3, 1), torch.zeros(3), torch.zeros(3)]
out, h_n = stacked_gru(torch.zeros(2, 1, 1), first + second, 2)
assert out.shape == (2, 1, 1), f"the states should have shape (2, 1, 1), not {tuple(out.shape)}"
# zh: 全部状态的形状应为 (2, 1, 1)，而不是 {tuple(out.shape)}
assert h_n.shape == (2, 1, 1), f"the last states should have shape (2, 1, 1), not {tuple(h_n.shape)}"
# zh: 最后状态的形状应为 (2, 1, 1)，而不是 {tuple(h_n.shape)}
assert torch.allclose(out.flatten(), torch.tensor([0.1816997, 0.3489683])), out
assert torch.allclose(h_n.flatten(), torch.tensor([0.5711956, 0.3489683])), h_n

# %% [markdown] lang="en"
# ## Both directions
#
# What a word means often depends on the words after it. A bidirectional layer runs two GRUs with weights of their own, one
# forward in time and one backward, both from zero states, and puts their states side by side:
#
# $$\overrightarrow{h}_t = \operatorname{GRU}_f\big(x_t,\ \overrightarrow{h}_{t-1}\big), \qquad
# \overleftarrow{h}_t = \operatorname{GRU}_b\big(x_t,\ \overleftarrow{h}_{t+1}\big), \qquad
# \text{out}_t = \big[\overrightarrow{h}_t ;\ \overleftarrow{h}_t\big]$$
#
# ![forward states run to the right, backward states to the left; each column of the output holds both states of the same step](picture:two_directions)
#
# Both halves of $\text{out}_t$ belong to the **same step** $t$: what the backward run computes first stands last in time.
#
# Many take `out[-1]` for a summary of the sequence. Its forward half has seen everything; its backward half has seen $x_T$ and nothing
# else. The summary of the backward run stands at the other end, and `h_n` collects both:
#
# $$h_n = \big(\overrightarrow{h}_T,\ \overleftarrow{h}_1\big)$$
#
# Mind where this cannot be used: a model that predicts the next word, or listens while one speaks, does not have the future.
#
# Write `bidirectional_gru` for one layer. `weights` has the order of `nn.GRU`: four tensors forward, four backward. You may call your own
# `gru_step` (arguments by position); do not call torch's recurrent layers.

# %% [markdown] lang="zh"
# ## 两个方向
#
# 一个词的含义常常取决于后面的词。双向层运行两个各有权重的 GRU，一个沿时间向前，一个向后，都从零状态开始，再把两者的状态并排放在一起：
#
# $$\overrightarrow{h}_t = \operatorname{GRU}_f\big(x_t,\ \overrightarrow{h}_{t-1}\big), \qquad
# \overleftarrow{h}_t = \operatorname{GRU}_b\big(x_t,\ \overleftarrow{h}_{t+1}\big), \qquad
# \text{out}_t = \big[\overrightarrow{h}_t ;\ \overleftarrow{h}_t\big]$$
#
# ![前向状态向右传递，后向状态向左传递；输出的每一列是同一时间步的两个状态](picture:two_directions)
#
# $\text{out}_t$ 的两半属于**同一时间步** $t$：后向计算最先得到的状态，在时间上排在最后。
#
# 许多人把 `out[-1]` 当作整个序列的摘要。它的前向一半确实看过全部输入，后向一半却只看过 $x_T$。后向计算的摘要在另一端，`h_n` 把两者收集起来：
#
# $$h_n = \big(\overrightarrow{h}_T,\ \overleftarrow{h}_1\big)$$
#
# 请注意它在哪里不能用：预测下一个词的模型，或者边听边识别的模型，都看不到未来。
#
# 请编写单层的 `bidirectional_gru`。`weights` 的顺序与 `nn.GRU` 相同：先四个前向张量，再四个后向张量。可以调用你自己的 `gru_step`
# （请按位置传参）；不要调用 torch 的循环层。


# %% exercise="bidirectional_gru" also=["torch.sigmoid", "torch.tanh"] uses=["gru_step", "stacked_gru"] stub={"en": "bidirectional_gru is not written yet: one run forward, one backward, side by side at the same time steps", "zh": "bidirectional_gru 尚未编写：一个向前，一个向后，同一时间步的状态并排放置"}
def bidirectional_gru(x, weights):
    """Run a bidirectional GRU of one layer over a sequence, from zero states.

    Args:
        x: inputs with time first, shape (T, N, D), T at least 1.
        weights: list of eight tensors: w_ih, w_hh, b_ih and b_hh of the forward run, then those of the backward run.

    Returns:
        The states of both runs side by side, forward first, shape (T, N, 2H), and the last state of each run, shape
        (2, N, H), forward first.

    zh: 让单层双向 GRU 从零状态开始处理一个序列。

    参数：
        x: 时间轴在最前的输入，形状为 (T, N, D)，T 至少为 1。
        weights: 由八个张量组成的列表：先是前向的 w_ih、w_hh、b_ih 和 b_hh，然后是后向的。

    返回：
        两个方向并排的状态，前向在前，形状为 (T, N, 2H)；以及每个方向的最后状态，形状为 (2, N, H)，前向在前。
    """
    ### BEGIN SOLUTION
    forward = range(len(x))
    halves, last = [], []
    for own, times in [(weights[:4], forward), (weights[4:], reversed(forward))]:
        h = x.new_zeros(x.shape[1], own[1].shape[1])
        states = [h] * len(x)
        for t in times:
            h = gru_step(x[t], h, *own)
            states[t] = h
        halves.append(torch.stack(states))
        last.append(h)
    return torch.cat(halves, dim=2), torch.stack(last)
    ### END SOLUTION


# %% examples="bidirectional_gru"
# z = 0.5 and the candidate tanh(x) in both directions. Forward: tanh(0.5) / 2 = 0.23106, then (tanh(1) + 0.23106) / 2 = 0.49633;
# backward, from the end: tanh(1) / 2 = 0.38080, then (tanh(0.5) + 0.38080) / 2 = 0.42146.
# zh: 两个方向都是 z = 0.5，候选状态都是 tanh(x)。前向：tanh(0.5) / 2 = 0.23106，然后 (tanh(1) + 0.23106) / 2 =
# zh: 0.49633；后向，从末尾开始：tanh(1) / 2 = 0.38080，然后 (tanh(0.5) + 0.38080) / 2 = 0.42146。
one_way = [torch.tensor([[0.0], [0.0], [1.0]]), torch.zeros(3, 1), torch.zeros(3), torch.zeros(3)]
out, h_n = bidirectional_gru(torch.tensor([[[0.5]], [[1.0]]]), one_way + one_way)
assert out.shape == (2, 1, 2), f"the states should have shape (2, 1, 2), not {tuple(out.shape)}"
# zh: 全部状态的形状应为 (2, 1, 2)，而不是 {tuple(out.shape)}
assert h_n.shape == (2, 1, 1), f"the last states should have shape (2, 1, 1), not {tuple(h_n.shape)}"
# zh: 最后状态的形状应为 (2, 1, 1)，而不是 {tuple(h_n.shape)}
assert torch.allclose(out[:, 0], torch.tensor([[0.2310586, 0.4214571], [0.4963264, 0.3807971]])), out
assert torch.allclose(h_n.flatten(), torch.tensor([0.4963264, 0.4214571])), h_n

# %% [markdown] lang="en"
# ## How many parameters?
#
# Count before you train: the memory of the optimizer, the size of the file, and a good part of the time follow from this number. A plain
# recurrent layer has one block of weights, a GRU three and an LSTM four: $g = 1, 3, 4$, one for each gate and one for the candidate. A
# layer that reads $D_\ell$ numbers a step has, in each direction, $gH$ rows with $D_\ell$ columns for the input, $H$ for the state, and two biases:
#
# $$P = s \sum_{\ell=1}^{L} g H (D_\ell + H + 2), \qquad D_1 = D, \qquad D_\ell = s H \ \text{ for } \ell > 1$$
#
# where $s$ is 2 for a bidirectional network and 1 otherwise. The length of the sequence plays no part.
#
# Three terms are often lost: the candidate (a GRU has two *gates* but three blocks), the second bias, and the 2 in $D_\ell$: a layer above a
# bidirectional one reads both halves. That a GRU has "fewer parameters" can be said exactly: it has three quarters of an
# LSTM's. And doubling $H$ more than doubles the number: about three times as many for one layer with $D = H$, nearly four times where $H$ is much larger than $D$.
#
# Write `parameter_count`. Do not build torch's modules to count theirs. A kind that is none of the three raises a `ValueError`.

# %% [markdown] lang="zh"
# ## 有多少参数？
#
# 训练之前先数一数：优化器占用的内存、文件大小以及相当一部分时间都由这个数决定。普通循环层有一块权重，GRU 有三块，LSTM 有四块：
# $g = 1, 3, 4$，每个门一块，候选值一块。若一层每步读入 $D_\ell$ 个数，则每个方向有 $gH$ 行，其中输入占 $D_\ell$ 列，状态占 $H$ 列，另有两个偏置：
#
# $$P = s \sum_{\ell=1}^{L} g H (D_\ell + H + 2), \qquad D_1 = D, \qquad D_\ell = s H \ (\ell > 1)$$
#
# 双向网络的 $s$ 为 2，否则为 1。序列长度不起作用。
#
# 有三项常被漏掉：候选值（GRU 有两个*门*，却有三块权重）、第二个偏置，以及 $D_\ell$ 中的 2：双向层之上的层要读入两半。
# 说 GRU“参数更少”没有错，而且可以说得很准确：是 LSTM 的四分之三。另外，$H$ 加倍时参数不止加倍：
# $D = H$ 的单层约为原来的三倍，$H$ 远大于 $D$ 时接近四倍。
#
# 请编写 `parameter_count`。不要构造 torch 的模块来数它的参数。若类型不是这三种之一，请抛出 `ValueError`。


# %% exercise="parameter_count" stub={"en": "parameter_count is not written yet: blocks, rows, columns and two biases, for each layer and direction", "zh": "parameter_count 尚未编写：每一层、每个方向的块、行、列和两个偏置"}
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    """Count the parameters of a recurrent network.

    Args:
        kind: "rnn", "gru" or "lstm".
        input: number of inputs a step, D.
        hidden: size of the state, H.
        layers: number of layers.
        bidirectional: whether each layer runs in both directions.

    Returns:
        The number of weights and biases, an int.

    Raises:
        ValueError: `kind` is none of the three.

    zh: 计算循环网络的参数量。

    参数：
        kind: "rnn"、"gru" 或 "lstm"。
        input: 每步输入的个数 D。
        hidden: 状态的大小 H。
        layers: 层数。
        bidirectional: 每一层是否有两个方向。

    返回：
        权重和偏置的总数，一个整数。

    抛出：
        ValueError: `kind` 不是这三种之一。
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError(f"kind should be one of {', '.join(blocks)}, not {kind!r}")
    directions = 2 if bidirectional else 1
    columns = [input] + [directions * hidden] * (layers - 1)
    return sum(directions * blocks[kind] * hidden * (size + hidden + 2) for size in columns)
    ### END SOLUTION


# %% examples="parameter_count"
# 2 rows of 3 + 2 weights and 2 biases; an LSTM has four such blocks.
# zh: 2 行，每行 3 + 2 个权重和 2 个偏置；LSTM 有四块这样的参数。
count = parameter_count("rnn", 3, 2)
assert count == 2 * (3 + 2 + 2) == 14, count
count = parameter_count("lstm", 3, 2)
assert count == 4 * 14, count

# %% [markdown] lang="en"
# ## Clipping the gradient norm
#
# Products of many Jacobians explode as easily as they vanish, and one enormous gradient throws away weeks of training in one step. Clipping
# limits how long a step can be. **All** gradients $g_1, \dots, g_K$ of the network are seen as one long vector:
#
# $$\lVert g \rVert = \sqrt{\sum_{k=1}^{K} \lVert g_k \rVert_2^2}, \qquad
# g_k' = \min\!\Big(1,\ \frac{m}{\lVert g \rVert + 10^{-6}}\Big)\, g_k$$
#
# where $m$ is `max_norm`. One factor serves all tensors, so the direction of the step is kept; only its length changes.
#
# ![two gradients as an arrow that is longer than the circle of radius max_norm, and the same arrow shortened to the circle](picture:clipping)
#
# It is often believed that each tensor is clipped on its own. That would turn the step, for large parts shrink while small ones stay. Nor is
# this normalization: where the norm is at most $m$, the factor is 1 and nothing grows. For the same reason clipping helps against exploding gradients
# only; one that has vanished stays as it is.
#
# torch's `clip_grad_norm_` works in place on the parameters and returns the norm *before* clipping, which is worth plotting. Your
# `clip_grad_norm` returns new tensors and that norm, and leaves its arguments as they are. A negative `max_norm` would turn every gradient round: raise a
# `ValueError`. Do not call what torch has for the purpose in `torch.nn.utils`; its vector norms are allowed.

# %% [markdown] lang="zh"
# ## 梯度范数裁剪
#
# 许多雅可比矩阵的乘积既容易消失，也容易爆炸；一次巨大的梯度足以在一步之内毁掉几周的训练。裁剪限制了一步能走多远。
# 它把网络的**所有**梯度 $g_1, \dots, g_K$ 看作一个长向量：
#
# $$\lVert g \rVert = \sqrt{\sum_{k=1}^{K} \lVert g_k \rVert_2^2}, \qquad
# g_k' = \min\!\Big(1,\ \frac{m}{\lVert g \rVert + 10^{-6}}\Big)\, g_k$$
#
# 其中 $m$ 就是 `max_norm`。所有张量共用一个系数，因此步的方向保持不变，变的只是长度。
#
# ![两个梯度合成的箭头超出半径为 max_norm 的圆，缩短后的同向箭头止于圆上](picture:clipping)
#
# 人们常以为每个张量各自裁剪。那样会改变步的方向，因为大的部分被缩小，小的部分却不变。裁剪也不是归一化：范数不超过 $m$ 时系数为 1，
# 什么都不会变大。同理，裁剪只能对付梯度爆炸；已经消失的梯度，裁剪也无能为力。
#
# torch 的 `clip_grad_norm_` 原地修改参数的梯度，并返回裁剪*之前*的范数，这个值很值得画成曲线。你的 `clip_grad_norm` 则返回新的张量和这个范数，
# 不改变它的参数。负的 `max_norm` 会把所有梯度反向：请抛出 `ValueError`。不要调用 `torch.nn.utils` 中为此准备的函数；可以使用 torch 的向量范数。


# %% exercise="clip_grad_norm" also=["torch.linalg.vector_norm", "torch.norm"] stub={"en": "clip_grad_norm is not written yet: one norm over all gradients, and one factor for all", "zh": "clip_grad_norm 尚未编写：所有梯度共用一个范数和一个系数"}
def clip_grad_norm(grads, max_norm):
    """Scale gradients so that their total norm is at most `max_norm`.

    Args:
        grads: list of at least one floating point tensor, of any shapes, () included, and one dtype; they are left
            unchanged. Numbers may all be zero, or about as large as 10^13.
        max_norm: the largest total norm, a number of at least 0; with infinity nothing is clipped.

    Returns:
        The list of the scaled gradients, and the total norm before scaling, a tensor of shape () and of their dtype.

    Raises:
        ValueError: `max_norm` is negative.

    zh: 缩放各个梯度，使它们的总范数不超过 `max_norm`。

    参数：
        grads: 由至少一个浮点张量组成的列表，形状任意（包括 ()），数据类型相同；不会被修改。其中的数可能全为零，也可能
            大到 10^13 左右。
        max_norm: 总范数的上限，不小于 0 的数；为无穷大时不裁剪。

    返回：
        缩放后的梯度组成的列表；以及缩放之前的总范数，形状为 ()、数据类型与梯度相同的张量。

    抛出：
        ValueError: `max_norm` 为负。
    """
    ### BEGIN SOLUTION
    if max_norm < 0:
        raise ValueError(f"max_norm should not be negative, but is {max_norm}")
    total = torch.stack([(grad**2).sum() for grad in grads]).sum().sqrt()
    factor = (max_norm / (total + 1e-6)).clamp(max=1)
    return [grad * factor for grad in grads], total
    ### END SOLUTION


# %% examples="clip_grad_norm"
# (3, 0) and (4) together have the norm 5: with max_norm = 1 everything is divided by 5.
# zh: (3, 0) 和 (4) 合起来的范数是 5：max_norm = 1 时，一切都除以 5。
grads = [torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])]
clipped, total = clip_grad_norm(grads, 1.0)
assert torch.allclose(total, torch.tensor(5.0)), total
assert torch.allclose(clipped[0], torch.tensor([0.6, 0.0])), clipped[0]
assert torch.allclose(clipped[1], torch.tensor([[0.8]])), clipped[1]

# %% [markdown] lang="en"
# ## The last valid state of a padded batch
#
# Sentences differ in length, and a batch is a rectangle: short ones are filled up with padding at the end. The network does not know, and
# goes on computing over the padding. What you want of sample $n$, whose length is $\ell_n$, is the state after its last real step:
#
# $$y_n = \text{out}_{\ell_n,\, n}, \qquad 1 \le \ell_n \le T$$
#
# Steps are counted from 1 in the formula, and from 0 in Python.
#
# ![three samples of lengths 5, 2 and 3 in a grid of steps: the last field before the padding of each row is marked](picture:padded)
#
# `out[-1]` looks right and is right for the longest sample only. It is a belief that zeros as padding do no harm: with a zero input the biases
# and $W_{hh} h$ are still there, so each padded step changes the state, and the score of a sentence then depends on what
# other sentences share its batch. Indexing with two index tensors, one for the step and one for the sample, picks all rows at once without a loop.
#
# The same numbers come out of `h_n` when a sequence is packed with `nn.utils.rnn.pack_padded_sequence`. For the *backward* run of
# a bidirectional network picking does not help, for it starts in the padding and carries it along; there packing is the way.
#
# Write `last_valid`. You may use all of torch. A length below 1 or above $T$ has no state: raise a `ValueError`, since an index of −1 would
# quietly take the end of the padding.

# %% [markdown] lang="zh"
# ## 填充批次中的最后一个有效状态
#
# 句子长短不一，批次却是矩形：短句要在末尾填充（padding）。网络并不知道这一点，会在填充上继续计算。对于长度为 $\ell_n$ 的样本 $n$，
# 我们想要的是它最后一个真实时间步之后的状态：
#
# $$y_n = \text{out}_{\ell_n,\, n}, \qquad 1 \le \ell_n \le T$$
#
# 公式中的时间步从 1 数起，Python 中从 0 数起。
#
# ![时间步网格中三个样本的长度分别为 5、2、3：每行填充之前的最后一格被标出](picture:padded)
#
# `out[-1]` 看起来没错，却只对最长的样本正确。有人以为用零填充就没有影响，这是误解：输入为零时，偏置和 $W_{hh} h$ 依然存在，
# 所以每一个填充步都会改变状态，一个句子的得分于是取决于同一批次里还有哪些句子。用两个索引张量（一个给时间步，一个给样本）
# 就能一次取出所有行，不需要循环。
#
# 若用 `nn.utils.rnn.pack_padded_sequence` 打包序列，`h_n` 会给出同样的数值。对于双向网络的*后向*计算，事后挑选无济于事：
# 它从填充开始，并把填充的影响一路带下去；这时应当打包。
#
# 请编写 `last_valid`，可以使用 torch 的全部功能。小于 1 或大于 $T$ 的长度没有对应的状态：请抛出 `ValueError`，
# 因为索引 −1 会悄悄取到填充的末尾。


# %% exercise="last_valid" also=["*"] stub={"en": "last_valid is not written yet: for each sample the state after its last real step", "zh": "last_valid 尚未编写：每个样本最后一个真实时间步之后的状态"}
def last_valid(out, lengths):
    """Pick the state after the last real step of each sample.

    Args:
        out: states with time first, padded at the end, shape (T, N, H).
        lengths: number of real steps of each sample, int64 tensor of shape (N,).

    Returns:
        The states, shape (N, H).

    Raises:
        ValueError: a length is below 1 or above T.

    zh: 取出每个样本最后一个真实时间步之后的状态。

    参数：
        out: 时间轴在最前、末尾有填充的状态，形状为 (T, N, H)。
        lengths: 每个样本的真实时间步数，形状为 (N,) 的 int64 张量。

    返回：
        取出的状态，形状为 (N, H)。

    抛出：
        ValueError: 某个长度小于 1 或大于 T。
    """
    ### BEGIN SOLUTION
    if ((lengths < 1) | (lengths > len(out))).any():
        raise ValueError(f"lengths should lie between 1 and {len(out)}, but are {lengths.tolist()}")
    return out[lengths - 1, torch.arange(len(lengths))]
    ### END SOLUTION


# %% examples="last_valid"
# Three steps of two samples: the first sample has all three, the second one only.
# zh: 三个时间步、两个样本：第一个样本三步都是真实的，第二个只有一步。
out = torch.tensor([[[1.0], [10.0]], [[2.0], [20.0]], [[3.0], [30.0]]])
y = last_valid(out, torch.tensor([3, 1]))
assert y.shape == (2, 1), f"the shape should be (2, 1), not {tuple(y.shape)}"
# zh: 形状应为 (2, 1)，而不是 {tuple(y.shape)}
assert torch.equal(y, torch.tensor([[3.0], [10.0]])), y

# %% [markdown] lang="en"
# ## Which network remembers?
#
# The cell below defines `show_memory`. Add a cell of your own beneath it and call `show_memory()` there: it trains your plain recurrent network and your GRU on the same task, some seconds in all. Nothing
# here is graded; while something is not written yet, it only says what.
#
# The task is a classic. A sequence has 20 steps; each gives a random number in $[0, 1)$ and a mark, which is 1 at two of the steps, one in the first half and one in the second, and 0 elsewhere. At the end the network is to
# say the **sum of the two marked numbers**. Both networks have 16 units, and the learning rate is 1: they train only because your `clip_grad_norm` keeps each gradient short. The biases of the GRU's update gate begin at 1, so that it keeps more than it forgets.
#
# - At the top is the squared error during training. The dashed line, 1/6, is what the answer "always 1" costs.
# - Below on the left are 200 new sequences: the sum and the answer. On the diagonal the answer is right.
# - Below on the right is how strongly the answer depends on the number at each step: the mean size of its gradient, over all these sequences.
#
# How does the plain network reduce its error without remembering anything? From which step on does it have an idea of what it saw? And how long may the sequences be
# for each of the two to learn? `trained_to_add("RNN", steps=4)[1][-1]` in a cell of your own gives the error of the last batch.

# %% [markdown] lang="zh"
# ## 哪个网络记得住？
#
# 下面的单元格定义了 `show_memory`。请在它下面自己添加一个单元格，在那里调用 `show_memory()`：它让你的普通循环网络和你的 GRU 学习同一个任务，总共几秒钟。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# 这个任务很经典。每个序列有 20 个时间步，每一步给出 $[0, 1)$ 内的一个随机数和一个标记；有两步的标记为 1，一步在前半段，一步在后半段，其余为 0。读完之后，网络要答出**两个被标记的数之和**。
# 两个网络都有 16 个单元，学习率为 1：能够训练，全靠你的 `clip_grad_norm` 限制每个梯度的长度。GRU 更新门的偏置从 1 开始，使它一开始就保留多于遗忘。图中的文字是英文，含义如下：
#
# - 上方是训练过程中的平方误差（squared error）。虚线是 1/6，即始终回答 1（always 1）的误差。
# - 左下是 200 个新的序列：和（sum）与网络的回答（answer）。落在对角线上的就是答对了。
# - 右下是回答在多大程度上取决于每一步（step）的数：梯度大小在这些序列上的平均（size of the gradient）。
#
# 普通网络什么都没记住，它是怎样减小误差的？从哪一步起，它对看过的内容才有印象？序列最长多少步，这两个网络各自还学得会？
# 在你自己的单元格里，`trained_to_add("RNN", steps=4)[1][-1]` 给出最后一个批次的误差。

# %%
import io


def adding_problem(count, steps, generator):
    """Draw sequences of numbers and marks, shape (steps, count, 2), and the sums of the marked numbers, shape (count, 1).

    zh: 抽取由数和标记组成的序列，形状为 (steps, count, 2)，以及被标记的数之和，形状为 (count, 1)。
    """
    numbers = torch.rand(steps, count, 1, generator=generator)
    marks = torch.zeros(steps, count, 1)
    for first, last in ((0, steps // 2), (steps // 2, steps)):
        marks[torch.randint(first, last, (count,), generator=generator), torch.arange(count)] = 1
    return torch.cat([numbers, marks], dim=2), (numbers * marks).sum(dim=0)


def answer_of(kind, weights, x):
    """Run a network of `kind` ("RNN" or "GRU") over sequences, and read the answer from its last state.

    zh: 让 `kind`（"RNN" 或 "GRU"）这一种网络处理各个序列，并从最后的状态读出回答。
    """
    *recurrent, weight, bias = weights
    if kind == "RNN":
        _, last = rnn_forward(x, torch.zeros(x.shape[1], len(recurrent[0])), tuple(recurrent))
    else:
        _, (last,) = stacked_gru(x, recurrent, 1)
    return last @ weight.T + bias


def trained_to_add(kind, steps=20, batches=240, units=16):
    """Train a network of `kind` on the adding problem; returns its weights and the error of each batch.

    The gradients are clipped to the norm 0.1, and what is left of earlier steps is added to each step (momentum).

    zh: 在加法任务上训练 `kind` 这一种网络；返回它的权重和每个批次的误差。

    梯度裁剪到范数 0.1，并且每一步都加上之前各步余下的部分（动量）。
    """
    draws = torch.Generator().manual_seed(5)
    rows = units if kind == "RNN" else 3 * units
    shapes = [(rows, 2), (rows, units), (rows,), (rows,), (1, units), (1,)]
    weights = [(2 * torch.rand(shape, generator=draws) - 1) * units**-0.5 for shape in shapes]
    if kind == "GRU":
        weights[2][units : 2 * units] += 1
    moves = [torch.zeros_like(weight) for weight in weights]
    errors = []
    for batch in range(batches):
        x, sums = adding_problem(32, steps, draws)
        leaves = [weight.detach().requires_grad_() for weight in weights]
        error = ((answer_of(kind, leaves, x) - sums) ** 2).mean()
        grads = torch.autograd.grad(error, leaves, materialize_grads=True)
        grads, _ = clip_grad_norm(list(grads), 0.1)
        moves = [0.9 * move + grad for move, grad in zip(moves, grads, strict=True)]
        rate = min(1, 2 - 2 * batch / batches)
        weights = [weight - rate * move for weight, move in zip(weights, moves, strict=True)]
        errors.append(error.item())
    return weights, errors


def draw_memory(trained):
    """Draw the errors, the answers to new sequences and their gradients; returns the error on the new sequences by kind.

    zh: 画出误差、对新序列的回答及其梯度；按种类返回在新序列上的误差。
    """
    import IPython.display
    from matplotlib.figure import Figure

    x, sums = adding_problem(200, 20, torch.Generator().manual_seed(6))
    x.requires_grad_()
    figure = Figure(figsize=(6, 6.4), layout="constrained")
    axes = figure.subplot_mosaic([["top", "top"], ["left", "right"]])
    found = {}
    for kind, (weights, errors) in trained.items():
        answers = answer_of(kind, weights, x) + 0 * x.sum()  # answers that do not depend on x have a gradient too: 0
        # zh: 与 x 无关的回答也有梯度：0
        (grad,) = torch.autograd.grad(answers.sum(), x, materialize_grads=True)
        found[kind] = ((answers - sums) ** 2).mean().item()
        axes["top"].plot(range(9, len(errors)), torch.tensor(errors).unfold(0, 10, 1).mean(1).numpy(), label=kind)
        axes["left"].plot(sums.flatten().numpy(), answers.detach().flatten().numpy(), ".", markersize=4, label=kind)
        axes["right"].plot(range(1, 21), grad[..., 0].abs().mean(1).numpy(), marker=".", label=kind)
    axes["top"].axhline(1 / 6, color="black", linestyle="--", linewidth=1, label="always 1")
    axes["top"].set(xlabel="batch", ylabel="squared error", yscale="log", title="learning to add")
    axes["left"].axline((0, 0), slope=1, color="black", linestyle="--", linewidth=1)
    axes["left"].set(xlabel="sum", ylabel="answer", xlim=(0, 2), ylim=(-0.2, 2.2))
    axes["right"].set(xlabel="step", ylabel="size of the gradient", yscale="log", xticks=[1, 5, 10, 15, 20])
    for place in axes.values():
        place.legend(fontsize="small")
    drawing = io.StringIO()
    figure.savefig(drawing, format="svg")
    IPython.display.display(IPython.display.SVG(drawing.getvalue()))
    return found


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x, h = torch.ones(1, 2), torch.zeros(1, 3)
    plain = (torch.ones(3, 2), torch.ones(3, 3), torch.ones(3), torch.ones(3))
    gated = [torch.cat([weight] * 3) for weight in plain]
    trials = {
        "rnn_step": lambda: rnn_step(x, h, *plain),
        "gru_step": lambda: gru_step(x, h, *gated),
        "rnn_forward": lambda: rnn_forward(x[None], h, plain),
        "stacked_gru": lambda: stacked_gru(x[None], gated, 1),
        "clip_grad_norm": lambda: clip_grad_norm([x], 1.0),
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


def show_memory():
    """Draw how both networks learn to add, or say which exercises are missing.

    zh: 画出两个网络怎样学习加法，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
        # zh: 这样小的张量，分工所花的时间比计算本身还长
        found = draw_memory({kind: trained_to_add(kind) for kind in ("RNN", "GRU")})
        for kind, error in found.items():
            print(f"{kind}: squared error {error:.4f} on new sequences")
            # zh: {kind}：在新序列上的平方误差是 {error:.4f}
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A colleague classifies reviews with a bidirectional GRU of one layer. The reviews of a batch are padded with zero vectors at the
# end, and a linear layer reads `out[-1]`. Three things are observed:
#
# - the same short review gets different scores in different batches, although nothing is random;
# - in long reviews the first sentence hardly matters: the gradient with respect to its words has a norm of about $10^{-8}$;
# - now and then the loss jumps to NaN.
#
# "I will clip the gradient norm at 1", says the colleague, "that cures the second and the third." Answer in 8 to 12 sentences:
#
# 1. What do the two halves of `out[-1]` hold for a short review, and why does its score depend on the batch? (2 points)
# 2. How do you get a summary of both directions that depends on the review alone? (1 point)
# 3. Which of the two other observations can clipping help with, and why not with the other? What helps there? (2 points)

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 一位同事用单层双向 GRU 给评论分类。同一批次的评论在末尾用零向量填充，线性层读取 `out[-1]`。他观察到三件事：
#
# - 同一条短评论在不同批次里得分不同，尽管没有任何随机性；
# - 在长评论里，第一句话几乎不起作用：对其中各词的梯度范数约为 $10^{-8}$；
# - 损失偶尔会突然变成 NaN。
#
# 同事说：“我把梯度范数裁剪到 1，第二和第三个问题就都解决了。”请用 8 到 12 句话回答：
#
# 1. 对于一条短评论，`out[-1]` 的两半各是什么？它的得分为什么取决于批次？（2 分）
# 2. 怎样得到只取决于评论本身的、两个方向的摘要？（1 分）
# 3. 裁剪对另外两个现象中的哪一个有用？为什么对另一个没有用？那里该怎么办？（2 分）

# %% [markdown] written="ps5-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.**
#
# 1. The forward half has read the review and then went on over the padding. Zero vectors do not stop it: the biases and the product of $W_{hh}$ with the
#    state still change the state at every step, and how many such steps there are depends on the longest review of the batch. The backward half begins at
#    the end, so in `out[-1]` it has seen one step only, and that is padding: it holds nothing of the review at all.
# 2. Pack the batch (`pack_padded_sequence` with the lengths) and take `h_n`: the forward run then stops at the last word, the backward run starts
#    there, and its last state is the one at the first word. Picking the forward state by its length is right for the forward half; the backward one
#    at step 1 is the right place, but without packing (or reversing each review within its own length) it has come through the padding.
# 3. Clipping helps against jumps to NaN, where they come from exploding gradients: it limits the length of a step and keeps its direction. It
#    cannot help the vanished gradient, since the factor is never above 1, and one factor for all could not bring back the share of the early words
#    anyway. That gradient is a product of many Jacobians with factors below 1. What helps is a shorter path: the proper summary of the
#    backward run, which reads the first sentence last; the mean or attention over all steps instead of one state; update or forget gates that
#    begin near "keep".
#
# **Marking guide.** Question 1: 1 point for the forward half running on over the padding, whose number of steps depends on the batch; 1 point for the
# backward half having seen a single step, of padding. "Zeros do nothing" earns nothing. Question 2: 1 point for packing and `h_n`, or for
# reversing each review by its own length; half a point for the right places, $\ell_n$ forward and step 1 backward, without mention of the padding that the
# backward run comes through. Question 3: 1 point for exploding yes and vanishing no, with the factor of at most 1 as the reason; 1 point for a remedy that
# shortens the path or keeps the state (backward summary, pooling, attention, gates). A larger learning rate is no remedy.
# ### END SOLUTION

# %% [markdown] written="ps5-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。**
#
# 1. 前向的一半读完评论之后，又在填充上继续计算。零向量并不会让它停下：偏置以及 $W_{hh}$ 与状态的乘积仍在每一步改变状态，而这样的步数取决于批次中最长的评论。
#    后向的一半从末尾开始，所以在 `out[-1]` 处只看过一步，而且是填充：其中完全没有评论的内容。
# 2. 打包批次（用 `pack_padded_sequence` 并给出长度），然后取 `h_n`：前向计算停在最后一个词，后向计算从那里开始，它的最后状态对应第一个词。
#    按长度挑选前向状态，对前向的一半是正确的；后向状态取第 1 步，位置没错，但若不打包（或不按各自的长度反转每条评论），它已经经过了填充。
# 3. 如果 NaN 来自梯度爆炸，裁剪就有用：它限制一步的长度，同时保持方向。它对消失的梯度没有用，因为系数从不大于 1；何况所有梯度共用一个系数，
#    也无法找回靠前的词所占的份额。这个梯度是许多雅可比矩阵的乘积，各因子小于 1。有用的是缩短路径：后向计算的正确摘要（它最后才读第一句话）；
#    用所有时间步的平均或注意力代替单个状态；让更新门或遗忘门一开始就偏向“保留”。
#
# **评分标准。** 第 1 问：指出前向的一半在填充上继续计算，且步数取决于批次，得 1 分；指出后向的一半只看过一步填充，得 1 分。
# 只说“零没有影响”不得分。第 2 问：打包并取 `h_n`，或按各自的长度反转每条评论，得 1 分；只说出正确的位置（前向 $\ell_n$、后向第 1 步）
# 而未提到后向计算经过填充的，得半分。第 3 问：指出对爆炸有用、对消失无用，并以系数至多为 1 为理由，得 1 分；给出缩短路径或保持状态的办法
# （后向摘要、池化、注意力、门）得 1 分。调大学习率不算办法。
# ### END SOLUTION
