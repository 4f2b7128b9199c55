"""Laws of the fold, each a property over generated histories."""
