"""The front door as a code node meets it when it runs: what a port's annotation stands for, jedi takes from here."""

from pathlib import Path
from typing import Any

import pandas as pd

from studio import ui as ui
from studio.app import form as form
from studio.app import run as run
from studio.component import Component as Component
from studio.component import Params as Params
from studio.component import component as component
from studio.context import RunContext as RunContext
from studio.credential import ApiKey as ApiKey
from studio.credential import BearerToken as BearerToken
from studio.credential import Credential as Credential
from studio.credential import DatabaseLogin as DatabaseLogin
from studio.credential import HttpBasic as HttpBasic
from studio.credential import S3Login as S3Login
from studio.credential import Secret as Secret
from studio.credential import Smtp as Smtp
from studio.exceptions import MillraceError as MillraceError
from studio.exceptions import UserError as UserError
from studio.flow import Flow as Flow
from studio.hookspecs import hookimpl as hookimpl
from studio.port import Model as Model
from studio.port import Outputs as Outputs
from studio.port import Schema as Schema

Table = pd.DataFrame
Json = Any
Text = str
File = Path
Figure = Any
Html = str
