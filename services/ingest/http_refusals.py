"""What ingest's parts raise, as the answers it means."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from services.ingest.carrier import SignatureInvalid
from services.ingest.checks import InvalidEvent
from services.ingest.command_times import KeyReused, TimesAway
from services.ingest.commands import ForeignMerchant, InvalidKey
from services.ingest.intake import Rejection
from services.ingest.publisher import RETRY_AFTER, Overloaded
from services.ingest.reader import StoreAway
from services.ingest.sealing import KeysAway
from services.ingest.strict_json import InvalidJson
from services.ingest.tenants import NotRegistered
from services.ingest.webhooks import UnknownCarrier
from services.runtime.http_problems import Problem


@contextmanager
def refusals() -> Iterator[None]:
    """Raise Problem in place of what the calls raise."""
    try:
        yield
    except (Overloaded, KeysAway, TimesAway, StoreAway) as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=RETRY_AFTER) from error
    except (SignatureInvalid, ForeignMerchant, KeyReused) as error:
        raise Problem(_STATUS[type(error)], str(error)) from error
    except (UnknownCarrier, InvalidKey, NotRegistered) as error:
        raise Problem(HTTPStatus.NOT_FOUND, _unknown(error)) from error
    except (InvalidJson, InvalidEvent) as error:
        wrong = Rejection(1, error.pointer, error.detail)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.detail, errors=[wrong]) from error


_STATUS = {
    SignatureInvalid: HTTPStatus.UNAUTHORIZED,
    ForeignMerchant: HTTPStatus.FORBIDDEN,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def _unknown(error: Exception) -> str:
    if isinstance(error, UnknownCarrier):
        return "no such carrier"
    if isinstance(error, InvalidKey):
        return "a shipment key is carrier:NUMBER"
    return f"nothing is known of {error}"
