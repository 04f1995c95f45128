//! The image for one platform: facts, dependencies, plan, graph, configuration.

use std::collections::BTreeMap;

use buildkit_llb::{Fs, ProxyEnv, Ulimit};
use wheelbase_helper::contract::{FACTS_PATH, Facts};

use super::dependencies::{Wanted, added};
use super::images::Image;
use super::load::Project;
use super::python;
use super::session::Session;
use super::sources::Sources;
use crate::answer::{Failure, PlatformImage};
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::image::ImageConfig;
use crate::lock;
use crate::lower::{Runtime, Surroundings, lower, lower_facts};
use crate::options::{NoCache, Options, Platform};
use crate::plan::{self, Base, Dependencies, Indexes, Ingredients, Plan};
use crate::spec::Spec;
use crate::tools::uv_wheel;

impl<G: Gateway> Session<'_, G> {
    /// Builds the image for one platform; with what was noticed.
    pub(super) async fn platform(
        &self,
        spec: &Spec,
        project: &mut Project,
        target: &str,
        platform: &Platform,
    ) -> Result<(Image, Vec<Diagnostic>), Failure> {
        let mut warnings = vec![];
        let (wanted, noticed) = checked(lock::python::detect(&project.contents()), project)?;
        warnings.extend(noticed);
        let minor = python::minor(spec, wanted.as_ref());
        let variant = spec.variant.as_ref().map(|variant| variant.value).unwrap_or_default();
        let app_base = plan::default_base(&minor, variant);
        let platform_name = platform.to_string();
        let no_cache = match &self.options.no_cache {
            NoCache::Nothing => None,
            NoCache::All => Some(vec![]),
            NoCache::Stages(stages) => Some(stages.clone()),
        };
        let builder = self.builder();
        let runtime = runtime(self.options);
        let uv = uv_wheel(&builder).map_err(|error| Failure::input(vec![error]))?;
        let uv = Indexes::of(&spec.indexes).download(&uv.url, &uv.filename, &uv.sha256);
        let mut sources = Sources::default();
        let mut native = Sources::default();
        let mut facts: BTreeMap<String, Facts> = BTreeMap::new();
        let mut bottoms: BTreeMap<String, Facts> = BTreeMap::new();
        let mut dependencies: BTreeMap<String, Dependencies> = BTreeMap::new();
        let mut dependency_files = vec![];
        let mut start = None;
        let scripts = project.found.get("pyproject.toml").map(crate::detect::commands).unwrap_or_default();
        let labels = project.found.get("pyproject.toml").map(crate::detect::labels).unwrap_or_default();
        let namespace = self.options.cache_namespace.clone().unwrap_or_default();

        macro_rules! ingredients {
            () => {
                Ingredients {
                    spec,
                    target,
                    platform: &platform_name,
                    app_base: &app_base,
                    images: &sources.configs,
                    facts: &facts,
                    bottoms: &bottoms,
                    dependencies: &dependencies,
                    no_cache: no_cache.as_deref(),
                    start: start.as_ref(),
                    labels: &labels,
                    scripts: &scripts,
                    cache_namespace: &namespace,
                }
            };
        }
        macro_rules! around {
            () => {
                Surroundings {
                    sources: &sources.fs,
                    native_sources: &native.fs,
                    context: &project.context,
                    own_image: &self.own_image,
                    uv: &uv,
                    platform: platform.clone(),
                    build_platform: builder.clone(),
                    multi_platform: self.options.platforms.len() > 1,
                    merge: self.merges(),
                    files: &project.files,
                    shown: &project.shown,
                    runtime: &runtime,
                }
            };
        }

        // Files first: what is wrong with them is told before anything is asked of a registry.
        for stage in ingredients!().with_dependencies() {
            let written = |stage: &str| spec.stages.get(stage).and_then(|stage| stage.dependencies.clone());
            let mut wanted = Wanted {
                written: written(&stage).unwrap_or_default(),
                locked: spec.locked,
                indexes: Indexes::of(&spec.indexes),
            };
            // Who adds to an environment adds from the same file.
            if let Some(below) = ingredients!().adds_to(&stage).and_then(|below| written(&below)) {
                wanted.written.file = wanted.written.file.or(below.file);
                wanted.written.member = wanted.written.member.or(below.member);
                wanted.written.bytecode = wanted.written.bytecode.or(below.bytecode);
            }
            if let Some(source) = self.dependency_file(&wanted, project, &mut warnings).await? {
                dependency_files.push((stage, wanted, source));
            }
        }

        // Images, and a look at those that cannot install packages themselves, which then need others that can.
        macro_rules! find_images {
            ($compile:expr) => {
                loop {
                    let wanted = ingredients!().sources($compile);
                    self.find(&wanted, platform, &project.files, &mut sources).await?;
                    if *platform != builder && !$compile {
                        self.find(&wanted, &builder, &project.files, &mut native).await?;
                    }
                    self.find(&ingredients!().installers(), &builder, &project.files, &mut native).await?;
                    let unknown = plan::look(&ingredients!());
                    if unknown.is_empty() {
                        break;
                    }
                    for (image, plan) in unknown {
                        bottoms.insert(image, self.facts(&plan, &around!()).await?);
                    }
                }
            };
        }
        find_images!(false);

        let mut prepared: BTreeMap<String, Plan> = BTreeMap::new();
        loop {
            let (plans, _) = checked(plan::prepare(&ingredients!()), project)?;
            if plans.is_empty() {
                break;
            }
            for (stage, plan) in plans {
                let read = self.facts(&plan, &around!()).await?;
                if let Some(error) = python::check(spec, &read) {
                    return Err(Failure::Input(vec![error], project.files.clone()));
                }
                warnings.extend(plan::unconfigured(&plan, &read));
                facts.insert(stage.clone(), read);
                prepared.insert(stage, plan);
            }
        }

        for (stage, wanted, source) in &dependency_files {
            let below = ingredients!().adds_to(stage);
            let root = below.as_ref().unwrap_or(stage);
            let (Some(known), Some(plan)) = (facts.get(root), prepared.get(root)) else { continue };
            let mut chosen = self.select(source, wanted, known, plan, &around!(), &mut warnings).await?;
            if let Some(base) = below.and_then(|below| dependencies.get(&below)) {
                chosen =
                    added(chosen, base).map_err(|errors| Failure::Input(errors, project.files.clone()))?;
            }
            dependencies.insert(stage.clone(), chosen);
        }
        self.check_versions(spec, &dependencies, project).await?;
        let compiles = ingredients!().compiles();
        if compiles {
            find_images!(true);
        }

        start = self.start(&ingredients!(), project, &mut warnings).await?;
        let (plan, noticed) = checked(plan::plan(&ingredients!()), project)?;
        warnings.extend(noticed);
        let lowered = lower(&plan, &around!());
        let reference = self.solve(&lowered.fs, false).await?;
        let ingredients = ingredients!();
        let (config, base_config) = self.configuration(&ingredients, &sources, platform, &lowered.layers);
        let built = PlatformImage { platform: platform.clone(), reference, config, base_config };
        Ok((Image { built, plan, fs: lowered.fs }, warnings))
    }

    /// The facts that a plan ends before.
    async fn facts(&self, plan: &Plan, around: &Surroundings<'_>) -> Result<Facts, Failure> {
        let reference = self.solve(&Fs::Output(lower_facts(plan, around)), false).await?;
        let bytes = self.gateway.read_file(&reference, FACTS_PATH).await?.unwrap_or_default();
        serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Bug(format!("the facts of the base: {error}")))
    }

    /// The configuration of the target's image, and that of the image that it grew from.
    fn configuration(
        &self,
        ingredients: &Ingredients<'_>,
        sources: &Sources,
        platform: &Platform,
        layers: &[String],
    ) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut chain = vec![ingredients.target.to_owned()];
        chain.extend(ingredients.ancestors(ingredients.target));
        let bottom = chain.last().map(|stage| ingredients.base(stage));
        let base = match &bottom {
            Some(Base::Source(name)) => sources.configs.get(name).cloned(),
            _ => None,
        };
        let start = base.clone().unwrap_or_else(ImageConfig::scratch);
        let config =
            chain.iter().rev().fold(start, |config, stage| config.with(&ingredients.image_changes(stage)));
        let labels = crate::image::Changes {
            labels: self.options.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            ..Default::default()
        };
        let config = config
            .with(&labels)
            .for_platform(&platform.os, &platform.architecture, &platform.variant)
            .with_layers(layers, self.options.source_date_epoch);
        (config.to_json(), base.map(|base| base.original()))
    }
}

fn checked<T>(checked: crate::diag::Checked<T>, project: &Project) -> Result<(T, Vec<Diagnostic>), Failure> {
    checked.into_result().map_err(|errors| Failure::Input(errors, project.files.clone()))
}

fn runtime(options: &Options) -> Runtime {
    let proxy = &options.proxy;
    Runtime {
        proxy: (!proxy.is_empty()).then(|| ProxyEnv {
            http: proxy.http.clone(),
            https: proxy.https.clone(),
            ftp: proxy.ftp.clone(),
            no: proxy.no.clone(),
            all: proxy.all.clone(),
        }),
        network: match options.network {
            crate::options::NetworkMode::Host => "host".to_owned(),
            crate::options::NetworkMode::None => "none".to_owned(),
            crate::options::NetworkMode::Sandbox => String::new(),
        },
        hosts: options.extra_hosts.iter().map(|entry| (entry.host.clone(), entry.ip.to_string())).collect(),
        ulimits: (options.ulimits.iter())
            .map(|limit| Ulimit { name: limit.name.clone(), soft: limit.soft, hard: limit.hard })
            .collect(),
        shm_size: options.shm_size.and_then(|size| i64::try_from(size).ok()).unwrap_or(0),
        hostname: options.hostname.clone().unwrap_or_default(),
        cgroup_parent: options.cgroup_parent.clone().unwrap_or_default(),
        cache_namespace: options.cache_namespace.clone().unwrap_or_default(),
    }
}
