"""Where results go beside the files: databases, and the record of every run."""
