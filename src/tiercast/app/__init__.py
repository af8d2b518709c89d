"""The web app: the scored days as pages for people without a shell."""
