"""The authors' archive: files found in a mirror or downloaded, verified by git blob id.

The archive is a GitHub repository. A git blob id is the SHA-1 of the word "blob", the size, a zero
byte and the content, so every file can be verified, whoever delivered it (Pro Git, section 10.2).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from s2kit.catalogue.download import WrongFileError, download
from s2kit.catalogue.web import FailingError, UnreachableError
from s2kit.errors import S2kitError
from s2kit.scenes.manifest import ArchiveFile

ARCHIVE = "https://raw.githubusercontent.com/bh-del/lulc_mining"
"""Where the archive is served, as COMMIT/PATH."""


class ArchiveUnreachableError(UnreachableError):
    """The archive does not answer, or fails at every attempt: other files would not come either."""


def git_blob_id(path: Path) -> str:
    r"""Return the git blob id of a file, 40 hexadecimal digits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "hello"
    ...     _ = file.write_bytes(b"hello world\n")
    ...     git_blob_id(file)  # as `git hash-object hello` prints it
    '3b18e512dba79e4c8300dd08aeb37f8e728b8dad'
    """
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class Archive:
    """The authors' archive: a mirror, what was downloaded before, and the network, in this order.

    Attributes
    ----------
    folder
        Where downloads go, as COMMIT/PATH.
    mirror
        A folder laid out the same way that holds a copy of the archive, or None.
    address
        Where the archive is served; None = nothing is downloaded.
    """

    folder: Path
    mirror: Path | None = None
    address: str | None = ARCHIVE

    def local_copy(self, file: ArchiveFile) -> Path | None:
        """Return the verified file in the mirror or among the downloads, or None.

        A damaged file in the mirror is the user's: S2kitError. A damaged download is ours: None,
        and `fetch` replaces it.
        """
        path = self.mirror / file.commit / file.path if self.mirror else None
        if path is None or not path.is_file():
            target = self.folder / file.commit / file.path
            return target if target.is_file() and git_blob_id(target) == file.blob else None
        came = git_blob_id(path)
        if came != file.blob:
            raise S2kitError(
                f"{path} is damaged: expected {file}, came {path.stat().st_size} bytes, git blob "
                f"{came[:12]}; copy it anew, or delete it to download it"
            )
        return path

    def fetch(self, file: ArchiveFile) -> Path:
        """Return the path of a file of the archive; it is downloaded if need be.

        A download gets its final name once its git blob id is right; see `download`.

        Parameters
        ----------
        file
            What to fetch, as the list of scenes names it.

        Raises
        ------
        ArchiveUnreachableError
            If there is no connection, or the server fails at every attempt.
        S2kitError
            If a file of the mirror is damaged, or the archive refuses the file or delivers another.
        """
        here = self.local_copy(file)
        if here:
            return here
        if self.address is None:
            raise ArchiveUnreachableError(
                f"{file.path} of the authors' archive is not at hand; set S2KIT_DATA=authors to "
                "download it, or S2KIT_MIRROR to a copy of the archive"
            )
        url = f"{self.address.rstrip('/')}/{file.commit}/{file.path}"
        target = self.folder / file.commit / file.path
        try:
            download(url, target, lambda part: _check(part, file), file.size)
        except (UnreachableError, FailingError) as error:
            raise ArchiveUnreachableError(
                f"the authors' archive: {error}; S2KIT_MIRROR can name a copy of it"
            ) from error
        except WrongFileError as error:
            raise S2kitError(
                f"{error}; try again later, and if it stays so put the right file into S2KIT_MIRROR"
            ) from error
        except S2kitError as error:
            raise S2kitError(
                f"{file} of the authors' archive is refused: {error}; check the row in "
                f"data_manifest.csv, or put it into S2KIT_MIRROR as {file.commit}/{file.path}"
            ) from error
        except OSError as error:
            raise S2kitError(
                f"{file} cannot be stored below {self.folder} ({error}); free some space or name "
                "another folder with S2KIT_HOME"
            ) from error
        return target


def _check(path: Path, file: ArchiveFile) -> None:
    came = git_blob_id(path)
    if came != file.blob:
        raise ValueError(f"expected {file}, came {path.stat().st_size} bytes, git blob {came[:12]}")
