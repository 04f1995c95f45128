//! How an app starts, when its description does not say.

pub mod python;
