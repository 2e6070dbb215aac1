import shop

from autograder.authoring import misconception


@misconception("total", hint="Multiply each price by its number.")
def each_once(basket, prices=None):
    return shop.rounded(sum((prices or PRICES)[name] for name in basket))  # noqa: F821


@misconception("total", hint="Use the prices that are given.")
def own_prices(basket, prices=None):
    return shop.rounded(sum(PRICES.get(name, 0) * number for name, number in basket.items()))  # noqa: F821


@misconception("cheapest", hint="Take the lowest price, not the first name.")
def first_name(prices):
    return sorted(prices)[0]


@misconception("cheapest", hint="Of several names with the lowest price, take the first in the alphabet.")
def last_of_several(prices):
    return min(sorted(prices, reverse=True), key=prices.get)
