# %% [markdown]
# # Products
# %%
import torch

# %% [markdown]
# ## The dot product
# For a bonus, let it work for batches of vectors, and refuse vectors of different lengths.


# %% exercise="dot"
def dot(x, y):
    """Return the dot product of vectors, along the last axis.

    Raises:
        ValueError: the vectors have different lengths.
    """
    ### BEGIN SOLUTION
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("different lengths")
    return (x * y).sum(-1)
    ### END SOLUTION


# %% examples="dot"
assert dot(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])) == 11

# %% [markdown]
# ## Cubes, for a bonus


# %% exercise="cube"
def cube(x):
    """Return the cube of each element."""
    ### BEGIN SOLUTION
    return x * x * x
    ### END SOLUTION


# %% examples="cube"
assert cube(torch.tensor(2.0)) == 8
# %% [markdown] written="why" points=2
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
