"""A series of scenes classified into a folder of maps; what is done already is not done again."""

from collections.abc import Callable, Sequence
from pathlib import Path

from s2kit.errors import S2kitError
from s2kit.maps.many import Plan, Run, map_many, one_by_one
from s2kit.maps.scene_list import Listed, check_apart
from s2kit.monitoring.scene_list import DatedScene


def classify_series(
    scenes: Sequence[DatedScene], plan: Plan, say: Callable[[str], object], run: Run = one_by_one
) -> list[Path]:
    """Classify scenes into YYYYMMDD.tif in the folder of a plan, unless that was done.

    The ledger in the folder tells what each map was made from. A map whose line still holds is
    kept, so that a date added later is one map to make. Class maps are taken as they are.

    Parameters
    ----------
    scenes
        As `s2kit.monitoring.scene_list.list_scenes` returns them.
    plan
        Weights, settings and folder.
    say
        Called with a sentence for each scene.
    run
        As for `s2kit.maps.many.map_many`.

    Returns
    -------
    list of Path
        The maps, in the order of the scenes.

    Raises
    ------
    S2kitError
        If scenes could not be mapped; the others are.
    """
    images = {
        scene: Listed(f"{scene.date:%Y%m%d}", scene.path.absolute(), clouds=scene.clouds)
        for scene in scenes
        if not scene.is_map
    }
    check_apart(plan.folders, list(images.values()))
    failed = map_many(list(images.values()), plan, run, say) if images else []
    if failed:
        raise S2kitError(
            f"{len(failed)} of {len(images)} scenes could not be mapped ("
            f"{'; '.join(f'{entry.name}: {entry.reason}' for entry in failed)}); mend them or take "
            "them out, and run again: only they are left"
        )
    outputs = plan.folders.outputs
    return [outputs(images[s].name).map if s in images else s.path for s in scenes]
