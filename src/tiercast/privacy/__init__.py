"""What is held of a customer and where, how it is found and how it is erased."""
