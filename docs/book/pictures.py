"""Make the two pictures that the book swipes, from the real test scene, a pixel each.

S2KIT_DATA=authors python docs/book/pictures.py
"""

from pathlib import Path

import numpy as np
from PIL import Image

from s2kit.cartography.composite import false_colour
from s2kit.cartography.palette import class_colours
from s2kit.maps.classify import classify
from s2kit.network.weights import load_network, shipped_weights
from s2kit.settings import course_source

FIGURES = Path(__file__).parents[2] / "notebooks/figures"

source = course_source()
scene = source.open(source.available(split="test")[0])
class_map, _ = classify(load_network(shipped_weights(source.name)), scene)
for name, colours in (("image", false_colour(scene)), ("map", class_colours(class_map))):
    picture = Image.fromarray(np.rint(255 * colours).astype(np.uint8))
    small = picture.quantize(256, Image.Quantize.FASTOCTREE)
    small.save(FIGURES / f"swipe_{name}.png", optimize=True)
