"""What students and checks share."""

import torch

CENTS = 100


def read(lines):
    """The prices in lines such as tea,3.50 by name."""
    return {name: float(price) for name, price in (line.strip().split(",") for line in lines)}


def rounded(amount):
    """An amount in whole cents, worked out with a function that no exercise may call itself."""
    return round(float(torch.nn.functional.relu(torch.tensor(amount * CENTS, dtype=torch.float64)))) / CENTS
