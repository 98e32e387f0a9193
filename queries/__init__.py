"""From the warehouse to counts, one way down.

1. `product.file.load` reads product.toml: the product in its team's words (`product.Product`).
2. `config` says where things are; it alone reads the environment.
3. `warehouse.Warehouse` sends the `warehouse.selects` to DuckDB, Snowflake or Postgres, and brings Arrow home as
   polars frames.
4. `snapshot.extract` asks for all we keep and `snapshot.assemble` puts it together: who exists, and on which days
   each used what, as bits. `snapshot.refresh` keeps that as our own copy on disk; the next one reads the last days.
5. `snapshot.load` gives a viewer the `activity.Activity` that the viewer may see (`access`).
6. `Activity.within` narrows it to what was picked: segment values, users or accounts.
7. `measures` ask it and return counts, a numerator and a denominator, never a percentage.
8. `stats` makes rates, intervals and differences of counts, at the very edge; its `xmr` tells signal from noise.
9. `answers.ask` remembers what was asked of one snapshot.
Beside it, `store` keeps what people write about the numbers: annotations, notes, actions, closed reviews.
`draft` makes a first product.toml by looking at a warehouse.
Nothing here knows Streamlit, plotly or the clock: time is an argument.
"""
