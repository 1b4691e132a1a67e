"""The components that come with Millrace: a folder is a category of the palette, a file one component.

The modules beside the folders hold what several components need.
"""

from collections.abc import Sequence

from studio.component import Component
from studio.credential import BUILT_IN, Credential
from studio.hookspecs import hookimpl


@hookimpl
def register_components() -> Sequence[Component]:
    """In the order of the palette."""
    from studio.components.combine.join import table_join
    from studio.components.extract.http_request import http_request
    from studio.components.extract.read_csv import read_csv
    from studio.components.extract.read_excel import read_excel
    from studio.components.extract.read_json import read_json
    from studio.components.extract.read_parquet import read_parquet
    from studio.components.extract.sql_query import sql_query
    from studio.components.flow.respond import respond
    from studio.components.load.sql_write import sql_write
    from studio.components.load.write_csv import write_csv
    from studio.components.load.write_excel import write_excel
    from studio.components.load.write_parquet import write_parquet
    from studio.components.report.html_report import html_report
    from studio.components.send.send_email import send_email
    from studio.components.transform.aggregate import table_aggregate
    from studio.components.transform.deduplicate import table_deduplicate
    from studio.components.transform.filter import table_filter
    from studio.components.transform.formula import table_formula
    from studio.components.transform.select import table_select
    from studio.components.transform.sort import table_sort

    return [
        read_csv,
        read_excel,
        read_parquet,
        read_json,
        sql_query,
        http_request,
        table_select,
        table_filter,
        table_formula,
        table_sort,
        table_deduplicate,
        table_aggregate,
        table_join,
        write_csv,
        write_excel,
        write_parquet,
        sql_write,
        html_report,
        respond,
        send_email,
    ]


@hookimpl
def register_credential_types() -> Sequence[type[Credential]]:
    return BUILT_IN
