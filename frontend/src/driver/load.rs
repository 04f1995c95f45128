//! Reading: the description, the ignore file, the files of the project that say what it depends on.

use std::collections::BTreeMap;

use buildkit_llb::{Local, Meta, Output};
use futures_util::future::join;

use super::contexts::Origins;
use super::session::{Session, all};
use crate::answer::Failure;
use crate::diag::{Checked, Diagnostic, shown_text};
use crate::gateway::{Gateway, RefId};
use crate::lock::Others;
use crate::lower;
use crate::spec::Spec;
use crate::text::{FileId, Files, SourceFile};

/// The name that clients send when the user gave none.
const DEFAULT_FILENAME: &str = "Dockerfile";

/// The name of the main context among the client's directories.
const CONTEXT: &str = "context";

/// What the context leaves out.
const IGNORE_FILE: &str = ".dockerignore";

/// Larger locks than this have not been seen, by far.
const MAX_LOCK_BYTES: usize = 64 << 20;

/// Files of a context that may say what a project depends on, as patterns.
const PROJECT_FILES: &[&str] = &[
    ".python-version",
    ".tool-versions",
    "Pipfile",
    "Pipfile.lock",
    "Procfile",
    "conda-lock.yml",
    "environment.yaml",
    "environment.yml",
    "pdm.lock",
    "pixi.lock",
    "poetry.lock",
    "pylock.*.toml",
    "pylock.toml",
    "pyproject.toml",
    "requirements*.in",
    "requirements*.txt",
    "runtime.txt",
    "setup.cfg",
    "setup.py",
    "uv.lock",
    "uv.toml",
];

/// The description, read, and what was read of the project at the same time.
pub(super) struct Loaded {
    pub(super) files: Files,
    pub(super) description: SourceFile,
    pub(super) origins: Origins,
    /// The operation that loaded the description: the vertex that warnings are shown with.
    pub(super) vertex: String,
    /// The ignore file beside the description, if there is one.
    ignored: Option<String>,
    /// The files that every project is asked for, as they are, by path.
    sent: BTreeMap<String, Vec<u8>>,
}

/// The description and what lies beside it.
struct Described {
    files: Files,
    description: SourceFile,
    vertex: String,
    ignored: Option<String>,
}

/// The project, read as far as it was needed.
pub(super) struct Project {
    pub(super) files: Files,
    pub(super) vertex: String,
    /// The context for the graph.
    pub(super) context: lower::Context,
    /// Files that failing steps may show.
    pub(super) shown: BTreeMap<FileId, buildkit_llb::SourceFile>,
    /// The files of the project by path.
    pub(super) found: BTreeMap<String, SourceFile>,
    /// Source files that were looked into to find out how the app starts; `None`: not there.
    pub(super) sources: BTreeMap<String, Option<SourceFile>>,
    /// The context as it is read from, beyond the files that were found.
    context_files: Option<Output>,
}

impl Project {
    /// The value of something that was checked and what was noticed, or what is wrong with it.
    pub(super) fn checked<T>(&self, checked: Checked<T>) -> Result<(T, Vec<Diagnostic>), Failure> {
        checked.into_result().map_err(|errors| Failure::Input(errors, self.files.clone()))
    }

    /// Lets steps that fail show a file, if it is small enough to be part of every graph.
    pub(super) fn show(&mut self, file: &SourceFile) {
        const SMALL: usize = 64 << 10;
        if file.text().len() <= SMALL {
            let shown = buildkit_llb::SourceFile::new(file.name(), file.text().as_bytes(), "");
            self.shown.insert(file.id(), shown);
        }
    }

    /// Adds a file by its path.
    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let text = decode(path, bytes).map_err(|error| Failure::input(vec![error]))?;
        self.found.insert(path.to_owned(), self.files.add(path, text));
        Ok(())
    }

    /// The files as the readers of locks want them.
    pub(super) fn contents(&self) -> Others {
        self.found.iter().map(|(path, file)| (path.clone(), Some(file.clone()))).collect()
    }
}

impl<G: Gateway> Session<'_, G> {
    /// Reads the description and, at the same time, the files of the project that tell what it is.
    ///
    /// # Errors
    /// A description that is not there or is no text.
    pub(super) async fn load(&self) -> Result<Loaded, Failure> {
        let origins = self.origins().await?;
        let (described, sent) = join(self.description(&origins), self.project_files(&origins)).await;
        let Described { files, description, vertex, ignored } = described?;
        Ok(Loaded { files, description, origins, vertex, ignored, sent: sent? })
    }

    async fn description(&self, origins: &Origins) -> Result<Described, Failure> {
        let sent = self.options.filename.as_deref().unwrap_or(DEFAULT_FILENAME);
        let filename = origins.filename.as_deref().unwrap_or(sent).to_owned();
        let ignore_file = format!("{filename}.dockerignore");
        let source = match &origins.description {
            Some(output) => output.clone(),
            None => {
                let name = self.options.dockerfile_key.as_deref().unwrap_or("dockerfile");
                let paths = [filename.clone(), ignore_file.clone(), "pyproject.toml".to_owned()];
                Local::new(name)
                    .session(self.options.session(name, &self.environment.session))
                    .follow_paths(&paths)
                    .shared_key_hint("dockerfile")
                    .without_differ()
                    .meta(Meta::named(format!("[internal] load build definition from {filename}")))
                    .output()
            }
        };
        let vertex = source.digest().to_owned();
        let reference = self.solve(&source.into(), false).await?;
        let mut files = Files::default();
        let mut found = self.text(&mut files, &reference, &filename).await?;
        // Nobody named a file, and there is none: then the project says everything itself.
        let unnamed = filename == DEFAULT_FILENAME;
        if unnamed && found.as_ref().is_none_or(|file| is_dockerfile(file.text())) {
            found = match self.text(&mut files, &reference, "pyproject.toml").await? {
                Some(file) => Some(file),
                None => Some(files.add("wheelbase.toml", "")),
            };
        }
        let Some(description) = found else {
            let error = Diagnostic::error("no-description", format!("`{filename}` does not exist"))
                .help("give the description with `--file`, such as `--file app.toml`");
            return Err(Failure::input(vec![error]));
        };
        let ignored = self.gateway.read_file(&reference, &ignore_file).await?;
        let ignored = ignored.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Described { files, description, vertex, ignored })
    }

    /// The files at the top of the context that every project is asked for, with the ignore file.
    async fn project_files(&self, origins: &Origins) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let source = match &origins.context {
            Some(output) => output.clone(),
            None => {
                let mut paths: Vec<String> = PROJECT_FILES.iter().map(|path| (*path).to_owned()).collect();
                paths.push(IGNORE_FILE.to_owned());
                paths.sort();
                self.context_files(&paths)
            }
        };
        let reference = self.solve(&source.into(), false).await?;
        let entries = self.gateway.read_dir(&reference, ".").await?.unwrap_or_default();
        let wanted = |name: &String| {
            name == IGNORE_FILE || PROJECT_FILES.iter().any(|pattern| crate::ignore::matches(pattern, name))
        };
        let names: Vec<String> = entries.into_iter().map(|entry| entry.path).filter(wanted).collect();
        let read = all(names.iter().map(async |name| {
            let bytes = self.gateway.read_file(&reference, name).await?;
            Ok(bytes.map(|bytes| (name.clone(), bytes)))
        }));
        Ok(read.await?.into_iter().flatten().collect())
    }

    /// The project, with the files that the description names. What `noticed` hides of the description is not shown by
    /// failing steps.
    ///
    /// # Errors
    /// Files that are no text.
    pub(super) async fn project(
        &self,
        loaded: &Loaded,
        spec: &Spec,
        noticed: &[Diagnostic],
    ) -> Result<Project, Failure> {
        let Loaded { files, description, origins, vertex, ignored, sent } = loaded;
        let ignore_file = || sent.get(IGNORE_FILE).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let mut project = Project {
            shown: BTreeMap::new(),
            found: BTreeMap::new(),
            sources: BTreeMap::new(),
            vertex: vertex.clone(),
            context_files: origins.context.clone(),
            context: match origins.context.clone() {
                Some(output) => lower::Context::Remote(output),
                None => lower::Context::Local {
                    name: CONTEXT.to_owned(),
                    session: self.options.session(CONTEXT, &self.environment.session).to_owned(),
                    ignored: crate::ignore::patterns(
                        &ignored.clone().or_else(ignore_file).unwrap_or_default(),
                    ),
                    builtin: spec.builtin_ignore.unwrap_or(true),
                },
            },
            files: files.clone(),
        };
        let text = shown_text(noticed, description);
        let shown = buildkit_llb::SourceFile::new(description.name(), text.as_bytes(), "TOML");
        project.shown.insert(description.id(), shown);
        for (path, bytes) in sent.iter().filter(|(path, _)| *path != IGNORE_FILE) {
            project.add(path, bytes.clone())?;
        }
        let named = spec.stages.values().filter_map(|stage| stage.dependencies.as_ref()?.file.as_ref());
        let mut named: Vec<String> = named.map(|file| file.value.clone()).collect();
        named.retain(|path| !project.found.contains_key(path));
        if !named.is_empty() {
            self.read_more(&mut project, &named).await?;
        }
        Ok(project)
    }

    /// Reads more files of the context, by path; those that do not exist are not in `found` afterwards.
    pub(super) async fn read_more(&self, project: &mut Project, paths: &[String]) -> Result<(), Failure> {
        let source = match &project.context_files {
            Some(output) => output.clone(),
            None => self.context_files(paths),
        };
        let reference = self.solve(&source.into(), false).await?;
        let unread = paths.iter().filter(|path| !project.found.contains_key(*path));
        let read = all(unread.map(async |path| Ok((path, self.gateway.read_file(&reference, path).await?))));
        for (path, bytes) in read.await? {
            if let Some(bytes) = bytes {
                project.add(path, bytes)?;
            }
        }
        Ok(())
    }

    /// A few small files of the client's directory.
    fn context_files(&self, paths: &[String]) -> Output {
        Local::new(CONTEXT)
            .session(self.options.session(CONTEXT, &self.environment.session))
            .follow_paths(paths)
            .shared_key_hint("wheelbase-project")
            .without_differ()
            .meta(Meta::named("[internal] load project files"))
            .output()
    }

    /// A file as text; `None` if it does not exist.
    async fn text(
        &self,
        files: &mut Files,
        reference: &RefId,
        path: &str,
    ) -> Result<Option<SourceFile>, Failure> {
        let Some(bytes) = self.gateway.read_file(reference, path).await? else { return Ok(None) };
        let text = decode(path, bytes).map_err(|error| Failure::input(vec![error]))?;
        Ok(Some(files.add(path, text)))
    }
}

/// Locks may be large; everything else is a description or small enough to be one.
fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lock = crate::lock::format_of(path).is_some() || name.ends_with(".lock");
    if !lock {
        return crate::spec::decode(path, &bytes);
    }
    if bytes.len() > MAX_LOCK_BYTES {
        let message = format!("`{path}` is larger than a lock can be: {} bytes", bytes.len());
        return Err(Diagnostic::error("file-too-large", message)
            .help(format!("at most {MAX_LOCK_BYTES} bytes are read; is this the right file?")));
    }
    crate::spec::decode_written(path, bytes)
}

/// A file that nobody named on purpose and that cannot be a description.
fn is_dockerfile(text: &str) -> bool {
    let instruction =
        |line: &str| line.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("from"));
    text.lines().any(|line| instruction(line) && !line.contains('='))
}
