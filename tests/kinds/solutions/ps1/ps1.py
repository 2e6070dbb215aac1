# %% [markdown]
# # Values and figures

# %%
import matplotlib.pyplot as plt
import torch

X = torch.linspace(-1, 1, 21)[:, None]
Y = 2 * X + 0.5

# %% [markdown]
# ## A trained model
#
# Fit `model`, one linear unit, to `X` and `Y`, until the mean squared error is below 0.001. Keep the error of each step in `losses`.

# %% answer="training" stub="training is not written yet: fit the model"
### BEGIN SOLUTION
model = torch.nn.Linear(1, 1)
losses = []
for _ in range(300):
    loss = ((model(X) - Y) ** 2).mean()
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.3 * parameter.grad
    losses.append(loss.item())
### END SOLUTION

# %% tests="trained"
assert losses[-1] < losses[0]

# %% [markdown]
# ## A figure
#
# Draw `losses` over the steps, with a logarithmic axis and names of both axes, on `axes`.

# %% answer="figure"
figure, axes = plt.subplots()
### BEGIN SOLUTION
axes.semilogy(losses, label="training")
axes.set_xlabel("step")
axes.set_ylabel("loss")
### END SOLUTION

# %% tests="drawn"
# Hidden tests check what is drawn.

# %% [markdown]
# ## Printed text
#
# `guess()` asks for a number until it is 7, and says after each whether it is too low or too high.


# %% answer="guess"
def guess():
    ### BEGIN SOLUTION
    while (number := int(input("Which number? "))) != 7:
        print("too low" if number < 7 else "too high")
    print("right")
    ### END SOLUTION


# %% tests="guessed"
# Hidden tests check what is printed.

# %% [markdown]
# ## What is your plot for?

# %% written="own-plot" points=2
### BEGIN SOLUTION
plt.plot(losses)
### END SOLUTION
