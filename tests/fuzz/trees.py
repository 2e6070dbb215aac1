"""Trees of lists and dicts, to be broken somewhere."""


def entries(tree):
    """Every container of a tree with each of its keys."""
    found, left = [], [tree]
    while left:
        inside = left.pop()
        if isinstance(inside, list | dict):
            keys = range(len(inside)) if isinstance(inside, list) else list(inside)
            found += [(inside, key) for key in keys]
            left += [inside[key] for key in keys]
    return found
