"""Why a metric moved: how much of it each segment carries, by how it changed (behaviour) and by how many it has (mix).

For a rate R = sum of w_i x r_i over segments that partition (w: share of the denominator, r: rate of the segment), the
change R1 - R0 is exactly the sum over segments of

    behaviour_i = (w0 + w1) / 2 x (r1 - r0)
    mix_i       = (w1 - w0) x ((r0 + r1) / 2 - (R0 + R1) / 2)

(Kitagawa 1955; the two-factor Shapley value). Growth of a segment below average counts against the rate, as one would
say it. A segment that is new or gone has no rate in the other period: its own is taken, so all of it is mix. A count
simply adds up: what a segment carries is its own change. And so of the whole: a period in which there is nobody at all
has no rate to have changed from.
"""

import math
from dataclasses import dataclass

import polars as pl

BOTH = ["segment", "part"]
SIGMA = 1 / 1.128  # the standard deviation of a steady series, for each unit of its mean moving range
SURE = 1.96  # standard deviations: a change beyond is chance once in twenty


@dataclass(frozen=True)
class Split:
    """A change by the segments of one dimension.

    parts: segment, before, after (values), share (of the denominator, a mean of both; of counts, of n), behaviour, mix,
    carried (their sum), noise (how far what it carries swings by itself, 95 %; 0 where that is not known), sure (beyond
    a noise that is known), and fresh (new or gone). change: of the whole, which the parts sum to. uneven: how far they
    carry other than their share, beyond the noise. opposite: the segments' own rates point the other way than the total
    (Simpson's paradox).
    """

    parts: pl.DataFrame
    change: float
    uneven: float
    opposite: bool

    @property
    def behaviour(self) -> float:
        return float(self.parts["behaviour"].sum())

    @property
    def mix(self) -> float:
        return float(self.parts["mix"].sum())


def split_rate(before: pl.DataFrame, after: pl.DataFrame, history: pl.DataFrame) -> Split:
    """The change of a rate, or of a mean of several parts, by segment, from some weeks to others.

    before, after: segment, part, period, n, of, a row a week. history: the same of the weeks before the change, from
    which the usual swing of each segment is told.

    >>> before = pl.DataFrame({"segment": ["a", "b"], "part": "", "period": 1, "n": [50, 10], "of": [100, 100]})
    >>> after = pl.DataFrame({"segment": ["a", "b"], "part": "", "period": 2, "n": [50, 30], "of": [100, 300]})
    >>> found = split_rate(before, after, before)
    >>> round(found.change, 3), round(found.behaviour, 3), round(found.mix, 3)
    (-0.1, 0.0, -0.1)
    """
    noise = _noise(before, after)
    both = _beside(before, after).with_columns(w0=_share("of"), w1=_share("of_after"), r0=_rate("", "_after"),
                                               r1=_rate("_after", ""))  # fmt: skip
    both = both.with_columns(R0=_whole(0, 1), R1=_whole(1, 0))
    middle = (pl.col("r0") + pl.col("r1")) / 2 - (pl.col("R0") + pl.col("R1")) / 2
    both = both.with_columns(
        share=(pl.col("w0") + pl.col("w1")) / 2,
        behaviour=(pl.col("w0") + pl.col("w1")) / 2 * (pl.col("r1") - pl.col("r0")),
        mix=(pl.col("w1") - pl.col("w0")) * middle,
    )
    swing = history.with_columns(value=pl.col("n") / pl.when(pl.col("of") > 0).then("of"))
    both = both.join(_swing(swing), on=BOTH, how="left", maintain_order="left")
    both = both.with_columns(noise=pl.col("share") * pl.col("swing") * noise, before="r0", after="r1")
    return _split(_mean_of_parts(both))


def split_count(before: pl.DataFrame, after: pl.DataFrame, history: pl.DataFrame, *, along: bool = False) -> Split:
    """The change of a count a week by segment; otherwise as `split_rate`.

    along: against where the line through each segment's history would be by now, and not against the weeks before. The
    lines of the segments add up to that of the whole, because least squares is linear in what it fits.

    >>> history = pl.DataFrame({"segment": "a", "part": "", "period": [1, 2, 3], "n": [10, 20, 30], "of": None})
    >>> now = pl.DataFrame({"segment": "a", "part": "", "period": [4], "n": [35], "of": None})
    >>> split_count(history, now, history).change, round(split_count(history, now, history, along=True).change, 6)
    (15.0, -5.0)
    """
    noise, weeks = _noise(before, after), [frame["period"].n_unique() for frame in (before, after)]
    both = _beside(before, after).with_columns(before=pl.col("n") / weeks[0], after=pl.col("n_after") / weeks[1])
    history = history.with_columns(value=pl.col("n").cast(pl.Float64))
    if along:
        lines = _lines(history, after)
        both = both.drop("before").join(lines, on=BOTH, how="left", maintain_order="left").with_columns(
            pl.col("before").fill_null(0.0))  # fmt: skip
    both = both.join(_swing(history), on=BOTH, how="left", maintain_order="left").with_columns(pl.col("swing") * noise)
    total = pl.col("before").sum()
    both = both.with_columns(
        share=pl.when(total > 0).then(pl.col("before") / total).otherwise(0.0),
        behaviour=pl.col("after") - pl.col("before"), mix=pl.lit(0.0), noise="swing",
    )  # fmt: skip
    return _split(_mean_of_parts(both))


def _beside(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """n, of, n_after, of_after of each segment and part, 0 where there is none; in the order they had."""
    numbers = [pl.col("n", "of").fill_null(0).cast(pl.Float64)]
    one, other = (frame.group_by(BOTH, maintain_order=True).agg(pl.col("n", "of").sum()).select(*BOTH, *numbers)
                  for frame in (before, after))  # fmt: skip
    every = pl.concat([one, other]).select(BOTH).unique(maintain_order=True)
    found = every.join(one, on=BOTH, how="left", maintain_order="left").join(
        other, on=BOTH, how="left", suffix="_after", maintain_order="left")  # fmt: skip
    return found.fill_null(0.0)


def _share(of: str) -> pl.Expr:
    whole = pl.col(of).sum().over("part")
    return pl.when(whole > 0).then(pl.col(of) / whole).otherwise(0.0)


def _rate(of: str, other: str) -> pl.Expr:
    """The rate of one period, or that of the other where nobody is in this one."""
    own = [pl.when(pl.col(f"of{x}") > 0).then(pl.col(f"n{x}") / pl.col(f"of{x}")) for x in (of, other)]
    return pl.coalesce(*own, 0.0)


def _whole(i: int, other: int) -> pl.Expr:
    """The rate of the whole in one period, or in the other where nobody at all is in this one."""
    rate, shares = [(pl.col(f"w{k}") * pl.col(f"r{k}")).sum().over("part") for k in (i, other)], pl.col(f"w{i}").sum()
    return pl.when(shares.over("part") > 0).then(rate[0]).otherwise(rate[1])


def _swing(history: pl.DataFrame) -> pl.DataFrame:
    """How far a week of each segment is from its level by itself: the standard deviation, from its moving ranges.

    Null where there are no two weeks next to each other to tell it from.
    """
    ranges = pl.col("value").diff().abs().mean()
    return history.sort("period").group_by(BOTH).agg(swing=SIGMA * ranges)


def _lines(history: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """segment, part, before: where the line through the weekly values of each would be, a mean over the later weeks.

    A week without a row of a segment is one in which it counted nobody.
    """
    now, then = (frame["period"].to_physical().cast(pl.Float64).unique() for frame in (after, history))
    middle, ahead = then.mean(), now.mean() - then.mean()  # type: ignore[operator]
    spread = float(((then - middle) ** 2).sum()) or 1.0  # of a single week the line is flat
    x = pl.col("period").to_physical().cast(pl.Float64) - middle
    fitted = history.group_by(BOTH).agg(level=pl.col("value").sum() / len(then),
                                        tilt=(x * pl.col("value")).sum() / spread)  # fmt: skip
    return fitted.select(*BOTH, before=pl.col("level") + pl.col("tilt") * ahead)


def _noise(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """How many standard deviations of a week the difference of two means over so many weeks swings by itself."""
    return SURE * math.sqrt(sum(1 / max(1, frame["period"].n_unique()) for frame in (before, after)))


def _mean_of_parts(both: pl.DataFrame) -> pl.DataFrame:
    """A metric of several parts is their mean, and so is what each segment carries of it."""
    parts, shown, summed = both["part"].n_unique(), ("before", "after"), ("share", "behaviour", "mix", "noise")
    fresh = ((pl.col("of") + pl.col("n") == 0) != (pl.col("of_after") + pl.col("n_after") == 0)).all()
    return both.group_by("segment", maintain_order=True).agg(
        pl.col(shown).mean(), *(pl.col(name).sum() / parts for name in summed), fresh=fresh,
        is_known=pl.col("noise").is_not_null().all(),
    )


def _split(parts: pl.DataFrame) -> Split:
    carried = pl.col("behaviour") + pl.col("mix")
    sure = (carried.abs() > pl.col("noise")) & pl.col("is_known")
    parts = parts.with_columns(carried=carried, sure=sure).drop("is_known")
    change, behaviour = float(parts["carried"].sum()), float(parts["behaviour"].sum())
    over = (pl.col("carried") - pl.col("share") * change).abs() - pl.col("noise")
    return Split(parts, change, float(parts.select(over.clip(0.0)).sum().item()), opposite=change * behaviour < 0)
