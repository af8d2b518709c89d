"""The alerts of a scored day on their way: to a file, a database, a web address, each once."""
