"""One file per carrier: a code table with the document it comes from, `verify` and `parse`."""
