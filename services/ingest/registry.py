"""The carriers we can read natively, and their accounts' secrets. The only place that names them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.ingest.carrier import Carrier
from services.ingest.carriers.a1 import A1
from services.ingest.carriers.aftership import AfterShip
from services.ingest.carriers.allied_express import AlliedExpress
from services.ingest.carriers.amazon_shipping import AmazonShipping
from services.ingest.carriers.aramex import Aramex
from services.ingest.carriers.asendia import Asendia
from services.ingest.carriers.asendia_us import AsendiaUs
from services.ingest.carriers.australiapost import AustraliaPost
from services.ingest.carriers.bpost import Bpost
from services.ingest.carriers.bring import Bring
from services.ingest.carriers.canadapost import CanadaPost
from services.ingest.carriers.canpar import Canpar
from services.ingest.carriers.dhl_express import DhlExpress
from services.ingest.carriers.dhl_parcel_de import DhlParcelDe
from services.ingest.carriers.dhl_poland import DhlPoland
from services.ingest.carriers.dhl_universal import DhlUniversal
from services.ingest.carriers.dpd import Dpd
from services.ingest.carriers.easypost import EasyPost
from services.ingest.carriers.fedex import FedEx
from services.ingest.carriers.gls import Gls
from services.ingest.carriers.hermes import Hermes
from services.ingest.carriers.landmark import Landmark
from services.ingest.carriers.laposte import LaPoste
from services.ingest.carriers.lasership import LaserShip
from services.ingest.carriers.mydhl import MyDhl
from services.ingest.carriers.parcelone import ParcelOne
from services.ingest.carriers.prestige import Prestige
from services.ingest.carriers.purolator import Purolator
from services.ingest.carriers.royalmail import RoyalMail
from services.ingest.carriers.seko import Seko
from services.ingest.carriers.sendle import Sendle
from services.ingest.carriers.ship24 import Ship24
from services.ingest.carriers.shipengine import ShipEngine
from services.ingest.carriers.shippo import Shippo
from services.ingest.carriers.smartkargo import SmartKargo
from services.ingest.carriers.spring import Spring
from services.ingest.carriers.teleship import Teleship
from services.ingest.carriers.tnt import Tnt
from services.ingest.carriers.track17 import Track17
from services.ingest.carriers.ups import Ups
from services.ingest.carriers.usps import Usps

SECRETS_FILE: Final = "carriers.json"


class BadSecrets(ValueError):
    """The secrets file is not what it should be."""


@cache
def carriers() -> Mapping[str, Carrier]:
    """Every carrier, by its code."""
    known: tuple[Carrier, ...] = (
        A1(),
        AfterShip(),
        AlliedExpress(),
        AmazonShipping(),
        Aramex(),
        Asendia(),
        AsendiaUs(),
        AustraliaPost(),
        Bpost(),
        Bring(),
        CanadaPost(),
        Canpar(),
        DhlExpress(),
        DhlParcelDe(),
        DhlPoland(),
        DhlUniversal(),
        Dpd(),
        EasyPost(),
        FedEx(),
        Gls(),
        Hermes(),
        Landmark(),
        LaPoste(),
        LaserShip(),
        MyDhl(),
        ParcelOne(),
        Prestige(),
        Purolator(),
        RoyalMail(),
        Seko(),
        Sendle(),
        Ship24(),
        ShipEngine(),
        Shippo(),
        SmartKargo(),
        Spring(),
        Teleship(),
        Tnt(),
        Track17(),
        Ups(),
        Usps(),
    )
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
