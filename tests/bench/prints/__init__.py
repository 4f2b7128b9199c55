"""Figures that are printed beside the ratios: each part one module, each can be measured alone."""
