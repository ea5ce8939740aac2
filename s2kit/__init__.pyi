# The public interface: names that `import s2kit` offers, and where each of them lives.
# lazy_loader reads this file when a name is first used; type checkers and editors read it too.

from .accuracy.assess import Assessment, assess
from .accuracy.metrics import class_metrics, overall_accuracy
from .accuracy.point_files import read_points, write_points
from .accuracy.sampled import SampledAssessment, assess_points
from .accuracy.sampling import draw_points
from .benchmarks.polygon_checks import check_polygons, repair_polygons
from .benchmarks.polygonise import polygonise
from .benchmarks.polygons import read_polygons
from .benchmarks.rasterise import rasterise
from .errors import S2kitError, S2kitWarning
from .maps.applicability import applicability
from .maps.classify import class_map, class_probabilities, classify, confidence
from .maps.files import read_class_map, write_class_map, write_confidence
from .maps.onnx_file import export_onnx
from .maps.where_next import where_next
from .monitoring.bare_days import bare_days, parcel_bare_days, smooth
from .monitoring.parcels import read_parcels, segment_parcels
from .monitoring.stack import open_stack, stack_maps
from .network.adaptation import Adapted, adapt
from .network.holdout import hold_out_blocks
from .network.recipes import Recipe
from .network.training import Trained, train
from .network.unet import UNet
from .network.weights import load_network, save_network
from .scenes.codes import read_codes
from .scenes.nomenclature import PAPER, Nomenclature, nomenclature_of, read_nomenclature
from .scenes.raster import read_scene
from .scenes.statistics import ImageStatistics, image_statistics
from .simulator.example import example_polygons, example_scene
from .sources.opening import open_source
from .widgets.comparison.widget import Comparison
from .widgets.digitiser.widget import Digitiser
from .widgets.labelling.widget import Labeller

__version__: str

__all__ = [
    "PAPER",
    "Adapted",
    "Assessment",
    "Comparison",
    "Digitiser",
    "ImageStatistics",
    "Labeller",
    "Nomenclature",
    "Recipe",
    "S2kitError",
    "S2kitWarning",
    "SampledAssessment",
    "Trained",
    "UNet",
    "adapt",
    "applicability",
    "assess",
    "assess_points",
    "bare_days",
    "check_polygons",
    "class_map",
    "class_metrics",
    "class_probabilities",
    "classify",
    "confidence",
    "draw_points",
    "example_polygons",
    "example_scene",
    "export_onnx",
    "hold_out_blocks",
    "image_statistics",
    "load_network",
    "nomenclature_of",
    "open_source",
    "open_stack",
    "overall_accuracy",
    "parcel_bare_days",
    "polygonise",
    "rasterise",
    "read_class_map",
    "read_codes",
    "read_nomenclature",
    "read_parcels",
    "read_points",
    "read_polygons",
    "read_scene",
    "repair_polygons",
    "save_network",
    "segment_parcels",
    "smooth",
    "stack_maps",
    "train",
    "where_next",
    "write_class_map",
    "write_confidence",
    "write_points",
]
