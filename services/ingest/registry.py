"""The carriers we can read natively, and their accounts' secrets. The only place that names them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.ingest.carrier import Carrier
from services.ingest.carriers.easypost import EasyPost

SECRETS_FILE: Final = "carriers.json"


class BadSecrets(ValueError):
    """The secrets file is not what it should be."""


@cache
def carriers() -> Mapping[str, Carrier]:
    """Every carrier, by its code."""
    known: tuple[Carrier, ...] = (EasyPost(),)
    return {carrier.code: carrier for carrier in known}


def carrier_label(code: str) -> str:
    """The carrier as a metric's label: senders may write any code, labels must stay few."""
    return code if code in carriers() else "other"


def secrets_of(written: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Secrets by carrier and account, of `{"easypost": {"<account>": "<secret>"}}`; raises BadSecrets."""
    for carrier, accounts in written.items():
        if not isinstance(accounts, dict) or not all(
            isinstance(secret, str) and secret for secret in accounts.values()
        ):
            raise BadSecrets(f"{carrier}: an object of account names and secrets is needed")
    return {carrier: dict(accounts) for carrier, accounts in written.items()}


def read_secrets(home: Path) -> Mapping[str, Mapping[str, str]]:
    """The secrets in `carriers.json` of `home`, none where there is no file; raises BadSecrets, OSError."""
    file = home / SECRETS_FILE
    try:
        written = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BadSecrets(f"{file} is no JSON") from error
    if not isinstance(written, dict):
        raise BadSecrets(f"{file} is no object")
    return secrets_of(written)
