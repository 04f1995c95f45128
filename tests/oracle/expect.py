"""Writes what the owners of the formats choose from the locks in tests/golden/locks, for the tests to compare with.

Run by hand, once a lock has changed; the tests read only what is checked in. Names and versions come from the owner of
the format itself: `uv sync --dry-run`, Poetry's and PDM's own lock readers, `packaging.pylock`, `pipenv requirements`,
pip's own parser. The file of each package comes from `packaging.tags` over the files that the lock lists.

    expect.py uv|poetry|pdm|pylock|pipfile|requirements|tags

Each part runs in an environment that has the tool. $UV, $PIPENV: the programs; $PYTHON: a Python 3.12.
"""

import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse

import packaging.markers
import packaging.tags
import packaging.utils

LOCKS = pathlib.Path(__file__).resolve().parent.parent / "golden" / "locks"
FULL = "3.12.1"
TARGETS = {
    "x86_64-glibc": ("x86_64", "glibc", "x86_64-manylinux_2_36"),
    "aarch64-glibc": ("aarch64", "glibc", "aarch64-manylinux_2_36"),
    "x86_64-musl": ("x86_64", "musl", "x86_64-unknown-linux-musl"),
}


def platforms(machine, libc):
    """Best first, from the definitions of PEP 600 and PEP 656; `packaging` only computes those of its own machine."""
    tags = []
    if libc == "glibc":
        for minor in range(36, (4 if machine == "x86_64" else 16), -1):
            tags.append(f"manylinux_2_{minor}_{machine}")
            legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}.get(minor)
            if legacy:
                tags.append(f"{legacy}_{machine}")
    else:
        tags += [f"musllinux_1_{minor}_{machine}" for minor in range(2, -1, -1)]
    return [*tags, f"linux_{machine}"]


def tags_of(target):
    machine, libc, _ = TARGETS[target]
    those = platforms(machine, libc)
    every = [
        *packaging.tags.cpython_tags((3, 12), ["cp312"], those),
        *packaging.tags.compatible_tags((3, 12), "cp312", those),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(every)))}


def environment(target):
    machine, _, _ = TARGETS[target]
    return {
        "implementation_name": "cpython",
        "implementation_version": FULL,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": FULL,
        "platform_python_implementation": "CPython",
        "python_version": "3.12",
        "sys_platform": "linux",
    }


def best(files, tags):
    """The name of the file that is installed: the best wheel, else the sdist."""
    ranked = []
    for name in files:
        if not name.endswith(".whl"):
            continue
        try:
            _, _, build, wheel_tags = packaging.utils.parse_wheel_filename(name)
        except packaging.utils.InvalidWheelFilename:
            continue
        ranks = [tags[tag] for tag in wheel_tags if tag in tags]
        if ranks:
            ranked.append((min(ranks), -build[0] if build else 1, name))
    if ranked:
        return min(ranked)[2]
    sdists = [name for name in files if not name.endswith(".whl")]
    return min(sdists, key=lambda name: not name.endswith(".tar.gz")) if sdists else None


def basename(url):
    return urllib.parse.unquote(url.split("#")[0].rsplit("/", 1)[-1])


def normalised(name):
    return packaging.utils.canonicalize_name(name)


def write(lock, cases):
    path = LOCKS / "expected" / (lock.replace("/", "-") + ".json")
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({"lock": lock, "cases": cases}, indent=0)
    path.write_text(text + "\n")
    print(path.name, len(cases), "cases", [len(case.get("packages", [])) for case in cases])


def case(target, groups=(), extras=(), member=None, **found):
    return {"target": target, "groups": list(groups), "extras": list(extras), "member": member, **found}


def choices(groups, extras):
    """Nothing, each group and extra alone, all at once."""
    yield (), ()
    for group in groups:
        yield (group,), ()
    for extra in extras:
        yield (), (extra,)
    if len(groups) + len(extras) > 1:
        yield tuple(groups), tuple(extras)


# uv

UV = {
    "small": list(choices(["dev", "lint"], ["yaml", "async"])),
    "medium": list(choices(["dev"], ["plot"])),
    "large": [((), ()), (("dev", "docs"), ("html", "s3"))],
    "sources": [((), ())],
    "conflicts": [
        ((), ()),
        ((), ("old",)),
        ((), ("new",)),
        ((), ("other", "new")),
        (("black-old",), ("old",)),
        (("black-new",), ("old",)),
        (("black-new",), ()),
        ((), ("old", "new")),
        (("black-old", "black-new"), ()),
    ],
}
UV_MEMBERS = {"workspace": [("api", (), ()), ("api", (), ("fast",)), ("worker", (), ()), ("worker", ("test",), ()), ("shared", (), ()), (None, ("dev",), ()), (None, (), ())]}


def uv():
    runs = [(name, None, *choice) for name, some in UV.items() for choice in some]
    runs += [(name, *choice) for name, some in UV_MEMBERS.items() for choice in some]
    for name, group in itertools.groupby(runs, key=lambda run: run[0]):
        path = LOCKS / "uv" / name
        lock = tomllib.loads((path / "uv.lock").read_text())
        files = {}
        for package in lock["package"]:
            all_files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
            names = [basename(file["url"]) for file in all_files if "url" in file]
            files[package["name"], package.get("version")] = names
        cases = []
        for (_, member, groups, extras), target in itertools.product(list(group), TARGETS):
            found = uv_sync(path, member, groups, extras, target, files)
            cases.append(case(target, groups, extras, member, **found))
        write(f"uv/{name}/uv.lock", cases)


def uv_sync(path, member, groups, extras, target, files):
    command = [os.environ.get("UV", "uv"), "sync", "--frozen", "--dry-run", "--no-default-groups", "--offline"]
    command += ["--python", os.environ["PYTHON"], "--python-platform", TARGETS[target][2]]
    command += [f"--group={name}" for name in groups] + [f"--extra={name}" for name in extras]
    command += ["--package", member] if member else []
    with tempfile.TemporaryDirectory() as empty:
        run = subprocess.run(
            command, cwd=path, capture_output=True, text=True, env=os.environ | {"UV_PROJECT_ENVIRONMENT": empty + "/venv"}
        )
    if run.returncode:
        return {"refused": run.stderr.strip().splitlines()[-1]}
    packages = []
    for line in run.stderr.splitlines():
        if match := re.fullmatch(r" \+ (\S+)==(\S+)", line):
            file = best(files[match[1], match[2]], tags_of(target))
            packages.append(f"{match[1]} {match[2]} {file}")
        elif match := re.fullmatch(r" \+ (\S+)(?:==(\S+))? (?:@|\(from) file://(\S+?)\)?", line):
            packages.append(f"{match[1]} tree {pathlib.Path(match[3]).relative_to(path)}")
    return {"packages": sorted(packages)}


# Poetry


def poetry():
    from poetry.factory import Factory

    some = {
        "small": (["dev"], ["yaml"]),
        "medium": (["dev", "docs"], ["plot"]),
        "large": (["dev", "docs"], ["html", "s3"]),
    }
    for name, (all_groups, all_extras) in some.items():
        path = LOCKS / "poetry" / name
        locked = Factory().create_poetry(path).locker.locked_packages()
        wanted = list(choices(all_groups, all_extras))
        wanted = [wanted[0], wanted[-1]] if name == "large" else wanted
        cases = []
        for (groups, extras), target in itertools.product(wanted, TARGETS):
            on = {"main", *groups}
            packages = []
            for package, info in locked.items():
                marker = environment(target) | {"extra": set(extras)}
                if info.groups & on and info.get_marker(on & info.groups).validate(marker):
                    file = best([file["file"] for file in package.files], tags_of(target))
                    packages.append(f"{package.name} {package.version} {file}")
            cases.append(case(target, groups, extras, packages=sorted(packages)))
        write(f"poetry/{name}/poetry.lock", cases)


# PDM


def pdm():
    from dep_logic.tags import EnvSpec
    from pdm.core import Core

    some = {
        "small": (["dev", "lint"], ["yaml", "async"]),
        "medium": (["dev"], ["plot"]),
        "large": (["dev", "docs"], ["html", "s3"]),
    }
    platform = {
        "x86_64-glibc": "manylinux_2_36_x86_64",
        "aarch64-glibc": "manylinux_2_36_aarch64",
        "x86_64-musl": "musllinux_1_2_x86_64",
    }
    for name, (all_groups, all_extras) in some.items():
        # In a copy: PDM makes an environment beside the project.
        copy = pathlib.Path(tempfile.mkdtemp()) / name
        shutil.copytree(LOCKS / "pdm" / name, copy)
        project = Core().create_project(copy)
        wanted = list(choices(all_groups, all_extras))
        wanted = [wanted[0], wanted[-1]] if name == "large" else wanted
        cases = []
        for (groups, extras), target in itertools.product(wanted, TARGETS):
            spec = EnvSpec.from_spec(f"=={FULL}", platform[target], "cpython")
            repository = project.get_locked_repository(spec)
            packages = set()
            for package in repository.evaluate_candidates(["default", *groups, *extras]):
                candidate = package.candidate
                names = [file.get("file") or basename(file["url"]) for file in candidate.hashes]
                packages.add(f"{candidate.req.key} {candidate.version} {best(names, tags_of(target))}")
            cases.append(case(target, groups, extras, packages=sorted(packages)))
        write(f"pdm/{name}/pdm.lock", cases)


# pylock.toml


def pylock():
    from packaging.pylock import PackageArchive, PackageDirectory, PackageVcs, Pylock

    some = {"uv": ([], []), "uv-large": ([], []), "pdm": (["dev"], ["plot"]), "pip": ([], [])}
    for name, (all_groups, all_extras) in some.items():
        lock = Pylock.from_dict(tomllib.loads((LOCKS / "pylock" / name / "pylock.toml").read_text()))
        cases = []
        for (groups, extras), target in itertools.product(choices(all_groups, all_extras), TARGETS):
            on = [*(lock.default_groups or []), *groups]
            ranks = tags_of(target)
            packages = []
            try:
                for package, source in lock.select(
                    environment=environment(target), tags=list(dict.fromkeys(sorted(ranks, key=ranks.get))), extras=extras, dependency_groups=on
                ):
                    assert not isinstance(source, PackageArchive | PackageDirectory | PackageVcs)
                    file = source.name or basename(source.url)
                    packages.append(f"{package.name} {package.version} {file}")
                cases.append(case(target, groups, extras, packages=sorted(packages)))
            except Exception as error:
                cases.append(case(target, groups, extras, refused=str(error)))
        write(f"pylock/{name}/pylock.toml", cases)


# Locks that know checksums only


def hashes(values):
    """Many checksums in a few letters."""
    return f"{len(values)}:{hashlib.sha256(' '.join(sorted(values)).encode()).hexdigest()[:16]}"


def of_requirements(path, target):
    """The lines of a requirements file that hold, by pip's own parser."""
    from pip._internal.network.session import PipSession
    from pip._internal.req.req_file import parse_requirements

    packages = []
    for parsed in parse_requirements(str(path), session=PipSession()):
        if parsed.is_editable:
            packages.append(f"tree {os.path.relpath(path.parent / parsed.requirement, path.parent)}")
            continue
        requirement = packaging.requirements.Requirement(parsed.requirement)
        if requirement.marker and not requirement.marker.evaluate(environment(target) | {"extra": ""}):
            continue
        [pin] = requirement.specifier
        name = normalised(requirement.name)
        packages.append(f"{name} {pin.version} {hashes((parsed.options or {}).get('hashes', {}).get('sha256', []))}")
    return sorted(packages)


def requirements():
    import packaging.requirements  # noqa: F401

    for name in ["small", "medium", "large"]:
        path = LOCKS / "requirements" / name / "requirements.txt"
        write(f"requirements/{name}/requirements.txt", [case(t, packages=of_requirements(path, t)) for t in TARGETS])


def pipfile():
    import packaging.requirements  # noqa: F401

    some = {"small": ["develop"], "medium": ["develop", "docs"], "large": ["develop"]}
    for name, all_groups in some.items():
        cases = []
        for (groups, _), target in itertools.product(choices(all_groups, []), TARGETS):
            categories = ",".join(["packages", *("dev-packages" if g == "develop" else g for g in groups)])
            command = [os.environ.get("PIPENV", "pipenv"), "requirements", "--hash", "--categories", categories]
            run = subprocess.run(command, cwd=LOCKS / "pipfile" / name, capture_output=True, text=True, check=True)
            with tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory) / "requirements.txt"
                file.write_text(run.stdout)
                cases.append(case(target, groups, packages=sorted(set(of_requirements(file, target)))))
        write(f"pipfile/{name}/Pipfile.lock", cases)


# Tags

TAG_TARGETS = [
    ("3.12", "", "glibc", 2, 36, "x86_64"),
    ("3.12", "", "glibc", 2, 36, "aarch64"),
    ("3.13", "t", "glibc", 2, 41, "x86_64"),
    ("3.15", "t", "musl", 1, 2, "aarch64"),
    ("3.9", "", "glibc", 2, 31, "armv7l"),
    ("3.11", "", "glibc", 2, 31, "i686"),
    ("3.14", "", "glibc", 2, 41, "riscv64"),
    ("3.10", "", "glibc", 2, 35, "ppc64le"),
    ("3.10", "", "glibc", 2, 35, "s390x"),
    ("3.12", "", "musl", 1, 1, "x86_64"),
    ("3.13", "", "musl", 1, 2, "armv7l"),
    ("3.13", "d", "glibc", 2, 36, "x86_64"),
]


def tags():
    """All tags of some targets, by `packaging`, as numbers and digests; `linux_*` moved to the end, as uv has it."""
    from packaging import _manylinux, _musllinux

    found = []
    for version, flags, libc, major, minor, machine in TAG_TARGETS:
        _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(major, minor)
        _manylinux._have_compatible_abi = lambda executable, archs: True
        _manylinux._is_compatible = lambda arch, glibc: True
        _musllinux._get_musl_version = lambda executable: _musllinux._MuslVersion(major, minor)
        source = _manylinux if libc == "glibc" else _musllinux
        those = [*source.platform_tags([machine]), f"linux_{machine}"]
        python = tuple(int(part) for part in version.split("."))
        own = f"cp{python[0]}{python[1]}"
        abis = [own + flags, own] if flags == "d" else [own + flags]
        every = [
            *packaging.tags.cpython_tags(python, abis, those),
            *packaging.tags.compatible_tags(python, own, those),
        ]
        lines = list(dict.fromkeys(str(tag) for tag in every))
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        target = {"python": version, "flags": flags, "libc": {libc: [major, minor]}, "machine": machine}
        found.append({**target, "count": len(lines), "sha256": digest})
    (LOCKS / "tags.json").write_text(json.dumps(found, indent=0) + "\n")
    print([tags["count"] for tags in found])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
