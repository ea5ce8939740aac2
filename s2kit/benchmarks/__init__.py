"""Benchmarks: polygons drawn over a scene, checked and rasterised to masks."""
