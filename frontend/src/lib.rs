//! wheelbase: a BuildKit frontend for Python apps.
//!
//! Bytes become a [`spec::Spec`] and a [`lock::Lock`]; with the facts of the base image they become a plan;
//! a plan becomes an LLB graph and an image configuration. Every arrow is a function of its arguments: no
//! clock, no disk, no network. Only [`gateway`] touches the world, and only [`driver`] calls it.

pub mod answer;
pub mod context;
pub mod detect;
pub mod diag;
pub mod driver;
pub mod gateway;
pub mod ignore;
pub mod image;
pub mod lock;
pub mod lower;
pub mod options;
pub mod plan;
pub mod run;
pub mod select;
pub mod spec;
pub mod subrequest;
pub mod text;
pub mod tools;
