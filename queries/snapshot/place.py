"""Which product is in use, and where its snapshots are."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from queries import config
from queries.product import Product
from queries.product import file as product_file


def product() -> Product:
    """The product in use. Raises ProductError when its file cannot be used."""
    path = config.product_path()
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read_product(path, changed)


@lru_cache(maxsize=4)
def _read_product(path: Path, mtime: int) -> Product:
    return product_file.load(path)


def home() -> Path:
    """The folder that holds the snapshots of the product in use."""
    path = config.product_path()
    return config.data_folder() / "snapshots" / f"{path.stem}-{sha256(str(path).encode()).hexdigest()[:8]}"
