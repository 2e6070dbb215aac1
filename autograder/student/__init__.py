"""What students run on their own machine: their notebook checked, as far as that can be told without hidden checks."""
