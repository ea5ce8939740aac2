"""Maps: classified scenes, their files and their figures."""
