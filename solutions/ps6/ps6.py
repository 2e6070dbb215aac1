# %% [markdown] lang="en"
# # Problem set 6: attention and the transformer
#
# After this problem set you will be able to
#
# - write scaled dot-product attention, and say what it does with masks of both kinds and with a row that sees nothing;
# - hide the future with a causal mask, and tell the two meanings of `True` in a mask apart;
# - cut features into heads and put them together again, and write multi-head attention for one sequence and for two;
# - compute sinusoidal positional encodings, and say why a transformer needs them;
# - build encoder and decoder layers that give the same numbers as torch's, in post-norm and pre-norm.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all is
# written, `show_attention()` near the end trains your encoder and shows where it looks.
#
# In every exercise that is given tensors
#
# - floating point inputs are of one dtype, float32 or float64, and the result has it too, with its precision: float64 is
#   right to about nine digits, so that nothing on the way (the root of $d$, say) may be float32;
# - every size (N, L, S, D, the number of heads) may be 1, and none is 0;
# - the gradients that autograd takes through your result are right for every floating point input and weight;
# - arguments are never changed in place.

# %% [markdown] lang="zh"
# # 第六次作业：注意力与 Transformer
#
# 完成本次作业后，你将能够
#
# - 编写缩放点积注意力，并说明它如何处理两种掩码，以及一行什么都看不到时会怎样；
# - 用因果掩码遮住未来，并分清掩码中 `True` 的两种含义；
# - 把特征拆成多个头再合并，并为一个序列和两个序列编写多头注意力；
# - 计算正弦位置编码，并说明 Transformer 为什么需要它；
# - 搭建与 torch 数值相同的编码器层和解码器层，包括 post-norm 和 pre-norm。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_attention()` 会训练你的编码器，并显示它看向哪里。
#
# 凡是以张量为输入的练习都要满足：
#
# - 浮点输入的数据类型一致，为 float32 或 float64，结果也是这一类型，并有相应的精度：float64 大约九位数字正确，因此中间
#   （例如 $d$ 的平方根）不能出现 float32；
# - 每个大小（N、L、S、D、头的个数）都可以是 1，但不会是 0；
# - autograd 经由你的结果求出的梯度，对每个浮点输入和权重都正确；
# - 任何参数都不得被原地修改。

# %%
import math

import torch

# %% [markdown] lang="en"
# ## Scaled dot-product attention
#
# Attention is a soft look-up. Each of $L$ queries is compared with $S$ keys by a dot product; the softmax turns the scores of one
# query into weights that sum to 1, and the result is the mean of the values under these weights:
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V$$
#
# Here $d$ is the last dimension of `q`: of one **head**, not of the whole model. The sum of $d$ products of independent
# standard normal numbers has variance $d$; dividing by $\sqrt{d}$ brings it back to 1. Without it the softmax of a large $d$
# is nearly one-hot, and hardly any gradient passes.
#
# ![each row of weights belongs to one query and sums to 1 over the keys](picture:attention_weights)
#
# The mask $M$ is added **before** the softmax. Zeroing weights after it leaves rows that no longer sum to 1. There are two kinds:
#
# - of floating point: added to the scores as it is, `-inf` for "may not be seen";
# - boolean: `True` where the key **takes part** (a score of `-inf` elsewhere). Beware: in `nn.MultiheadAttention` and
#   in the transformer layers `True` means the opposite, "leave out".
#
# A query that sees no key at all has no weights: the softmax of nothing but `-inf` is NaN. The result of such a row is **zero**
# here, as in torch's function of the same name, and its gradient is zero too. A large negative number in place of `-inf` does
# not do: the row would become the plain mean of all values.
#
# Leading dimensions (batch, heads) broadcast. `torch.softmax` may be called; torch's own attention may not.

# %% [markdown] lang="zh"
# ## 缩放点积注意力
#
# 注意力是一种“软查找”。$L$ 个查询（query）各自与 $S$ 个键（key）做点积；softmax 把一个查询的得分变成和为 1 的权重，
# 结果就是值（value）在这些权重下的平均：
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V$$
#
# 这里 $d$ 是 `q` 的最后一维，即一个**头**的维度，而不是整个模型的维度。$d$ 个独立标准正态数乘积之和的方差是 $d$，除以
# $\sqrt{d}$ 才回到 1。若不缩放，$d$ 较大时 softmax 几乎成了 one-hot，梯度就很难通过。
#
# ![每一行权重属于一个查询，沿键的方向和为 1](picture:attention_weights)
#
# 掩码 $M$ 加在 softmax **之前**。若在 softmax 之后再把权重清零，每行的和就不再是 1。掩码有两种：
#
# - 浮点掩码：原样加到得分上，`-inf` 表示“不可见”；
# - 布尔掩码：`True` 表示这个键**参与**（其余位置得分为 `-inf`）。注意：在 `nn.MultiheadAttention` 和 Transformer
#   各层里，`True` 的含义正好相反，是“排除”。
#
# 如果一个查询看不到任何键，它就没有权重可言：全是 `-inf` 的 softmax 是 NaN。这里规定这样的行结果为**零**，
# 与 torch 的同名函数一致，其梯度也为零。用一个很大的负数代替 `-inf` 是不行的：那一行会变成所有值的简单平均。
#
# 前面的维度（批次、头）按广播规则处理。可以调用 `torch.softmax`，但不要调用 torch 自带的注意力。
# `q` 与 `k` 的最后一维不同时，抛出 `ValueError`。


# %% exercise="scaled_dot_product_attention" equal="torch.nn.functional.scaled_dot_product_attention" also=["torch.softmax"] stub={"en": "scaled_dot_product_attention is not written yet: scores, mask, softmax over the keys, weighted mean of the values", "zh": "scaled_dot_product_attention 尚未编写：得分、掩码、沿键的 softmax、值的加权平均"}
def scaled_dot_product_attention(q, k, v, mask=None):
    """Compute the mean of the values, weighted by how well each key fits the query.

    Args:
        q: queries, shape (..., L, d).
        k: keys, shape (..., S, d).
        v: values, shape (..., S, e).
        mask: None, or what broadcasts to (..., L, S): booleans, True where the key takes part, or numbers of the dtype of
            `q` that are added to the scores.

    Returns:
        Shape (..., L, e), leading dimensions (if any) broadcast; zeros for a query that may see no key; finite for scores of
        ±10,000 as well.

    Raises:
        ValueError: queries and keys differ in their last dimension.

    zh: 计算值的加权平均，权重由每个键与查询的匹配程度决定。

    参数：
        q: 查询，形状为 (..., L, d)。
        k: 键，形状为 (..., S, d)。
        v: 值，形状为 (..., S, e)。
        mask: None，或能广播成 (..., L, S) 的掩码：布尔数，True 表示这个键参与；或加到得分上的数，数据类型与 `q` 相同。

    返回：
        形状为 (..., L, e)，前面的维度（若有）按广播规则处理；看不到任何键的查询结果为零；得分为 ±10,000 时结果也是有
        限的。

    抛出：
        ValueError: 查询与键的最后一维不同。
    """
    ### BEGIN SOLUTION
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"queries of {q.shape[-1]} numbers do not fit keys of {k.shape[-1]}")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    sees_nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(sees_nothing, 0.0), dim=-1)
    return weights.masked_fill(sees_nothing, 0.0) @ v
    ### END SOLUTION


# %% examples="scaled_dot_product_attention"
# The scores are 2 log 3 / sqrt(4) = log 3 and 0, so the weights are 3/4 and 1/4.
# zh: 得分是 2 log 3 / sqrt(4) = log 3 和 0，因此权重是 3/4 和 1/4。
q = torch.tensor([[2.0, 0.0, 0.0, 0.0]])
k = torch.tensor([[1.0986123, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
v = torch.tensor([[4.0, 0.0], [0.0, 8.0]])
y = scaled_dot_product_attention(q, k, v)
assert y.shape == (1, 2), f"the shape should be (1, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[3.0, 2.0]])), y
# Only the second key may be seen: the result is its value.
# zh: 只能看到第二个键：结果就是它的值。
y = scaled_dot_product_attention(q, k, v, torch.tensor([[False, True]]))
assert torch.allclose(y, torch.tensor([[0.0, 8.0]])), y

# %% [markdown] lang="en"
# ## The causal mask
#
# A decoder that predicts the next word must not see it. In training all positions are computed at once, so the future is hidden
# by a mask. Position $i$ may see position $j$ where
#
# $$M_{ij} = \text{True} \iff j \le i$$
#
# ![rows are queries, columns are keys; the diagonal and all below it may be seen](picture:causal_mask)
#
# The **diagonal belongs to it**: a position sees itself. What it predicts is the word *after* it, so nothing is given away;
# with a strict comparison the first row would see nothing at all.
#
# Two mistakes cost whole nights because nothing crashes. With the mask transposed every position sees only the future. With its
# meaning inverted, too: `True` means "takes part" for `F.scaled_dot_product_attention` and in this problem set, but "leave out" for
# `nn.MultiheadAttention`, where one would write `torch.triu(torch.ones(n, n), diagonal=1).bool()`.
#
# Write `causal_mask` by comparing indices; do not call torch's `tril` or `triu`.

# %% [markdown] lang="zh"
# ## 因果掩码
#
# 预测下一个词的解码器不能看到那个词。训练时所有位置是一次算完的，所以要用掩码把未来遮住。位置 $i$ 可以看到位置 $j$ 的条件是
#
# $$M_{ij} = \text{True} \iff j \le i$$
#
# ![行是查询，列是键；对角线及其下方可见](picture:causal_mask)
#
# **对角线是包含在内的**：每个位置都能看到自己。它要预测的是自己*后面*的词，所以并没有泄露答案；如果用严格的小于号，
# 第一行就什么都看不到了。
#
# 有两种错误特别费时间，因为程序不会报错。掩码转置后，每个位置只能看到未来；含义弄反后也是如此：在
# `F.scaled_dot_product_attention` 和本次作业里，`True` 表示“参与”，而在 `nn.MultiheadAttention` 里表示“排除”，
# 那里要写 `torch.triu(torch.ones(n, n), diagonal=1).bool()`。
#
# 请通过比较下标来编写 `causal_mask`，不要调用 torch 的 `tril` 或 `triu`。


# %% exercise="causal_mask" without=["torch.tril", "torch.triu", "torch.tril_indices", "torch.triu_indices"] stub={"en": "causal_mask is not written yet: a position sees itself and what comes before it", "zh": "causal_mask 尚未编写：每个位置看到自己和之前的位置"}
def causal_mask(n):
    """Make the mask that hides the future.

    Args:
        n: the number of positions, at least 1.

    Returns:
        A tensor of booleans of shape (n, n): True at [i, j] where position i may see position j.

    zh: 创建遮住未来的掩码。

    参数：
        n: 位置的个数，至少为 1。

    返回：
        形状为 (n, n) 的布尔张量：位置 i 可以看到位置 j 时，[i, j] 处为 True。
    """
    ### BEGIN SOLUTION
    place = torch.arange(n)
    return place[None, :] <= place[:, None]
    ### END SOLUTION


# %% examples="causal_mask"
# The first position sees itself only, the second sees two.
# zh: 第一个位置只看到自己，第二个看到两个。
mask = causal_mask(2)
assert mask.dtype == torch.bool, f"the mask should hold booleans, not {mask.dtype}"
# zh: 掩码应为布尔数，而不是 {mask.dtype}
assert mask.tolist() == [[True, False], [True, True]], mask

# %% [markdown] lang="en"
# ## Splitting into heads
#
# One attention can ask only one question of each word. Multi-head attention asks $h$ of them at the same time: it cuts the $D$
# features of every position into $h$ heads of $d = D / h$ numbers, and each head attends for itself:
#
# $$\mathrm{head}_{n,k,l,j} = x_{n,\,l,\,k d + j}$$
#
# ![the first d features of each position belong to head 0, the next d to head 1](picture:heads)
#
# So head $k$ takes the features $kd, \dots, kd + d - 1$ of **every** position: neighbours stay together, nothing is computed, and
# each number only finds another place. The head axis stands before the positions, so that the matrix product of attention
# runs over positions and features, with batch and heads as leading dimensions.
#
# What is often believed: "the sizes agree, so one `view` to `(N, h, L, d)` does it". It does not: `view` reads the numbers in memory
# order and puts half a sentence into each head. Make the axes first, then swap them. No error tells you if you forget.
#
# Write `split_heads`. Anything of torch's may be called except its attention.

# %% [markdown] lang="zh"
# ## 拆分成多个头
#
# 单个注意力对每个词只能提出一个问题。多头注意力同时提出 $h$ 个：它把每个位置的 $D$ 个特征切成 $h$ 个头，每个头有
# $d = D / h$ 个数，各自独立地做注意力：
#
# $$\mathrm{head}_{n,k,l,j} = x_{n,\,l,\,k d + j}$$
#
# ![每个位置的前 d 个特征属于第 0 个头，接下来的 d 个属于第 1 个头](picture:heads)
#
# 也就是说，第 $k$ 个头拿走**每个**位置的第 $kd, \dots, kd + d - 1$ 个特征：相邻的特征仍在一起，没有任何计算，
# 只是给每个数换了位置。头这一轴排在位置之前，这样注意力的矩阵乘法在位置和特征上进行，批次和头作为前面的维度。
#
# 常见的误解是：“元素个数一致，用一个 `view` 变成 `(N, h, L, d)` 就行了。”并非如此：`view` 按内存顺序读数，会把半个句子
# 塞进每个头。应当先造出各个轴，再交换它们。如果忘了，也不会有任何报错提醒你。
#
# 请编写 `split_heads`。除了 torch 自带的注意力，其他函数都可以调用。
# `heads` 不能整除 $D$ 时，抛出 `ValueError`。


# %% exercise="split_heads" stub={"en": "split_heads is not written yet: cut the features into heads, then bring the heads before the positions", "zh": "split_heads 尚未编写：把特征切成多个头，再把头换到位置之前"}
def split_heads(x, heads):
    """Cut the features of each position into heads.

    Args:
        x: shape (N, L, D), of any dtype, contiguous in memory or not.
        heads: the number of heads h, which must divide D.

    Returns:
        Shape (N, h, L, D / h), of the dtype of `x`.

    Raises:
        ValueError: D is not divisible by `heads`.

    zh: 把每个位置的特征切成多个头。

    参数：
        x: 形状为 (N, L, D)，数据类型任意，在内存中连续或不连续均可。
        heads: 头的个数 h，必须能整除 D。

    返回：
        形状为 (N, h, L, D / h)，数据类型与 `x` 相同。

    抛出：
        ValueError: D 不能被 `heads` 整除。
    """
    ### BEGIN SOLUTION
    batch, length, features = x.shape
    if features % heads:
        raise ValueError(f"{features} features cannot be cut into {heads} heads")
    return x.reshape(batch, length, heads, features // heads).transpose(1, 2)
    ### END SOLUTION


# %% examples="split_heads"
# Two positions of four features, two heads: each head gets two neighbouring features of both positions.
# zh: 两个位置、四个特征、两个头：每个头得到两个位置上相邻的两个特征。
x = torch.tensor([[[1, 2, 3, 4], [5, 6, 7, 8]]])
y = split_heads(x, 2)
assert y.shape == (1, 2, 2, 2), f"the shape should be (1, 2, 2, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, 2, 2, 2)，而不是 {tuple(y.shape)}
assert y[0, 0].tolist() == [[1, 2], [5, 6]], y[0, 0]
assert y[0, 1].tolist() == [[3, 4], [7, 8]], y[0, 1]

# %% [markdown] lang="en"
# ## Merging the heads
#
# After attention the heads are laid side by side again, which the papers write as a concatenation:
#
# $$\mathrm{Concat}(\mathrm{head}_0, \dots, \mathrm{head}_{h-1})_{n,\,l,\,k d + j} = \mathrm{head}_{n,k,l,j}$$
#
# This is the inverse of `split_heads`: `merge_heads(split_heads(x, h))` gives back `x`, number by number, for every $h$ that divides
# $D$. The head need not be as large as before: any $d$ will do, and the result has $h d$ features.
#
# The order counts here as well: first the positions back before the heads, then the last two axes into one. A `reshape`
# straight from `(N, h, L, d)` to `(N, L, hd)` succeeds, and mixes positions. Mind that `view` refuses a transposed tensor, since its
# numbers do not lie in order in memory; `reshape` copies where it must.
#
# Write `merge_heads`. Whether the result is a view or a copy does not matter.

# %% [markdown] lang="zh"
# ## 合并各个头
#
# 注意力算完之后，各个头重新并排放在一起，论文里写作拼接：
#
# $$\mathrm{Concat}(\mathrm{head}_0, \dots, \mathrm{head}_{h-1})_{n,\,l,\,k d + j} = \mathrm{head}_{n,k,l,j}$$
#
# 它是 `split_heads` 的逆运算：对任何能整除 $D$ 的 $h$，`merge_heads(split_heads(x, h))` 都逐个数字地还原出 `x`。
# 头的大小不必与之前相同：$d$ 可以是任意值，结果有 $h d$ 个特征。
#
# 顺序在这里同样重要：先把位置换回到头的前面，再把最后两个轴合成一个。直接用 `reshape` 从 `(N, h, L, d)` 变到 `(N, L, hd)`
# 不会报错，却会把不同位置混在一起。还要注意，转置后的张量在内存中不再按顺序排列，`view` 会拒绝它；`reshape` 则在必要时复制。
#
# 请编写 `merge_heads`。结果是视图还是副本都可以。


# %% exercise="merge_heads" stub={"en": "merge_heads is not written yet: the positions before the heads, then the heads side by side", "zh": "merge_heads 尚未编写：把位置换到头之前，再把各个头并排放置"}
def merge_heads(x):
    """Lay the heads of each position side by side.

    Args:
        x: shape (N, h, L, d), of any dtype, contiguous in memory or not.

    Returns:
        Shape (N, L, h * d), of the dtype of `x`.

    zh: 把每个位置的各个头并排放在一起。

    参数：
        x: 形状为 (N, h, L, d)，数据类型任意，在内存中连续或不连续均可。

    返回：
        形状为 (N, L, h * d)，数据类型与 `x` 相同。
    """
    ### BEGIN SOLUTION
    return x.transpose(1, 2).flatten(start_dim=2)
    ### END SOLUTION


# %% examples="merge_heads"
# Two heads of two features: at each position the first head's numbers come first.
# zh: 两个头，各有两个特征：在每个位置上，第一个头的数在前。
x = torch.tensor([[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]])
y = merge_heads(x)
assert y.shape == (1, 2, 4), f"the shape should be (1, 2, 4), not {tuple(y.shape)}"
# zh: 形状应为 (1, 2, 4)，而不是 {tuple(y.shape)}
assert y.tolist() == [[[1, 2, 3, 4], [5, 6, 7, 8]]], y

# %% [markdown] lang="en"
# ## Multi-head attention
#
# Now the parts come together. Queries come from $X$ of shape $(N, L, D)$, keys and values from a memory $Y$ of shape $(N, S, D)$.
# Each is projected, cut into heads, and attended head by head:
#
# $$\mathrm{head}_k = \mathrm{Attention}(Q_k, K_k, V_k), \qquad Q = X W_Q^\top + b_Q, \quad K = Y W_K^\top + b_K, \quad V = Y W_V^\top + b_V$$
#
# $$\mathrm{MultiHead}(X, Y) = \mathrm{Concat}(\mathrm{head}_0, \dots, \mathrm{head}_{h-1})\, W_O^\top + b_O$$
#
# Without a memory $Y = X$: **self-attention**. With one it is **cross-attention**, and $L$ and $S$ may differ.
#
# The weights come in a dict with the names of `nn.MultiheadAttention`'s `state_dict()`. The rows of $W_Q$, $W_K$ and $W_V$ stand one below
# the other, in this order, in `in_proj_weight`; the biases likewise in `in_proj_bias`.
#
# Three remarks. Heads cost nothing extra: $h$ heads of $D / h$ take as many multiplications as one of $D$. The scale is the root of
# the **head's** size. And the output projection is no ornament: without it what one head found never meets what another found.
#
# As above, `True` in a mask means "takes part", also for padding: where `real` of shape `(N, S)` marks the real words, the mask is
# `real[:, None, None, :]`. (`key_padding_mask` of torch's module marks the *padding*.)
#
# You may use your own `split_heads`, `merge_heads` and `scaled_dot_product_attention`. Pass the mask to the last by position and not
# by name: in grading, torch's function stands in for yours, and names it differently. Do not call torch's multi-head attention.

# %% [markdown] lang="zh"
# ## 多头注意力
#
# 现在把各部分组合起来。查询来自形状为 $(N, L, D)$ 的 $X$，键和值来自形状为 $(N, S, D)$ 的记忆 $Y$。三者各自投影、拆成多个头，
# 再逐头做注意力：
#
# $$\mathrm{head}_k = \mathrm{Attention}(Q_k, K_k, V_k), \qquad Q = X W_Q^\top + b_Q, \quad K = Y W_K^\top + b_K, \quad V = Y W_V^\top + b_V$$
#
# $$\mathrm{MultiHead}(X, Y) = \mathrm{Concat}(\mathrm{head}_0, \dots, \mathrm{head}_{h-1})\, W_O^\top + b_O$$
#
# 没有给出记忆时 $Y = X$，即**自注意力**；给出记忆时是**交叉注意力**，$L$ 与 $S$ 可以不同。
#
# 权重放在一个字典里，键名与 `nn.MultiheadAttention` 的 `state_dict()` 相同。$W_Q$、$W_K$、$W_V$ 的行按此顺序上下排在
# `in_proj_weight` 中，偏置同样排在 `in_proj_bias` 中。
#
# 有三点要说明。多头并不增加开销：$h$ 个大小为 $D / h$ 的头与一个大小为 $D$ 的头乘法次数相同。缩放用的是**头**的大小的平方根。
# 输出投影也不是装饰：没有它，一个头找到的信息永远不会与另一个头的相遇。
#
# 与前面一样，掩码中 `True` 表示“参与”，对填充也是如此：若形状为 `(N, S)` 的 `real` 标出真正的词，掩码就是
# `real[:, None, None, :]`。（torch 模块的 `key_padding_mask` 标出的则是*填充*。）
#
# 可以使用你自己的 `split_heads`、`merge_heads` 和 `scaled_dot_product_attention`。给最后一个函数传掩码时请按位置传，不要写参数名：
# 评分时会用 torch 的函数代替你的函数，两者的参数名不同。不要调用 torch 自带的多头注意力。
# `heads` 不能整除 $D$ 时，抛出 `ValueError`。


# %% exercise="multi_head_attention" also=["torch.nn.functional.scaled_dot_product_attention", "torch.softmax", "torch.nn.functional.linear"] uses=["scaled_dot_product_attention", "split_heads", "merge_heads"] stub={"en": "multi_head_attention is not written yet: project, split, attend, merge, project", "zh": "multi_head_attention 尚未编写：投影、拆分、注意力、合并、投影"}
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    """Attend with several heads at once, as torch.nn.MultiheadAttention does.

    Args:
        x: where the queries come from, shape (N, L, D).
        weights: a dict with "in_proj_weight" (3D, D), "in_proj_bias" (3D,), "out_proj.weight" (D, D), "out_proj.bias" (D,).
        heads: the number of heads h, which must divide D.
        mask: None, or what broadcasts to (N, h, L, S), boolean (True takes part) or added to the scores.
        memory: where keys and values come from, shape (N, S, D); `x` itself if None.

    Returns:
        Shape (N, L, D).

    Raises:
        ValueError: D is not divisible by `heads`.

    zh: 像 torch.nn.MultiheadAttention 那样，同时用多个头做注意力。

    参数：
        x: 查询的来源，形状为 (N, L, D)。
        weights: 字典，含 "in_proj_weight" (3D, D)、"in_proj_bias" (3D,)、"out_proj.weight" (D, D) 和 "out_proj.bias"
            (D,)。
        heads: 头的个数 h，必须能整除 D。
        mask: None，或能广播成 (N, h, L, S) 的掩码，布尔掩码（True 表示参与）或加到得分上的数。
        memory: 键和值的来源，形状为 (N, S, D)；None 表示 `x` 本身。

    返回：
        形状为 (N, L, D)。

    抛出：
        ValueError: D 不能被 `heads` 整除。
    """
    ### BEGIN SOLUTION
    if memory is None:
        memory = x
    w_q, w_k, w_v = weights["in_proj_weight"].chunk(3)
    b_q, b_k, b_v = weights["in_proj_bias"].chunk(3)
    q = split_heads(x @ w_q.T + b_q, heads)
    k = split_heads(memory @ w_k.T + b_k, heads)
    v = split_heads(memory @ w_v.T + b_v, heads)
    attended = merge_heads(scaled_dot_product_attention(q, k, v, mask))
    return attended @ weights["out_proj.weight"].T + weights["out_proj.bias"]
    ### END SOLUTION


# %% examples="multi_head_attention"
# Identity projections and two heads of one feature. Head 0 has the scores 0 and log 3, so the weights 1/4 and 3/4 and the result
# 3/4 log 3; head 1 has equal scores and the mean 6. The output projection doubles both and adds (1, 0).
# zh: 投影是单位矩阵，两个头，各有一个特征。第 0 个头的得分是 0 和 log 3，因此权重是 1/4 和 3/4，结果是 3/4 log 3；第
# zh: 1 个头的得分相等，结果是平均值 6。输出投影把两者加倍，再加上 (1, 0)。
eye = torch.eye(2)
weights = {
    "in_proj_weight": torch.cat([eye, eye, eye]),
    "in_proj_bias": torch.zeros(6),
    "out_proj.weight": 2 * eye,
    "out_proj.bias": torch.tensor([1.0, 0.0]),
}
x, memory = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.0, 4.0], [1.0986123, 8.0]]])
y = multi_head_attention(x, weights, 2, memory=memory)
assert y.shape == (1, 1, 2), f"the shape should be (1, 1, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, 1, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[[2.6479184, 12.0]]])), y

# %% [markdown] lang="en"
# ## Positional encoding
#
# Attention does not know the order of its words: permute them, and the results are the same, permuted. So a transformer adds to each
# embedding a vector that depends on the position. The paper's has waves of many lengths, for $0 \le i < d / 2$:
#
# $$PE_{pos,\,2i} = \sin\left(\frac{pos}{10000^{2i/d}}\right), \qquad PE_{pos,\,2i+1} = \cos\left(\frac{pos}{10000^{2i/d}}\right)$$
#
# ![a row for each position: fast waves in the first columns, slow ones in the last](picture:positional_encoding)
#
# Even columns hold sines and odd columns cosines, and the two of a pair share **one** frequency. Two mistakes are common: taking the
# column's number for $2i$ in odd columns as well, so that a pair drifts apart, and putting all sines into the first half.
# (Some libraries do have halves. It is the same information, but weights trained with one order are of no use with the other.)
#
# Why pairs? With $\omega_i = 10000^{-2i/d}$ a shift by $k$ positions is a rotation, the same wherever it begins:
#
# $$\begin{pmatrix} \sin \omega_i (pos + k) \\ \cos \omega_i (pos + k) \end{pmatrix} = \begin{pmatrix} \cos \omega_i k & \sin \omega_i k \\ -\sin \omega_i k & \cos \omega_i k \end{pmatrix} \begin{pmatrix} \sin \omega_i\, pos \\ \cos \omega_i\, pos \end{pmatrix}$$
#
# so a linear layer can learn "three words back". Write `positional_encoding` for even $d$. All of torch may be used.

# %% [markdown] lang="zh"
# ## 位置编码
#
# 注意力不知道词的顺序：把词打乱，结果还是那些，只是跟着打乱了。因此 Transformer 给每个嵌入加上一个由位置决定的向量。
# 论文中的编码由许多不同波长的波组成，其中 $0 \le i < d / 2$：
#
# $$PE_{pos,\,2i} = \sin\left(\frac{pos}{10000^{2i/d}}\right), \qquad PE_{pos,\,2i+1} = \cos\left(\frac{pos}{10000^{2i/d}}\right)$$
#
# ![每个位置一行：前面的列是快波，后面的列是慢波](picture:positional_encoding)
#
# 偶数列是正弦，奇数列是余弦，同一对的两列共用**一个**频率。常见的错误有两种：一是在奇数列里也把列号当作 $2i$，
# 于是一对的两列渐渐错开；二是把所有正弦放在前一半。（有些库确实采用前后两半的排法，信息是一样的，
# 但用一种排法训练的权重不能用于另一种。）
#
# 为什么要成对？记 $\omega_i = 10000^{-2i/d}$，平移 $k$ 个位置就是一次旋转，而且与起点无关：
#
# $$\begin{pmatrix} \sin \omega_i (pos + k) \\ \cos \omega_i (pos + k) \end{pmatrix} = \begin{pmatrix} \cos \omega_i k & \sin \omega_i k \\ -\sin \omega_i k & \cos \omega_i k \end{pmatrix} \begin{pmatrix} \sin \omega_i\, pos \\ \cos \omega_i\, pos \end{pmatrix}$$
#
# 所以线性层可以学会“往回数三个词”。请为偶数 $d$ 编写 `positional_encoding`，torch 的所有函数都可以使用。
# $d$ 为奇数时，抛出 `ValueError`。


# %% exercise="positional_encoding" also=["*"] stub={"en": "positional_encoding is not written yet: sines in the even columns, cosines in the odd ones", "zh": "positional_encoding 尚未编写：偶数列是正弦，奇数列是余弦"}
def positional_encoding(n, d):
    """Compute the sinusoidal positional encoding of "Attention Is All You Need".

    Args:
        n: the number of positions, from 0 to n - 1.
        d: the size of the encoding, even.

    Returns:
        Shape (n, d), float32.

    Raises:
        ValueError: d is odd.

    zh: 计算论文 "Attention Is All You Need" 的正弦位置编码。

    参数：
        n: 位置的个数，从 0 到 n - 1。
        d: 编码的大小，是偶数。

    返回：
        形状为 (n, d)，数据类型为 float32。

    抛出：
        ValueError: d 是奇数。
    """
    ### BEGIN SOLUTION
    if d % 2:
        raise ValueError(f"sines and cosines come in pairs, but d = {d} is odd")
    frequency = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angle = torch.arange(n)[:, None] * frequency
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)
    ### END SOLUTION


# %% examples="positional_encoding"
# One pair of frequency 1: sine and cosine of the position.
# zh: 频率为 1 的一对列：位置的正弦和余弦。
y = positional_encoding(3, 2)
assert y.shape == (3, 2), f"the shape should be (3, 2), not {tuple(y.shape)}"
# zh: 形状应为 (3, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[0.0, 1.0], [0.8414710, 0.5403023], [0.9092974, -0.4161468]])), y

# %% [markdown] lang="en"
# ## The position-wise feed-forward network
#
# After attention has mixed the positions, each position thinks for itself. Two linear layers with an activation in between:
#
# $$\mathrm{FFN}(x) = \phi(x W_1^\top + b_1)\, W_2^\top + b_2$$
#
# The first widens (usually from $D$ to $4D$), the second brings it back. $\phi$ is the ReLU of the first paper, or the exact GELU
# of some later models (its tanh form and gated units are as common), with $\Phi$ the distribution function of the standard normal:
#
# $$\mathrm{ReLU}(z) = \max(0, z), \qquad \mathrm{GELU}(z) = z\, \Phi(z)$$
#
# **Position-wise** means that the same weights serve every position and no position sees another: the layer is a convolution with a kernel
# of 1. It is easily taken for the small part of a transformer, and is the large one: with a width of $4D$ it has about
# $8 D^2$ weights, the attention $4 D^2$.
#
# The activation stands **between** the two layers. After the second it would cut off everything negative that the layer wants to add,
# and with nothing in between the two would collapse into one linear map. All of torch may be used, and your own functions.

# %% [markdown] lang="zh"
# ## 逐位置前馈网络
#
# 注意力把各个位置混合之后，每个位置再独自“思考”。两个线性层，中间一个激活函数：
#
# $$\mathrm{FFN}(x) = \phi(x W_1^\top + b_1)\, W_2^\top + b_2$$
#
# 第一层加宽（通常从 $D$ 到 $4D$），第二层再收回来。$\phi$ 是最初论文中的 ReLU，或者后来一些模型使用的精确 GELU
# （它的 tanh 近似和门控单元同样常见），其中 $\Phi$ 是标准正态分布的分布函数：
#
# $$\mathrm{ReLU}(z) = \max(0, z), \qquad \mathrm{GELU}(z) = z\, \Phi(z)$$
#
# **逐位置**的意思是：所有位置共用同一组权重，任何位置都看不到别的位置，相当于卷积核为 1 的卷积。它容易被当成 Transformer 里的小部件，
# 其实是大头：宽度为 $4D$ 时约有 $8 D^2$ 个权重，而注意力只有 $4 D^2$ 个。
#
# 激活函数在两层**之间**。若放在第二层之后，这一层想要加上的负值就全被截断了；若中间什么都没有，两层就合并成一个线性映射。
# torch 的所有函数以及你自己的函数都可以使用。
# 激活函数是其他名称时，抛出 `ValueError`。


# %% exercise="feed_forward" also=["*"] stub={"en": "feed_forward is not written yet: linear, activation, linear", "zh": "feed_forward 尚未编写：线性层、激活函数、线性层"}
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    """Apply two linear layers with an activation between them, to each position alone.

    Args:
        x: shape (..., D), with any number of axes in front, none included.
        w1: weights of the first layer, shape (F, D).
        b1: its biases, shape (F,).
        w2: weights of the second layer, shape (D, F).
        b2: its biases, shape (D,).
        activation: "relu" or "gelu" (the exact one).

    Returns:
        Shape (..., D).

    Raises:
        ValueError: another activation.

    zh: 对每个位置单独作用两个线性层，中间有一个激活函数。

    参数：
        x: 形状为 (..., D)，前面可以有任意多个轴，也可以没有。
        w1: 第一层的权重，形状为 (F, D)。
        b1: 第一层的偏置，形状为 (F,)。
        w2: 第二层的权重，形状为 (D, F)。
        b2: 第二层的偏置，形状为 (D,)。
        activation: "relu" 或 "gelu"（精确的形式）。

    返回：
        形状为 (..., D)。

    抛出：
        ValueError: 激活函数是其他名称。
    """
    ### BEGIN SOLUTION
    activations = {"relu": torch.relu, "gelu": torch.nn.functional.gelu}
    if activation not in activations:
        raise ValueError(f"the activation is one of {sorted(activations)}, not {activation!r}")
    return activations[activation](x @ w1.T + b1) @ w2.T + b2
    ### END SOLUTION


# %% examples="feed_forward"
# The hidden units are 2 and -2, after the ReLU 2 and 0; the second layer gives 2 * 3 + 1 = 7.
# zh: 隐藏单元是 2 和 -2，经过 ReLU 之后是 2 和 0；第二层给出 2 * 3 + 1 = 7。
w1, b1 = torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 0.0])
w2, b2 = torch.tensor([[3.0, 5.0]]), torch.tensor([1.0])
y = feed_forward(torch.tensor([[2.0]]), w1, b1, w2, b2)
assert torch.allclose(y, torch.tensor([[7.0]])), y

# %% [markdown] lang="en"
# ## The encoder layer
#
# An encoder layer has two sublayers, self-attention and the feed-forward network. Around each there is a residual connection and a
# layer normalization with weights of its own. The paper (and torch by default) normalizes **after** the sum, which is called post-norm:
#
# $$h = \mathrm{LN}_1(x + \mathrm{MultiHead}(x, x)), \qquad y = \mathrm{LN}_2(h + \mathrm{FFN}(h))$$
#
# Most later models normalize the sublayer's **input** and leave the sum alone (pre-norm, `norm_first=True`):
#
# $$h = x + \mathrm{MultiHead}(\mathrm{LN}_1(x), \mathrm{LN}_1(x)), \qquad y = h + \mathrm{FFN}(\mathrm{LN}_2(h))$$
#
# ![post-norm has the normalization on the main path, pre-norm beside it](picture:norm_first)
#
# With pre-norm a path without any normalization leads from the last layer to the first, along which the gradient passes
# unchanged; this is why very deep stacks train with it. Neither form normalizes the sublayer's *output* alone before the sum.
#
# About torch's `nn.TransformerEncoderLayer` one should know: it is made in training mode with dropout 0.1, so two calls differ until
# `.eval()`; it takes $(L, N, D)$ unless `batch_first=True`; and without positional encodings it is permutation-equivariant. It knows
# nothing about order: permuted words give permuted results. Here there is no dropout, and the batch comes first.
#
# Write `encoder_layer` with ReLU, $\epsilon = 10^{-5}$ and the names of the layer's `state_dict()`. `part_of` below takes a submodule's
# weights out of the dict. Your `multi_head_attention` and `feed_forward` may be used, and `F.layer_norm`. (Get the attention right
# first: a mistake in it would show here again.) Do not call torch's transformer layers or its multi-head attention.

# %% [markdown] lang="zh"
# ## 编码器层
#
# 编码器层有两个子层：自注意力和前馈网络。每个子层外面都有一个残差连接和一个层归一化，两个层归一化各有自己的权重。
# 论文（以及 torch 的默认设置）在相加**之后**归一化，称为 post-norm：
#
# $$h = \mathrm{LN}_1(x + \mathrm{MultiHead}(x, x)), \qquad y = \mathrm{LN}_2(h + \mathrm{FFN}(h))$$
#
# 后来的大多数模型归一化子层的**输入**，而不动相加的结果（pre-norm，`norm_first=True`）：
#
# $$h = x + \mathrm{MultiHead}(\mathrm{LN}_1(x), \mathrm{LN}_1(x)), \qquad y = h + \mathrm{FFN}(\mathrm{LN}_2(h))$$
#
# ![post-norm 的归一化在主路上，pre-norm 的归一化在支路上](picture:norm_first)
#
# 采用 pre-norm 时，从最后一层到第一层有一条不经过任何归一化的通路，梯度沿着它原样通过，因此很深的网络也能训练。
# 两种形式都不是先单独归一化子层的*输出*再相加。
#
# 关于 torch 的 `nn.TransformerEncoderLayer` 应当知道：它创建时处于训练模式，dropout 为 0.1，所以在调用 `.eval()` 之前两次结果不同；
# 除非设 `batch_first=True`，它接收的是 $(L, N, D)$；而且没有位置编码时它是置换等变的，对顺序一无所知：词打乱了，结果也同样打乱。
# 这里没有 dropout，批次在最前。
#
# 请编写 `encoder_layer`，使用 ReLU 和 $\epsilon = 10^{-5}$，权重的键名与该层的 `state_dict()` 相同。下面的 `part_of` 从字典里取出一个
# 子模块的权重。可以使用你自己的 `multi_head_attention` 和 `feed_forward`，以及 `F.layer_norm`。（请先写对注意力：
# 那里的错误会在这里再次出现。）不要调用 torch 自带的 Transformer 层或多头注意力。

# %%
import torch.nn.functional as F


def part_of(weights, name):
    """Return the weights of the submodule `name`: part_of(w, "norm1") has "weight" and "bias".

    zh: 返回子模块 `name` 的权重：part_of(w, "norm1") 含有 "weight" 和 "bias"。
    """
    return {key.removeprefix(name + "."): value for key, value in weights.items() if key.startswith(name + ".")}


# %% exercise="encoder_layer" also=["torch.nn.functional.scaled_dot_product_attention", "torch.nn.functional.layer_norm", "torch.nn.functional.linear", "torch.relu", "torch.softmax"] uses=["scaled_dot_product_attention", "multi_head_attention", "feed_forward", "split_heads", "merge_heads"] stub={"en": "encoder_layer is not written yet: attention and feed-forward, each with a residual and a normalization of its own", "zh": "encoder_layer 尚未编写：注意力和前馈网络，各有自己的残差连接和归一化"}
def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    """Compute a transformer encoder layer without dropout.

    Args:
        x: shape (N, L, D).
        weights: a dict with the names of torch.nn.TransformerEncoderLayer's state_dict(): "self_attn.in_proj_weight",
            "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight" (F, D),
            "linear1.bias", "linear2.weight" (D, F), "linear2.bias", and "weight" and "bias" of "norm1" and "norm2".
        heads: the number of heads, which must divide D.
        norm_first: pre-norm if True, post-norm if False.
        mask: None, or the mask of the attention: what broadcasts to (N, heads, L, L), boolean (True takes part) or added.

    Returns:
        Shape (N, L, D).

    zh: 计算一个不带 dropout 的 Transformer 编码器层。

    参数：
        x: 形状为 (N, L, D)。
        weights: 字典，键名与 torch.nn.TransformerEncoderLayer 的 state_dict() 相同："self_attn.in_proj_weight"、
            "self_attn.in_proj_bias"、"self_attn.out_proj.weight"、"self_attn.out_proj.bias"、"linear1.weight" (F, D)、
            "linear1.bias"、"linear2.weight" (D, F)、"linear2.bias"，以及 "norm1" 和 "norm2" 的 "weight" 和 "bias"。
        heads: 头的个数，必须能整除 D。
        norm_first: True 表示 pre-norm，False 表示 post-norm。
        mask: None，或注意力的掩码：能广播成 (N, heads, L, L)，布尔掩码（True 表示参与）或加到得分上的数。

    返回：
        形状为 (N, L, D)。
    """

    ### BEGIN SOLUTION
    def norm(y, name):
        return F.layer_norm(y, y.shape[-1:], **part_of(weights, name))

    def attend(y):
        return multi_head_attention(y, part_of(weights, "self_attn"), heads, mask)

    def think(y):
        names = ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")
        return feed_forward(y, *(weights[name] for name in names))

    if norm_first:
        x = x + attend(norm(x, "norm1"))
        return x + think(norm(x, "norm2"))
    x = norm(x + attend(x), "norm1")
    return norm(x + think(x), "norm2")
    ### END SOLUTION


# %% examples="encoder_layer"
# All scores are equal, so the attention adds the mean of the positions; the feed-forward network adds its last bias, (0, 20).
# Post-norm: with their mean (5, 2) the positions are (5, 4) and (15, 4), normalized (1, -1), and 4 * 1 + 1, 4 * -1 with norm1.
# With (0, 20) that is (5, 16), normalized (-1, 1), and 2 * -1, 2 * 1 + 5 with norm2.
# Pre-norm: norm1 makes (-3, 4) and (5, -4), whose mean (1, 0) is added to x, and (0, 20) after it.
# zh: 所有得分相等，因此注意力加上各位置的平均；前馈网络加上它最后的偏置 (0, 20)。post-norm：加上平均 (5, 2) 之后，两
# zh: 个位置是 (5, 4) 和 (15, 4)，归一化为 (1, -1)，经 norm1 得到 4 * 1 + 1 和 4 * -1。再加上 (0, 20) 是 (5, 16)，归一
# zh: 化为 (-1, 1)，经 norm2 得到 2 * -1 和 2 * 1 + 5。pre-norm：norm1 给出 (-3, 4) 和 (5, -4)，它们的平均 (1, 0) 加到
# zh: x 上，然后再加上 (0, 20)。
weights = {
    "self_attn.in_proj_weight": torch.cat([torch.zeros(4, 2), torch.eye(2)]),
    "self_attn.in_proj_bias": torch.zeros(6),
    "self_attn.out_proj.weight": torch.eye(2),
    "self_attn.out_proj.bias": torch.zeros(2),
    "linear1.weight": torch.zeros(3, 2),
    "linear1.bias": torch.zeros(3),
    "linear2.weight": torch.zeros(2, 3),
    "linear2.bias": torch.tensor([0.0, 20.0]),
    "norm1.weight": torch.tensor([4.0, 4.0]),
    "norm1.bias": torch.tensor([1.0, 0.0]),
    "norm2.weight": torch.tensor([2.0, 2.0]),
    "norm2.bias": torch.tensor([0.0, 5.0]),
}
x = torch.tensor([[[0.0, 2.0], [10.0, 2.0]]])
y = encoder_layer(x, weights, 1)
assert y.shape == (1, 2, 2), f"the shape should be (1, 2, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, 2, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[[-2.0, 7.0], [-2.0, 7.0]]]), atol=1e-3), y
y = encoder_layer(x, weights, 1, norm_first=True)
assert torch.allclose(y, torch.tensor([[[1.0, 22.0], [11.0, 22.0]]]), atol=1e-3), y

# %% [markdown] lang="en"
# ## The decoder layer
#
# A decoder layer writes a sequence $x$ while it reads another, the memory $m$ that an encoder made. It has three sublayers, each with
# its residual connection and its normalization; here in post-norm, torch's default:
#
# $$h = \mathrm{LN}_1(x + \mathrm{MultiHead}(x, x; \text{causal}))$$
#
# $$g = \mathrm{LN}_2(h + \mathrm{MultiHead}(h, m))$$
#
# $$y = \mathrm{LN}_3(g + \mathrm{FFN}(g))$$
#
# ![the first attention is causal, the second reads the memory, then comes the feed-forward network](picture:decoder)
#
# In the second attention the **queries are the decoder's**, keys and values the memory's: for each word to be written it is asked where in
# the source to look. The other way round the result would have the length of the memory. The causal mask belongs to the first
# attention **only**: the whole source is known from the start, and the first word may look at its end.
#
# torch's `nn.TransformerDecoderLayer` does not add the causal mask by itself: forget `tgt_mask`, and training runs beautifully, since the
# network copies the answer. Here the mask is part of the layer.
#
# Write `decoder_layer` with ReLU and $\epsilon = 10^{-5}$. The names are again those of the `state_dict()`; the second attention is
# called `multihead_attn`. You may use all that you wrote before, `part_of` and `F.layer_norm`. Do not call torch's transformer layers or
# its multi-head attention.

# %% [markdown] lang="zh"
# ## 解码器层
#
# 解码器层一边写出序列 $x$，一边读取另一个序列，即编码器产生的记忆 $m$。它有三个子层，各有残差连接和归一化；
# 这里采用 torch 默认的 post-norm：
#
# $$h = \mathrm{LN}_1(x + \mathrm{MultiHead}(x, x; \text{因果}))$$
#
# $$g = \mathrm{LN}_2(h + \mathrm{MultiHead}(h, m))$$
#
# $$y = \mathrm{LN}_3(g + \mathrm{FFN}(g))$$
#
# ![第一个注意力是因果的，第二个读取记忆，然后是前馈网络](picture:decoder)
#
# 在第二个注意力中，**查询来自解码器**，键和值来自记忆：对每个要写出的词，询问应当看源序列的哪里。若反过来，结果的长度就成了记忆的长度。
# 因果掩码**只**用于第一个注意力：整个源序列从一开始就是已知的，第一个词也可以看它的末尾。
#
# torch 的 `nn.TransformerDecoderLayer` 不会自动加上因果掩码：如果忘了传 `tgt_mask`，训练会显得异常顺利，因为网络在抄答案。
# 这里掩码是这一层的一部分。
#
# 请编写 `decoder_layer`，使用 ReLU 和 $\epsilon = 10^{-5}$。键名仍与 `state_dict()` 相同，第二个注意力叫 `multihead_attn`。
# 可以使用你之前写的所有函数、`part_of` 以及 `F.layer_norm`。不要调用 torch 自带的 Transformer 层或多头注意力。


# %% exercise="decoder_layer" also=["torch.nn.functional.scaled_dot_product_attention", "torch.nn.functional.layer_norm", "torch.nn.functional.linear", "torch.relu", "torch.softmax"] uses=["scaled_dot_product_attention", "multi_head_attention", "feed_forward", "split_heads", "merge_heads", "causal_mask", "encoder_layer"] stub={"en": "decoder_layer is not written yet: causal self-attention, attention to the memory, feed-forward", "zh": "decoder_layer 尚未编写：因果自注意力、对记忆的注意力、前馈网络"}
def decoder_layer(x, memory, weights, heads):
    """Compute a transformer decoder layer, post-norm, causal, without dropout.

    Args:
        x: the sequence that is written, shape (N, L, D).
        memory: the sequence that is read, shape (N, S, D).
        weights: a dict with the names of torch.nn.TransformerDecoderLayer's state_dict(): those of an encoder layer, and
            "multihead_attn.in_proj_weight", "multihead_attn.in_proj_bias", "multihead_attn.out_proj.weight",
            "multihead_attn.out_proj.bias", "norm3.weight" and "norm3.bias".
        heads: the number of heads of both attentions, which must divide D.

    Returns:
        Shape (N, L, D).

    zh: 计算一个不带 dropout 的 Transformer 解码器层，post-norm，因果。

    参数：
        x: 要写出的序列，形状为 (N, L, D)。
        memory: 要读取的序列，形状为 (N, S, D)。
        weights: 字典，键名与 torch.nn.TransformerDecoderLayer 的 state_dict() 相同：编码器层的各项，以及
            "multihead_attn.in_proj_weight"、"multihead_attn.in_proj_bias"、"multihead_attn.out_proj.weight"、
            "multihead_attn.out_proj.bias"、"norm3.weight" 和 "norm3.bias"。
        heads: 两个注意力的头的个数，必须能整除 D。

    返回：
        形状为 (N, L, D)。
    """

    ### BEGIN SOLUTION
    def norm(y, name):
        return F.layer_norm(y, y.shape[-1:], **part_of(weights, name))

    names = ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")
    h = multi_head_attention(x, part_of(weights, "self_attn"), heads, mask=causal_mask(x.shape[1]))
    h = norm(x + h, "norm1")
    g = multi_head_attention(h, part_of(weights, "multihead_attn"), heads, memory=memory)
    g = norm(h + g, "norm2")
    return norm(g + feed_forward(g, *(weights[name] for name in names)), "norm3")
    ### END SOLUTION


# %% examples="decoder_layer"
# All scores are equal, so both attentions add the mean of what may be seen. The first position sees itself, (1, 3), and becomes
# (2, 6), normalized (-1, 1); the second sees the mean (6, 2) and becomes (17, 3), normalized (1, -1). norm1 adds (0, 2).
# The memory's mean (2, 0) makes (1, 3) and (3, 1), normalized (-1, 1) and (1, -1). The feed-forward network adds nothing;
# norm3 makes 2 * -1, 2 * 1 + 5 and 2 * 1, 2 * -1 + 5.
# zh: 所有得分相等，因此两个注意力加上的都是可见部分的平均。第一个位置只看到自己 (1, 3)，变成 (2, 6)，归一化为 (-1, 1)；
# zh: 第二个看到平均 (6, 2)，变成 (17, 3)，归一化为 (1, -1)。norm1 再加上 (0, 2)。加上记忆的平均 (2, 0) 之后是 (1, 3)
# zh: 和 (3, 1)，归一化为 (-1, 1) 和 (1, -1)。前馈网络什么都不加；norm3 给出 2 * -1、2 * 1 + 5 和 2 * 1、2 * -1 + 5。
weights = {
    "linear1.weight": torch.zeros(3, 2),
    "linear1.bias": torch.zeros(3),
    "linear2.weight": torch.zeros(2, 3),
    "linear2.bias": torch.zeros(2),
}
for name in ("self_attn", "multihead_attn"):
    weights |= {f"{name}.in_proj_weight": torch.cat([torch.zeros(4, 2), torch.eye(2)])}
    weights |= {f"{name}.out_proj.weight": torch.eye(2)}
    weights |= {f"{name}.in_proj_bias": torch.zeros(6), f"{name}.out_proj.bias": torch.zeros(2)}
for name in ("norm1", "norm2", "norm3"):
    weights |= {f"{name}.weight": torch.ones(2), f"{name}.bias": torch.zeros(2)}
weights |= {"norm1.bias": torch.tensor([0.0, 2.0])}
weights |= {"norm3.weight": torch.tensor([2.0, 2.0]), "norm3.bias": torch.tensor([0.0, 5.0])}
x, memory = torch.tensor([[[1.0, 3.0], [11.0, 1.0]]]), torch.tensor([[[6.0, 0.0], [-2.0, 0.0]]])
y = decoder_layer(x, memory, weights, 1)
assert y.shape == (1, 2, 2), f"the shape should be (1, 2, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, 2, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[[-2.0, 7.0], [2.0, 3.0]]]), atol=1e-3), y

# %% [markdown] lang="en"
# ## Where your encoder looks
#
# The cell below defines `show_attention`. Add a cell of your own beneath it and call `show_attention()` there: an encoder of one layer, made of your functions, learns to write eight letters backwards, in some
# seconds. Nothing here is graded; while something is not written yet, it only says what.
#
# Each picture shows the attention of one encoder to the word "headache", the mean of its two heads: a row for each position, with the letter that the encoder answers there; a column for each letter that it can look at. Dark
# means a large weight; each row sums to 1. Above stands the share of the letters that are right in 500 new sequences.
#
# - "before training" and "after training" are the same encoder, with your positional encoding.
# - "no positions" was trained in the same way, but nothing was added to the embeddings of the letters.
# - "causal mask" was trained with your `causal_mask`.
#
# The weights come from your own `scaled_dot_product_attention`: with the identity matrix as values it returns the weights themselves. Why does the second picture have its dark line where it has it? What does the encoder without positions
# know, and what not? And which half of the answers can the encoder with the causal mask give, and why just this one?

# %% [markdown] lang="zh"
# ## 你的编码器看向哪里
#
# 下面的单元格定义了 `show_attention`。请在它下面自己添加一个单元格，在那里调用 `show_attention()`：一个由你的函数搭成的单层编码器学习把八个字母倒过来写，只需几秒钟。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# 每张图是一个编码器对单词 headache 的注意力，即它两个头的平均：每一行是一个位置，标着编码器在那里回答的字母；每一列是它可以看的一个字母。颜色越深，权重越大；每一行的和为 1。图的上方是 500 个新序列中答对的字母所占的比例。
#
# - before training 和 after training 是同一个编码器在训练之前和训练之后，使用你的位置编码。
# - no positions 以同样的方式训练，但没有给字母的嵌入加上位置编码。
# - causal mask 在训练时使用了你的 `causal_mask`。
#
# 这些权重来自你自己的 `scaled_dot_product_attention`：以单位矩阵为值，它返回的就是权重本身。第二张图中的深色线为什么在那里？没有位置编码的编码器知道什么，不知道什么？
# 带因果掩码的编码器能答对哪一半，为什么恰好是这一半？

# %%
import io


def first_encoder(letters=8, features=32):
    """Draw the weights of an encoder layer, the embeddings of the letters, and the weights that turn features to scores.

    zh: 抽取编码器层的权重、字母的嵌入，以及把特征变成得分的权重。
    """
    draws = torch.Generator().manual_seed(0)

    def normal(rows, columns):
        return torch.randn(rows, columns, generator=draws) * columns**-0.5

    layer = {
        "self_attn.in_proj_weight": normal(3 * features, features),
        "self_attn.in_proj_bias": torch.zeros(3 * features),
        "self_attn.out_proj.weight": normal(features, features),
        "self_attn.out_proj.bias": torch.zeros(features),
        "linear1.weight": normal(2 * features, features),
        "linear1.bias": torch.zeros(2 * features),
        "linear2.weight": normal(features, 2 * features),
        "linear2.bias": torch.zeros(features),
    }
    for name in ("norm1", "norm2"):
        layer |= {f"{name}.weight": torch.ones(features), f"{name}.bias": torch.zeros(features)}
    return {**layer, "embedding": torch.randn(letters, features, generator=draws), "scores": normal(letters, features)}


def inputs_of(weights, words, positions):
    """Embed the letters of words, shape (N, L), and add the positional encoding where `positions` is true.

    zh: 嵌入形状为 (N, L) 的各个单词的字母，并在 `positions` 为真时加上位置编码。
    """
    x = weights["embedding"][words]
    return x + positional_encoding(*x.shape[1:]) if positions else x


def scores_of(weights, words, positions, mask):
    """Score every letter at each position of the words, shape (N, L, letters).

    zh: 为单词的每个位置上的每个字母打分，形状为 (N, L, 字母数)。
    """
    layer = {name: weight for name, weight in weights.items() if "." in name}
    return encoder_layer(inputs_of(weights, words, positions), layer, 2, mask=mask) @ weights["scores"].T


def trained(weights, batch_of, positions, mask, batches):
    """Train by gradient descent with momentum; returns the weights and the loss of the last batch.

    zh: 用带动量的梯度下降训练；返回权重和最后一个批量的损失。
    """
    draws = torch.Generator().manual_seed(1)
    moves = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    loss = torch.tensor(math.nan)
    for batch in range(batches):
        words, answers = batch_of(draws)
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        scores = scores_of(leaves, words, positions, mask)
        loss = F.cross_entropy(scores.flatten(0, 1), answers.flatten())
        grads = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
        rate = 0.15 * min(1, 2 - 2 * batch / batches)
        for name, grad in zip(weights, grads, strict=True):
            moves[name] = 0.9 * moves[name] + grad
            weights[name] = weights[name] - rate * moves[name]
    return weights, loss.item()


def trained_to_reverse(positions=True, mask=None):
    """Train an encoder to write words backwards; returns its weights.

    zh: 训练编码器把单词倒过来写；返回它的权重。
    """

    def batch_of(draws):
        words = torch.randint(8, (32, 8), generator=draws)
        return words, words.flip(1)

    return trained(first_encoder(), batch_of, positions, mask, 150)[0]


def look_at(weights, positions, mask):
    """Give the attention to "headache", the letters answered there, and the share of right letters in new words.

    zh: 给出对 headache 的注意力、在那里回答的字母，以及新单词中答对的字母所占的比例。
    """
    word = torch.tensor([["abcdefgh".index(letter) for letter in "headache"]])
    queries, keys, _ = part_of(weights, "self_attn")["in_proj_weight"].chunk(3)
    biases, more, _ = part_of(weights, "self_attn")["in_proj_bias"].chunk(3)
    x = inputs_of(weights, word, positions)
    q, k = split_heads(x @ queries.T + biases, 2), split_heads(x @ keys.T + more, 2)
    attention = scaled_dot_product_attention(q, k, torch.eye(8).expand(1, 2, 8, 8), mask)[0].mean(dim=0)
    answers = ["abcdefgh"[letter] for letter in scores_of(weights, word, positions, mask)[0].argmax(dim=1).tolist()]
    words = torch.randint(8, (500, 8), generator=torch.Generator().manual_seed(2))
    right = scores_of(weights, words, positions, mask).argmax(dim=2) == words.flip(1)
    return attention, answers, right.double().mean().item()


def draw_attention(looks):
    """Draw the attention of each encoder.

    zh: 画出每个编码器的注意力。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6.6), layout="constrained")
    for axes, (name, (attention, answers, share)) in zip(figure.subplots(2, 2).flat, looks.items(), strict=True):
        axes.imshow(attention.numpy(), cmap="Blues", vmin=0, vmax=1, interpolation="none")
        axes.set_title(f"{name}: {share:.0%}", fontsize="medium")
        axes.set_xticks(range(8), list("headache"))
        axes.set_yticks(range(8), answers)
        axes.set(xlabel="looks at", ylabel="answers")
    drawing = io.StringIO()
    figure.savefig(drawing, format="svg")
    IPython.display.display(IPython.display.SVG(drawing.getvalue()))


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    layer = {name: weight for name, weight in first_encoder(features=4).items() if "." in name}
    x = torch.ones(1, 2, 4)
    trials = {
        "scaled_dot_product_attention": lambda: scaled_dot_product_attention(x, x, x),
        "causal_mask": lambda: causal_mask(2),
        "split_heads": lambda: split_heads(x, 2),
        "merge_heads": lambda: merge_heads(x[None]),
        "multi_head_attention": lambda: multi_head_attention(x, part_of(layer, "self_attn"), 2),
        "positional_encoding": lambda: positional_encoding(2, 4),
        "feed_forward": lambda: feed_forward(x, x[0], x[0, :, 0], x[0].T, x[0, 0]),
        "encoder_layer": lambda: encoder_layer(x, layer, 2),
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


def show_attention():
    """Draw where encoders look that learn to write backwards, or say which exercises are missing.

    zh: 画出学习倒写的编码器看向哪里，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
        # zh: 这样小的张量，分工所花的时间比计算本身还长
        past = causal_mask(8)
        draw_attention(
            {
                "before training": look_at(first_encoder(), True, None),
                "after training": look_at(trained_to_reverse(), True, None),
                "no positions": look_at(trained_to_reverse(positions=False), False, None),
                "causal mask": look_at(trained_to_reverse(mask=past), True, past),
            }
        )
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## Your model writes
#
# The same layer becomes a language model: at each of 16 positions it has to give the character that comes next, and your `causal_mask` keeps it from looking there. `show_text`, called in a cell of your own, trains it on one sentence, and each time
# lets it continue the first four characters, one after the other: it takes the character with the highest score, appends it, and asks again.
#
# Each line gives the loss of the last batch and what the model writes. What do the first 40 batches teach it, and what the others? The last line is trained without the mask. Its loss is the lowest; why does it write
# nonsense all the same?

# %% [markdown] lang="zh"
# ## 你的模型会写字
#
# 同样的一层也能成为语言模型：在 16 个位置的每一个上，它都要给出下一个字符，而你的 `causal_mask` 不让它偷看。在你自己的单元格里调用 `show_text()`，它会在一句绕口令上训练，每次从前四个字符开始一个接一个地续写：取得分最高的字符，接在后面，再问下一个。
#
# 每一行给出最后一个批量的损失，以及模型写出的文字。最初的 40 个批量教会了它什么，后面的又教会了它什么？最后一行是不带掩码训练的，它的损失最低，为什么写出来的却不成句子？

# %%
TEXT = "a query asks, a key answers, and the softmax of their products says how much of each value is taken. "
# zh: 黑化肥发灰，灰化肥发黑。黑化肥挥发会发灰，灰化肥挥发会发黑。


def trained_to_write(text, batches, masked=True):
    """Train a layer to give the next character of `text`, over and over; returns its weights and the last loss.

    zh: 训练一层在反复出现的 `text` 中给出下一个字符；返回它的权重和最后的损失。
    """
    letters = sorted(set(text))
    windows = torch.tensor([letters.index(letter) for letter in text * 2]).unfold(0, 17, 1)

    def batch_of(draws):
        chosen = windows[torch.randint(len(windows), (32,), generator=draws)]
        return chosen[:, :-1], chosen[:, 1:]

    return trained(first_encoder(len(letters)), batch_of, True, causal_mask(16) if masked else None, batches)


def written_by(weights, text, masked=True):
    """Continue the first four characters of `text` to its length.

    zh: 从 `text` 的前四个字符续写到同样的长度。
    """
    letters = sorted(set(text))
    written = text[:4]
    while len(written) < len(text):
        seen = torch.tensor([[letters.index(letter) for letter in written[-16:]]])
        mask = causal_mask(seen.shape[1]) if masked else None
        written += letters[scores_of(weights, seen, True, mask)[0, -1].argmax().item()]
    return written


def show_text():
    """Print what models write that learn the sentence, or say which exercises are missing.

    zh: 打印学习这个句子的模型写出的文字，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The models write when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，模型才会写字：
        return
    try:
        torch.set_num_threads(1)
        for batches, masked in ((1, True), (40, True), (200, True), (200, False)):
            weights, loss = trained_to_write(TEXT, batches, masked)
            if masked:
                print(f"{batches:3} batches with the causal mask, loss {loss:.2f}:")
                # zh: {batches:3} 个批量，带因果掩码，损失 {loss:.2f}：
            else:
                print(f"{batches:3} batches without a mask, loss {loss:.2f}:")
                # zh: {batches:3} 个批量，不带掩码，损失 {loss:.2f}：
            print("   ", written_by(weights, TEXT, masked))
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## To think about
#
# Answer in a few sentences each, in your own words.
#
# 1. A colleague trains a language model out of decoder layers and forgets the causal mask. The training loss falls close to zero
#    within minutes; the generated text is nonsense. Explain both. How would you find the mistake with one forward pass? (2 points)
# 2. An encoder without positional encoding, followed by the mean over the positions, classifies sentences. Why does it give "the dog
#    bites the man" and "the man bites the dog" the same scores? Which two properties of its parts do you use? (2 points)
# 3. With a sequence twice as long, by what factor do the number of attention scores, the work of the feed-forward networks and the number
#    of weights grow? (1 point)

# %% [markdown] lang="zh"
# ## 思考题
#
# 每题用自己的话回答几句即可。
#
# 1. 一位同事用解码器层训练语言模型，忘了因果掩码。训练损失几分钟内就降到接近零，生成的文本却毫无意义。请解释这两个现象。
#    怎样只用一次前向计算来发现这个错误？（2 分）
# 2. 一个没有位置编码的编码器，后面对所有位置取平均，用来给句子分类。为什么它给“狗咬人”和“人咬狗”的得分相同？
#    你用到了各部分的哪两个性质？（2 分）
# 3. 序列长度加倍时，注意力得分的个数、前馈网络的计算量和权重的个数各变为原来的几倍？（1 分）

# %% [markdown] written="ps6-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.**
#
# 1. Position $i$ is to predict word $i + 1$, which without the mask it can see in the input: attention learns to copy it, and the loss falls
#    close to zero without anything about language being learned. In generation that word does not exist yet; what the network
#    relies on is missing, so its output is nonsense. To find it: change the last word of an input (in eval mode). With a mask the outputs
#    at all earlier positions stay the same; here they change. (The gradient of an early output with respect to a later input, which must
#    be zero, shows it too.)
# 2. Self-attention, the feed-forward network, the normalization and the residuals are permutation-equivariant: permuted words give the
#    same vectors, permuted. The mean is permutation-invariant: it does not depend on the order of what is averaged. Both sentences hold
#    the same words, so the same mean reaches the classifier.
# 3. Scores: 4, since each of $2L$ queries meets $2L$ keys. Feed-forward: 2, since it works on each position alone. Weights: 1; none of them
#    depends on the length.
#
# **Marking guide.** Question 1: 1 point for copying the word that is to be predicted and its absence in generation, 1 point for a test that
# works (a later input changed, or a gradient). Comparing training with test loss alone is not enough: both are low without the mask.
# Question 2: 1 point for equivariance of the layers, 1 point for invariance of the mean. Question 3: 1 point for all three, half a point for
# two of them.
# ### END SOLUTION

# %% [markdown] written="ps6-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。**
#
# 1. 位置 $i$ 要预测第 $i + 1$ 个词，没有掩码时它在输入里就能看到这个词：注意力学会了照抄，损失接近零，却没有学到任何语言知识。
#    生成时那个词还不存在，网络所依赖的信息缺失了，输出自然毫无意义。检查方法：（在 eval 模式下）改动输入的最后一个词。有掩码时，
#    之前所有位置的输出都不变；这里却变了。（也可以看靠前的输出对靠后的输入的梯度，它必须为零。）
# 2. 自注意力、前馈网络、归一化和残差都是置换等变的：词打乱了，得到的还是同样的向量，只是顺序跟着打乱。平均是置换不变的：
#    它与被平均者的顺序无关。两个句子的词相同，所以到达分类器的平均值也相同。
# 3. 得分个数：4 倍，因为 $2L$ 个查询各与 $2L$ 个键相遇。前馈网络：2 倍，因为它逐位置计算。权重：1 倍，没有任何权重依赖于长度。
#
# **评分标准。** 第 1 题：说出照抄要预测的词、而生成时没有这个词，1 分；给出可行的检查方法（改动靠后的输入，或看梯度），1 分。
# 只比较训练损失和测试损失是不够的：没有掩码时两者都很低。第 2 题：各层的等变性 1 分，平均的不变性 1 分。
# 第 3 题：三项全对 1 分，对两项得半分。
# ### END SOLUTION
