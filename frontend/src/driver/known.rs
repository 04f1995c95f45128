//! What is known of the image for one platform, round by round, and the two views of it that plans and graphs are made
//! with.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{ProxyEnv, Ulimit};
use wheelbase_helper::contract::Facts;

use super::load::Project;
use super::python;
use super::session::Session;
use super::sources::Sources;
use crate::answer::Failure;
use crate::detect::{self, Start};
use crate::gateway::Gateway;
use crate::lock::python::Wanted;
use crate::lower::{Runtime, Surroundings};
use crate::options::{NetworkMode, NoCache, Options, Platform};
use crate::plan::{self, Dependencies, Download, Indexes, Ingredients};
use crate::spec::Spec;
use crate::tools::uv_wheel;

/// What is known so far.
#[derive(Clone)]
pub(super) struct Known<'a> {
    pub(super) spec: &'a Spec,
    /// The stage that is wanted.
    pub(super) target: &'a str,
    /// The platform that the image is for.
    pub(super) platform: &'a Platform,
    /// Images and named contexts, for that platform.
    pub(super) sources: Sources,
    /// The same for the builder's own platform, where that is another one; and the images that install packages into
    /// others.
    pub(super) native: Sources,
    /// The facts of the bases of stages, by stage.
    pub(super) facts: BTreeMap<String, Facts>,
    /// The facts of images before packages are installed on them.
    pub(super) bottoms: BTreeMap<String, Facts>,
    /// What was selected, by stage.
    pub(super) dependencies: BTreeMap<String, Dependencies>,
    /// How the app starts, where the description does not say.
    pub(super) start: Option<Start>,
    platform_name: String,
    app_base: String,
    no_cache: Option<Vec<String>>,
    labels: Vec<(String, String)>,
    scripts: BTreeSet<String>,
    uv: Download,
    runtime: Runtime,
    builder: Platform,
    multi_platform: bool,
    merge: bool,
}

impl<'a> Known<'a> {
    /// What is known before anything is asked: the description, the options, and the files of the project, one of which
    /// may say which Python is `wanted`.
    ///
    /// # Errors
    /// A builder whose platform has no uv.
    pub(super) fn new(
        session: &Session<'_, impl Gateway>,
        project: &Project,
        spec: &'a Spec,
        target: &'a str,
        platform: &'a Platform,
        wanted: Option<&Wanted>,
    ) -> Result<Self, Failure> {
        let builder = session.builder();
        let uv = uv_wheel(&builder).map_err(|error| Failure::input(vec![error]))?;
        let pyproject = project.found.get("pyproject.toml");
        let variant = spec.variant.as_ref().map(|variant| variant.value).unwrap_or_default();
        Ok(Self {
            spec,
            target,
            platform,
            sources: Sources::default(),
            native: Sources::default(),
            facts: BTreeMap::new(),
            bottoms: BTreeMap::new(),
            dependencies: BTreeMap::new(),
            start: None,
            platform_name: platform.to_string(),
            app_base: plan::default_base(&python::minor(spec, wanted), variant),
            no_cache: match &session.options.no_cache {
                NoCache::Nothing => None,
                NoCache::All => Some(vec![]),
                NoCache::Stages(stages) => Some(stages.clone()),
            },
            labels: pyproject.map(detect::labels).unwrap_or_default(),
            scripts: pyproject.map(detect::commands).unwrap_or_default(),
            uv: Indexes::of(&spec.indexes).download(&uv.url, &uv.filename, &uv.sha256),
            runtime: runtime(session.options),
            builder,
            multi_platform: session.options.platforms.len() > 1,
            merge: session.merges(),
        })
    }

    /// What a plan is made from.
    pub(super) fn ingredients(&self) -> Ingredients<'_> {
        Ingredients {
            spec: self.spec,
            target: self.target,
            platform: &self.platform_name,
            app_base: &self.app_base,
            images: &self.sources.configs,
            facts: &self.facts,
            bottoms: &self.bottoms,
            dependencies: &self.dependencies,
            no_cache: self.no_cache.as_deref(),
            start: self.start.as_ref(),
            labels: &self.labels,
            scripts: &self.scripts,
            cache_namespace: &self.runtime.cache_namespace,
        }
    }

    /// What a graph is made with.
    pub(super) fn surroundings<'s>(
        &'s self,
        session: &'s Session<'_, impl Gateway>,
        project: &'s Project,
    ) -> Surroundings<'s> {
        Surroundings {
            sources: &self.sources.fs,
            native_sources: &self.native.fs,
            context: &project.context,
            own_image: &session.own_image,
            uv: &self.uv,
            platform: self.platform.clone(),
            build_platform: self.builder.clone(),
            multi_platform: self.multi_platform,
            merge: self.merge,
            files: &project.files,
            shown: &project.shown,
            runtime: &self.runtime,
        }
    }
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
            NetworkMode::Host => "host".to_owned(),
            NetworkMode::None => "none".to_owned(),
            NetworkMode::Sandbox => String::new(),
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
