//! Images that tests load into the engine's store.

use std::sync::LazyLock;

use crate::engine::Engine;

/// The tag of an image that one test loads. No other test has it, and no other run of the tests on the same engine: a
/// tag that two runs share names the image of whoever built last, so a test would look at another's. The image goes
/// with the value.
#[derive(Debug)]
pub struct Image {
    engine: Engine,
    tag: String,
}

impl Image {
    /// A tag that begins with the name of a test.
    ///
    /// # Panics
    /// If no temporary file can be made.
    pub fn new(engine: &Engine, test: &str) -> Self {
        // Random, and tried out in the folder of temporary files.
        static RUN: LazyLock<String> = LazyLock::new(|| {
            let file = tempfile::Builder::new().prefix("run-").rand_bytes(12).tempfile();
            let file = file.expect("a temporary file can be made");
            file.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
        });
        Self { engine: engine.clone(), tag: format!("wheelbase-test:{test}-{}", *RUN) }
    }

    /// What to give to `docker`.
    pub fn tag(&self) -> &str {
        &self.tag
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // Where nothing was loaded, there is nothing to remove.
        self.engine.try_docker(&["image", "rm", "--force", &self.tag]);
    }
}
