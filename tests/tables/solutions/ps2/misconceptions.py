from autograder.authoring import misconception


@misconception("means", hint="Leave missing values out, do not count them as 0.")
def missing_as_zero(table):
    return table.fillna({"degrees": 0}).groupby("city")["degrees"].mean()


@misconception("means", hint="Take the mean, not the median.", passes_examples=True)
def medians(table):
    return table.groupby("city")["degrees"].median()


@misconception("cold", hint="Number the rows anew from 0: reset_index(drop=True).")
def old_index(table):
    return table[table["degrees"] < 2]


@misconception("cold", hint="A day with exactly 2 degrees does not belong to them.")
def with_two(table):
    return table[table["degrees"] <= 2].reset_index(drop=True)
