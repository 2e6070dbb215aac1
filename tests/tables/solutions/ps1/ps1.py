# %% [markdown] lang="en"
# # Prices
# %% [markdown] lang="zh"
# # 价格
# %%
import shop

with open("prices.csv", encoding="utf-8") as file:
    PRICES = shop.read(file)

# %% [markdown]
# ## Total: $\sum_i p_i n_i$


# %% exercise="total" also=["shop"]
def total(basket, prices=PRICES):
    """Return what a basket costs, in whole cents; `basket` holds numbers by name, as in {"tea": 2}."""
    ### BEGIN SOLUTION
    return shop.rounded(sum(prices[name] * number for name, number in basket.items()))
    ### END SOLUTION


# %% examples="total"
assert total({"tea": 2, "milk": 1}) == 8.2

# %% [markdown]
# ## Cheapest


# %% exercise="cheapest"
def cheapest(prices):
    """Return the name with the lowest price; of several the first in the alphabet."""
    ### BEGIN SOLUTION
    return min(sorted(prices), key=prices.get)
    ### END SOLUTION


# %% examples="cheapest"
assert cheapest(PRICES) == "milk"
