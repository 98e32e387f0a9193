"""What each section of a product file may say alone, but not together with the others."""

from queries.errors import Mistake, ProductError, did_you_mean
from queries.product import Product, Segment, metrics, people, review


def contradictions(product: Product) -> list[Mistake]:
    """The mistakes that show only when the sections are read together."""
    segments = {segment.key: segment for segment in product.segments}
    found = [*_tables(product), *_segments(product, segments), *_features(product, segments)]
    return [*found, *metrics.mistakes(product), *review.mistakes(product), *people.mistakes(product.people, segments)]


def _tables(product: Product) -> list[Mistake]:
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
    if product.accounts and not product.events.account and not (product.users and product.users.account):
        found.append(Mistake("users.account", "is missing; without it nobody belongs to one of the accounts."))
    return found


def _segments(product: Product, segments: dict[str, Segment]) -> list[Mistake]:
    """Names that two segments share. segments: the last of each name."""
    twice = {s.key for s in product.segments if segments[s.key] is not s}
    found = [Mistake(f"{s.of}s.segments.{s.key}", "there is another segment of this name.")
             for s in product.segments if segments[s.key] is s and s.key in twice]  # fmt: skip
    return found + [Mistake(f"behaviours.{b.key}", "there is a segment of this name too.")
                    for b in product.behaviours if b.key in segments]  # fmt: skip


def _features(product: Product, segments: dict[str, Segment]) -> list[Mistake]:
    found: list[Mistake] = []
    for feature in product.features:
        for key, _ in feature.eligible:
            where = f"features.{feature.key}.eligible.{key}"
            if key not in segments:
                found.append(Mistake(where, f"there is no segment {key!r}, {did_you_mean(key, segments)}"))
            elif segments[key].of == "event":
                found.append(Mistake(where, "is an attribute of events; name one of users or accounts."))
    keys, labels = ([getattr(feature, name) for feature in product.features] for name in ("key", "label"))
    found += [Mistake("activation.features", f"there is no feature {key!r}, {did_you_mean(key, keys)}")
              for key in product.activation if keys and key not in keys]  # fmt: skip
    if product.features and not any(feature.active for feature in product.features):
        found.append(Mistake("features", "none is `active`, so nobody could ever be; leave it out on most features."))
    again = [(key, label) for i, (key, label) in enumerate(zip(keys, labels, strict=True)) if label in labels[:i]]
    return found + [Mistake(f"features.{key}.label", f"{label!r} is the label of another feature too.")
                    for key, label in again]  # fmt: skip
