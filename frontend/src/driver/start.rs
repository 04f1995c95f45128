//! How an app starts that does not say it: the files of the context that may tell, read as far as they are asked
//! for. A description with a command costs nothing here.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Output;

use super::load::Project;
use super::session::Session;
use crate::answer::Failure;
use crate::detect::{
    self, Outcome, PATTERNS, Start, View, is_looked_into, is_wanted, listens_on_loopback, source_on_loopback,
    toml_argv,
};
use crate::diag::Diagnostic;
use crate::gateway::{FileStat, Gateway, RefId};
use crate::image::{ImageConfig, set_env};
use crate::plan::{Base, Ingredients, lands};
use crate::spec::Stage;
use crate::text::SourceFile;

/// Source files are read so far; generated ones are larger.
const MOST_BYTES: usize = 256 << 10;

/// Directories are looked into so many, in the order of their names.
const MOST_DIRECTORIES: usize = 100;

impl<G: Gateway> Session<'_, G> {
    /// Finds out how the target's image starts, if it is one of the app and nobody says it. What was decided is
    /// said in a note.
    ///
    /// # Errors
    /// `two-starts`.
    pub(super) async fn start(
        &self,
        ingredients: &Ingredients<'_>,
        project: &mut Project,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Option<Start>, Failure> {
        let chain = Chain::of(ingredients);
        if let Some((argv, span)) = chain.command() {
            // An address that is written is told with the description.
            let written = argv.iter().any(|word| word.contains("127.0.0.1") || word.contains("localhost"));
            let unsaid = listens_on_loopback(&argv, &chain.env(), Some(span)).filter(|_| !written);
            warnings.extend(unsaid);
            return Ok(None);
        }
        if !chain.wants_a_command() {
            return Ok(None);
        }
        let patterns: Vec<String> = PATTERNS.iter().map(|pattern| (*pattern).to_owned()).collect();
        let source: Output = project.context.files(&patterns, "[internal] look for the start command");
        let reference = self.solve(&source.into(), false).await?;
        let mut paths = self.source_files(&reference).await?;
        paths.retain(|path| chain.copies(path));
        let packages = chain.packages();
        let port = chain.env().get("PORT").and_then(|port| port.parse().ok());
        loop {
            let packages = packages.as_ref();
            let no_shell = chain.has_no_shell();
            let view = View { paths: &paths, contents: &project.sources, packages, port, no_shell };
            match detect::start(&view) {
                Ok(Outcome::Needs(needs)) => {
                    for path in needs {
                        self.source_file(project, &paths, &reference, &path).await?;
                    }
                }
                Ok(Outcome::Start(start)) => {
                    warnings.push(note(&start));
                    let mut env = chain.env();
                    env.extend(start.env.iter().cloned());
                    warnings.extend(listens_on_loopback(&start.cmd, &env, start.span));
                    if let [program, path] = start.cmd.as_slice()
                        && program == "python"
                        && paths.contains(path)
                    {
                        let file = self.source_file(project, &paths, &reference, path).await?;
                        warnings.extend(file.and_then(|file| source_on_loopback(&file, &env)));
                    }
                    return Ok(Some(start));
                }
                Ok(Outcome::Nothing { reason, help }) => {
                    let warning = Diagnostic::warning("no-command", reason);
                    warnings.push(help.into_iter().fold(warning, Diagnostic::help));
                    return Ok(None);
                }
                Err(error) => return Err(Failure::Input(vec![error], project.files.clone())),
            }
        }
    }

    /// The files that detection may ask for.
    async fn source_files(&self, reference: &RefId) -> Result<BTreeSet<String>, Failure> {
        let mut found = BTreeSet::new();
        let mut directories = vec![String::new()];
        let mut looked_into = 0;
        while let Some(directory) = directories.pop() {
            looked_into += 1;
            if looked_into > MOST_DIRECTORIES {
                break;
            }
            let at = if directory.is_empty() { "." } else { &directory };
            let mut below = vec![];
            for FileStat { path: name, mode, .. } in
                self.gateway.read_dir(reference, at).await?.unwrap_or_default()
            {
                let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
                if mode & DIRECTORY == 0 {
                    found.extend(Some(path).filter(|path| is_wanted(path)));
                } else if is_looked_into(&name) && (directory.is_empty() || directory == "src") {
                    below.push(path);
                }
            }
            below.sort();
            directories.extend(below.into_iter().rev());
        }
        Ok(found)
    }

    /// A file as text, read once. Whatever is no UTF-8 in it can only be in strings and comments.
    async fn source_file(
        &self,
        project: &mut Project,
        paths: &BTreeSet<String>,
        reference: &RefId,
        path: &str,
    ) -> Result<Option<SourceFile>, Failure> {
        if let Some(known) = project.sources.get(path) {
            return Ok(known.clone());
        }
        let file = match project.found.get(path) {
            Some(file) => Some(file.clone()),
            None if paths.contains(path) => {
                let bytes = self.gateway.read_start(reference, path, MOST_BYTES).await?;
                bytes.map(|bytes| project.files.add(path, String::from_utf8_lossy(&bytes)))
            }
            None => None,
        };
        project.sources.insert(path.to_owned(), file.clone());
        Ok(file)
    }
}

/// The bit of a directory in the mode of a file, as Go has it.
const DIRECTORY: u32 = 1 << 31;

/// What was decided.
fn note(start: &Start) -> Diagnostic {
    let message = format!("the app starts with `cmd = {}`: {}", toml_argv(&start.cmd), start.reason);
    let note = Diagnostic::note("start-command", message);
    let note = start.span.into_iter().fold(note, Diagnostic::at);
    start.help.iter().cloned().fold(note, Diagnostic::help)
}

/// The stages that the target's image is made of, the target first.
struct Chain<'a> {
    ingredients: &'a Ingredients<'a>,
    names: Vec<String>,
    base: Option<&'a ImageConfig>,
}

impl<'a> Chain<'a> {
    fn of(ingredients: &'a Ingredients<'a>) -> Self {
        let names = ingredients.chain(ingredients.target);
        let base = match names.last().map(|stage| ingredients.base(stage)) {
            Some(Base::Source(image)) => ingredients.images.get(&image),
            _ => None,
        };
        Self { ingredients, names, base }
    }

    fn stages(&self) -> impl Iterator<Item = &'a Stage> {
        let stages = &self.ingredients.spec.stages;
        self.names.iter().filter_map(move |name| stages.get(name))
    }

    /// The command that the description has.
    fn command(&self) -> Option<(Vec<String>, crate::text::Span)> {
        self.stages().find_map(|stage| {
            let span = stage.cmd.as_ref().or(stage.entrypoint.as_ref())?.span;
            let words =
                [&stage.entrypoint, &stage.cmd].into_iter().flatten().flat_map(|argv| argv.value.clone());
            Some((words.collect(), span))
        })
    }

    /// Whether it is an image of the app whose base does not say what to start. A shell and a bare interpreter are
    /// what bases have that do not know an app. Tests are run by the build.
    fn wants_a_command(&self) -> bool {
        let is_app = self.names.iter().any(|name| name == "app") && self.ingredients.target != "test";
        is_app && self.base.is_none_or(|base| !base.starts_something())
    }

    /// The variables of the image.
    fn env(&self) -> BTreeMap<String, String> {
        let mut env = self.base.map(ImageConfig::env).unwrap_or_default();
        let stages: Vec<&Stage> = self.stages().collect();
        for (name, value) in stages.iter().rev().flat_map(|stage| &stage.env) {
            set_env(&mut env, &name.value, &value.value);
        }
        env.into_iter().collect()
    }

    /// The packages that are installed. Without a dependency file, a base or a step of the user's own may bring
    /// what nobody knows.
    fn packages(&self) -> Option<BTreeSet<String>> {
        let dependencies = self.names.iter().find_map(|name| self.ingredients.dependencies.get(name));
        if let Some(dependencies) = dependencies {
            let packages = &dependencies.selection.packages;
            return Some(packages.iter().map(|package| package.name.as_str().to_owned()).collect());
        }
        let others = self
            .stages()
            .any(|stage| stage.from.is_some() || !stage.run.is_empty() || !stage.packages.is_empty());
        (!others).then(BTreeSet::new)
    }

    /// Whether the base has no shell, and no step of the user's own may bring one.
    fn has_no_shell(&self) -> bool {
        let facts = self.ingredients.facts_of(self.ingredients.target);
        let brings = |stage: &Stage| {
            !stage.packages.is_empty() || stage.copy.iter().flatten().any(|copy| copy.from.is_some())
        };
        facts.is_some_and(|facts| !facts.shell) && !self.stages().any(brings)
    }

    /// Whether a file of the context is in the image, at the same place below its working directory.
    fn copies(&self, path: &str) -> bool {
        let all = self.names.iter().filter_map(|name| Some((name, self.ingredients.spec.stages.get(name)?)));
        all.into_iter().any(|(name, stage)| match &stage.copy {
            None => name == "app",
            Some(copies) => {
                let workdir =
                    stage.workdir.as_ref().map_or("/app", |workdir| workdir.value.trim_end_matches('/'));
                let own = format!("{workdir}/{path}");
                copies.iter().any(|copy| lands(copy, path, workdir).is_some_and(|place| place == own))
            }
        })
    }
}
