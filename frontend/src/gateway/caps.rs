//! What the daemon says that it can do. Data only: what to do without a capability is the caller's business.

use std::collections::BTreeSet;

use buildkit_proto::apicaps::ApiCap;
use buildkit_proto::caps;

/// The capabilities that the daemon listed as enabled, as it answered Ping.
///
/// Two lists with separate names: what the gateway answers to (`source.metaresolver`), and what a graph may
/// contain (`mergeop`). A graph that names a capability outside the second list is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caps {
    gateway: BTreeSet<String>,
    llb: BTreeSet<String>,
}

impl Caps {
    /// Capabilities by name. For tests and for hosts that are not a daemon; a daemon's come from its Ping.
    pub fn new<G, L>(gateway: G, llb: L) -> Self
    where
        G: IntoIterator<Item: Into<String>>,
        L: IntoIterator<Item: Into<String>>,
    {
        Self {
            gateway: gateway.into_iter().map(Into::into).collect(),
            llb: llb.into_iter().map(Into::into).collect(),
        }
    }

    /// The lists of a Ping: a capability counts only if it is listed *and* enabled.
    pub(super) fn from_ping(gateway: &[ApiCap], llb: &[ApiCap]) -> Self {
        Self { gateway: caps::enabled(gateway), llb: caps::enabled(llb) }
    }

    /// Whether the gateway answers to this.
    pub fn gateway(&self, name: &str) -> bool {
        self.gateway.contains(name)
    }

    /// Whether a graph may contain this.
    pub fn llb(&self, name: &str) -> bool {
        self.llb.contains(name)
    }

    /// All that a graph may contain.
    pub fn all_llb(&self) -> &BTreeSet<String> {
        &self.llb
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_but_disabled_capability_does_not_count() {
        let cap = |id: &str, enabled| ApiCap { id: id.into(), enabled, ..Default::default() };
        let caps = Caps::from_ping(&[cap("readfile", true)], &[cap("mergeop", false), cap("diffop", true)]);
        assert!(caps.gateway("readfile") && caps.llb("diffop"));
        assert!(!caps.llb("mergeop") && !caps.llb("readfile"));
    }
}
