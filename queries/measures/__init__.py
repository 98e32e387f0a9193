"""What can be asked of an activity, and answered in counts.

A measure takes an `Activity` and plain values and returns counts in long form: its keys, then `n` (the numerator) and
`of` (the denominator), both numbers of units, n a subset of of, and `complete` (whether the period is fully loaded). It
never returns a rate, so segments add up and no percentage is ever averaged.

Nothing in gives nothing out: the same columns, the same types, no rows or zeros. The docstring of a measure is its
definition, and the screen shows it.
"""
