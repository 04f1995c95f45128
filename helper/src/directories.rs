//! The `directories` command: directories with exactly the given modes and owners, and nothing else.

use crate::contract::DirectoriesRequest;
use crate::error::Result;
use crate::tree::Tree;

/// Writes the directories of `request`; their parents that are not named are plain.
///
/// Errors: a path that is not absolute or holds `..`, and whatever the file system refuses.
pub fn run(request: &DirectoriesRequest) -> Result<()> {
    let mut tree = Tree::new(&request.out, &request.directories)?;
    for directory in &request.directories {
        tree.directory(&directory.path)?;
    }
    tree.finish()
}
