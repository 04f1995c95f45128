//! What the tests of the whole share: projects made from text, builds on a real engine, and what came out.
//!
//! Nothing here decides what is right; that is said in each test.

pub mod build;
pub mod check;
pub mod engine;
pub mod golden;
pub mod graph;
pub mod image;
pub mod mutate;
pub mod project;
pub mod random;
pub mod server;
pub mod tree;
pub mod wheel;
