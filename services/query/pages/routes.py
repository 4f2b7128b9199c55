"""The pages' routes, those for people who track a parcel; orders and the board add their own."""

from fastapi import FastAPI

from services.query.pages.assets import add_assets
from services.query.pages.track import granted
from services.query.pages.track import routes as track
from services.query.pages.troubles import tell_unknown_addresses
from services.query.parts import Parts


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add them."""
    add_assets(app)
    tell_unknown_addresses(app)
    track.add_to(app, parts)
    granted.add_to(app, parts)
