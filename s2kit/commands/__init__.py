"""The sub-commands of ``python -m s2kit``, one file each."""
