"""A small Level-2A product as Copernicus delivers it: a .SAFE folder, or a zip of one."""

import zipfile
from pathlib import Path

import numpy as np
from sentinel_product import reflectance, write_raster

from s2kit.scenes.bands import BANDS

NAME = "S2A_MSIL2A_20230709T100031_N0509_R122_T33UWS_20230709T160000"

METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-15.sentinel2.eo.esa.int/PSD/x.xsd">
  <n1:General_Info>
    <Product_Info>
      <PRODUCT_START_TIME>2023-07-09T10:00:31.024Z</PRODUCT_START_TIME>
      <PRODUCT_URI>{name}.SAFE</PRODUCT_URI>
      <PROCESSING_BASELINE>05.09</PROCESSING_BASELINE>
      <GENERATION_TIME>2023-07-09T16:00:00.000000Z</GENERATION_TIME>
      <Product_Organisation><Granule_List><Granule imageFormat="JPEG2000">
        {files}
      </Granule></Granule_List></Product_Organisation>
    </Product_Info>
    <Product_Image_Characteristics>
      <QUANTIFICATION_VALUES_LIST>
        <BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE>
      </QUANTIFICATION_VALUES_LIST>
      <BOA_ADD_OFFSET_VALUES_LIST>
        {offsets}
      </BOA_ADD_OFFSET_VALUES_LIST>
    </Product_Image_Characteristics>
  </n1:General_Info>
  <n1:Quality_Indicators_Info>
    <Cloud_Coverage_Assessment>3.25</Cloud_Coverage_Assessment>
  </n1:Quality_Indicators_Info>
</n1:Level-2A_User_Product>
"""


def write_safe(parent: Path) -> Path:
    """Write a .SAFE folder: lossless JPEG 2000, offset -1000 in its XML."""
    folder = parent / f"{NAME}.SAFE"
    granule = "GRANULE/L2A_T33UWS_A041976_20230709T100559/IMG_DATA"
    files = []
    scl = np.full((48, 48), 4, "uint8")
    bands = [(b.name, b.resolution, reflectance()[b.name]) for b in BANDS]
    for band, resolution, values in [*bands, ("SCL", 20, scl)]:
        file = f"{granule}/R{resolution}m/T33UWS_20230709T100031_{band}_{resolution}m"
        files.append(file)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        dn = values if band == "SCL" else np.round(values * 10_000 + 1000).astype("uint16")
        write_raster(
            folder / f"{file}.jp2", dn, resolution,
            driver="JP2OpenJPEG", quality=100, reversible="YES", compress=None, nodata=None,
        )  # fmt: skip
    offsets = "".join(f'<BOA_ADD_OFFSET band_id="{n}">-1000</BOA_ADD_OFFSET>\n' for n in range(13))
    listed = "".join(f"<IMAGE_FILE>{file}</IMAGE_FILE>\n" for file in files)
    text = METADATA.format(name=NAME, files=listed, offsets=offsets)
    (folder / "MTD_MSIL2A.xml").write_text(text)
    return folder


def write_zip(safe: Path, path: Path) -> Path:
    """Pack a .SAFE folder."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(safe.rglob("*")):
            archive.write(file, f"{safe.name}/{file.relative_to(safe)}")
    return path
