//! Which file of a package is installed: the best wheel that fits, else the sdist.

use super::misfit;
use super::remote::{plain_name, remote};
use super::wheel::WheelName;
use super::{Artifact, LocalFile, Lookup, RemoteFile, Tags, Target};
use crate::diag::Diagnostic;
use crate::lock::{Archive, File, Files, GitCommit, Hashes, Lock, Package, Place, Request, Source, path};

/// What choosing needs to know.
pub(super) struct Picker<'p> {
    pub(super) lock: &'p Lock,
    pub(super) request: &'p Request,
    pub(super) target: &'p Target,
    pub(super) tags: &'p Tags,
}

impl Picker<'_> {
    /// The file, repository or tree, or why there is none.
    pub(super) fn artifact(&self, package: &Package) -> Result<Artifact, Box<Diagnostic>> {
        match &package.source {
            Source::Files(files) => self.of_index(package, files),
            Source::Hashes(hashes) => self.by_hash(package, hashes),
            Source::Archive(archive) => self.direct(package, archive),
            Source::Git(commit) if is_commit(&commit.commit) => Ok(Artifact::Git(commit.clone())),
            Source::Git(GitCommit { commit, .. }) => {
                let why = format!("`{}` is no commit of 40 hexadecimal digits", commit.escape_debug());
                Err(Box::new(misfit::unsupported(self.lock, package, &why)))
            }
            Source::Tree(tree) => Ok(Artifact::Tree(tree.clone())),
            Source::Virtual => Err(Box::new(misfit::unsupported(self.lock, package, "it has no files"))),
            Source::Unsupported(why) => Err(Box::new(misfit::unsupported(self.lock, package, why))),
        }
    }

    fn of_index(&self, package: &Package, files: &Files) -> Result<Artifact, Box<Diagnostic>> {
        let (wheels, sdists) = self.allowed(package);
        let fitting = if wheels { self.fitting(&files.wheels) } else { vec![] };
        let sdists: &[File] = if sdists { &files.sdists } else { &[] };
        let candidates: Vec<&File> = fitting.into_iter().chain(sdists).collect();
        let Some(best) = candidates.first() else {
            return Err(Box::new(misfit::no_file(self, package, files)));
        };
        if let Place::Named(_) = best.place {
            let named =
                candidates.iter().filter_map(|file| Some((file.name().into_owned(), file.hash.sha256()?)));
            let (filenames, sha256): (Vec<_>, Vec<_>) = named.unzip();
            if sha256.is_empty() {
                return Err(Box::new(misfit::no_checksum(self.lock, package, best)));
            }
            let index = files.index.clone().or_else(|| self.lock.indexes.index.clone());
            return Ok(Artifact::Lookup(Lookup { filenames, sha256, index }));
        }
        self.file(package, best, None, false)
    }

    fn by_hash(&self, package: &Package, hashes: &Hashes) -> Result<Artifact, Box<Diagnostic>> {
        if hashes.sha256.is_empty() {
            let why = "the lock has no sha256 of its files";
            return Err(Box::new(misfit::unsupported(self.lock, package, why)));
        }
        Ok(Artifact::Lookup(Lookup {
            filenames: vec![],
            sha256: hashes.sha256.clone(),
            index: hashes.index.clone().or_else(|| self.lock.indexes.index.clone()),
        }))
    }

    /// A file that was given directly is taken or refused: there is no other.
    fn direct(&self, package: &Package, archive: &Archive) -> Result<Artifact, Box<Diagnostic>> {
        let name = archive.file.name();
        if let Some(wheel) = WheelName::parse(&name)
            && self.tags.rank(&wheel).is_none()
        {
            let files = Files { wheels: vec![archive.file.clone()], ..Files::default() };
            return Err(Box::new(misfit::no_file(self, package, &files)));
        }
        self.file(package, &archive.file, archive.subdirectory.clone(), true)
    }

    fn file(
        &self,
        package: &Package,
        file: &File,
        subdirectory: Option<String>,
        direct: bool,
    ) -> Result<Artifact, Box<Diagnostic>> {
        let unsupported = |why: String| Box::new(misfit::unsupported(self.lock, package, &why));
        let wheel = plain_name(file).map_err(unsupported)?.ends_with(".whl");
        if let Place::Path(path) = &file.place {
            let local = LocalFile { path: path.clone(), sha256: file.hash.sha256() };
            return Ok(if wheel { Artifact::LocalWheel(local) } else { Artifact::LocalSdist(local) });
        }
        let Some(found) = remote(file).map_err(unsupported)? else {
            return Err(Box::new(misfit::no_checksum(self.lock, package, file)));
        };
        let remote = RemoteFile { direct, subdirectory, ..found };
        Ok(if wheel { Artifact::Wheel(remote) } else { Artifact::Sdist(remote) })
    }

    /// Whether wheels and whether sdists may be taken. What names the package is stronger than `:all:`, and
    /// between equals, building wins.
    pub(super) fn allowed(&self, package: &Package) -> (bool, bool) {
        let settings = [&self.request.binary, &self.lock.binary];
        let name = &package.name;
        if settings.iter().any(|binary| binary.no.names(name)) {
            (false, true)
        } else if settings.iter().any(|binary| binary.only.names(name)) {
            (true, false)
        } else {
            let no = settings.iter().any(|binary| binary.no.contains(name));
            let only = settings.iter().any(|binary| binary.only.contains(name));
            (!no, no || !only)
        }
    }

    /// The wheels that fit, best first: by tag, then by build number, then by name.
    fn fitting<'f>(&self, wheels: &'f [File]) -> Vec<&'f File> {
        let mut ranked = vec![];
        for file in wheels {
            let name = file.name();
            let Some(wheel) = WheelName::parse(&name) else { continue };
            let Some(rank) = self.tags.rank(&wheel) else { continue };
            let build = wheel.build.map(|(number, rest)| (number, rest.to_owned()));
            ranked.push(((rank, std::cmp::Reverse(build), name), file));
        }
        ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
        ranked.into_iter().map(|(_, file)| file).collect()
    }

    /// The best of some files by their names: wheels that fit, then sdists.
    pub(super) fn best_of<'f>(&self, package: &Package, files: &'f Files) -> Option<&'f File> {
        let (wheels, sdists) = self.allowed(package);
        let wheel = if wheels { self.fitting(&files.wheels).first().copied() } else { None };
        wheel.or_else(|| files.sdists.iter().find(|file| sdists && path::is_sdist(&file.name())))
    }
}

/// A branch or a tag would be another commit tomorrow.
fn is_commit(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}
