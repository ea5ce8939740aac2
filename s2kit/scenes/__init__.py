"""Scenes: from the archive, a catalogue or the simulator to reflectance on a 10 m grid."""
