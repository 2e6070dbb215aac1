# %% [markdown] lang="en"
# # Two exercises
# %% [markdown] lang="zh"
# # 两个练习
# %%
import torch

# %% [markdown]
# ## Scale: $y = a x$


# %% exercise="scale" without=["torch.mul", "torch.multiply"] stub="scale is not written yet: multiply by a"
def scale(x, a):
    """Multiply every element of `x` by `a`.

    Raises:
        ValueError: `a` is not finite.
    """
    ### BEGIN SOLUTION
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) if a else torch.zeros_like(x)
    ### END SOLUTION


# %% examples="scale"
assert torch.equal(scale(torch.tensor([1.0, 2.0]), 2.0), torch.tensor([2.0, 4.0]))


# %% exercise="Counter"
class Counter:
    """Counts how often it was called, and adds that number to its argument."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.calls = 0
        ### END SOLUTION

    def __call__(self, x):
        ### BEGIN SOLUTION
        self.calls += 1
        return x + self.calls
        ### END SOLUTION


# %% examples="Counter"
counter = Counter()
assert counter(1) == 2
assert counter.calls == 1
# %% [markdown] written="ps1-written" points=5
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
