"""Whether a base is ready to train: facts measured once, rules that judge them."""
