"""Tables at ports: logical types, and every frame in and out of Arrow.

pandas, polars, pyarrow and dask are imported inside the functions that need them.
"""

from studio.frame.convert import empty_frame, frame_of, from_arrow, polars_schema, schema_of, to_arrow
from studio.frame.logical import arrow_schema, arrow_type, logical_type
from studio.frame.named import column, columns

__all__ = [
    "arrow_schema",
    "arrow_type",
    "column",
    "columns",
    "empty_frame",
    "frame_of",
    "from_arrow",
    "logical_type",
    "polars_schema",
    "schema_of",
    "to_arrow",
]
