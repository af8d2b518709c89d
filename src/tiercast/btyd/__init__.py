"""Buy-till-you-die models: chance, number and size of future orders from four numbers each."""
