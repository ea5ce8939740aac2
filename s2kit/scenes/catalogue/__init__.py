"""Sentinel-2 scenes from STAC catalogues: search, then read items onto an exact grid."""
