"""Accuracy: class maps against benchmarks."""
