"""Cartography: palettes, composites and map elements, one place each."""
