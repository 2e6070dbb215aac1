# %% [markdown]
# # Weather
# %%
import pandas as pd

WEATHER = pd.read_csv("weather.csv", parse_dates=["day"])

# %% [markdown]
# ## The mean of each city


# %% exercise="means" also=["pandas"]
def means(table):
    """Return the mean of `degrees` by `city`, a Series in the order of the cities' names; missing values do not count."""
    ### BEGIN SOLUTION
    return table.groupby("city")["degrees"].mean()
    ### END SOLUTION


# %% examples="means"
assert means(WEATHER)["Bonn"] == 4.0


# %% exercise="cold" also=["pandas"]
def cold(table):
    """Return the rows of `table` with less than 2 degrees, a DataFrame with a new index from 0."""
    ### BEGIN SOLUTION
    return table[table["degrees"] < 2].reset_index(drop=True)
    ### END SOLUTION


# %% examples="cold"
assert list(cold(WEATHER)["city"]) == ["Kiel", "Kiel"]
