"""What is stored: models as data, outputs written whole or not at all."""
