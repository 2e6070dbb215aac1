import shop

from autograder.authoring import misconception


@misconception("total", hint="Multiply each price by its number.", passes_examples=False)
def each_once(basket, prices=None):
    prices = prices or {"tea": 3.5, "milk": 1.2, "bread": 2.75}
    return shop.rounded(sum(prices[name] for name in basket))


@misconception("total", hint="Use the prices that are given.", costs=1)
def own_prices(basket, prices=None):
    own = {"tea": 3.5, "milk": 1.2, "bread": 2.75}
    return shop.rounded(float(sum(own.get(name, 0) * number for name, number in basket.items())))


@misconception("cheapest", hint="Take the lowest price, not the first name.", passes_examples=False)
def first_name(prices):
    return sorted(prices)[0]


@misconception("cheapest", hint="Of several names with the lowest price, take the first in the alphabet.")
def last_of_several(prices):
    return min(sorted(prices, reverse=True), key=prices.get)
