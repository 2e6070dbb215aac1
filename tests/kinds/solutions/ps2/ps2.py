# %% [markdown]
# # Questions
#
# Why does the error of a linear model have one minimum only?

# %% [markdown] written="minimum" points=3
# ### BEGIN SOLUTION
# It is convex.
# ### END SOLUTION
