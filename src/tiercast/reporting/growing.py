"""Who could become more: customers between the tiers, by their chance of a better one."""

from itertools import pairwise

from tiercast.formats import ratio
from tiercast.reporting.bands import Bands
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Part, Section
from tiercast.reporting.watchlists import between_tiers, climber_list

CHANCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
LIKELY_ENOUGH = 3  # the band from 30 % on: one in three or so
BANDS = Bands(
    "growing", "better_tier_probability", CHANCES, "expected_value", "expected_value", half=False
)


def growing_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on who could become more; None where nobody stands between the tiers."""
    between = between_tiers(inputs)
    row = between.aggregate(
        customers=between.count(), rising=between.better_tier_probability.sum()
    )
    found = row.to_pyarrow().to_pylist()[0]
    if not found["customers"]:
        return None
    write = say.write.about(found["customers"])
    headline = say(
        "growing.headline",
        customers=write.count(found["customers"]),
        rising=write.count(found["rising"]),
        share=write.share(ratio(found["rising"], found["customers"])),
    )
    table = BANDS.table(between)
    likely = table.iloc[LIKELY_ENOUGH:].sum()
    title = say(
        say.of_group("growing.chart", likely.customers),
        customers=say.write.count(likely.customers),
        chance=say.write.share(CHANCES[LIKELY_ENOUGH]),
        value=say.write.total(likely.expected_value),
        least=say.write.count(say.write.small_cells),
    )
    ends = [say.write.share(end) for end in CHANCES]
    labels = [say("growing.band", low=low, high=high) for low, high in pairwise(ends)]
    labels.append(say("growing.beyond", low=ends[-1]))
    parts: list[Part] = [climber_list(inputs, say), BANDS.chart(title, labels, table, say)]
    return Section("growing", say("growing.title"), headline, parts)
