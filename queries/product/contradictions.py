"""What each section of a product file may say alone, but not together with the others."""

from queries.errors import Mistake, ProductError, did_you_mean
from queries.product import Product, people


def contradictions(product: Product) -> list[Mistake]:
    """The mistakes that show only when the sections are read together."""
    found: list[Mistake] = []
    for section, table in product.tables:
        try:
            if table.endswith(".sql"):
                product.statement(table)
            elif table and not (all(table.split(".")) and table.count(".") < 3):
                found.append(Mistake(f"{section}.table", f"{table!r:.80} is no table's name, such as `table`, "
                                     "`schema.table` or `database.schema.table`."))  # fmt: skip
        except ProductError as error:
            found += [Mistake(f"{section}.table", mistake.what) for mistake in error.mistakes]
    segments = {segment.key: segment for segment in product.segments}
    if len(segments) < len(product.segments):
        twice = {s.key for s in product.segments if segments[s.key] is not s}
        found += [Mistake(f"{s.of}s.segments.{s.key}", "there is another segment of this name.")
                  for s in product.segments if segments[s.key] is s and s.key in twice]  # fmt: skip
    found += [Mistake(f"behaviours.{b.key}", "there is a segment of this name too.") for b in product.behaviours
              if b.key in segments]  # fmt: skip
    for feature in product.features:
        for key, _ in feature.eligible:
            where = f"features.{feature.key}.eligible.{key}"
            if key not in segments:
                found.append(Mistake(where, f"there is no segment {key!r}, {did_you_mean(key, segments)}"))
            elif segments[key].of == "event":
                found.append(Mistake(where, "is an attribute of events; name one of users or accounts."))
    keys = [feature.key for feature in product.features]
    found += [
        Mistake("activation.features", f"there is no feature {key!r}, {did_you_mean(key, keys)}")
        for key in product.activation
        if keys and key not in keys
    ]
    if product.features and not any(feature.active for feature in product.features):
        found.append(Mistake("features", "none is `active`, so nobody could ever be; leave it out on most features."))
    if product.accounts and not product.events.account and not (product.users and product.users.account):
        found.append(Mistake("users.account", "is missing; without it nobody belongs to one of the accounts."))
    found += [
        Mistake(f"review[{place}].feature", f"there is no feature {line.feature!r}, {did_you_mean(line.feature, keys)}")
        for place, line in enumerate(product.review, 1)
        if line.feature and keys and line.feature not in keys
    ]
    listed = [(line.key, line.unit) for line in product.review]
    found += [
        Mistake(f"review[{place}].metric", "is listed above already.")
        for place, one in enumerate(listed, 1) if one in listed[: place - 1]
    ]
    found += [
        Mistake(f"review[{place}].count", "there are no accounts in this file.")
        for place, line in enumerate(product.review, 1) if line.unit == "account" and not product.has_accounts
    ]
    found += [
        Mistake(f"review[{place}].metric", "there are no core features; mark some with `core = true`.")
        for place, line in enumerate(product.review, 1)
        if line.metric == "core_adoption" and not any(feature.core for feature in product.features)
    ]
    labels = [feature.label for feature in product.features]
    found += [
        Mistake(f"features.{f.key}.label", f"{f.label!r} is the label of another feature too.")
        for i, f in enumerate(product.features)
        if f.label in labels[:i]
    ]
    return [*found, *people.mistakes(product.people, segments)]
