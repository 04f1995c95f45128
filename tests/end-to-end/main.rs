//! The whole road, through `docker buildx build`, on a real engine, with real packages from the package index.
//!
//! `tests/run` brings up the engines and turns these tests on. Each test makes a project of its own, so that what
//! one test has cached does not decide what another sees.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod ahead;
mod alpine;
mod cache;
mod examples;
mod failures;
mod flask;
mod git;
mod indexes;
mod locks;
mod packages;
mod reproducible;
mod roads;
mod stages;
mod stores;
mod support;
mod uv;
mod wrong;
