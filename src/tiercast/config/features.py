"""What models learn from."""

from tiercast.config.settings import Settings


class FeaturesConfig(Settings):
    """Which features and profile columns models learn from."""

    without: tuple[str, ...] = ()
    """Features and profile columns that no model and no segment learns from."""
