"""Land cover of farming country from one Sentinel-2 image.

What stands in ``s2kit.__all__`` is the public interface. It is loaded when it is first used, so
that importing s2kit takes no time and no PyTorch.

Examples
--------
From an image and some polygons to an assessed map:

>>> import s2kit
>>> scene, polygons = s2kit.example_scene(400), s2kit.example_polygons(400)
>>> network = s2kit.load_network("simulated")
>>> class_map, confidence = s2kit.classify(network, scene, turns=False)
>>> s2kit.assess(class_map, polygons).pixel_oa > 0.5
True
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
