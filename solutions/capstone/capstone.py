# %% [markdown] lang="en"
# # Capstone: reading digits
#
# Here a network reads handwritten digits: 1797 gray images of 8 x 8 pixels that come with scikit-learn, and nothing in between that
# you have not written. After this problem set you will be able to
#
# - judge a classifier by its accuracy, and see in a confusion matrix which classes it mixes up;
# - split and standardize data so that nothing of the test set leaks into training;
# - write a convolutional network from its layers down to the sums;
# - write the training loop: batches, cross-entropy, backward pass, step.
#
# ![ten of the images, one of each digit](picture:digits)
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all
# is written, the cells near the end train your network on the images and show its most surprising mistakes.
#
# Some things hold in every exercise. Floating point tensors may be float32 or float64; what is computed from them has their dtype and their
# precision. Arguments are left unchanged, but for the parameters of the model that is trained. Where a `generator` is given, all that is random is
# drawn from it, so that it goes on from call to call: the same state gives the same result, and the next call another.

# %% [markdown] lang="zh"
# # 结业作业：识别数字
#
# 这一次，让网络来识别手写数字：scikit-learn 自带的 1797 张 8 x 8 像素灰度图像，而其中的每一步都由你自己编写。完成本次作业后，你将能够
#
# - 用准确率评价分类器，并从混淆矩阵中看出它把哪些类别弄混了；
# - 划分并标准化数据，使测试集的任何信息都不泄漏到训练中；
# - 从层一直写到求和，编写一个卷积网络；
# - 编写训练循环：分批、交叉熵、反向传播、更新。
#
# ![十张图像，每个数字一张](picture:digits)
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的单元格会用这些图像训练你的网络，并显示它最令人意外的错误。
#
# 有几条约定适用于所有练习。浮点张量可以是 float32 或 float64，由它们算出的结果保持同样的数据类型和精度。除所训练模型的参数以外，传入的值一律不作修改。
# 若给出了 `generator`，所有随机数都从它抽取，它的状态随每次调用而推进：状态相同，结果就相同；下一次调用则得到另一个结果。

# %%
import torch
from sklearn.datasets import load_digits

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32)  # shape (1797, 8, 8), values from 0 to 16
# zh: 形状为 (1797, 8, 8)，数值从 0 到 16
labels = torch.tensor(digits.target, dtype=torch.int64)  # shape (1797,), values from 0 to 9
# zh: 形状为 (1797,)，数值从 0 到 9

# %% [markdown] lang="en"
# ## Accuracy
#
# A classifier gives each image $n$ one logit $z_{nc}$ for every class $c$. Its answer is the class with the largest logit, and accuracy is
# the share of images whose answer is the target $t_n$:
#
# $$\hat t_n = \arg\max_{c} z_{nc}, \qquad \mathrm{accuracy} = \frac{1}{N} \sum_{n=1}^{N} [\hat t_n = t_n]$$
#
# The bracket is 1 where the equation holds and 0 elsewhere. Accuracy is what people ask for, and yet no network is trained on it: it
# changes in jumps, so that its gradient is zero wherever there is one. That is what cross-entropy is for.
#
# - It is often believed that a softmax must come first. It keeps the order of the logits, so the largest stays the largest; computed
#   carelessly it overflows and the order is lost.
# - A comparison of shapes `(N, 1)` and `(N,)` raises no error. It broadcasts to `(N, N)`: every answer is compared with every
#   target, and the mean of that is a plausible number near 0.1 that never gets better.
#
# Write `accuracy`. It returns a Python `float`, not a tensor, also for logits that carry a gradient. An empty batch has no accuracy: raise a `ValueError`.

# %% [markdown] lang="zh"
# ## 准确率
#
# 分类器对每张图像 $n$ 的每个类别 $c$ 给出一个 logit $z_{nc}$。它的回答是 logit 最大的类别，准确率（accuracy）就是回答等于目标 $t_n$ 的图像所占的比例：
#
# $$\hat t_n = \arg\max_{c} z_{nc}, \qquad \mathrm{accuracy} = \frac{1}{N} \sum_{n=1}^{N} [\hat t_n = t_n]$$
#
# 方括号在等式成立时为 1，否则为 0。人们关心的正是准确率，却没有网络直接用它训练：它只会跳变，凡是有梯度的地方梯度都是零。交叉熵就是为此而用的。
#
# - 人们常以为必须先做 softmax。其实 softmax 保持 logits 的大小次序，最大的仍是最大的；而写得不小心的 softmax 会溢出，次序反而丢了。
# - 形状 `(N, 1)` 与 `(N,)` 的比较并不报错，而是广播成 `(N, N)`：每个回答与每个目标都比一次，其平均值是一个看似合理、接近 0.1、却永远不会变好的数。
#
# 请编写 `accuracy`。它返回 Python 的 `float`，而不是张量；logits 带有梯度时也一样。空批次没有准确率：请抛出 `ValueError`。


# %% exercise="accuracy" stub={"en": "accuracy is not written yet: the share of rows whose largest logit is the target's", "zh": "accuracy 尚未编写：最大的 logit 就是目标的行所占的比例"}
def accuracy(logits, target):
    """Compute the share of samples that are classified correctly.

    Args:
        logits: floating point tensor of shape (N, C); the largest of each row is the answer.
        target: int64 class indices, shape (N,).

    Returns:
        A Python float in [0, 1].

    Raises:
        ValueError: there are no samples, or not as many targets as rows.

    zh: 计算分类正确的样本所占的比例。

    参数：
        logits: 浮点张量，形状为 (N, C)；每一行中最大的就是回答。
        target: int64 的类别编号，形状为 (N,)。

    返回：
        [0, 1] 内的 Python float。

    抛出：
        ValueError: 没有样本，或目标与行的个数不同。
    """
    ### BEGIN SOLUTION
    if len(logits) == 0 or target.shape != logits.shape[:1]:
        raise ValueError(f"{len(logits)} rows of logits and targets of shape {tuple(target.shape)}")
    return (logits.argmax(dim=1) == target).double().mean().item()
    ### END SOLUTION


# %% examples="accuracy"
# The largest logits are in the columns 1, 0, 2 and 0; three of the four targets agree.
# zh: 最大的 logits 在第 1、0、2 和 0 列；四个目标中有三个与之相同。
logits = torch.tensor([[0.1, 2.0, -1.0], [5.0, 4.0, 3.0], [-3.0, -2.0, -1.0], [1.0, 0.0, 0.0]])
share = accuracy(logits, torch.tensor([1, 0, 2, 2]))
assert isinstance(share, float), f"a Python float is wanted, not {type(share).__name__}"
# zh: 应为 Python 的 float，而不是 {type(share).__name__}
assert abs(share - 0.75) < 1e-6, share

# %% [markdown] lang="en"
# ## The confusion matrix
#
# An accuracy of 0.95 does not say *what* goes wrong. The confusion matrix does: it counts, for every pair of classes, how often an image of
# class $i$ was answered with $j$,
#
# $$M_{ij} = \sum_{n=1}^{N} [t_n = i] \, [\hat t_n = j]$$
#
# so that rows are targets and columns are answers, as in scikit-learn. What is right stands on the diagonal.
#
# ![a confusion matrix of three classes: an eight that was read as a one is counted in the row of the eight and the column of the one](picture:confusion)
#
# From the matrix follow the accuracy, and for each class the recall (how many of its images are found) and the precision (how many of the
# answers that name it are right):
#
# $$\mathrm{accuracy} = \frac{\sum_i M_{ii}}{\sum_{i,j} M_{ij}}, \qquad \mathrm{recall}_i = \frac{M_{ii}}{\sum_j M_{ij}}, \qquad
# \mathrm{precision}_j = \frac{M_{jj}}{\sum_i M_{ij}}$$
#
# - `matrix[target, predicted] += 1` with tensors of indices looks right and is not: it reads all places, adds 1, and writes them back, so
#   that a pair counts once however often it occurs.
# - The size is the number of classes that there *are*, not of those that occur in this batch; otherwise matrices of two batches cannot be added.
# - Some libraries put the answers into the rows. Read the documentation before you read a matrix.
#
# Write `confusion_matrix` with torch, without scikit-learn. Note the order of the arguments: answers first, then targets, as torch's losses have it.
# No samples give a matrix of zeros.

# %% [markdown] lang="zh"
# ## 混淆矩阵
#
# 0.95 的准确率并没有说明*哪里*出了错。混淆矩阵（confusion matrix）可以：它对每一对类别计数，类别为 $i$ 的图像有多少次被答成 $j$，
#
# $$M_{ij} = \sum_{n=1}^{N} [t_n = i] \, [\hat t_n = j]$$
#
# 因此行是目标、列是回答，与 scikit-learn 相同。答对的都在对角线上。
#
# ![三个类别的混淆矩阵：一个被读成 1 的 8 计在 8 的那一行、1 的那一列](picture:confusion)
#
# 由这个矩阵可以得到准确率，以及每个类别的召回率（recall，该类图像有多少被找到）和精确率（precision，指认该类的回答有多少是对的）：
#
# $$\mathrm{accuracy} = \frac{\sum_i M_{ii}}{\sum_{i,j} M_{ij}}, \qquad \mathrm{recall}_i = \frac{M_{ii}}{\sum_j M_{ij}}, \qquad
# \mathrm{precision}_j = \frac{M_{jj}}{\sum_i M_{ij}}$$
#
# - 用索引张量写 `matrix[target, predicted] += 1` 看起来没错，其实不对：它先读出所有位置，各加 1，再写回去，所以同一对无论出现多少次都只计一次。
# - 矩阵的大小是类别的*总数*，而不是这一批中出现过的类别数，否则两个批次的矩阵就无法相加。
# - 有些库把回答放在行上。看矩阵之前先看文档。
#
# 请用 torch 编写 `confusion_matrix`，不要用 scikit-learn。注意参数的次序：先回答，后目标，与 torch 的损失函数一致。没有样本时结果是全零矩阵。
# 下标不在 0 到 `classes - 1` 之间，或回答与目标的个数不同时，抛出 `ValueError`。


# %% exercise="confusion_matrix" stub={"en": "confusion_matrix is not written yet: count every pair of target and answer", "zh": "confusion_matrix 尚未编写：统计每一对目标与回答"}
def confusion_matrix(predicted, target, classes):
    """Count how often each class is answered with each class.

    Args:
        predicted: the answers, int64 class indices, shape (N,).
        target: the right classes, int64 class indices, shape (N,).
        classes: the number of classes.

    Returns:
        An int64 tensor of shape (classes, classes): row = target, column = answer.

    Raises:
        ValueError: an index is not in [0, classes), or there are not as many answers as targets.

    zh: 统计每个类别被答成各个类别的次数。

    参数：
        predicted: 回答，int64 的类别编号，形状为 (N,)。
        target: 正确的类别，int64 的类别编号，形状为 (N,)。
        classes: 类别数。

    返回：
        形状为 (classes, classes) 的 int64 张量：行是目标，列是回答。

    抛出：
        ValueError: 某个编号不在 [0, classes) 内，或回答与目标的个数不同。
    """
    ### BEGIN SOLUTION
    if predicted.shape != target.shape:
        raise ValueError(f"answers of shape {tuple(predicted.shape)}, targets of shape {tuple(target.shape)}")
    both = torch.cat([predicted, target])
    if ((both < 0) | (both >= classes)).any():
        raise ValueError(f"a class is a number from 0 to {classes - 1}")
    return torch.bincount(target * classes + predicted, minlength=classes**2).reshape(classes, classes)
    ### END SOLUTION


# %% examples="confusion_matrix"
# Two images of class 0 are answered with 0 and 1, both images of class 1 with 2, and the one of class 2 with 2.
# zh: 类别 0 的两张图像被答成 0 和 1，类别 1 的两张都被答成 2，类别 2 的一张被答成 2。
matrix = confusion_matrix(torch.tensor([0, 1, 2, 2, 2]), torch.tensor([0, 0, 1, 1, 2]), classes=3)
assert matrix.shape == (3, 3), f"the shape should be (3, 3), not {tuple(matrix.shape)}"
# zh: 形状应为 (3, 3)，而不是 {tuple(matrix.shape)}
assert matrix.tolist() == [[1, 1, 0], [0, 0, 2], [0, 0, 1]], matrix

# %% [markdown] lang="en"
# ## Training set and test set
#
# What counts is how a network does on images that it has never seen. Some are therefore put aside as the test set, and *nothing* of the training
# may depend on them, the preparation of the data included. Standardizing gives every pixel $j$ zero mean and unit variance, with the
# statistics of the $M$ images of the **training set** $T$ alone:
#
# $$\mu_j = \frac{1}{M} \sum_{n \in T} x_{nj}, \qquad \sigma_j = \sqrt{\frac{1}{M} \sum_{n \in T} (x_{nj} - \mu_j)^2}, \qquad
# \hat x_{nj} = \frac{x_{nj} - \mu_j}{\sigma_j}$$
#
# The same $\mu_j$ and $\sigma_j$ serve both sets. Where a pixel has the same value in all training images, $\sigma_j = 0$; divide by 1 in its place.
# At least three pixels on the border are such: they are 0 in every image of the set.
#
# ![the statistics are taken from the training rows and are used for both parts](picture:split)
#
# - "Standardize first, then split" is often seen. Means and variances then know the test set, which has **leaked**. The harm is small here and
#   great elsewhere, and a test result that is too good is the last thing that anybody looks into.
# - The test set does not get statistics of its own either. In use a single image may arrive, and it has none.
# - Adding a tiny $\epsilon$ to $\sigma_j$ avoids the division by zero, but a pixel that is 1 in one test image then becomes 100,000,000.
# - Cutting off the last rows is no fair split where neighbours are alike. These images stand in the order in which people wrote them: with five
#   blocks in turn as test set a support vector machine reaches 0.946, with shuffled rows 0.982.
#
# Write `standardize_split`. Draw the rows with the given `generator`, for instance by `torch.randperm`, and keep each label with its image.

# %% [markdown] lang="zh"
# ## 训练集与测试集
#
# 重要的是网络在从未见过的图像上表现如何。因此要留出一部分作为测试集，训练的*任何*环节都不能依赖它，数据预处理也不例外。
# 标准化使每个像素 $j$ 的均值为零、方差为一，而统计量只取自**训练集** $T$ 的 $M$ 张图像：
#
# $$\mu_j = \frac{1}{M} \sum_{n \in T} x_{nj}, \qquad \sigma_j = \sqrt{\frac{1}{M} \sum_{n \in T} (x_{nj} - \mu_j)^2}, \qquad
# \hat x_{nj} = \frac{x_{nj} - \mu_j}{\sigma_j}$$
#
# 两个集合使用同样的 $\mu_j$ 和 $\sigma_j$。若某个像素在所有训练图像中取值相同，则 $\sigma_j = 0$，此时改为除以 1。
# 边缘至少有三个这样的像素：它们在整个数据集的每张图像中都是 0。
#
# ![统计量取自训练行，并用于两个部分](picture:split)
#
# - 常见的做法是“先标准化，再划分”。这样均值和方差就知道了测试集，信息已经**泄漏**（leakage）。在这里危害不大，在别处却可能很大，
#   而好得过头的测试结果又恰恰最没有人去追查。
# - 测试集也不使用它自己的统计量。实际使用时可能只来一张图像，它没有统计量可言。
# - 给 $\sigma_j$ 加上极小的 $\epsilon$ 可以避免除以零，但某张测试图像中等于 1 的这种像素会变成 100,000,000。
# - 若相邻的行彼此相似，截取最后若干行就不是公平的划分。这些图像按书写者的先后排列：轮流以五个连续块作测试集，支持向量机达到 0.946；
#   打乱行之后则是 0.982。
#
# 请编写 `standardize_split`。用给定的 `generator` 抽取行（例如用 `torch.randperm`），并让每个标签与它的图像保持在一起。
# `test_size` 不在 1 到 $N - 1$ 之间，或标签与行的个数不同时，抛出 `ValueError`。


# %% exercise="standardize_split" stub={"en": "standardize_split is not written yet: shuffle, split, then standardize both parts with the training statistics", "zh": "standardize_split 尚未编写：打乱、划分，再用训练集的统计量把两部分标准化"}
def standardize_split(x, y, test_size, generator=None):
    """Split at random into training and test set, and standardize every pixel with the statistics of the training set.

    Which rows become test rows depends on the generator and on the sizes, not on the values in `x`.

    Args:
        x: floating point tensor of shape (N, *), for instance images (N, 8, 8).
        y: labels, shape (N,).
        test_size: the number of test rows, from 1 to N - 1.
        generator: a torch.Generator that the shuffling draws from; None for torch's global one.

    Returns:
        x_train, y_train, x_test, y_test: shapes (N - test_size, *), (N - test_size,), (test_size, *) and (test_size,),
        of the dtypes of `x` and `y`.

    Raises:
        ValueError: test_size is not in [1, N - 1], or there are not as many labels as rows.

    zh: 随机划分训练集和测试集，并用训练集的统计量把每个像素标准化。

    哪些行成为测试行，取决于生成器和各部分的大小，而与 `x` 中的数值无关。

    参数：
        x: 浮点张量，形状为 (N, *)，例如图像 (N, 8, 8)。
        y: 标签，形状为 (N,)。
        test_size: 测试行的行数，从 1 到 N - 1。
        generator: 打乱时用来抽取随机数的 torch.Generator；None 表示 torch 的全局生成器。

    返回：
        x_train, y_train, x_test, y_test：形状为 (N - test_size, *)、(N - test_size,)、(test_size, *) 和 (test_size,)，
        数据类型与 `x` 和 `y` 相同。

    抛出：
        ValueError: test_size 不在 [1, N - 1] 内，或标签与行的个数不同。
    """
    ### BEGIN SOLUTION
    if len(x) != len(y) or not 1 <= test_size < len(x):
        raise ValueError(f"{len(x)} rows with {len(y)} labels cannot be split off {test_size} test rows")
    order = torch.randperm(len(x), generator=generator)
    train, test = order[test_size:], order[:test_size]
    mean = x[train].mean(dim=0)
    std = x[train].std(dim=0, correction=0)
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (x[train] - mean) / std, y[train], (x[test] - mean) / std, y[test]
    ### END SOLUTION


# %% examples="standardize_split"
# Two of four rows are left to train on. Two different values always become -1 and 1; a pixel that never changes becomes 0.
# zh: 四行中留下两行用于训练。两个不同的值总是变成 -1 和 1；取值始终相同的像素变成 0。
x = torch.tensor([[0.0, 8.0], [2.0, 8.0], [4.0, 8.0], [6.0, 8.0]])
y = torch.tensor([0, 1, 2, 3])
x_train, y_train, x_test, y_test = standardize_split(x, y, test_size=2, generator=torch.Generator().manual_seed(1))
assert x_train.shape == x_test.shape == (2, 2), f"two rows each, not {tuple(x_train.shape)} and {tuple(x_test.shape)}"
# zh: 应各有两行，而不是 {tuple(x_train.shape)} 和 {tuple(x_test.shape)}
assert sorted(y_train.tolist() + y_test.tolist()) == [0, 1, 2, 3], "each row belongs to one of the parts"
# zh: 每一行应属于两个部分之一
assert sorted(x_train[:, 0].tolist()) == [-1.0, 1.0], x_train
assert x_train[:, 1].tolist() == [0.0, 0.0], x_train

# %% [markdown] lang="en"
# ## The network
#
# A small convolutional network reads the digits. Two times it convolves, applies ReLU and pools; one linear layer makes the ten logits:
#
# ![the shapes from the image (1, 8, 8) over (8, 4, 4) and (16, 2, 2) to 10 logits](picture:network)
#
# $$h^{(1)} = \mathrm{pool}(\mathrm{relu}(\mathrm{conv}(x, w^{(1)}, b^{(1)}))), \qquad h^{(2)} = \mathrm{pool}(\mathrm{relu}(\mathrm{conv}(h^{(1)}, w^{(2)}, b^{(2)})))$$
#
# $$z_{nk} = b_k + \sum_{c,i,j} W_{k,\,4c+2i+j} \; h^{(2)}_{ncij}$$
#
# The convolutions are 3 x 3 with one ring of zeros around their input (padding 1: $\tilde x$ is larger by 1 on every side), so that height and
# width stay; the pooling takes the maximum of 2 x 2 windows that do not overlap:
#
# $$\mathrm{conv}(x, w, b)_{noij} = b_o + \sum_{c} \sum_{u=0}^{2} \sum_{v=0}^{2} w_{ocuv} \, \tilde x_{n,c,i+u,j+v}, \qquad
# \mathrm{pool}(y)_{ncij} = \max_{u, v \in \{0, 1\}} y_{n,c,2i+u,2j+v}$$
#
# All in all there are $80 + 1168 + 650 = 1898$ parameters. A linear layer in place of the first convolution, from 64 pixels to $8 \cdot 64$ values, would have
# 33,280 alone, and would have to learn every stroke anew at every place.
#
# - The kernel is *not* flipped, unlike in the convolution of mathematics.
# - The network ends with logits. A softmax at the end is often added and wrong here: cross-entropy has one already.
# - Flattening keeps the order (channel, row, column). Another order trains just as well, and reads weights that were trained in this one as nonsense.
# - Gradients reach all six weights, and the image too: compute with the weights themselves, not with copies of their numbers.
#
# Write `forward` and the four functions that it needs. Where you have written them in earlier problem sets, copy them into this cell, with what they
# call; they need not do more than is needed here. Only the class is checked. `__init__` is written already; keep the names of the weights.
# Do not call torch's own convolutions, poolings, ReLU or linear layers. `nn.Module` and `nn.Parameter` are allowed: they only hold the weights.

# %% [markdown] lang="zh"
# ## 网络
#
# 我们用一个小卷积网络识别数字。它两次依次做卷积、ReLU 和池化，最后由一个线性层给出十个 logits：
#
# ![从图像 (1, 8, 8) 经过 (8, 4, 4) 和 (16, 2, 2) 到 10 个 logits 的形状](picture:network)
#
# $$h^{(1)} = \mathrm{pool}(\mathrm{relu}(\mathrm{conv}(x, w^{(1)}, b^{(1)}))), \qquad h^{(2)} = \mathrm{pool}(\mathrm{relu}(\mathrm{conv}(h^{(1)}, w^{(2)}, b^{(2)})))$$
#
# $$z_{nk} = b_k + \sum_{c,i,j} W_{k,\,4c+2i+j} \; h^{(2)}_{ncij}$$
#
# 卷积核为 3 x 3，输入四周补一圈零（填充为 1：$\tilde x$ 每边各大 1），因此高和宽不变；池化在互不重叠的 2 x 2 窗口上取最大值：
#
# $$\mathrm{conv}(x, w, b)_{noij} = b_o + \sum_{c} \sum_{u=0}^{2} \sum_{v=0}^{2} w_{ocuv} \, \tilde x_{n,c,i+u,j+v}, \qquad
# \mathrm{pool}(y)_{ncij} = \max_{u, v \in \{0, 1\}} y_{n,c,2i+u,2j+v}$$
#
# 总共有 $80 + 1168 + 650 = 1898$ 个参数。若把第一个卷积换成从 64 个像素到 $8 \cdot 64$ 个值的线性层，仅这一层就有 33,280 个参数，
# 而且每种笔画在每个位置都得重新学一遍。
#
# - 卷积核*不*翻转，这与数学上的卷积不同。
# - 网络以 logits 结束。人们常在末尾再加一个 softmax，在这里是错的：交叉熵里已经有了。
# - 展平时保持（通道、行、列）的次序。换一种次序同样能训练，但按本次序训练好的权重读进去就毫无意义了。
# - 梯度要能传到全部六个权重，也要能传到图像：请直接用权重本身计算，不要用只含其数值的副本。
#
# 请编写 `forward` 以及它需要的四个函数。如果你在以前的作业中写过，就连同它们所调用的函数一起复制到这个单元格里；功能只要够这里使用即可。
# 只检查类。`__init__` 已经写好，请保留权重的名称。不要调用 torch 自带的卷积、池化、ReLU 或线性层；
# 可以使用 `nn.Module` 和 `nn.Parameter`，它们只用来保存权重。图像的形状不是 $(N, 1, 8, 8)$ 时，抛出 `ValueError`。

# %%
from torch import nn


# %% exercise="TinyCNN" also=["torch.softmax", "torch.Tensor.unfold"] stub={"en": "TinyCNN is not written yet: convolution, ReLU and pooling twice, then the linear layer", "zh": "TinyCNN 尚未编写：卷积、ReLU 和池化各两次，再接线性层"}
def conv2d(x, weight, bias):
    """Convolve x (N, C, H, W), padded with one ring of zeros, with weight (O, C, 3, 3); add bias (O,). Gives (N, O, H, W).

    zh: 把四周补了一圈零的 x (N, C, H, W) 与 weight (O, C, 3, 3) 做卷积，再加上 bias (O,)。给出 (N, O, H, W)。
    """
    ### BEGIN SOLUTION
    height, width = x.shape[2:]
    padded = x.new_zeros(*x.shape[:2], height + 2, width + 2)
    padded[:, :, 1:-1, 1:-1] = x
    y = bias[:, None, None]
    for u in range(3):
        for v in range(3):
            window = padded[:, :, u : u + height, v : v + width]
            y = y + torch.einsum("nchw,oc->nohw", window, weight[:, :, u, v])
    return y
    ### END SOLUTION


def relu(x):
    """Replace what is negative by zero.

    zh: 把负数换成零。
    """
    ### BEGIN SOLUTION
    return x.clamp(min=0)
    ### END SOLUTION


def max_pool2d(x):
    """Take the maximum of each 2 x 2 window of x (N, C, H, W), H and W even. Gives (N, C, H / 2, W / 2).

    zh: 取 x (N, C, H, W) 的每个 2 x 2 窗口的最大值，H 和 W 是偶数。给出 (N, C, H / 2, W / 2)。
    """
    ### BEGIN SOLUTION
    rows = torch.maximum(x[:, :, 0::2], x[:, :, 1::2])
    return torch.maximum(rows[..., 0::2], rows[..., 1::2])
    ### END SOLUTION


def linear(x, weight, bias):
    """Map x (N, F) with weight (O, F) and bias (O,). Gives (N, O).

    zh: 用 weight (O, F) 和 bias (O,) 映射 x (N, F)。给出 (N, O)。
    """
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION


class TinyCNN(nn.Module):
    """Reads digits: images (N, 1, 8, 8) to logits (N, 10).

    zh: 识别数字：从图像 (N, 1, 8, 8) 到 logits (N, 10)。
    """

    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            # He's initialization: variance 2 / fan-in, the number of values that each output adds up
            # zh: He 初始化：方差为 2 / 扇入，扇入是每个输出所累加的数值个数
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        """Compute the logits.

        Args:
            x: images, shape (N, 1, 8, 8), of the dtype of the weights.

        Returns:
            Logits of shape (N, 10), of the dtype of `x`.

        Raises:
            ValueError: the shape of `x` is not (N, 1, 8, 8).

        zh: 计算 logits。

        参数：
            x: 图像，形状为 (N, 1, 8, 8)，数据类型与权重相同。

        返回：
            形状为 (N, 10) 的 logits，数据类型与 `x` 相同。

        抛出：
            ValueError: `x` 的形状不是 (N, 1, 8, 8)。
        """
        ### BEGIN SOLUTION
        if x.shape[1:] != (1, 8, 8):
            raise ValueError(f"images of shape (N, 1, 8, 8) are wanted, not {tuple(x.shape)}")
        x = max_pool2d(relu(conv2d(x, self.conv1_weight, self.conv1_bias)))
        x = max_pool2d(relu(conv2d(x, self.conv2_weight, self.conv2_bias)))
        return linear(x.flatten(1), self.linear_weight, self.linear_bias)
        ### END SOLUTION


# %% examples="TinyCNN"
# All weights are 0 but the centre taps on the way through channel 0: what is left is the pooled image.
# zh: 除了经过通道 0 的那些中心抽头，所有权重都是 0：剩下的就是池化后的图像。
model = TinyCNN()
with torch.no_grad():
    for weight in model.parameters():
        weight.zero_()
    model.conv1_weight[0, 0, 1, 1] = model.conv2_weight[0, 0, 1, 1] = 1.0
    model.linear_weight[3, 2] = 2.0  # place 2 is channel 0, row 1, column 0
    # zh: 位置 2 是通道 0、第 1 行、第 0 列
    model.linear_bias[7] = 0.5
image = torch.zeros(1, 1, 8, 8)
image[0, 0, 5, 2] = 3.0  # row 5 of 8 is pooled to row 1 of 2, column 2 to column 0
# zh: 8 行中的第 5 行池化到 2 行中的第 1 行，第 2 列池化到第 0 列
logits = model(image)
assert logits.shape == (1, 10), f"the shape should be (1, 10), not {tuple(logits.shape)}"
# zh: 形状应为 (1, 10)，而不是 {tuple(logits.shape)}
assert logits.tolist() == [[0.0, 0.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0]], logits

# %% [markdown] lang="en"
# ## One epoch of training
#
# All that is missing is what turns random weights into good ones. An epoch goes once through the training set, in random order and in batches.
# For each batch $B$ the network gives logits $z$, and the loss is the mean cross-entropy over the batch:
#
# $$\ell = \frac{1}{|B|} \sum_{n \in B} \Big( \log \sum_{c} e^{z_{nc}} - z_{n t_n} \Big)$$
#
# Then every parameter takes one step of plain gradient descent with the learning rate $\eta$:
#
# $$\theta \leftarrow \theta - \eta \, \frac{\partial \ell}{\partial \theta}$$
#
# ![four things for each batch: forward pass, loss, backward pass, step](picture:loop)
#
# Here lives what makes networks learn badly instead of failing:
#
# - **Gradients add up.** `backward()` adds to `.grad`, it does not replace it. Clear the gradients before each backward pass; what is in `.grad` when the
#   function is called is old as well. A parameter that the model does not use gets no gradient at all: its `.grad` stays `None`, and the step passes it over.
# - **The step is no part of the graph.** Change the parameters in place, under `torch.no_grad()`. `p = p - …` only gives a new tensor a name, and the model never sees it.
# - **Large logits overflow** in $e^z$. Subtract the largest logit first, or use `torch.logsumexp`. And no softmax before: the loss takes logits.
# - **Each row once.** The last batch may be smaller; it is used, and the mean is over the rows that it has. Draw a new order in every epoch.
# - **Record numbers, not tensors.** A list of losses with their graphs keeps the memory of all of them. The loss of a step is the one its gradient
#   was computed from, before the step.
#
# Write `train_epoch`. `model` is anything that maps a batch to logits and has `parameters()`: the checks train torch's `Linear`, so that this exercise
# does not depend on the one above. Do not call torch's own losses or softmax, and no optimizer of `torch.optim`.

# %% [markdown] lang="zh"
# ## 训练一个 epoch
#
# 只差把随机权重变成好权重的那一步了。一个 epoch 按随机次序、分批地把训练集过一遍。对每个批次 $B$，网络给出 logits $z$，损失是这一批的平均交叉熵：
#
# $$\ell = \frac{1}{|B|} \sum_{n \in B} \Big( \log \sum_{c} e^{z_{nc}} - z_{n t_n} \Big)$$
#
# 然后每个参数以学习率 $\eta$ 做一步最普通的梯度下降：
#
# $$\theta \leftarrow \theta - \eta \, \frac{\partial \ell}{\partial \theta}$$
#
# ![每个批次做四件事：前向计算、损失、反向传播、更新](picture:loop)
#
# 这里的错误往往不会让程序失败，而是让网络学得不好：
#
# - **梯度会累加**。`backward()` 是往 `.grad` 上加，而不是替换。每次反向传播之前要清除梯度；调用本函数时 `.grad` 中已有的也是旧的。
#   模型没有用到的参数根本得不到梯度：它的 `.grad` 一直是 `None`，更新时跳过它。
# - **更新不属于计算图**。请在 `torch.no_grad()` 之下原地修改参数。`p = p - …` 只是给一个新张量起了名字，模型根本看不到它。
# - **大的 logits 会溢出**，因为要算 $e^z$。请先减去最大的 logit，或使用 `torch.logsumexp`。前面也不要再加 softmax：损失接收的是 logits。
# - **每一行恰好一次**。最后一批可能较小，它也要用，并对它实际拥有的行取平均。每个 epoch 都重新抽取次序。
# - **记录数值，而不是张量**。带着计算图的损失放进列表，会占住所有这些图的内存。一步的损失是计算它的梯度所用的那个，即更新之前的损失。
#
# 请编写 `train_epoch`。`model` 可以是任何能把一批输入映射为 logits 并具有 `parameters()` 的对象：检查所训练的是 torch 的 `Linear`，因此本练习不依赖上一题。
# 不要调用 torch 自带的损失函数或 softmax，也不要使用 `torch.optim` 中的优化器。
# `batch_size` 小于 1，或标签与行的个数不同时，抛出 `ValueError`。

# %%
from torch.nn import Linear


# %% exercise="train_epoch" also=["torch.logsumexp", "torch.nn.Linear", "torch.nn.functional.linear"] uses=["Linear=torch.nn.Linear", "TinyCNN"] stub={"en": "train_epoch is not written yet: for each batch the loss, its gradients and a step against them", "zh": "train_epoch 尚未编写：对每个批次求损失和梯度，并沿梯度的反方向更新"}
def train_epoch(model, x, y, lr, batch_size, generator=None):
    """Train the model for one epoch with mean cross-entropy and plain gradient descent.

    The parameters of the model are changed in place.

    Args:
        model: maps a batch (B, *) to logits (B, C); `model.parameters()` gives what is trained.
        x: inputs, shape (N, *).
        y: int64 class indices, shape (N,).
        lr: the learning rate.
        batch_size: the rows of a batch; the last one has what is left.
        generator: a torch.Generator that the order of the rows is drawn from; None for torch's global one.

    Returns:
        The loss of each step as a Python float, a list of length ceil(N / batch_size).

    Raises:
        ValueError: batch_size is less than 1, or there are not as many labels as rows.

    zh: 用平均交叉熵和普通梯度下降训练模型一个 epoch。

    模型的参数会被原地修改。

    参数：
        model: 把一个批次 (B, *) 映射为 logits (B, C)；`model.parameters()` 给出要训练的参数。
        x: 输入，形状为 (N, *)。
        y: int64 的类别编号，形状为 (N,)。
        lr: 学习率。
        batch_size: 一批的行数；最后一批是剩下的行。
        generator: 用来抽取各行次序的 torch.Generator；None 表示 torch 的全局生成器。

    返回：
        每一步的损失，Python 的 float，组成长度为 ceil(N / batch_size) 的列表。

    抛出：
        ValueError: batch_size 小于 1，或标签与行的个数不同。
    """
    ### BEGIN SOLUTION
    if batch_size < 1 or len(x) != len(y):
        raise ValueError(f"{len(x)} rows with {len(y)} labels in batches of {batch_size}")
    parameters = list(model.parameters())
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        logits = model(x[batch])
        of_target = logits.gather(1, y[batch][:, None]).squeeze(1)
        loss = (logits.logsumexp(dim=1) - of_target).mean()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter -= lr * parameter.grad
        losses.append(loss.item())
    return losses
    ### END SOLUTION


# %% examples="train_epoch"
# All weights are 0, so both classes are equally likely and the loss of the only step is log 2. The gradient of the weights
# is the mean of (1/2 - 1) * 1 and 1/2 * 3 for class 0, so 0.5, and -0.5 for class 1: the step goes the other way.
# zh: 所有权重都是 0，因此两个类别的可能性相同，唯一一步的损失是 log 2。对类别 0，权重的梯度是 (1/2 - 1) * 1 与 1/2 *
# zh: 3 的平均，即 0.5；对类别 1 是 -0.5：更新沿反方向走。
model = Linear(1, 2)
with torch.no_grad():
    model.weight.zero_()
    model.bias.zero_()
losses = train_epoch(model, torch.tensor([[1.0], [3.0]]), torch.tensor([0, 1]), lr=1.0, batch_size=2)
assert len(losses) == 1 and isinstance(losses[0], float), f"a list of one Python float is wanted, not {losses}"
# zh: 应为由一个 Python float 组成的列表，而不是 {losses}
assert abs(losses[0] - 0.6931472) < 1e-5, losses
assert torch.allclose(model.weight, torch.tensor([[-0.5], [0.5]])), model.weight
assert torch.allclose(model.bias, torch.zeros(2), atol=1e-6), model.bias

# %% [markdown] lang="en"
# ## All together
#
# The cell below trains your network with your functions: 1437 images to train on and 360 to test, 25 epochs of batches of 32 with the learning rate 0.1. It
# draws the loss while it runs, some seconds in all, and says at the end how well the network reads the test images. With all exercises right
# the accuracy is above 0.93; guessing gives 0.1. While something is not written yet, the cell only says what.
#
# Watch the curve: it falls steeply at first, then by ever smaller amounts, and it stays jagged, as every batch is another sample of the loss. Then look into the
# confusion matrix. Which digits does your network mix up, and would you have read them?

# %% [markdown] lang="zh"
# ## 合在一起
#
# 下面的单元格用你的函数训练你的网络：1437 张图像用于训练，360 张用于测试；25 个 epoch，每批 32 张，学习率 0.1。它一边运行一边画出损失，总共几秒钟，
# 最后报告网络识别测试图像的水平。若所有练习都正确，准确率在 0.93 以上；随机猜测是 0.1。若还有未写的内容，这个单元格只会指出缺少什么。
#
# 请观察曲线：开始时急剧下降，随后降得越来越少，并且始终参差不齐，因为每一批都是损失的另一次抽样。然后看看混淆矩阵：
# 你的网络把哪些数字弄混了？换作是你，能认出来吗？

# %%
import math
import time

from IPython.display import SVG, clear_output, display


def loss_curve(losses, steps, title):
    """Draw the losses so far as an SVG; `steps` is the number of steps that the whole width stands for.

    zh: 把迄今的损失画成 SVG；`steps` 是整个宽度所代表的步数。
    """
    width, height, left, top = 440, 160, 44, 30
    group = max(1, steps // 220)
    means = [sum(losses[i : i + group]) / len(losses[i : i + group]) for i in range(0, len(losses), group)]
    points = [(i * group / steps, mean) for i, mean in enumerate(means) if math.isfinite(mean)]
    highest = max([mean for _, mean in points], default=1.0) or 1.0
    line = " ".join(f"{left + x * width:.1f},{top + height * (1 - mean / highest):.1f}" for x, mean in points)
    first = "step 0"
    # zh: 第 0 步
    last = f"step {steps}"
    # zh: 第 {steps} 步
    return SVG(
        data=f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 220" width="500" font-family="sans-serif" font-size="12">'
        f'<rect width="500" height="220" fill="white"/><text x="{left}" y="18">{title}</text>'
        f'<path d="M{left} {top}v{height}h{width}" fill="none" stroke="#888"/>'
        f'<text x="{left - 6}" y="{top + 10}" text-anchor="end">{highest:.2g}</text>'
        f'<text x="{left - 6}" y="{top + height}" text-anchor="end">0</text>'
        f'<text x="{left}" y="{top + height + 18}">{first}</text>'
        f'<text x="{left + width}" y="{top + height + 18}" text-anchor="end">{last}</text>'
        f'<polyline points="{line}" fill="none" stroke="#3867a6" stroke-width="1.5"/></svg>'
    )


def not_ready():
    """Try each exercise on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍每道练习；尚未编写或抛出异常的，各给出一行。
    """
    four = torch.arange(4)
    trials = {
        "accuracy": lambda: accuracy(torch.eye(4), four),
        "confusion_matrix": lambda: confusion_matrix(four, four, 4),
        "standardize_split": lambda: standardize_split(torch.rand(4, 8, 8), four, 2),
        "TinyCNN": lambda: TinyCNN()(torch.rand(2, 1, 8, 8)),
        "train_epoch": lambda: train_epoch(Linear(3, 4), torch.rand(4, 3), four, 0.1, 2),
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


def digits_with_one_channel(y):
    """Split the images and `y` into training and test set, always in the same way; gives the generator for what follows, too.

    zh: 把图像和 `y` 划分成训练集和测试集，每次的划分都相同；另外给出供后续使用的生成器。
    """
    generator = torch.Generator().manual_seed(2024)
    x_train, y_train, x_test, y_test = standardize_split(images, y, 360, generator)
    return x_train[:, None], y_train, x_test[:, None], y_test, generator  # images of shape (N, 1, 8, 8)
    # zh: 图像的形状为 (N, 1, 8, 8)


def train_on_digits(epochs=25, batch_size=32, lr=0.1):
    """Train a TinyCNN on the digits, with a live curve of the loss, and print how well it reads the test images.

    zh: 用数字图像训练 TinyCNN，同时画出损失曲线，并打印它识别测试图像的水平。
    """
    began = time.perf_counter()
    torch.set_num_threads(1)  # for tensors as small as these, sharing the work takes longer than the work
    # zh: 这样小的张量，分工所花的时间比计算本身还长
    x_train, y_train, x_test, y_test, generator = digits_with_one_channel(labels)
    model = TinyCNN(generator)
    losses = []
    for epoch in range(1, epochs + 1):
        found = train_epoch(model, x_train, y_train, lr, batch_size, generator)
        losses += map(float, found)
        title = f"epoch {epoch} of {epochs}: mean loss {sum(losses[-len(found) :]) / len(found):.4f}"
        # zh: 第 {epoch} 个 epoch，共 {epochs} 个：平均损失 {sum(losses[-len(found) :]) / len(found):.4f}
        clear_output(wait=True)
        display(loss_curve(losses, epochs * len(found), title))
    with torch.no_grad():
        train_logits, test_logits = model(x_train), model(x_test)
    print(f"{len(losses)} steps in {time.perf_counter() - began:.1f} s")
    # zh: {len(losses)} 步，共 {time.perf_counter() - began:.1f} 秒
    print(f"accuracy on the training images: {accuracy(train_logits, y_train):.4f}")
    # zh: 训练图像上的准确率：{accuracy(train_logits, y_train):.4f}
    print(f"accuracy on the test images:     {accuracy(test_logits, y_test):.4f}")
    # zh: 测试图像上的准确率：{accuracy(test_logits, y_test):.4f}
    print("confusion matrix of the test images (row: target, column: answer):")
    # zh: 测试图像的混淆矩阵（行：目标，列：回答）：
    for digit, row in enumerate(confusion_matrix(test_logits.argmax(dim=1), y_test, 10).tolist()):
        print(f"{digit} | " + " ".join(f"{count:3d}" for count in row))
    return model


waiting, trained = not_ready(), None
if waiting:
    print("The training begins when all exercises are written:", *waiting, sep="\n")
    # zh: 写好所有练习之后，训练才会开始：
else:
    try:
        trained = train_on_digits()
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}

# %% [markdown] lang="en"
# ## Its most surprising mistakes
#
# The cell below defines `show_mistakes`. Add a cell of your own beneath it and call `show_mistakes()` there: it draws the confusion matrix of the network that the cell above has trained, and those test images
# for whose right class it found the smallest probability. Above each image stand the digit that it is and the one that the network reads, with its probability. Nothing here is graded; while something is not written
# yet, it only says what.
#
# Plain gradient descent is not the last word. `train_with_adamw()` trains the same network, from the same first weights, by AdamW with warm-up and cosine, for 8 epochs in place of 25, and
# `show_mistakes(train_with_adamw())` shows its mistakes. Step and schedule are the functions of problem set 9; they stand in `optimizers.py`, which you were given with this notebook. Would you rather use your own? Copy them into a
# cell, and call `train_with_adamw(step=adamw_step, schedule=learning_rate)`. The gradients come from your `train_epoch`: with the learning rate 1, a step changes each parameter by just its gradient.
#
# Would you have read these digits? Which mistakes do both networks make? And is what the matrix shows near its diagonal a matter of the network, or of the way in which people write?

# %% [markdown] lang="zh"
# ## 最令人意外的错误
#
# 下面的单元格定义了 `show_mistakes`。请在它下面自己添加一个单元格，在那里调用 `show_mistakes()`：它画出上面的单元格所训练的网络的混淆矩阵（confusion matrix，行是目标 target，列是回答 answer），
# 以及网络给正确类别的概率最小的那些测试图像。每张图像上方是它本来的数字、网络读成（read as）的数字以及相应的概率。这里不评分；若还有未写的内容，它只会指出缺少什么。
#
# 普通梯度下降并不是终点。`train_with_adamw()` 从同样的初始权重出发训练同一个网络，使用带预热和余弦的 AdamW，只用 8 个 epoch 而不是 25 个；`show_mistakes(train_with_adamw())` 显示它的错误。
# 更新和调度是第九次作业中的函数，放在随本笔记本一起发下的 `optimizers.py` 里。想用你自己的？把它们复制到一个单元格里，再调用 `train_with_adamw(step=adamw_step, schedule=learning_rate)`。
# 梯度来自你的 `train_epoch`：学习率为 1 时，一步恰好使每个参数改变它的梯度那么多。
#
# 换作是你，能认出这些数字吗？哪些错误两个网络都犯？矩阵中对角线以外的数，是由于网络，还是由于人们的写法？

# %%
import io


def train_with_adamw(epochs=8, batch_size=32, peak=0.01, step=None, schedule=None):
    """Train a TinyCNN by AdamW and print how well it reads the test images; returns it.

    Step and schedule are those of optimizers.py, or your own `adamw_step` and `learning_rate` of problem set 9.

    zh: 用 AdamW 训练 TinyCNN，并打印它识别测试图像的水平；返回这个网络。

    更新和调度用 optimizers.py 中的，或者你自己在第九次作业中写的 `adamw_step` 和 `learning_rate`。
    """
    try:
        import optimizers
    except ImportError:
        print("optimizers.py is missing: put it beside this notebook, as it was given to you.")
        # zh: 缺少 optimizers.py：请把发给你的这个文件放在本笔记本旁边。
        return None
    step, schedule = step or optimizers.adamw_step, schedule or optimizers.learning_rate
    try:
        x_train, y_train, x_test, y_test, generator = digits_with_one_channel(labels)
        model = TinyCNN(generator)
        states = [(torch.zeros_like(parameter),) * 2 for parameter in model.parameters()]
        losses, total = [], epochs * math.ceil(len(x_train) / batch_size)
        for _ in range(epochs):
            for rows in torch.randperm(len(x_train), generator=generator).split(batch_size):
                before = [parameter.detach().clone() for parameter in model.parameters()]
                losses += map(float, train_epoch(model, x_train[rows], y_train[rows], 1.0, batch_size))
                rate = schedule(len(losses) - 1, total // 10, total, peak)
                with torch.no_grad():
                    for i, parameter in enumerate(model.parameters()):
                        new, *states[i] = step(before[i], before[i] - parameter, *states[i], len(losses), lr=rate)
                        parameter.copy_(new)
        display(loss_curve(losses, total, "AdamW"))
        with torch.no_grad():
            print(f"AdamW, {total} steps: accuracy on the test images {accuracy(model(x_test), y_test):.4f}")
            # zh: AdamW，{total} 步：测试图像上的准确率 {accuracy(model(x_test), y_test):.4f}
        return model
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


def most_surprising(model, count=8):
    """Find the mistakes in the test images that surprise most, and the confusion matrix of all of them.

    Returns the matrix, and for each mistake the image, its digit, the digit that is read and its probability.

    zh: 在测试图像中找出最令人意外的错误，以及所有测试图像的混淆矩阵。

    返回混淆矩阵；并对每个错误返回图像、它的数字、读成的数字和相应的概率。
    """
    _, _, x_test, y_test, _ = digits_with_one_channel(labels)
    numbers = torch.arange(len(labels))
    rows = digits_with_one_channel(numbers)[3]  # the number of each test image, in the place of its label
    # zh: 每张测试图像的编号，占据标签的位置
    with torch.no_grad():
        logits = model(x_test)
    probabilities = (logits - logits.logsumexp(dim=1, keepdim=True)).exp()
    read = logits.argmax(dim=1)
    of_target = probabilities.gather(1, y_test[:, None]).squeeze(1)
    wrong = [i for i in of_target.argsort().tolist() if read[i] != y_test[i]][:count]
    found = [(images[rows[i]], int(y_test[i]), int(read[i]), float(probabilities[i, read[i]])) for i in wrong]
    return confusion_matrix(read, y_test, 10), found


def draw_mistakes(matrix, mistakes):
    """Draw the confusion matrix and below it the mistakes.

    zh: 画出混淆矩阵，并在它下面画出各个错误。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 7.4), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[4, 3.4])
    axes = top.subplots()
    counts = matrix.double()
    axes.imshow((counts / counts.sum(dim=1, keepdim=True).clamp(min=1)).numpy(), cmap="Blues", vmin=0, vmax=1)
    for row, column in matrix.nonzero().tolist():
        colour = "white" if row == column else "black"
        axes.text(column, row, int(matrix[row, column]), ha="center", va="center", color=colour, fontsize="small")
    axes.set(xticks=range(10), yticks=range(10), xlabel="answer", ylabel="target")
    for axes in bottom.subplots(2, 4).flat:
        axes.set_axis_off()
    for axes, (image, digit, read, probability) in zip(bottom.axes, mistakes, strict=False):
        axes.imshow(image.numpy(), cmap="gray_r")
        axes.set_title(f"{digit} read as {read}\n{probability:.0%}", fontsize="medium")
    drawing = io.BytesIO()
    figure.savefig(drawing, format="png", dpi=120)
    IPython.display.display(IPython.display.Image(drawing.getvalue()))


def show_mistakes(model=None):
    """Draw what a network reads wrongly (that of the cell above if none is given), or say which exercises are missing.

    zh: 画出一个网络读错了什么（没有给出时，就是上面的单元格所训练的网络）；或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The mistakes are drawn when all exercises are written:", *waiting, sep="\n")
        # zh: 写好所有练习之后，才会画出错误：
        return
    if model is None and trained is None:
        print("No network has been trained yet: run the cell above once more.")
        # zh: 还没有训练好的网络：请再运行一次上面的单元格。
        return
    try:
        matrix, mistakes = most_surprising(model or trained)
        draw_mistakes(matrix, mistakes)
        wrong = int(matrix.sum() - matrix.trace())
        print(f"{wrong} of {int(matrix.sum())} test images are read wrongly")
        # zh: 读错 {wrong} 张，测试图像共 {int(matrix.sum())} 张
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A company wants to read meter readings that customers write on cards. A colleague trains your network on the 1797 images and reports:
#
# > I standardized all images and doubled the set by adding each image once more, with a little noise. Then I shuffled, put one fifth aside as test set, and
# > trained on the rest. After each epoch I measured the test accuracy, and I kept the network of the best of 200 epochs. Accuracy on the test set: **0.999**.
# > For readings of five digits we can therefore promise $0.999^5 = 0.995$.
#
# According to its description, the set holds the handwriting of 13 people. Which parts of this report let information of the test set into the training or into the choice of
# the network, and which of them probably matters most? What else does the number 0.999 not tell about the customers' cards? Say how you would split, choose and
# measure instead, and what you would look at besides accuracy. About ten sentences.

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 某公司想识别客户写在卡片上的仪表读数。一位同事用这 1797 张图像训练了你的网络，并报告说：
#
# > 我把所有图像做了标准化，又把每张图像加上少许噪声再添加一次，使数据集扩大一倍。然后打乱，留出五分之一作为测试集，用其余的训练。
# > 每个 epoch 之后我都测量测试准确率，在 200 个 epoch 中保留了最好的那个网络。测试集上的准确率：**0.999**。
# > 因此对于五位数字的读数，我们可以保证 $0.999^5 = 0.995$。
#
# 根据说明，这个数据集包含 13 个人的笔迹。报告中的哪些做法让测试集的信息进入了训练，或进入了网络的选择？其中哪一处的影响可能最大？
# 关于客户的卡片，0.999 这个数字还有什么没有告诉我们？请说明你会怎样划分、选择和测量，除了准确率还会看什么。大约十句话。

# %% [markdown] written="capstone-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** Three things leak. The set was doubled *before* it was split, so that most test images have a nearly identical twin in the training set with the same label: the
# network needs only to remember. This probably matters most. The best of 200 epochs was chosen by the test set, so that the number is the largest of 200 results and
# chance is part of it; the test set has become a part of the training. And mean and standard deviation were taken from all images; with so many images that changes
# little, but it is wrong for the same reason.
#
# Even without these mistakes a random split puts every writer on both sides. The number then says how well the network reads *other digits of people whom it knows*; customers are
# people whom it does not know, with other pens, scanners and ways to write a seven. Nor are five digits of one card independent, as one hand wrote them all: $0.999^5$
# assumes that they are.
#
# Split first, and by writer if it is known who wrote what: all images of a person belong to one part. Use three parts: statistics, augmentation and training on the first, the choice of
# epoch and learning rate on the second (validation), and one measurement on the third at the end. Then measure on real cards of customers, whole readings and not only
# digits. Look at the confusion matrix with recall and precision of each digit, and at the errors themselves: that a 1 is read as a 7 costs more in the first place of a reading than in
# the last.
#
# **Marking guide.** 1 point: copies made before the split stand in both parts, named as the worst or as a grave one. 1 point: the choice of the epoch by the test set, and a validation set as the
# remedy. 1 point: statistics of all images, and that statistics belong to the training rows. 1 point: the same writers in both parts, or customers are not like the 13 writers, with a split by writer
# or a measurement on real cards. 1 point: something besides accuracy that fits (confusion matrix, recall of each class, whole readings, errors of one card are not independent). Half points
# where a fault is named without a remedy.
# ### END SOLUTION

# %% [markdown] written="capstone-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** 有三处泄漏。数据集是在划分*之前*扩大一倍的，因此大多数测试图像在训练集中都有一个几乎相同、标签也相同的孪生图像，网络只需记住即可，这一处的影响可能最大。
# 200 个 epoch 中最好的一个是用测试集选出来的，所以报告的数字是 200 个结果中的最大值，其中有运气的成分，测试集已成为训练的一部分。
# 均值和标准差取自所有图像，图像这么多时影响很小，但出于同样的理由也是错的。
#
# 即使没有这些错误，随机划分也会把每个书写者分到两边。这个数字说明的是网络识别*它认识的人所写的其他数字*的水平，而客户是它不认识的人，用的笔、扫描仪和写 7 的方式都不同。
# 同一张卡片上的五个数字也不是相互独立的，因为出自同一个人之手，而 $0.999^5$ 恰恰假定它们独立。
#
# 应当先划分；若知道是谁写的，就按书写者划分，一个人的所有图像只属于一个部分。分成三个部分：统计量、数据增强和训练只用第一部分，epoch 和学习率的选择用第二部分（验证集），
# 最后在第三部分上只测量一次。然后在客户的真实卡片上测量，而且要测量整个读数，而不只是单个数字。还要看混淆矩阵以及每个数字的召回率和精确率，并查看错误本身：
# 把 1 读成 7，出现在读数首位比出现在末位代价更大。
#
# **评分标准。** 1 分：划分之前制作的副本同时出现在两个部分，并指出这是最严重的或严重的问题。1 分：用测试集选择 epoch，并以验证集作为改正方法。1 分：统计量取自所有图像，而统计量应只取自训练行。
# 1 分：两个部分有相同的书写者，或客户与这 13 个书写者不同，并提出按书写者划分或在真实卡片上测量。1 分：准确率之外的合适指标（混淆矩阵、每类的召回率、整个读数、同一张卡片的错误不独立）。
# 指出了错误但没有给出改正方法的，给一半分。
# ### END SOLUTION
