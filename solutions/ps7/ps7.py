# %% [markdown] lang="en"
# # Problem set 7: embeddings and distances
#
# After this problem set you will be able to
#
# - turn class numbers into one-hot rows, and say why a network never multiplies by them;
# - look up embeddings, and derive which rows of the table receive a gradient;
# - build that gradient densely and as a sparse tensor, and take an optimizer step that touches only the rows that were read;
# - compute all pairwise distances at once, with gradients that stay finite where two points coincide;
# - say what L1, L2 and cosine distance each look at, and search the nearest neighbours under any of them.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, hidden checks are run as well: other shapes, other dtypes, extreme values, gradients. Passing the
# examples is a start and not the end. When all is written, `show_letters()` near the end lets your functions learn embeddings of
# letters from a text. The last question is answered in prose and graded by hand.
#
# Some things hold in every exercise. Floating point tensors may be float32 or float64; the result has their dtype and is computed in
# their precision throughout. Lookups, similarities and distances, those that `k_nearest` returns too, pass gradients on to what they
# are computed from, and these are the ones that torch gives. Arguments are left unchanged, but for the table of `sparse_sgd_step`.
# "Any shape" includes a single number, of shape `()`, and no number at all, of shape `(0,)`; the number of rows N may be 1 or 0.

# %% [markdown] lang="zh"
# # 第七次作业：嵌入与距离
#
# 完成本次作业后，你将能够
#
# - 把类别编号变成独热（one-hot）行，并说明网络为什么从来不真的做这个乘法；
# - 查找嵌入（embedding），并推导表中哪些行会得到梯度；
# - 分别以稠密张量和稀疏张量（sparse tensor）写出这个梯度，并完成只改动被读取行的一步优化；
# - 一次算出所有点对的距离，并让梯度在两点重合处仍然有限；
# - 说明 L1、L2 与余弦距离各自关注什么，并在任意一种距离下查找最近邻。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行隐藏的检查：
# 别的形状、别的数据类型、极端数值以及梯度。通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_letters()` 会让你的函数从一段文字中
# 学习字母的嵌入。最后一题用文字作答，由人工评分。
#
# 有几条约定适用于所有练习。浮点张量可以是 float32 或 float64，结果的数据类型与输入相同，并始终按这一精度计算。查表、相似度与距离
# （包括 `k_nearest` 返回的距离）要能把梯度传回它们的输入，并与 torch 给出的梯度一致。除 `sparse_sgd_step` 的表以外，不修改任何参数。
# “任意形状”包括单个数（形状为 `()`）和没有元素的张量（形状为 `(0,)`）；行数 N 可以是 1，也可以是 0。

# %%
import torch

# %% [markdown] lang="en"
# ## One-hot rows
#
# A class number has no size: word 7 is not "more" than word 3. A one-hot row says the same thing without an order. It has one
# entry for every class, a one at the class $t_n$ of sample $n$ and zeros elsewhere:
#
# $$o_{n,c} = \begin{cases} 1 & \text{if } c = t_n \\ 0 & \text{otherwise} \end{cases}$$
#
# Classes are numbered from 0, so with 3 classes the last one is number 2. The width is the number of classes that **exist**:
# it must not depend on which of them happen to occur in the batch, or two batches no longer fit the same layer.
#
# It is often believed that a negative number simply counts from the end, as in Python. A label of -1 is nearly always a
# mistake in the data, and torch refuses it; so do you, with a `ValueError`. Another habit, rows of floats, is not torch's
# either: its result is `int64`.
#
# Do not call torch's own `one_hot`.

# %% [markdown] lang="zh"
# ## 独热行
#
# 类别编号没有大小之分：第 7 个词并不比第 3 个词“更多”。独热（one-hot）行表达同样的信息，却不带顺序。
# 它为每个类别留一个位置，在样本 $n$ 的类别 $t_n$ 处为一，其余为零：
#
# $$o_{n,c} = \begin{cases} 1 & \text{若 } c = t_n \\ 0 & \text{其他} \end{cases}$$
#
# 类别从 0 开始编号，因此共有 3 类时最后一类是 2 号。宽度等于**存在**的类别数，不能取决于这一批里恰好出现了哪些类别，
# 否则两批数据就接不到同一层上。
#
# 常有人以为负数会像 Python 那样从末尾数起。标签为 -1 几乎总是数据出了错，torch 会拒绝它；请你也拒绝，抛出 `ValueError`。
# 另一个习惯是返回浮点数，这也与 torch 不同：它的结果是 `int64`。
#
# 不要调用 torch 自带的 `one_hot`。


# %% exercise="one_hot" stub={"en": "one_hot is not written yet: a one at the class, zeros elsewhere", "zh": "one_hot 尚未编写：类别处为一，其余为零"}
def one_hot(indices, classes):
    """Write each class number as a row with a single one.

    Args:
        indices: int64 tensor of any shape (*), each in 0 … classes - 1.
        classes: the number of classes.

    Returns:
        An int64 tensor of shape (*, classes).

    Raises:
        ValueError: if an index is negative or not below `classes`.

    zh: 把每个类别编号写成只有一个 1 的一行。

    参数：
        indices: int64 张量，形状 (*) 任意，每个数在 0 … classes - 1 之间。
        classes: 类别数。

    返回：
        形状为 (*, classes) 的 int64 张量。

    抛出：
        ValueError: 某个编号为负，或不小于 `classes`。
    """
    ### BEGIN SOLUTION
    if ((indices < 0) | (indices >= classes)).any():
        raise ValueError(f"every index must be in 0 … {classes - 1}")
    return (indices.unsqueeze(-1) == torch.arange(classes)).long()
    ### END SOLUTION


# %% examples="one_hot"
rows = one_hot(torch.tensor([0, 2, 1, 2]), 3)
assert rows.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]], f"classes 0, 2, 1, 2 of 3 gave {rows}"
# zh: 3 个类别中的 0, 2, 1, 2 得到 {rows}

# %% [markdown] lang="en"
# ## Looking up an embedding
#
# An embedding gives each word of a vocabulary of $V$ words a vector of $D$ learned numbers, one row of a table $W$. Formally it
# is a linear layer on a one-hot row; in practice nobody builds that row, since all but one of its products are with zero:
#
# $$e_n = \sum_{v=0}^{V-1} o_{n,v} W_v = W_{t_n}$$
#
# ![indices pick rows of the table; the gradient goes back to the picked rows only](picture:embedding_lookup)
#
# The two forms agree on paper only. At 50,000 words the one-hot matrix takes 50,000 numbers for each word read, and a single
# infinite or NaN row spoils every result, since $0 \cdot \infty$ is NaN. A lookup reads nothing but its own rows; 30,000 words
# out of a million, read at once, must fit into memory.
#
# `padding_idx` names the word that fills short sentences. It is often believed that its vector is forced to zero in the forward
# pass. It is not: the row is returned as it stands, and only its **gradient** is dropped. (`nn.Embedding` writes zeros into it
# once, when it is created.) An index outside the table raises `ValueError`.
#
# Do not call torch's own embeddings.

# %% [markdown] lang="zh"
# ## 查找嵌入
#
# 嵌入（embedding）为大小为 $V$ 的词表中的每个词给出一个由 $D$ 个可学习数值组成的向量，即表 $W$ 的一行。形式上它是作用在
# 独热行上的线性层；实际上没有人去构造那一行，因为除一项之外，所有乘积都是与零相乘：
#
# $$e_n = \sum_{v=0}^{V-1} o_{n,v} W_v = W_{t_n}$$
#
# ![编号选出表中的行；梯度只回到被选中的行](picture:embedding_lookup)
#
# 两种写法只在纸面上相同。词表有 50,000 个词时，每读一个词，独热矩阵就要占 50,000 个数；而且只要有一行是无穷或 NaN，
# 所有结果都会被污染，因为 $0 \cdot \infty$ 是 NaN。查表则只读取自己需要的行，从一百万个词中一次查 30,000 个也不应耗尽内存。
#
# `padding_idx` 指明用来补齐短句的那个词。常有人以为它的向量在前向计算中被强制为零。并非如此：该行原样返回，
# 被丢弃的只是它的**梯度**。（`nn.Embedding` 只在创建时把它写为零一次。）超出表范围的编号应抛出 `ValueError`。
#
# 不要调用 torch 自带的嵌入函数。


# %% exercise="embedding" uses=["one_hot"] stub={"en": "embedding is not written yet: pick the row of each index", "zh": "embedding 尚未编写：取出每个编号对应的行"}
def embedding(indices, weight, padding_idx=None):
    """Look up one row of the table for each index.

    Args:
        indices: int64 tensor of any shape (*), each in 0 … V - 1.
        weight: floating point table of shape (V, D).
        padding_idx: the row, in 0 … V - 1, that receives no gradient, or None.

    Returns:
        A tensor of shape (*, D), of the dtype of `weight`.

    Raises:
        ValueError: if an index is negative or not below V.

    zh: 为每个编号查找表中的一行。

    参数：
        indices: int64 张量，形状 (*) 任意，每个数在 0 … V - 1 之间。
        weight: 浮点数的表，形状为 (V, D)。
        padding_idx: 得不到梯度的那一行，在 0 … V - 1 之间；或 None。

    返回：
        形状为 (*, D) 的张量，数据类型与 `weight` 相同。

    抛出：
        ValueError: 某个编号为负，或不小于 V。
    """
    ### BEGIN SOLUTION
    if ((indices < 0) | (indices >= len(weight))).any():
        raise ValueError(f"every index must be in 0 … {len(weight) - 1}")
    picked = weight[indices]
    if padding_idx is None:
        return picked
    is_padding = (indices == padding_idx).unsqueeze(-1)
    return torch.where(is_padding, picked.detach(), picked)
    ### END SOLUTION


# %% examples="embedding"
table = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
picked = embedding(torch.tensor([2, 1, 2]), table)
assert picked.tolist() == [[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]], f"rows 2, 1, 2 gave {picked}"
# zh: 第 2, 1, 2 行得到 {picked}
picked = embedding(torch.tensor([[0, 1]]), table, padding_idx=0)
assert picked.tolist() == [[[0.0, 0.0], [1.0, 2.0]]], f"rows 0 (padding) and 1 gave {picked}"
# zh: 第 0 行（填充）和第 1 行得到 {picked}

# %% [markdown] lang="en"
# ## The gradient of a lookup, dense and sparse
#
# Row $v$ of the table took part in the loss once for each time it was read. Its gradient is therefore the **sum** of the
# gradients that arrive at those places, and a row that was not read gets zero:
#
# $$\frac{\partial L}{\partial W_v} = \sum_{n \,:\, t_n = v} \frac{\partial L}{\partial e_n}$$
#
# A batch reads some hundred words out of perhaps a million, so nearly all of the dense gradient is zeros. As a sparse tensor in
# COO format it is two small tensors: the indices of the rows, shape $(1, n)$, and their values, shape $(n, D)$. Only the first
# dimension is sparse; each value is a whole row. This is what `nn.Embedding(..., sparse=True)` produces.
#
# Two beliefs are worth correcting. A "sparse layer" is often said to store only the necessary connections: the weight of a sparse
# embedding is as **dense** as ever, only its gradient is sparse. And the same row may stand in a sparse gradient several
# times, once for each access; the entries add up when the tensor is coalesced (`.coalesce()`) or made dense. Both forms,
# with and without repeats, are right here.
#
# Take care with repeats in the dense form: `grad[indices] += g` looks like a sum, yet where an index is repeated only one of its
# values is kept. Write `embedding_grad` without calling torch's own embeddings.

# %% [markdown] lang="zh"
# ## 查表的梯度：稠密与稀疏
#
# 表的第 $v$ 行每被读取一次，就参与一次损失的计算。因此它的梯度是这些位置上传回的梯度之**和**，没有被读取的行梯度为零：
#
# $$\frac{\partial L}{\partial W_v} = \sum_{n \,:\, t_n = v} \frac{\partial L}{\partial e_n}$$
#
# 一个批次从也许一百万个词中只读取几百个，所以稠密梯度几乎全是零。用 COO 格式的稀疏张量表示，它只是两个小张量：
# 行编号，形状 $(1, n)$；以及对应的值，形状 $(n, D)$。只有第一维是稀疏的，每个值都是完整的一行。
# `nn.Embedding(..., sparse=True)` 产生的正是这种梯度。
#
# 有两个说法值得纠正。常有人说“稀疏层”只保存必要的连接：其实稀疏嵌入的权重和平常一样是**稠密**的，稀疏的只是它的梯度。
# 另外，同一行可以在稀疏梯度中出现多次，每读取一次就有一项；在合并（`.coalesce()`）或转为稠密时，这些项会相加。
# 这里带重复项和不带重复项的写法都算正确。
#
# 写稠密形式时要小心重复的编号：`grad[indices] += g` 看起来像求和，但编号重复时只会保留其中一个值。
# 请编写 `embedding_grad`，不要调用 torch 自带的嵌入函数。


# %% exercise="embedding_grad" uses=["one_hot"] stub={"en": "embedding_grad is not written yet: add each arriving gradient to the row that was read", "zh": "embedding_grad 尚未编写：把传来的每份梯度加到所读取的行上"}
def embedding_grad(indices, grad_out, rows, sparse=False):
    """Compute the gradient of an embedding's table.

    Args:
        indices: int64 tensor of any shape (*), the rows that were read, each in 0 … rows - 1.
        grad_out: the gradient of what the lookup returned, shape (*, D).
        rows: the number of rows of the table, V.
        sparse: whether to return a sparse tensor.

    Returns:
        A tensor of shape (V, D), of the dtype of `grad_out`: dense, or in COO format with one sparse dimension
        (values of shape (n, D)) and no more entries than rows were read.

    zh: 计算嵌入表的梯度。

    参数：
        indices: int64 张量，形状 (*) 任意，被读取的行，每个数在 0 … rows - 1 之间。
        grad_out: 对查表结果的梯度，形状为 (*, D)。
        rows: 表的行数 V。
        sparse: 是否返回稀疏张量。

    返回：
        形状为 (V, D) 的张量，数据类型与 `grad_out` 相同：稠密张量；或 COO 格式的稀疏张量，只有一个稀疏维度（值的形状
        为 (n, D)），项数不超过读取的行数。
    """
    ### BEGIN SOLUTION
    read = indices.reshape(-1)
    values = grad_out.reshape(-1, grad_out.shape[-1])
    size = (rows, grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(read.unsqueeze(0), values, size)
    return torch.zeros(size, dtype=grad_out.dtype).index_add(0, read, values)
    ### END SOLUTION


# %% examples="embedding_grad"
# Row 2 is read twice, row 0 once, row 1 never.
# zh: 第 2 行读取两次，第 0 行读取一次，第 1 行从未读取。
read = torch.tensor([2, 0, 2])
arriving = torch.tensor([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
grad = embedding_grad(read, arriving, 3)
assert grad.tolist() == [[2.0, 20.0], [0.0, 0.0], [5.0, 50.0]], f"row 2 should get 1 + 4 and 10 + 40: {grad}"
# zh: 第 2 行应得到 1 + 4 和 10 + 40：{grad}
grad = embedding_grad(read, arriving, 3, sparse=True)
assert grad.layout == torch.sparse_coo, f"a sparse gradient should be in COO format, not {grad.layout}"
# zh: 稀疏梯度应为 COO 格式，而不是 {grad.layout}
assert grad.to_dense().tolist() == [[2.0, 20.0], [0.0, 0.0], [5.0, 50.0]], (
    f"the sparse gradient holds {grad.to_dense()}"
    # zh: 稀疏梯度的内容是 {grad.to_dense()}
)

# %% [markdown] lang="en"
# ## One step of SGD with a sparse gradient
#
# Plain gradient descent moves every row against its gradient, with the learning rate $\eta$:
#
# $$W_v \leftarrow W_v - \eta \, \frac{\partial L}{\partial W_v}$$
#
# A row whose gradient is zero stays as it is. With a sparse gradient the step need not even look at it: the work is
# proportional to the number of entries and not to the size of the table. So that no copy of the table is made either, the
# optimizer changes it **in place**, as `torch.optim.SGD` does.
#
# Three details decide whether this goes well:
#
# - Entries of the same row add up, whether or not the gradient was coalesced. SGD is linear in the gradient, so each entry may be
#   subtracted on its own; Adam is not, and `torch.optim.SparseAdam` coalesces first.
# - Rows without an entry stay equal to the last bit, whatever stands in them (infinities and NaN too); so does the whole table where the
#   gradient has no entry at all. A weight decay would shrink all rows at every step and read the whole table again;
#   torch's SGD refuses a weight decay together with a sparse gradient.
# - The table is usually a parameter. Changing a leaf that requires a gradient in place is an error in torch, unless it happens
#   where no graph is recorded.
#
# Do not make the gradient dense (`to_dense` may not be called), and leave `torch.optim` aside.

# %% [markdown] lang="zh"
# ## 用稀疏梯度走一步 SGD
#
# 最朴素的梯度下降以学习率 $\eta$ 让每一行沿梯度的反方向移动：
#
# $$W_v \leftarrow W_v - \eta \, \frac{\partial L}{\partial W_v}$$
#
# 梯度为零的行保持不变。有了稀疏梯度，更新时甚至不必去看这些行：工作量与项数成正比，而与表的大小无关。
# 为了也不复制整张表，优化器**原地**修改它，`torch.optim.SGD` 正是如此。
#
# 有三个细节决定成败：
#
# - 同一行的多个项要相加，无论梯度是否合并过。SGD 对梯度是线性的，因此可以逐项相减；Adam 不是线性的，
#   所以 `torch.optim.SparseAdam` 会先合并。
# - 没有项的行必须逐位不变，无论其中是什么数（包括无穷与 NaN）；梯度一项也没有时，整张表保持不变。
#   权重衰减会在每一步缩小所有的行，又得重新读遍整张表；torch 的 SGD 拒绝把权重衰减与稀疏梯度一起使用。
# - 这张表通常是一个参数。在 torch 中，原地修改需要梯度的叶子张量会报错，除非是在不记录计算图的地方修改。
#
# 不要把梯度变成稠密张量（不得调用 `to_dense`），也不要使用 `torch.optim`。


# %% exercise="sparse_sgd_step" without=["torch.Tensor.to_dense"] stub={"en": "sparse_sgd_step is not written yet: subtract lr times each entry from its row, in place", "zh": "sparse_sgd_step 尚未编写：从每一项对应的行中减去 lr 乘以这一项，原地进行"}
def sparse_sgd_step(weight, sparse_grad, lr):
    """Take one step of gradient descent in place, in the rows that have a gradient.

    Args:
        weight: floating point table of shape (V, D), changed in place; it may require a gradient.
        sparse_grad: its gradient, a COO tensor of shape (V, D) with one sparse dimension, coalesced or not, perhaps
            without entries; unchanged.
        lr: the learning rate.

    Returns:
        `weight` itself, as torch's own in-place functions do.

    zh: 在有梯度的行中，原地完成梯度下降的一步。

    参数：
        weight: 浮点数的表，形状为 (V, D)，会被原地修改；可以需要梯度。
        sparse_grad: 它的梯度，形状为 (V, D) 的 COO 张量，只有一个稀疏维度，合并过或没有合并过均可，也可以一项都没有；
            不会被修改。
        lr: 学习率。

    返回：
        `weight` 本身，与 torch 自带的原地函数一样。
    """
    ### BEGIN SOLUTION
    entries = sparse_grad.coalesce()
    with torch.no_grad():
        return weight.index_add_(0, entries.indices()[0], entries.values(), alpha=-lr)
    ### END SOLUTION


# %% examples="sparse_sgd_step"
# Row 1 has the gradient 10, row 3 the gradient 20; with a learning rate of 0.1 they lose 1 and 2.
# zh: 第 1 行的梯度是 10，第 3 行的梯度是 20；学习率为 0.1 时，它们减少 1 和 2。
table = torch.tensor([[5.0], [6.0], [7.0], [8.0]])
grad = torch.sparse_coo_tensor(torch.tensor([[1, 3]]), torch.tensor([[10.0], [20.0]]), (4, 1), check_invariants=True)
sparse_sgd_step(table, grad, lr=0.1)
assert torch.allclose(table, torch.tensor([[5.0], [5.0], [7.0], [6.0]])), f"the table should be 5, 5, 7, 6: {table}"
# zh: 表应为 5, 5, 7, 6：{table}

# %% [markdown] lang="en"
# ## All pairwise distances: L1
#
# With $N$ queries and $M$ stored vectors one wants the whole table of distances at once. The Manhattan distance adds up how far
# two points are apart along each axis:
#
# $$d_1(x_i, y_j) = \sum_{k=1}^{D} |x_{ik} - y_{jk}|$$
#
# ![the points at distance one under L1 form a diamond and under L2 a circle; cosine sees the angle only](picture:unit_shapes)
#
# L1 grows only linearly with a single large difference, so one broken feature spoils it less than it spoils L2, where the
# difference is squared first. That is what "robust against outliers" means here, and no more than that: an outlier still counts.
#
# Take the absolute value of each difference before the sum: differences of opposite sign would cancel, and distinct points would
# seem to coincide. And subtract before anything else: at coordinates around 1,000,000 a difference of 1 still counts in full.
# Broadcasting a new axis into each argument gives all pairs without a Python loop. The gradient of $|u|$ at 0, where it has a corner, is taken as 0, in torch too.
#
# Write `pairwise_l1`. Do not call torch's own distances or norms.

# %% [markdown] lang="zh"
# ## 所有点对的距离：L1
#
# 有 $N$ 个查询和 $M$ 个已存的向量时，通常希望一次得到整张距离表。曼哈顿距离把两点沿每个坐标轴的差距加起来：
#
# $$d_1(x_i, y_j) = \sum_{k=1}^{D} |x_{ik} - y_{jk}|$$
#
# ![距离为一的点在 L1 下构成菱形，在 L2 下构成圆；余弦只看夹角](picture:unit_shapes)
#
# 单个很大的差距只会让 L1 线性增长，而在 L2 中它先被平方，所以一个坏掉的特征对 L1 的影响比对 L2 小。
# 所谓“对离群值更稳健”就是这个意思，仅此而已：离群值仍然会计入。
#
# 要先对每个差取绝对值再求和，否则符号相反的差会互相抵消，不同的点看起来就重合了。还要先相减再做别的：
# 即使坐标在 1,000,000 附近，大小为 1 的差距也要算得准确。给两个参数各插入一个新轴再广播，不用 Python 循环就能得到所有点对。$|u|$ 在 0 处有一个尖角，其梯度取 0，torch 也是如此。
#
# 请编写 `pairwise_l1`，不要调用 torch 自带的距离或范数。


# %% exercise="pairwise_l1" stub={"en": "pairwise_l1 is not written yet: the sum of absolute differences for every pair", "zh": "pairwise_l1 尚未编写：每一对点的绝对差之和"}
def pairwise_l1(x, y):
    """Compute the L1 distance of every row of x to every row of y.

    Args:
        x: floating point tensor of shape (N, D).
        y: tensor of shape (M, D), of the dtype of `x`.

    Returns:
        A tensor of shape (N, M); the element [i, j] is the distance of x[i] to y[j].

    zh: 计算 x 的每一行到 y 的每一行的 L1 距离。

    参数：
        x: 浮点张量，形状为 (N, D)。
        y: 形状为 (M, D) 的张量，数据类型与 `x` 相同。

    返回：
        形状为 (N, M) 的张量；元素 [i, j] 是 x[i] 到 y[j] 的距离。
    """
    ### BEGIN SOLUTION
    return (x.unsqueeze(1) - y.unsqueeze(0)).abs().sum(dim=-1)
    ### END SOLUTION


# %% examples="pairwise_l1"
# From (0, 0) it is 3 + 4 to (3, 4) and 1 + 1 to (1, -1); from (1, 1) it is 2 + 3 and 0 + 2.
# zh: 从 (0, 0) 到 (3, 4) 是 3 + 4，到 (1, -1) 是 1 + 1；从 (1, 1) 出发是 2 + 3 和 0 + 2。
distances = pairwise_l1(torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.tensor([[3.0, 4.0], [1.0, -1.0]]))
assert torch.allclose(distances, torch.tensor([[7.0, 2.0], [5.0, 2.0]])), distances

# %% [markdown] lang="en"
# ## All pairwise distances: L2
#
# The Euclidean distance is the length of the difference:
#
# $$d_2(x_i, y_j) = \sqrt{\sum_{k=1}^{D} (x_{ik} - y_{jk})^2}$$
#
# The formula is short; floating point numbers give it two traps.
#
# **The gradient of the root.** The derivative of $\sqrt{s}$ is $1 / (2\sqrt{s})$, infinite at $s = 0$. For two equal points it meets
# a difference of zero, and $\infty \cdot 0$ is NaN: one pair of duplicates spoils the whole training step. Here equal
# points have the distance 0 exactly, and pass on a gradient of 0, as with `torch.cdist`. An $\epsilon$ under the root changes the
# distance; selecting the result afterwards with `torch.where` is not enough either, since the gradient of the branch that was
# not selected is multiplied by zero and is NaN still. The root itself must never see the zero.
#
# **The expanded square.** A matrix product is fast, so one often reads
#
# $$\|x_i - y_j\|^2 = \|x_i\|^2 + \|y_j\|^2 - 2\, x_i \cdot y_j$$
#
# It is right on paper. Far from the origin two huge, nearly equal numbers are subtracted: at coordinates around 10,000, float32
# keeps no digit of a distance of 1, and what stands under the root may even be negative. `torch.cdist` itself takes this way for
# more than 25 points, unless told `compute_mode="donot_use_mm_for_euclid_dist"`. You subtract first.
#
# Write `pairwise_l2`. 1000 by 1000 points must take well under a second, so no Python loop over pairs. Do not call torch's own
# distances or norms.

# %% [markdown] lang="zh"
# ## 所有点对的距离：L2
#
# 欧氏距离就是差向量的长度：
#
# $$d_2(x_i, y_j) = \sqrt{\sum_{k=1}^{D} (x_{ik} - y_{jk})^2}$$
#
# 公式很短，但浮点数给它埋了两个陷阱。
#
# **根号的梯度。** $\sqrt{s}$ 的导数是 $1 / (2\sqrt{s})$，在 $s = 0$ 处为无穷大。两点相等时它要乘以为零的差，
# 而 $\infty \cdot 0$ 是 NaN：只要有一对重复的点，整个训练步就毁了。这里规定相等的点距离恰好为 0，传回的梯度也为 0，
# 与 `torch.cdist` 一致。在根号里加 $\epsilon$ 会改变距离；事后用 `torch.where` 挑选结果也不够，
# 因为未被选中的分支的梯度虽然乘以零，仍然是 NaN。必须让根号本身永远见不到零。
#
# **展开的平方。** 矩阵乘法很快，因此常能见到
#
# $$\|x_i - y_j\|^2 = \|x_i\|^2 + \|y_j\|^2 - 2\, x_i \cdot y_j$$
#
# 它在纸面上是对的。但在远离原点处，这是两个巨大而几乎相等的数相减：坐标在 10,000 附近时，float32 对大小为 1 的距离一位有效数字
# 也保不住，根号里甚至可能是负数。点数超过 25 时 `torch.cdist` 自己也走这条路，除非指定
# `compute_mode="donot_use_mm_for_euclid_dist"`。请先相减。
#
# 请编写 `pairwise_l2`。1000 对 1000 个点的计算必须远快于一秒，所以不能用 Python 循环遍历点对。不要调用 torch 自带的距离或范数。


# %% exercise="pairwise_l2" equal="torch.cdist" stub={"en": "pairwise_l2 is not written yet: the root of the sum of squared differences, safe at zero", "zh": "pairwise_l2 尚未编写：每一对点的平方差之和的平方根，在零处也要安全"}
def pairwise_l2(x, y):
    """Compute the Euclidean distance of every row of x to every row of y.

    Equal points have the distance 0 and receive a gradient of 0 from it, never NaN.

    Args:
        x: floating point tensor of shape (N, D).
        y: tensor of shape (M, D), of the dtype of `x`.

    Returns:
        A tensor of shape (N, M); the element [i, j] is the distance of x[i] to y[j].

    zh: 计算 x 的每一行到 y 的每一行的欧氏距离。

    相等的点距离为 0，由此得到的梯度也是 0，而不是 NaN。

    参数：
        x: 浮点张量，形状为 (N, D)。
        y: 形状为 (M, D) 的张量，数据类型与 `x` 相同。

    返回：
        形状为 (N, M) 的张量；元素 [i, j] 是 x[i] 到 y[j] 的距离。
    """
    ### BEGIN SOLUTION
    squared = (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(dim=-1)
    equal = squared == 0
    roots = squared.masked_fill(equal, 1.0).sqrt()
    return roots.masked_fill(equal, 0.0)
    ### END SOLUTION


# %% examples="pairwise_l2"
# (3, 4) is 5 from the origin, (0, 0) is 0 from itself, and (6, 8) is 10 and 5 away.
# zh: (3, 4) 到原点是 5，(0, 0) 到自己是 0，而 (6, 8) 到两者是 10 和 5。
x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
distances = pairwise_l2(x, torch.tensor([[3.0, 4.0], [0.0, 0.0], [6.0, 8.0]]))
assert torch.allclose(distances, torch.tensor([[5.0, 0.0, 10.0], [0.0, 5.0, 5.0]])), distances

# %% [markdown] lang="en"
# ## Cosine similarity
#
# The cosine of the angle between two vectors compares their directions and forgets their lengths:
#
# $$\cos(x, y) = \frac{x \cdot y}{\max(\|x\|, \epsilon)\, \max(\|y\|, \epsilon)}$$
#
# It is 1 for the same direction, 0 for perpendicular vectors and -1 for opposite ones, whatever their lengths. Text and image
# embeddings are mostly compared in this way, since the length of an embedding often says how frequent or how certain something
# is rather than what it means.
#
# A zero vector has no direction; $\epsilon$ turns $0/0$ into 0. **Each** norm is clamped by itself, as torch does today. Clamping the
# product of the norms, as old versions did, looks much the same, but for two short vectors of length $10^{-5}$ the product is
# $10^{-10}$, below $\epsilon = 10^{-8}$, and parallel vectors get a similarity of 0.01.
#
# The norms run along the same dimension as the dot product, `dim`: it is gone from the result, and all other dimensions are
# broadcast. So `cosine_similarity(x.unsqueeze(1), y, dim=-1)` is the table of all pairs.
#
# Write `cosine_similarity`. Do not call torch's own; `torch.linalg.vector_norm` is allowed here, and its gradient at the
# zero vector is 0 and not NaN.

# %% [markdown] lang="zh"
# ## 余弦相似度
#
# 两个向量夹角的余弦比较它们的方向，而不理会长度：
#
# $$\cos(x, y) = \frac{x \cdot y}{\max(\|x\|, \epsilon)\, \max(\|y\|, \epsilon)}$$
#
# 无论长度如何，方向相同为 1，垂直为 0，相反为 -1。文本与图像的嵌入大多这样比较，因为嵌入的长度往往反映的是某样东西
# 有多常见、多确定，而不是它的含义。
#
# 零向量没有方向；$\epsilon$ 把 $0/0$ 变成 0。像如今的 torch 那样，**每个**范数要分别截断。旧版本截断的是范数的乘积，
# 看起来差不多，但对长度为 $10^{-5}$ 的两个短向量，乘积是 $10^{-10}$，低于 $\epsilon = 10^{-8}$，平行向量的相似度就成了 0.01。
#
# 范数与点积沿同一个维度 `dim` 计算：结果中不再有这一维，其余各维则进行广播。因此
# `cosine_similarity(x.unsqueeze(1), y, dim=-1)` 就是所有点对的表。
#
# 请编写 `cosine_similarity`。不要调用 torch 自带的实现；这里允许使用 `torch.linalg.vector_norm`，它在零向量处的梯度是 0 而不是 NaN。


# %% exercise="cosine_similarity" equal="torch.nn.functional.cosine_similarity" also=["torch.linalg.vector_norm", "torch.norm"] stub={"en": "cosine_similarity is not written yet: the dot product over both norms", "zh": "cosine_similarity 尚未编写：点积除以两个范数"}
def cosine_similarity(x, y, dim=1, eps=1e-8):
    """Compute the cosine of the angle between x and y along one dimension.

    Args:
        x: floating point tensor.
        y: tensor of the dtype of `x` and of a shape that broadcasts with it.
        dim: the dimension that holds the vectors.
        eps: the least value of each norm.

    Returns:
        A tensor of the shape of `x` broadcast with `y`, without dimension `dim`; 0 where a vector is zero.

    zh: 沿一个维度计算 x 与 y 夹角的余弦。

    参数：
        x: 浮点张量。
        y: 数据类型与 `x` 相同、形状能与它广播的张量。
        dim: 向量所在的维度。
        eps: 每个范数的下限。

    返回：
        形状为 `x` 与 `y` 广播之后再去掉维度 `dim` 的张量；某个向量为零处是 0。
    """
    ### BEGIN SOLUTION
    x_norm = torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps)
    y_norm = torch.linalg.vector_norm(y, dim=dim, keepdim=True).clamp(min=eps)
    return (x / x_norm * (y / y_norm)).sum(dim)
    ### END SOLUTION


# %% examples="cosine_similarity"
# (3, 4) and (4, 3) have the dot product 24 and the norms 5 and 5; twice the vector has the same direction.
# zh: (3, 4) 和 (4, 3) 的点积是 24，范数是 5 和 5；一个向量的两倍与它方向相同。
x = torch.tensor([[3.0, 4.0], [1.0, 2.0], [0.0, 0.0]])
y = torch.tensor([[4.0, 3.0], [2.0, 4.0], [1.0, 1.0]])
similarity = cosine_similarity(x, y)
assert torch.allclose(similarity, torch.tensor([0.96, 1.0, 0.0])), similarity

# %% [markdown] lang="en"
# ## Cosine distance
#
# A search for the *nearest* wants a number that is small where vectors are alike. The cosine distance turns the scale around:
#
# $$d_{\cos}(x, y) = 1 - \cos(x, y)$$
#
# It runs from 0 (same direction) over 1 (perpendicular) to 2 (opposite). For vectors of length 1 it is half the squared
# Euclidean distance,
#
# $$\|u - v\|^2 = 2\,(1 - u \cdot v)$$
#
# so on normalised embeddings L2 and cosine find the same neighbours in the same order.
#
# Despite its name it is not a metric: from $(1, 0)$ to $(0, 1)$ it is 1, but by way of $(1, 1)$ only
# $2\,(1 - 1/\sqrt{2}) \approx 0.59$, so the triangle inequality fails. Different points can have the distance 0, since lengths do not
# count; and rounding may give something like $-10^{-7}$ for parallel vectors, so do not take its root.
#
# Write `cosine_distance`. You may use your own `cosine_similarity`; while this exercise is graded, that name is torch's own, so that
# a mistake there costs you nothing here.

# %% [markdown] lang="zh"
# ## 余弦距离
#
# 搜索“最近”的向量时，需要一个越相似就越小的数。余弦距离把标尺翻转过来：
#
# $$d_{\cos}(x, y) = 1 - \cos(x, y)$$
#
# 它从 0（方向相同）经过 1（垂直）到 2（相反）。对长度为 1 的向量，它是欧氏距离平方的一半：
#
# $$\|u - v\|^2 = 2\,(1 - u \cdot v)$$
#
# 所以在归一化的嵌入上，L2 与余弦会以同样的次序找到同样的近邻。
#
# 尽管名为距离，它并不是度量：从 $(1, 0)$ 到 $(0, 1)$ 是 1，而途经 $(1, 1)$ 却只有
# $2\,(1 - 1/\sqrt{2}) \approx 0.59$，三角不等式不成立。不同的点距离可以为 0，因为长度不起作用；舍入还可能使平行向量的距离成为
# $-10^{-7}$ 之类的数，所以不要对它开方。
#
# 请编写 `cosine_distance`。可以使用你自己写的 `cosine_similarity`；评分这道练习时，这个名字指的是 torch 自带的函数，
# 因此那里的错误不会在这里扣分。


# %% exercise="cosine_distance" also=["torch.nn.functional.cosine_similarity", "torch.linalg.vector_norm", "torch.norm"] uses=["cosine_similarity"] stub={"en": "cosine_distance is not written yet: 0 for the same direction, 2 for opposite ones", "zh": "cosine_distance 尚未编写：方向相同时为 0，相反时为 2"}
def cosine_distance(x, y, dim=1, eps=1e-8):
    """Compute the cosine distance of x and y along one dimension.

    Args:
        x: floating point tensor.
        y: tensor of the dtype of `x` and of a shape that broadcasts with it.
        dim: the dimension that holds the vectors.
        eps: the least value of each norm.

    Returns:
        A tensor of the shape of `x` broadcast with `y`, without dimension `dim`; 1 where a vector is zero.

    zh: 沿一个维度计算 x 与 y 的余弦距离。

    参数：
        x: 浮点张量。
        y: 数据类型与 `x` 相同、形状能与它广播的张量。
        dim: 向量所在的维度。
        eps: 每个范数的下限。

    返回：
        形状为 `x` 与 `y` 广播之后再去掉维度 `dim` 的张量；某个向量为零处是 1。
    """
    ### BEGIN SOLUTION
    return 1 - cosine_similarity(x, y, dim=dim, eps=eps)
    ### END SOLUTION


# %% examples="cosine_distance"
# The same direction, a right angle, the opposite direction.
# zh: 方向相同、互相垂直、方向相反。
x = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
y = torch.tensor([[5.0, 5.0], [-2.0, 2.0], [-3.0, -3.0]])
distances = cosine_distance(x, y)
assert torch.allclose(distances, torch.tensor([0.0, 1.0, 2.0]), atol=1e-6), distances

# %% [markdown] lang="en"
# ## The nearest neighbours
#
# A search returns, for each query $q$, the $k$ stored vectors that come first in the order
#
# $$j \prec l \iff d(q, y_j) < d(q, y_l) \ \text{ or } \ \bigl(d(q, y_j) = d(q, y_l) \text{ and } j < l\bigr)$$
#
# that is, by distance, and by index where distances tie. Ties are no rarity: duplicates in the data, integer features, binary
# codes. `torch.topk` promises no order among equal values, and `torch.sort` only with `stable=True`; a search whose answers change
# from version to version is hard to test.
#
# Which neighbours are found depends on the metric. From $(1, 0)$ the points $(4, 0)$, $(2, 2)$ and $(1, -2.5)$ come in three
# different orders under L1, L2 and cosine (see the example below). Two slips are common: `topk` returns the **largest** values unless
# told otherwise, which are the farthest points; and the smallest cosine *similarity* belongs to the most unlike vector, so for
# cosine take the distance, or sort the similarity downwards.
#
# Write `k_nearest` for the metrics `"l1"`, `"l2"` and `"cosine"`. You may use your earlier functions. While this exercise is graded,
# `pairwise_l2` is `torch.cdist` and `cosine_similarity` is torch's own; `pairwise_l1` and `cosine_distance`, for which torch has no
# function of its own, stay yours.

# %% [markdown] lang="zh"
# ## 最近邻
#
# 对每个查询 $q$，搜索返回在下述次序中排在最前的 $k$ 个已存向量：
#
# $$j \prec l \iff d(q, y_j) < d(q, y_l) \ \text{ 或 } \ \bigl(d(q, y_j) = d(q, y_l) \text{ 且 } j < l\bigr)$$
#
# 也就是先按距离，距离相等时按编号。相等并不罕见：数据中的重复项、整数特征、二值编码都会造成相等。`torch.topk` 不保证相等值之间的
# 次序，`torch.sort` 也只在 `stable=True` 时才保证；答案随版本而变的搜索很难测试。
#
# 找到哪些近邻取决于所用的度量。从 $(1, 0)$ 出发，点 $(4, 0)$、$(2, 2)$ 与 $(1, -2.5)$ 在 L1、L2 和余弦下有三种不同的次序
# （见下方示例）。有两个常见的疏忽：`topk` 默认返回**最大**的值，也就是最远的点；而余弦*相似度*最小的是最不相像的向量，
# 所以用余弦时要取距离，或者把相似度从大到小排序。
#
# 请为 `"l1"`、`"l2"` 与 `"cosine"` 三种度量编写 `k_nearest`。可以使用你前面写的函数。评分这道练习时，`pairwise_l2` 是
# `torch.cdist`，`cosine_similarity` 是 torch 自带的函数；`pairwise_l1` 与 `cosine_distance` 在 torch 中没有单独对应的函数，
# 仍是你自己的。
# `k` 不在 1 到 $M$ 之间，或度量不是这三种之一时，抛出 `ValueError`。


# %% exercise="k_nearest" also=["torch.cdist", "torch.nn.functional.cosine_similarity", "torch.linalg.vector_norm", "torch.norm"] uses=["pairwise_l2", "cosine_similarity", "pairwise_l1", "cosine_distance"] stub={"en": "k_nearest is not written yet: the k smallest distances of each query, and their indices", "zh": "k_nearest 尚未编写：每个查询的 k 个最小距离及其编号"}
def k_nearest(queries, keys, k, metric="l2"):
    """Find the k nearest keys of each query.

    Args:
        queries: floating point tensor of shape (N, D).
        keys: tensor of shape (M, D), of the dtype of `queries`.
        k: how many to find, in 1 … M.
        metric: "l1", "l2" or "cosine" (the cosine distance, 1 less the similarity).

    Returns:
        The distances and the int64 indices of the keys, each of shape (N, k), nearest first; equal distances by index.

    Raises:
        ValueError: if `k` is not in 1 … M, or `metric` is none of the three.

    zh: 为每个查询找到最近的 k 个键。

    参数：
        queries: 浮点张量，形状为 (N, D)。
        keys: 形状为 (M, D) 的张量，数据类型与 `queries` 相同。
        k: 要找的个数，在 1 … M 之间。
        metric: "l1"、"l2" 或 "cosine"（余弦距离，即 1 减去相似度）。

    返回：
        距离和 int64 的键编号，形状各为 (N, k)，最近的在前；距离相等时按编号排列。

    抛出：
        ValueError: `k` 不在 1 … M 之间，或 `metric` 不是这三种之一。
    """
    ### BEGIN SOLUTION
    if not 1 <= k <= len(keys):
        raise ValueError(f"k should be in 1 … {len(keys)}, not {k}")
    if metric == "l1":
        distances = pairwise_l1(queries, keys)
    elif metric == "l2":
        distances = pairwise_l2(queries, keys)
    elif metric == "cosine":
        distances = 1 - cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError(f"the metric should be l1, l2 or cosine, not {metric}")
    nearest, indices = distances.sort(dim=1, stable=True)
    return nearest[:, :k], indices[:, :k]
    ### END SOLUTION


# %% examples="k_nearest"
query = torch.tensor([[1.0, 0.0]])
keys = torch.tensor([[4.0, 0.0], [2.0, 2.0], [1.0, -2.5]])
# L2: 3, the root of 5, and 2.5.
# zh: L2：3、5 的平方根和 2.5。
distances, indices = k_nearest(query, keys, 2, "l2")
assert indices.tolist() == [[1, 2]], f"under L2 (2, 2) comes first, then (1, -2.5): {indices}"
# zh: 在 L2 下，(2, 2) 在前，然后是 (1, -2.5)：{indices}
assert torch.allclose(distances, torch.tensor([[5**0.5, 2.5]])), distances
# L1: 3, 3 and 2.5; the tie goes to the smaller index.
# zh: L1：3、3 和 2.5；距离相等时取编号较小的。
distances, indices = k_nearest(query, keys, 3, "l1")
assert indices.tolist() == [[2, 0, 1]], f"under L1 (1, -2.5) comes first, then the tie of (4, 0) and (2, 2): {indices}"
# zh: 在 L1 下，(1, -2.5) 在前，然后是距离相等的 (4, 0) 和 (2, 2)：{indices}
# Cosine: (4, 0) has the direction of the query.
# zh: 余弦：(4, 0) 与查询方向相同。
distances, indices = k_nearest(query, keys, 1, "cosine")
assert indices.tolist() == [[0]], f"by direction (4, 0) is nearest: {indices}"
# zh: 按方向，(4, 0) 最近：{indices}

# %% [markdown] lang="en"
# ## What letters have in common
#
# The cell below defines `show_letters`. Add a cell of your own beneath it and call `show_letters()` there: it learns an embedding of the letters from some ten thousand letters of English, the descriptions of scikit-learn's
# datasets, in a few seconds. Nothing here is graded; while something is not written yet, it only says what.
#
# Each letter has a row of four numbers. A batch of letters is looked up by your `embedding`; from each of these rows a linear layer guesses the letter before and the letter after it. The gradient of its guess is the probability less your
# `one_hot`; it goes back to the rows by your `embedding_grad`, as a sparse tensor, and your `sparse_sgd_step` moves the rows. No autograd, and no hint what kind of letter it is.
#
# - The picture shows the rows before and after training, each seen from the side where they differ most. Vowels are red. Letters that occur fewer than 60 times are left out.
# - The table gives the three nearest neighbours of some letters by your `k_nearest`, under each of the three distances. Its last row says which share of the vowels' neighbours are vowels.
#
# Letters end up near each other if they stand beside the same letters. Which letters besides the vowels have found together, and what have they in common? Where do the distances disagree?

# %% [markdown] lang="zh"
# ## 字母之间的共同点
#
# 下面的单元格定义了 `show_letters`。请在它下面自己添加一个单元格，在那里调用 `show_letters()`：它从大约一万个英文字母（scikit-learn 各数据集的说明文字）中学习字母的嵌入，只需几秒钟。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# 每个字母有一行，共四个数。一批字母由你的 `embedding` 查表；一个线性层根据查到的每一行，猜测它前面和后面的字母。猜测的梯度就是概率减去你的 `one_hot`；它由你的 `embedding_grad` 以稀疏张量的形式传回各行，
# 再由你的 `sparse_sgd_step` 移动这些行。没有用 autograd，也没有任何关于字母种类的提示。
#
# - 图中是训练之前（before training）和训练之后（after training）的各行，分别从差别最大的方向看去。元音字母为红色。出现次数少于 60 的字母没有画出。
# - 表格用你的 `k_nearest` 列出一些字母在三种距离下各自的三个最近邻，最后一行是元音字母的近邻中元音字母所占的比例。
#
# 两个字母若常与同样的字母相邻，就会彼此靠近。除了元音字母，还有哪些字母聚到了一起，它们有什么共同点？在哪些地方，几种距离的结果不一致？

# %%
import io


def text_of_datasets():
    """Return the descriptions of scikit-learn's datasets as numbers: 0 for what is no letter, 1 to 26 for a to z.

    zh: 以编号返回 scikit-learn 各数据集的说明文字：0 表示非字母，1 到 26 表示 a 到 z。
    """
    from sklearn import datasets

    names = ("iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud")
    text = " ".join(getattr(datasets, f"load_{name}")().DESCR.lower() for name in names)
    words = "".join(letter if "a" <= letter <= "z" else " " for letter in text).split()
    return torch.tensor([" abcdefghijklmnopqrstuvwxyz".index(letter) for letter in " ".join(["", *words, ""])])


def first_table():
    """Draw the table of embeddings, four numbers for each of 27 characters.

    zh: 抽取嵌入表：27 个字符，每个四个数。
    """
    return 0.3 * torch.randn(27, 4, generator=torch.Generator().manual_seed(7))


def trained_table(text, batches=1000, batch=256, lr=3.0):
    """Learn the table by guessing the letter before and the letter after each letter of the text.

    zh: 通过猜测文中每个字母前面和后面的字母来学习这张表。
    """
    draws = torch.Generator().manual_seed(8)
    table, guesses = first_table(), [0.3 * torch.randn(4, 27, generator=draws) for _ in range(2)]
    for _ in range(batches):
        places = torch.randint(1, len(text) - 1, (batch,), generator=draws)
        letters = text[places]
        rows = embedding(letters, table)
        arriving = torch.zeros_like(rows)
        for side, neighbours in enumerate((text[places - 1], text[places + 1])):
            wrong = ((rows @ guesses[side]).softmax(dim=1) - one_hot(neighbours, 27)) / batch
            arriving = arriving + wrong @ guesses[side].T
            guesses[side] = guesses[side] - lr * rows.T @ wrong
        sparse_sgd_step(table, embedding_grad(letters, arriving, 27, sparse=True), lr)
    return table


def draw_letters(names, tables):
    """Draw the letters by their rows in each table, projected to the plane in which they differ most.

    zh: 按字母在每张表中的行画出字母，投影到差别最大的平面上。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.3), layout="constrained")
    for axes, (title, rows) in zip(figure.subplots(1, 2), tables.items(), strict=True):
        centred = rows - rows.mean(dim=0)
        x, y = (centred @ torch.linalg.svd(centred).Vh[:2].T).T.tolist()
        axes.scatter(x, y, s=0)
        for name, *place in zip(names, x, y, strict=True):
            axes.annotate(name, place, color="C3" if name in "aeiou" else "C0", ha="center", va="center", weight="bold")
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize="medium")
        axes.margins(0.1)
    drawing = io.StringIO()
    figure.savefig(drawing, format="svg")
    IPython.display.display(IPython.display.SVG(drawing.getvalue()))


def share_of_vowels(names, indices):
    """Compute which share of the vowels' neighbours are vowels; `indices` holds the neighbours of each letter, itself first.

    zh: 计算元音字母的近邻中元音字母所占的比例；`indices` 是每个字母的近邻，它自己在最前。
    """
    of_vowels = [row[1:] for name, row in zip(names, indices.tolist(), strict=True) if name in "aeiou"]
    return sum(names[near] in "aeiou" for row in of_vowels for near in row) / sum(map(len, of_vowels))


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    one, table = torch.tensor([1]), torch.ones(2, 3)
    grad = torch.sparse_coo_tensor(one[None], table[:1], (2, 3), check_invariants=True)
    trials = {
        "one_hot": lambda: one_hot(one, 2),
        "embedding": lambda: embedding(one, table),
        "embedding_grad": lambda: embedding_grad(one, table[:1], 2, sparse=True),
        "sparse_sgd_step": lambda: sparse_sgd_step(table.clone(), grad, 0.1),
        "pairwise_l1": lambda: pairwise_l1(table, table),
        "pairwise_l2": lambda: pairwise_l2(table, table),
        "cosine_similarity": lambda: cosine_similarity(table, table),
        "k_nearest": lambda: [k_nearest(table, table, 1, metric) for metric in ("l1", "l2", "cosine")],
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


def show_letters():
    """Draw letters by embeddings that are learned from a text and list neighbours, or say which exercises are missing.

    zh: 按照从文字中学到的嵌入画出字母，并列出近邻；或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
        # zh: 这样小的张量，分工所花的时间比计算本身还长
        text = text_of_datasets()
        kept = [number for number, count in enumerate(text.bincount(minlength=27).tolist()) if number and count >= 60]
        names = ["abcdefghijklmnopqrstuvwxyz"[number - 1] for number in kept]
        rows = trained_table(text)[kept]
        draw_letters(names, {"before training": first_table()[kept], "after training": rows})
        near = {metric: k_nearest(rows, rows, 4, metric)[1] for metric in ("l1", "l2", "cosine")}
        metrics = " ".join(f"{metric:>8}" for metric in near)
        print(f"letter {metrics}")
        # zh: 字母： {metrics}
        for name in "aeiounlst":
            lists = [indices[names.index(name), 1:].tolist() for indices in near.values()]
            print(f"{name:>6}", *(f"{' '.join(names[number] for number in numbers):>8}" for numbers in lists))
        shares = " ".join(f"{share_of_vowels(names, indices):8.0%}" for indices in near.values())
        print(f"vowels {shares}")
        # zh: 元音： {shares}
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## Written question
#
# A shop embeds its products as vectors and shows, under each product, the five nearest others by L2 distance. It turns out that
# popular products have embeddings of length about 10, and rare ones of length about 1, since popular rows of the table were
# updated far more often. Customers complain: under a rare product only other rare products appear, however unlike.
#
# 1. Explain the complaint with the expanded square $\|x - y\|^2 = \|x\|^2 + \|y\|^2 - 2\, x \cdot y$. (2 points)
# 2. A colleague proposes to change to the cosine distance, another to divide every vector by its length and keep L2. Do the two
#    give the same neighbours? Derive it. (2 points)
# 3. The table was trained with a sparse gradient. Why does the embedding of a product that nobody ever looked at say nothing, and
#    does normalising help there? (1 point)
#
# A few sentences and one short derivation are enough.

# %% [markdown] lang="zh"
# ## 书面题
#
# 一家商店把商品嵌入为向量，并在每件商品下方展示 L2 距离最近的五件其他商品。后来发现，热门商品的嵌入长度约为 10，冷门商品的约为 1，
# 因为表中热门的行更新的次数多得多。顾客抱怨说：冷门商品下面只会出现其他冷门商品，哪怕毫不相像。
#
# 1. 用展开的平方 $\|x - y\|^2 = \|x\|^2 + \|y\|^2 - 2\, x \cdot y$ 解释这一现象。（2 分）
# 2. 一位同事建议改用余弦距离，另一位建议把每个向量除以它的长度而仍用 L2。两种做法找到的近邻相同吗？请推导。（2 分）
# 3. 这张表是用稀疏梯度训练的。为什么从未有人看过的商品，其嵌入不含任何有用的信息？归一化对此有帮助吗？（1 分）
#
# 几句话加一个简短的推导就够了。

# %% [markdown] written="ps7-written" points=5 lang="en"
# ### BEGIN SOLUTION
# 1. Let $\|x\| = 1$ be the rare product. For another rare one $\|x - y\|^2 = 2 - 2\, x \cdot y \le 4$, whatever the angle. For a popular
#    one it is $101 - 2\, x \cdot y \ge 101 - 20 = 81$ even in the same direction, since $x \cdot y \le \|x\| \|y\| = 10$. The term
#    $\|y\|^2$ outweighs all that the direction can contribute: the length decides.
# 2. Yes, the same neighbours in the same order. For $u = x/\|x\|$ and $v = y/\|y\|$ it is
#    $\|u - v\|^2 = 1 + 1 - 2\, u \cdot v = 2\,(1 - \cos(x, y))$. The root of twice a number grows strictly with that number, so both
#    distances sort the keys alike (the numbers themselves differ, and zero vectors must be kept out or handled by eps).
# 3. Only rows that were read get entries in the sparse gradient; a row that was never read still has its random initial values.
#    Normalising makes its length 1 but leaves its direction as random as before: no help. One needs other information on such
#    products, or keeps them out of the search.
#
# Marking guide: 1: one point for naming the term $\|y\|^2$, one for an estimate that it dominates. 2: one point for the identity, one for
# the argument that a strictly increasing function keeps the order ("they are equal" without a derivation: none). 3: half a point for
# "never updated, still random", half for "normalising does not help".
# ### END SOLUTION

# %% [markdown] written="ps7-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# 1. 设冷门商品 $\|x\| = 1$。对另一件冷门商品，$\|x - y\|^2 = 2 - 2\, x \cdot y \le 4$，与夹角无关。对热门商品，即使方向相同也有
#    $101 - 2\, x \cdot y \ge 101 - 20 = 81$，因为 $x \cdot y \le \|x\| \|y\| = 10$。$\|y\|^2$ 这一项超过了方向所能贡献的一切：
#    起决定作用的是长度。
# 2. 相同，次序也相同。令 $u = x/\|x\|$，$v = y/\|y\|$，则
#    $\|u - v\|^2 = 1 + 1 - 2\, u \cdot v = 2\,(1 - \cos(x, y))$。一个数的两倍的平方根随这个数严格递增，因此两种距离给出同样的排序
#    （数值本身不同，零向量须排除在外或用 eps 处理）。
# 3. 只有被读取的行才会在稀疏梯度中有项；从未被读取的行仍是随机的初始值。归一化使它的长度为 1，方向却和原来一样随机：没有帮助。
#    对这类商品需要其他信息，或者不让它们参与搜索。
#
# 评分指南：1：指出 $\|y\|^2$ 这一项得 1 分，估计出它占主导得 1 分。2：恒等式得 1 分，用严格递增函数保持次序的论证得 1 分
# （只说“相同”而无推导：0 分）。3：“从未更新，仍是随机值”得 0.5 分，“归一化没有帮助”得 0.5 分。
# ### END SOLUTION
