//! The pure part of a build: the bytes of a description or of a lock in, a graph out, nothing asked of anybody.
//!
//! It goes the driver's way, with bases that are made up: every image is there, and has the facts of [`Machine`].
//! What is wrong with the input is returned, never a panic: that is what the fuzzers look for.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Fs, Image, Platform, definition};
use buildkit_proto::pb;
use wheelbase::context::ImageName;
use wheelbase::diag::Diagnostic;
use wheelbase::image::ImageConfig;
use wheelbase::lock::{self, Others, Read, Request};
use wheelbase::lower::{Context, Runtime, Surroundings, lower, lower_facts};
use wheelbase::plan::{self, Dependencies, Indexes, Ingredients};
use wheelbase::select::{Artifact, RemoteFile, Selection, Target, select};
use wheelbase::spec::Spec;
use wheelbase::text::{Files, SourceFile};
use wheelbase_helper::contract::{Facts, Libc};

/// The description that does nothing but install what is locked.
pub const DESCRIPTION: &str = "python = \"3.13\"\ncmd = [\"python\", \"app.py\"]\n";

/// The base of an image, as it is made up.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The processor, as images name it: `amd64`.
    pub architecture: &'static str,
    /// What is known of the base.
    pub facts: Facts,
}

impl Machine {
    /// Debian with CPython 3.13 on `x86_64`.
    ///
    /// # Panics
    /// Never: its facts are a file beside the benchmark.
    pub fn debian() -> Self {
        let facts = include_str!("../bench/facts.json");
        Self { architecture: "amd64", facts: serde_json::from_str(facts).expect("the facts are facts") }
    }

    /// Something like Alpine with CPython 3.11 on `aarch64`.
    pub fn alpine() -> Self {
        let mut facts = Self::debian().python("3.11.2").facts;
        facts.libc = Some(Libc::Musl(1, 2));
        if let Some(interpreter) = &mut facts.interpreter {
            interpreter.machine = "aarch64".to_owned();
        }
        Self { architecture: "arm64", facts }
    }

    /// The same with another CPython.
    #[must_use]
    pub fn python(mut self, version: &str) -> Self {
        if let Some(interpreter) = &mut self.facts.interpreter {
            interpreter.version = version.to_owned();
        }
        self
    }

    /// What packages are selected for.
    ///
    /// # Panics
    /// Never: both machines have CPython and a C library.
    pub fn target(&self) -> Target {
        let interpreter = self.facts.interpreter.as_ref().expect("the base has Python");
        Target::new(interpreter, self.facts.libc.expect("the base has a C library")).expect("CPython")
    }
}

/// Reads a dependency file as the driver does. Whatever other file it asks for has the text `more`, or is missing.
pub fn read(
    file: &SourceFile,
    more: Option<&str>,
    request: &Request,
    files: &mut Files,
    found: &mut Vec<Diagnostic>,
) -> Option<Read> {
    let mut others = Others::new();
    // Files that include each other in ever new directories are not found in a real context.
    for _ in 0..8 {
        match lock::read(file, &others, request).drain_into(found)? {
            Read::Needs(paths) => others.extend(paths.into_iter().map(|path| {
                let file = more.map(|text| files.add(path.clone(), text));
                (path, file)
            })),
            read => return Some(read),
        }
    }
    None
}

/// What a machine gets of a dependency file: `None` if the file is wrong, or has to be resolved first.
pub fn selection(
    read: &Read,
    request: &Request,
    machine: &Machine,
    found: &mut Vec<Diagnostic>,
) -> Option<Selection> {
    match read {
        Read::Locked(lock) => {
            let selection = select(lock, request, &machine.target()).drain_into(found);
            selection.map(looked_up)
        }
        Read::Unlocked(unlocked) => {
            found.push(unlocked.warning());
            None
        }
        Read::Needs(_) => None,
    }
}

/// What an index might answer, had it been asked.
fn looked_up(mut selection: Selection) -> Selection {
    for chosen in &mut selection.packages {
        let Artifact::Lookup(lookup) = &chosen.artifact else { continue };
        let version = chosen.version.as_ref().map_or("0".to_owned(), ToString::to_string);
        let wheel = format!("{}-{version}-py3-none-any.whl", chosen.name.as_str().replace('-', "_"));
        let filename = lookup.filenames.first().cloned().unwrap_or(wheel);
        let is_wheel = filename.ends_with(".whl");
        let file = RemoteFile {
            url: format!("https://files.example/{filename}"),
            filename,
            sha256: lookup.sha256.first().cloned().unwrap_or_else(|| "0".repeat(64)),
            size: None,
            direct: false,
            subdirectory: None,
        };
        chosen.artifact = if is_wheel { Artifact::Wheel(file) } else { Artifact::Sdist(file) };
    }
    selection
}

/// What a build comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The graph.
    pub definition: pb::Definition,
    /// The configuration of the image.
    pub config: Vec<u8>,
}

/// The graph of one target of a description, and its configuration. `None` if something is wrong with it, which is in `found` then.
///
/// # Panics
/// If a graph cannot be made of a description that is right, which would be a mistake of ours.
pub fn build(
    spec: &Spec,
    target: &str,
    selection: &Selection,
    machine: &Machine,
    files: &Files,
    found: &mut Vec<Diagnostic>,
) -> Option<Built> {
    let platform = Platform::linux(machine.architecture);
    let platform_name = platform.to_string();
    let mut images = BTreeMap::new();
    let mut sources = BTreeMap::new();
    let mut facts = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    let app_base = plan::default_base("3.13", Default::default());
    macro_rules! ingredients {
        () => {
            Ingredients {
                spec,
                target,
                platform: &platform_name,
                app_base: &app_base,
                images: &images,
                facts: &facts,
                bottoms: &BTreeMap::new(),
                dependencies: &dependencies,
                no_cache: None,
                start: None,
                labels: &[],
                scripts: &BTreeSet::new(),
                cache_namespace: "",
            }
        };
    }
    for stage in ingredients!().environments() {
        let selection = selection.clone();
        let indexes = Indexes::of(&spec.indexes);
        dependencies.insert(stage, Dependencies { selection, bytecode: true, indexes, ..Default::default() });
    }
    for name in ingredients!().sources(true).into_keys() {
        let image: ImageName = name.parse().ok()?;
        let image = Image::new(&image.with_default_tag().to_string(), &platform).output();
        sources.insert(name.clone(), Fs::Output(image));
        images.insert(name, ImageConfig::scratch());
    }
    let context = Context::Local {
        name: "context".to_owned(),
        session: "s".to_owned(),
        ignored: vec![],
        builtin: true,
    };
    let own_image = Image::new("example.com/wheelbase:1", &platform).output().into();
    let uv = wheelbase::tools::uv_wheel(&platform).expect("uv is pinned for this platform");
    let around = Surroundings {
        sources: &sources,
        native_sources: &sources,
        context: &context,
        own_image: &own_image,
        uv: &Indexes::default().download(&uv.url, &uv.filename, &uv.sha256),
        platform: platform.clone(),
        build_platform: platform,
        multi_platform: false,
        merge: true,
        files,
        shown: &BTreeMap::new(),
        runtime: &Runtime::default(),
    };
    loop {
        let (plans, noticed) = kept(plan::prepare(&ingredients!()), found)?;
        found.extend(noticed);
        if plans.is_empty() {
            break;
        }
        for (stage, plan) in plans {
            lower_facts(&plan, &around);
            facts.insert(stage, machine.facts.clone());
        }
    }
    let (plan, noticed) = kept(plan::plan(&ingredients!()), found)?;
    found.extend(noticed);
    let lowered = lower(&plan, &around);
    let chain = ingredients!().chain(target);
    let changed = |config: ImageConfig, stage: &String| config.with(&ingredients!().image_changes(stage));
    let config = chain.iter().rev().fold(ImageConfig::scratch(), changed).with_layers(&lowered.layers, None);
    Some(Built { definition: definition(&lowered.fs.output()?), config: config.to_json() })
}

/// The value and its warnings; errors go to `found`.
fn kept<T>(
    checked: wheelbase::diag::Checked<T>,
    found: &mut Vec<Diagnostic>,
) -> Option<(T, Vec<Diagnostic>)> {
    checked.into_result().map_err(|errors| found.extend(errors)).ok()
}
