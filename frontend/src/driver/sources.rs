//! Images and named contexts: found by name, asked for once, pinned by digest.

use std::collections::BTreeMap;

use buildkit_llb::{Fs, Http, Image, Local, Meta, OciLayout};

use super::contexts::git_source;
use super::session::{Session, all};
use crate::answer::Failure;
use crate::context::{ImageName, NamedContext};
use crate::diag::Diagnostic;
use crate::gateway::{Gateway, GatewayError, ImageRequest};
use crate::image::ImageConfig;
use crate::options::Platform;
use crate::text::{Files, Span};

/// What names lead to.
#[derive(Clone, Default)]
pub(super) struct Sources {
    /// Files, by the name in the description.
    pub(super) fs: BTreeMap<String, Fs>,
    /// Configurations of those that are images.
    pub(super) configs: BTreeMap<String, ImageConfig>,
}

impl Sources {
    /// Adds others.
    pub(super) fn extend(&mut self, more: Self) {
        self.fs.extend(more.fs);
        self.configs.extend(more.configs);
    }
}

impl<G: Gateway> Session<'_, G> {
    /// Finds what is not among the `found` yet, all at once.
    ///
    /// # Errors
    /// Names that are no image names, images that do not exist or are for another platform.
    pub(super) async fn find(
        &self,
        wanted: &BTreeMap<String, Option<Span>>,
        platform: &Platform,
        files: &Files,
        found: &Sources,
    ) -> Result<Sources, Failure> {
        let unknown = wanted.iter().filter(|(name, _)| !found.fs.contains_key(*name));
        let answers = all(unknown.map(async |(name, span)| {
            let (fs, config) = self.source(name, *span, platform, files).await?;
            Ok((name, fs, config))
        }));
        let mut sources = Sources::default();
        for (name, fs, config) in answers.await? {
            sources.fs.insert(name.clone(), fs);
            sources.configs.extend(config.map(|config| (name.clone(), config)));
        }
        Ok(sources)
    }

    async fn source(
        &self,
        name: &str,
        span: Option<Span>,
        platform: &Platform,
        files: &Files,
    ) -> Result<(Fs, Option<ImageConfig>), Failure> {
        if let Some((key, context)) = self.options.named_contexts.find(name, platform) {
            return self.named(key, context, platform).await;
        }
        match name.parse::<ImageName>() {
            Ok(image) => {
                let log = format!("[internal] load metadata for {}", image.clone().with_default_tag());
                match self.image(&image.with_default_tag(), platform, &log, None).await {
                    Err(Failure::Daemon(refusal)) => {
                        Err(Failure::Input(vec![no_image(name, span, &refusal)], files.clone()))
                    }
                    found => found,
                }
            }
            Err(why) => {
                let message = format!(
                    "`{name}` is neither a stage, nor a named context, nor the name of an image: {why}"
                );
                let error = Diagnostic::error("bad-image-name", message).at(span);
                Err(Failure::Input(vec![error], files.clone()))
            }
        }
    }

    async fn named(
        &self,
        key: &str,
        context: &NamedContext,
        platform: &Platform,
    ) -> Result<(Fs, Option<ImageConfig>), Failure> {
        let title = format!("[context {key}]");
        match context {
            NamedContext::Scratch => Ok((Fs::Scratch, None)),
            NamedContext::Image(image) => {
                let log = format!("{title} load metadata for {image}");
                self.image(image, platform, &log, Some(format!("{title} {image}"))).await
            }
            NamedContext::OciLayout { store, digest } => self.layout(&title, store, digest, platform).await,
            NamedContext::Local(local) => {
                let session = self.options.session(local, &self.environment.session);
                let ignored = Local::new(local)
                    .session(session)
                    .follow_paths(&[".dockerignore".to_owned()])
                    .shared_key_hint(&format!("context:{key}-.dockerignore"))
                    .without_differ()
                    .meta(Meta::named(format!("{title} load .dockerignore")))
                    .output();
                let reference = self.solve(&ignored.into(), false).await?;
                let ignored = self.gateway.read_file(&reference, ".dockerignore").await?.unwrap_or_default();
                let patterns = crate::ignore::patterns(&String::from_utf8_lossy(&ignored));
                let shared = self.options.shared_keys.get(local).map_or("", String::as_str);
                let local = Local::new(local)
                    .session(session)
                    .exclude(&patterns)
                    .shared_key_hint(&format!("context:{key}-{shared}"))
                    .meta(Meta::named(format!("{title} load from client")));
                Ok((local.output().into(), None))
            }
            NamedContext::Git(git) => Ok((git_source(git).into(), None)),
            NamedContext::Http(url) => {
                let file = Http::new(url).filename("context").meta(Meta::named(format!("{title} {url}")));
                Ok((file.output().into(), None))
            }
            NamedContext::Input(name) => {
                let mut inputs = self.gateway.inputs().await?;
                let Some(graph) = inputs.remove(name) else {
                    let error =
                        Diagnostic::error("missing-input", format!("the client does not give `{name}`"));
                    return Err(Failure::input(vec![error]));
                };
                let fs =
                    buildkit_llb::from_definition(&graph).map_err(|error| Failure::Bug(error.to_string()))?;
                let config =
                    self.options.input_metadata.get(name).and_then(|all| all.get("containerimage.config"));
                let config = config.map(|config| ImageConfig::parse(config)).transpose();
                Ok((fs, config.map_err(Failure::Bug)?))
            }
        }
    }

    async fn image(
        &self,
        image: &ImageName,
        platform: &Platform,
        log: &str,
        title: Option<String>,
    ) -> Result<(Fs, Option<ImageConfig>), Failure> {
        let mode = self.options.resolve_mode.as_str();
        let log_name = if self.options.by_platform { format!("[{platform}] {log}") } else { log.to_owned() };
        let resolved = self
            .gateway
            .resolve_image(ImageRequest {
                identifier: format!("docker-image://{image}"),
                attributes: BTreeMap::new(),
                platform: platform.to_pb(),
                resolve_mode: mode.to_owned(),
                log_name,
            })
            .await?;
        let reference = resolved.identifier.strip_prefix("docker-image://").unwrap_or(&resolved.identifier);
        let reference = match &resolved.digest {
            Some(digest) if !reference.contains('@') => format!("{reference}@{digest}"),
            _ => reference.to_owned(),
        };
        let config = self.config(image, &resolved.config, platform)?;
        let name = title.unwrap_or_else(|| format!("from {}", image.familiar()));
        let source = Image::new(&reference, platform).resolve_mode(mode).meta(Meta::named(name));
        Ok((source.output().into(), Some(config)))
    }

    async fn layout(
        &self,
        title: &str,
        store: &str,
        digest: &str,
        platform: &Platform,
    ) -> Result<(Fs, Option<ImageConfig>), Failure> {
        let reference = format!("docker.io/library/{store}@{digest}").to_lowercase();
        let session = self.environment.session.as_str();
        let attributes = [("oci.session", session), ("oci.store", store)];
        let resolved = self
            .gateway
            .resolve_image(ImageRequest {
                identifier: format!("oci-layout://{reference}"),
                attributes: attributes.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
                platform: platform.to_pb(),
                resolve_mode: "default".to_owned(),
                log_name: format!("{title} load metadata"),
            })
            .await?;
        let config = ImageConfig::parse(&resolved.config).map_err(Failure::Bug)?;
        let meta = Meta::named(format!("{title} OCI load from client"));
        let source = OciLayout::new(&reference, platform).store(session, store).meta(meta);
        Ok((source.output().into(), Some(config)))
    }

    fn config(&self, image: &ImageName, json: &[u8], platform: &Platform) -> Result<ImageConfig, Failure> {
        let wrong = |why: String| {
            let error = Diagnostic::error("bad-image", format!("`{}` {why}", image.familiar()));
            Failure::input(vec![error])
        };
        let config =
            ImageConfig::parse(json).map_err(|error| wrong(format!("has no configuration: {error}")))?;
        match config.platform() {
            Some((architecture, os)) if architecture != platform.architecture || os != platform.os => {
                Err(wrong(format!("is for {os}/{architecture}, but the build is for {platform}")))
            }
            _ => Ok(config),
        }
    }
}

/// What the daemon says of an image, with the place that asks for it.
fn no_image(name: &str, span: Option<Span>, refusal: &GatewayError) -> Diagnostic {
    let error =
        Diagnostic::error("no-image", format!("the image `{name}` cannot be had: {}", refusal.message()));
    match span {
        Some(span) => error.at(span),
        None => error.help("no `from` is written, so `python` (or the project) has chosen it"),
    }
}
