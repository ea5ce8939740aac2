"""Audit: every number that the paper prints, recomputed from its authors' files."""
