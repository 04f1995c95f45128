//! From a description to its plan, graph and configuration, with facts and images from literals.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Fs, Image, Platform};
use wheelbase::diag::Diagnostic;
use wheelbase::image::ImageConfig;
use wheelbase::lower::{Context, Lowered, Runtime, Surroundings, lower};
use wheelbase::plan::{Dependencies, Indexes, Ingredients, Plan, plan};
use wheelbase::spec::Spec;
use wheelbase::text::Files;
use wheelbase_helper::contract::Facts;

/// Everything around a description that a build would find out.
pub(crate) struct World {
    pub(crate) target: String,
    pub(crate) platform: Platform,
    pub(crate) images: BTreeMap<String, ImageConfig>,
    pub(crate) facts: BTreeMap<String, Facts>,
    pub(crate) bottoms: BTreeMap<String, Facts>,
    pub(crate) dependencies: BTreeMap<String, Dependencies>,
    pub(crate) runtime: Runtime,
    /// Patterns of `.dockerignore`.
    pub(crate) ignored: Vec<String>,
    /// Whether the daemon can merge.
    pub(crate) merge: bool,
    platform_name: String,
    scripts: BTreeSet<String>,
}

impl World {
    /// The app on a platform; nothing is known of any base.
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            target: "app".to_owned(),
            platform_name: platform.to_string(),
            platform,
            images: BTreeMap::new(),
            facts: BTreeMap::new(),
            bottoms: BTreeMap::new(),
            dependencies: BTreeMap::new(),
            runtime: Runtime::default(),
            ignored: vec![],
            merge: true,
            scripts: BTreeSet::new(),
        }
    }

    pub(crate) fn ingredients<'a>(&'a self, spec: &'a Spec) -> Ingredients<'a> {
        Ingredients {
            spec,
            target: &self.target,
            platform: &self.platform_name,
            app_base: "python:3.13-slim",
            images: &self.images,
            facts: &self.facts,
            bottoms: &self.bottoms,
            dependencies: &self.dependencies,
            no_cache: None,
            start: None,
            labels: &[],
            scripts: &self.scripts,
            cache_namespace: "",
        }
    }

    /// The plan, or the errors as people see them.
    pub(crate) fn plan(&self, spec: &Spec, files: &Files) -> Result<Plan, String> {
        let shown = |errors: Vec<Diagnostic>| {
            errors.iter().map(|error| error.render(files)).collect::<Vec<_>>().join("\n")
        };
        plan(&self.ingredients(spec)).into_result().map(|(plan, _)| plan).map_err(shown)
    }

    /// The graph. `sources` are the images that the plan names, `native` those for the builder.
    pub(crate) fn lower(&self, plan: &Plan, files: &Files, sources: &[&str], native: &[&str]) -> Lowered {
        let builder = Platform::linux("amd64");
        let images = |names: &[&str], platform: &Platform| {
            let image = |name: &&str| {
                let image = Image::new(&format!("docker.io/library/{name}"), platform);
                ((*name).to_owned(), Fs::Output(image.output()))
            };
            names.iter().map(image).collect::<BTreeMap<_, _>>()
        };
        let context = Context::Local {
            name: "context".to_owned(),
            session: "s".to_owned(),
            ignored: self.ignored.clone(),
            builtin: true,
        };
        let uv = wheelbase::tools::uv_wheel(&builder).unwrap();
        let around = Surroundings {
            sources: &images(sources, &self.platform),
            native_sources: &images(native, &builder),
            context: &context,
            own_image: &Fs::Scratch,
            uv: &Indexes::default().download(&uv.url, &uv.filename, &uv.sha256),
            platform: self.platform.clone(),
            build_platform: builder,
            multi_platform: false,
            merge: self.merge,
            files,
            shown: &BTreeMap::new(),
            runtime: &self.runtime,
        };
        lower(plan, &around)
    }
}

/// A description that is right.
pub(crate) fn described(text: &str) -> (Files, Spec) {
    let mut files = Files::default();
    let file = files.add("app.toml", text);
    let (spec, _) = wheelbase::spec::parse(&file, &BTreeMap::new()).into_result().unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|error| error.render(&files)).collect::<Vec<_>>().join("\n"))
    });
    (files, spec)
}

/// A base without anything that matters.
pub(crate) fn plain() -> Facts {
    Facts {
        interpreter: None,
        libc: None,
        distribution: None,
        shell: true,
        unconfigured: vec![],
        users: vec![],
        groups: vec![],
        directories: vec![],
        directory_links: vec![],
    }
}
