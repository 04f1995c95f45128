//! What wheelbase runs inside a build, without anything of the image that it works on.
//!
//! The helper is one static binary. The frontend puts it into exec ops that have no network; it reads and
//! writes only what those ops mount. Each command takes one JSON argument, whose types are in [`contract`],
//! and writes a tree that is the same, byte for byte, each time: fixed times, fixed modes, sorted order.

pub mod contract;
