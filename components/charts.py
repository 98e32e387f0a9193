"""Figures, named by the question they answer. Counts in, a plotly figure out; colours come from the palette.

Observed is solid, the open period is not drawn as if it were whole, and what cannot be known yet is an empty cell with
the date on which it will be. Under 30 units there is a dot instead of a rate.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.theme import Palette, count, day, layout, percent, plain, points
from components.words import cohort_name, many
from queries.stats import TOO_FEW, rates

MOST_LABELLED = 144  # cells that carry their number; with more it is on hover (text is what makes a heatmap slow)
MOST_IN_A_ROW = 28  # numbers side by side that can be told apart on a narrow screen
BAND = 0.18  # opacity of a 95 % band
TOGETHER = -1.25  # the row of all cohorts together, a little above the first


def heat(cells: pl.DataFrame, names: dict[str, str], palette: Palette) -> go.Figure:
    """Which segment uses which feature: one scale for all cells, marks where a gap to the rest is more than chance.

    cells: feature, segment, n, of, gap, gap_low, gap_high, rest, marked. names: feature -> label.
    customdata of a point is [feature, segment].
    """
    cells = rates(cells)
    segments = cells["segment"].unique(maintain_order=True).to_list()
    features = cells["feature"].unique(maintain_order=True).to_list()
    wide = cells.pivot("segment", index="feature", values="rate", maintain_order=True)
    top = float(cells["rate"].max() or 1.0)  # type: ignore[arg-type]
    x = [plain(segment, 18) for segment in segments]
    y = [plain(names[feature], 28) for feature in features]
    figure = go.Figure(
        _squares(wide.drop("feature").to_numpy(), list(range(len(x))), list(range(len(y))), top, palette)
    )
    labelled = cells.height <= MOST_LABELLED
    figure.add_trace(
        go.Scatter(
            x=[segments.index(s) for s in cells["segment"]], y=[features.index(f) for f in cells["feature"]],
            mode="text+markers", marker={"opacity": 0, "size": 22, "symbol": "square"},
            text=[_cell_text(row, numbers=labelled) for row in cells.iter_rows(named=True)],
            textfont={"color": [_ink(rate, top, palette) for rate in cells["rate"]], "size": 12 if labelled else 16},
            hovertext=[_gap_hover(row, names) for row in cells.iter_rows(named=True)], hoverinfo="text",
            customdata=cells.select("feature", "segment").rows(),
        )
    )  # fmt: skip
    figure.add_trace(_squares_of_too_few(wide.drop("feature"), palette))
    figure.update_layout(_grid(palette, x, y, 40 + 26 * len(y)))
    return figure


def curve(
    now: pl.DataFrame,
    before: pl.DataFrame,
    unit: str,
    grain: str,
    palette: Palette,
    *,
    earlier: str = "the cohorts before",
    shared: pl.DataFrame | None = None,
) -> go.Figure:
    """Do they come back: the pooled curve with its 95 % band, and that of earlier cohorts in grey.

    now, before: interval, n, of, cohorts, as `retention.pooled` returns. Points with under 100 units are hollow.
    earlier: what the earlier cohorts are called. shared: interval, low, high of recurring cohorts, which share units.
    """
    now, before = rates(now).filter(pl.col("rate").is_not_null()), rates(before).filter(pl.col("rate").is_not_null())
    if shared is not None:
        now = now.drop("low", "high").join(shared.select("interval", "low", "high"), on="interval", how="left")
    main, figure = palette.categorical[0], go.Figure()
    edge = pl.concat([now.select("interval", at="high"), now.select("interval", at="low").reverse()])
    figure.add_trace(go.Scatter(
        x=edge["interval"], y=edge["at"], fill="toself", fillcolor=main, opacity=BAND, line={"width": 0}, mode="lines",
        hoverinfo="skip",
    ))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=before["interval"], y=before["rate"], mode="lines", line={"color": palette.context, "width": 2},
        hovertext=[f"{earlier}: {percent(n, of)}, {count(n)} of {count(of)}" for n, of in before["n", "of"].rows()],
        hoverinfo="text",
    ))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=now["interval"], y=now["rate"], mode="lines+markers", line={"color": main, "width": 3},
        marker={"size": 8, "color": [palette.paper if of < 100 else main for of in now["of"]],
                "line": {"color": main, "width": 2}},
        hovertext=[_curve_hover(row, unit, grain) for row in now.iter_rows(named=True)], hoverinfo="text",
    ))  # fmt: skip
    figure.update_layout(
        layout(
            palette, 300, annotations=_line_names(now, before, earlier, main, palette.muted),
            xaxis={"title": {"text": f"{grain}s after the start"}, "dtick": 1 if now.height <= 16 else None,
                   "range": [-0.2, max([1, *now["interval"], *before["interval"]]) + 0.2]},
            yaxis={"tickformat": ".0%", "range": [0, 1.06]}, margin={"r": 16},
        )
    )  # fmt: skip
    return figure


def cohorts(
    cells: pl.DataFrame, pool: pl.DataFrame, grain: str, palette: Palette, names: Mapping[int, str] | None = None
) -> go.Figure:
    """Each cohort's return, newest at the bottom, all cohorts together on top.

    cells: cohort, interval, n, of, complete, completes. One scale for the whole grid, from 0 to the 95th percentile
    after interval 0; an interval not complete yet is empty with a dotted edge. customdata: [cohort, interval].
    names: what intervals are called, where it is not their number.
    """
    named = names or {}
    after = rates(cells).filter(pl.col("interval") > 0)
    shown = after.filter(pl.col("of") > 0).sort("cohort", "interval")  # a cohort that nobody is in has no row
    together = rates(pool).filter(pl.col("interval") > 0)
    cohort_ends, intervals = (
        shown["cohort"].unique(maintain_order=True).to_list(),
        shown["interval"].unique().sort().to_list(),
    )
    top = scale(cells, pool)
    figure = go.Figure(
        [
            _squares(_by_row(shown, cohort_ends, intervals), intervals, list(range(len(cohort_ends))), top, palette),
            _squares(_by_row(together.with_columns(cohort=0), [0], intervals), intervals, [TOGETHER], top, palette),
            _dotted(shown.filter(~pl.col("complete")), cohort_ends, palette),
            _cohort_cells(shown, cohort_ends, grain, top, palette),
            _together_cells(together, top, palette),
        ]
    )
    sizes = dict(shown.select("cohort", "of").unique().rows())
    ticks = intervals if len(intervals) <= MOST_IN_A_ROW else [k for k in intervals if k % 4 == 0]
    labels = ["all together", *(f"{cohort_name(name, grain)}   n {count(sizes[name])}" for name in cohort_ends)]
    figure.update_layout(
        layout(
            palette, 70 + 24 * (len(cohort_ends) + 1),
            xaxis={"side": "top", "tickvals": ticks,
                   "ticktext": [named.get(k, f"{grain[0].upper()}{k}") for k in ticks],
                   "range": [0.5, max([1, *intervals]) + 0.5]},
            yaxis={"range": [len(cohort_ends) - 0.5, TOGETHER - 0.6], "tickvals": [TOGETHER, *range(len(cohort_ends))],
                   "ticktext": labels, "showgrid": False},
        )
    )  # fmt: skip
    return figure


def scale(cells: pl.DataFrame, pool: pl.DataFrame) -> float:
    """The rate at which the colours of a cohort grid end: the 95th percentile of its cells after interval 0.

    Where no cohort has enough for a rate, the highest of all together.
    """
    one, together = (rates(frame.filter(pl.col("interval") > 0))["rate"] for frame in (cells, pool))
    return float(one.quantile(0.95) or together.max() or 1.0)  # type: ignore[arg-type]


def _by_row(cells: pl.DataFrame, names: list[Any], intervals: list[int]) -> list[list[float | None]]:
    """The rates of cells as rows of a heatmap, with nothing where there is no cell."""
    found = {(cohort, k): rate for cohort, k, rate in cells["cohort", "interval", "rate"].rows()}
    return [[found.get((name, k)) for k in intervals] for name in names]


def _cohort_cells(shown: pl.DataFrame, names: list[Any], grain: str, top: float, palette: Palette) -> go.Scatter:
    """What can be read, hovered and clicked: a number a cell in a small grid, only the dots of too few in a large."""
    labelled = shown.height <= MOST_LABELLED
    texts = [
        percent(n, of).removesuffix(" %") if done and (labelled or of < TOO_FEW) else ""
        for n, of, done in shown["n", "of", "complete"].rows()
    ]
    at = {name: i for i, name in enumerate(names)}
    return go.Scatter(
        x=shown["interval"], y=[at[cohort] for cohort in shown["cohort"]],
        mode="text+markers" if any(texts) else "markers", text=texts,
        textfont={"color": [_ink(rate, top, palette) for rate in shown["rate"]], "size": 12},
        marker={"opacity": 0, "size": 22, "symbol": "square"},
        hovertext=[_cohort_hover(row, grain) for row in shown.iter_rows(named=True)], hoverinfo="text",
        customdata=[[str(cohort), k] for cohort, k in shown["cohort", "interval"].rows()],
    )  # fmt: skip


def _together_cells(row: pl.DataFrame, top: float, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=row["interval"], y=[TOGETHER] * row.height, mode="text" if row.height <= MOST_IN_A_ROW else "markers",
        marker={"opacity": 0, "size": 22, "symbol": "square"},
        text=["·" if rate is None else f"<b>{100 * rate:.0f}</b>" for rate in row["rate"]],
        textfont={"color": [_ink(rate, top, palette) for rate in row["rate"]], "size": 12},
        hovertext=[f"all together: {percent(n, of)}, {count(n)} of {count(of)}" for n, of in row["n", "of"].rows()],
        hoverinfo="text",
    )  # fmt: skip


def _squares(z: Any, x: list[int], y: Sequence[float], top: float, palette: Palette) -> go.Heatmap:
    steps = len(palette.sequential)
    edges = [(i / steps, (i + 1) / steps, color) for i, color in enumerate(palette.sequential)]
    scale = [step for low, high, color in edges for step in ([low, color], [high, color])]
    return go.Heatmap(
        z=z, x=x, y=y, zmin=0, zmax=top, colorscale=scale, showscale=False, hoverinfo="skip", xgap=2, ygap=2
    )


def _squares_of_too_few(rates: pl.DataFrame, palette: Palette) -> go.Heatmap:
    """Grey where there is no rate, so that it does not look as if something were missing."""
    z = rates.select(pl.when(pl.col(name).is_null()).then(1).alias(name) for name in rates.columns)
    grey = [[0, palette.context], [1, palette.context]]
    return go.Heatmap(z=z.to_numpy(), colorscale=grey, opacity=0.15, showscale=False, hoverinfo="skip", xgap=2, ygap=2)


def _ink(rate: float | None, top: float, palette: Palette) -> str:
    if rate is None:
        return palette.muted
    return palette.ink_on[min(int(rate / top * len(palette.ink_on)), len(palette.ink_on) - 1) if top else 0]


def _dotted(open_cells: pl.DataFrame, names: list[Any], palette: Palette) -> go.Scatter:
    """One line that draws the edge of every cell that is not complete yet."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cohort, k in open_cells.select("cohort", "interval").iter_rows():
        y = names.index(cohort)
        xs += [k - 0.44, k + 0.44, k + 0.44, k - 0.44, k - 0.44, None]
        ys += [y - 0.4, y - 0.4, y + 0.4, y + 0.4, y - 0.4, None]
    line = {"color": palette.context, "width": 1, "dash": "dot"}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", opacity=0.6)


def _grid(palette: Palette, x: list[str], y: list[str], height: int) -> dict[str, Any]:
    return layout(
        palette, height,
        xaxis={"side": "top", "tickvals": list(range(len(x))), "ticktext": x, "range": [-0.5, len(x) - 0.5]},
        yaxis={"range": [len(y) - 0.5, -0.5], "tickvals": list(range(len(y))), "ticktext": y, "showgrid": False},
    )  # fmt: skip


def _cell_text(row: dict[str, Any], *, numbers: bool) -> str:
    mark = ("▲ " if row["gap"] > 0 else "▼ ") if row["marked"] else ""
    number = percent(row["n"], row["of"]).removesuffix(" %") if numbers or row["of"] < TOO_FEW else ""
    return f"{mark}{number}".strip()


def _gap_hover(row: dict[str, Any], names: dict[str, str]) -> str:
    lines = [f"<b>{plain(names[row['feature']])}</b> · {plain(row['segment'])}",
             f"{percent(row['n'], row['of'])}   {row['n']:,} of {row['of']:,}"]  # fmt: skip
    if row["of"] < TOO_FEW:
        lines[1] = f"{row['n']:,} of {row['of']:,}: too few for a rate"
    elif row["gap"] is not None:
        lines.append(f"{points(row['gap'], row['of'])} against the rest ({percent(row['rest'] * 1000, 1000)}), "
                     f"95 %: {points(row['gap_low'], row['of'])} to {points(row['gap_high'], row['of'])}")  # fmt: skip
        lines.append("more than chance" if row["marked"] else "could be chance")
    return "<br>".join(lines)


def _curve_hover(row: dict[str, Any], unit: str, grain: str) -> str:
    band = "" if row["low"] is None else f" (95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f})"
    rate = percent(row["n"], row["of"]) + band
    cohorts = many(row["cohorts"], "cohort")
    return f"<b>{grain} {row['interval']}</b>  {rate}<br>{row['n']:,} of {row['of']:,} {unit}s, {cohorts}"


def _cohort_hover(row: dict[str, Any], grain: str) -> str:
    head = f"<b>{cohort_name(row['cohort'], grain)}</b>, {grain} {row['interval']}<br>"
    if not row["complete"]:
        return f"{head}completes {day(row['completes'])}"
    if row["of"] < TOO_FEW:
        return f"{head}{row['n']:,} of {row['of']:,}: too few for a rate"
    band = f"95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f}"
    return f"{head}{percent(row['n'], row['of'])} ({band})<br>{row['n']:,} of {row['of']:,}"


def _line_names(now: pl.DataFrame, before: pl.DataFrame, earlier: str, main: str, grey: str) -> list[dict[str, Any]]:
    """The names of the two lines, where they lie farthest apart: above the higher, below the lower."""
    both = now.join(before.select("interval", was="rate"), on="interval").filter(pl.col("interval") > 0)
    gap = both.select("interval", gap=pl.col("rate") - pl.col("was")).sort(pl.col("gap").abs(), descending=True)
    at, above = gap.row(0) if gap.height else (None, 1)
    named = [(now, "these cohorts", main, above >= 0), (before, earlier.removeprefix("the "), grey, above < 0)]
    found = []
    for line, text, color, higher in named:
        place = line.filter(pl.col("interval") == at) if at is not None else line.tail(1)
        style = {
            "text": text,
            "yshift": 16 if higher else -16,
            "showarrow": False,
            "font": {"color": color, "size": 13},
        }
        found += [{**style, "x": k, "y": rate, "xanchor": "left" if k <= 2 else "right" if at is None else "center"}
                  for k, rate in place["interval", "rate"].rows()]  # fmt: skip
    return found
