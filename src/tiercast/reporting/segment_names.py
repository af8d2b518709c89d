"""Segments' stored names, which never change, in the reader's language."""

from tiercast.reporting.messages import Language, MessageCatalogue
from tiercast.segments.cluster_features import Words
from tiercast.segments.naming import vocabulary


def segment_label(name: str, say: MessageCatalogue) -> str:
    """Return a segment's name in words; a name that is not made of known words as it is.

    Examples
    --------
    >>> from tiercast.reporting.messages import load_messages
    >>> segment_label("recent_big_basket", load_messages("en"))
    'Recent big-basket buyers'
    >>> segment_label("one_time_small_basket_2", load_messages("zh"))
    '仅购一次、小额客户 2'
    >>> segment_label("VIP_2024", load_messages("en"))
    'VIP 2024'
    """
    stem, _, number = name.rpartition("_")
    numbered = stem != "" and number.isdigit()
    words = _spoken(stem if numbered else name, say.language)
    if not words:
        return say.label("segment", name)
    phrase = say("segments.buyers", words=say("segments.between").join(words))
    return phrase[:1].upper() + phrase[1:] + (f" {number}" if numbered else "")


def _spoken(slug: str, language: Language) -> list[str]:
    """Return the words that a slug is made of, none if some part is unknown."""
    known = {_slug(words): words for words in vocabulary()}
    spoken: list[str] = []
    rest = slug
    while rest:
        fits = [part for part in known if f"{rest}_".startswith(f"{part}_")]
        if not fits:
            return []
        longest = max(fits, key=len)
        spoken.append(known[longest].in_language(language))
        rest = rest[len(longest) + 1 :]
    return spoken


def _slug(words: Words) -> str:
    return words.en.replace(" ", "_").replace("-", "_")
