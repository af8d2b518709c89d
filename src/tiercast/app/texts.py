"""The app's words: the report's, and beside them those of `texts_<language>.yaml` as `app.`."""

from dataclasses import replace
from functools import cache

from tiercast.config.kind import Churn
from tiercast.config.packaged import packaged_yaml
from tiercast.modeling.target import Target
from tiercast.reporting.messages import Language, MessageCatalogue, flat, load_messages, of_churn


@cache
def load_texts(
    language: Language,
    target: Target,
    currency: str | None = None,
    churn: Churn = "orders",
    small_cells: int = 0,
) -> MessageCatalogue:
    """Return all texts of the app in a language, money with the sign of a currency.

    Examples
    --------
    >>> load_texts("en", Target(90, "revenue"))("app.pages.customers")
    'Customers'
    """
    say = load_messages(
        language,
        horizon_days=target.horizon_days,
        worth=target.value,
        currency=currency,
        churn=churn,
        small_cells=small_cells,
    )
    own = dict(flat(packaged_yaml("tiercast.app", f"texts_{language}.yaml"), "app."))
    return replace(say, texts={**say.texts, **of_churn(own, churn)})
