"""EDI: X12 214 and EDIFACT IFTSTA, read by any carrier's name. Pure: bytes in, canonical events out."""
